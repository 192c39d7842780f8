"""Compressed inputs: known by their bytes, read as streams, refused where they are broken."""

import bz2
import gzip
import io
import lzma
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import losscli
from losscli.data.storage import compressed, stored
from losscli.errors import DataError, LosscliError

BODY = "".join(f"{k % 7 / 4},{k % 5 / 8},c{k % 3}\n" for k in range(3000))
TEXT = "y_true,y_pred,city\n" + BODY


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue().to_pybytes())


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}
ways = pytest.mark.parametrize("way", PACK)


def numbers(path: "str | Path | list[str]") -> str:
    found = losscli.evaluate(path, losses="mse,mae", by="city").to_json()
    return found.partition('"rows"')[2].replace(Path(str(path)).name, "")


def read(path: Path, most: float | None = None) -> bytes:
    with stored(str(path), most).opened() as stream:
        return b"".join(iter(lambda: stream.read(1 << 16), b""))


@ways
def test_a_compressed_file_gives_the_bits_of_the_plain_one(tmp_path: Path, way: str) -> None:
    plain, packed = tmp_path / "plain.csv", tmp_path / "packed.csv"
    plain.write_text(TEXT)
    # the name tells nothing: the first bytes do
    packed.write_bytes(PACK[way](TEXT.encode()))
    assert numbers(packed) == numbers(plain).replace("plain.csv", "packed.csv")


@ways
def test_members_follow_each_other(tmp_path: Path, way: str) -> None:
    path = tmp_path / "p"
    head, rest = TEXT[:1001].encode(), TEXT[1001:].encode()
    path.write_bytes(PACK[way](head) + PACK[way](b"") + PACK[way](rest))
    assert read(path) == TEXT.encode()


@ways
def test_standard_input_is_unpacked(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PACK[way](TEXT.encode()))))
    assert losscli.evaluate("-", losses="mse").rows == 3000
    cut = io.BytesIO(PACK[way](TEXT.encode())[:-1])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(cut))
    with pytest.raises(DataError, match=r"middle of its data; copy or download it again$"):
        losscli.evaluate("-", losses="mse")


@ways
@pytest.mark.parametrize("cut", [0.02, 0.5, 0.999])
def test_a_cut_file_is_refused(tmp_path: Path, way: str, cut: float) -> None:
    path, data = tmp_path / "p.csv", PACK[way](TEXT.encode())
    path.write_bytes(data[: max(7, int(cut * len(data)))])
    words = f"p.csv: the {way} stream ends in the middle of its data; copy or download it again"
    with pytest.raises(DataError, match=words):
        losscli.evaluate(path, losses="mse")


@ways
def test_a_file_that_is_cut_anywhere_is_called_cut(tmp_path: Path, way: str) -> None:
    path, member = tmp_path / "p.csv", PACK[way](TEXT[:200].encode())
    data = member + member
    for size in {*range(1, len(data))} - {len(member)}:
        if data[:size].isalpha() or data[:size] == b"(":
            continue  # such a file may be text
        path.write_bytes(data[:size])
        with pytest.raises(DataError, match=f"the {way} stream ends in the middle of its data"):
            read(path)


@ways
def test_a_corrupt_file_is_refused(tmp_path: Path, way: str) -> None:
    path, data = tmp_path / "p.csv", bytearray(PACK[way](TEXT.encode()))
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(DataError, match=f"the {way} stream (is corrupt|ends)"):
        read(path)


@pytest.mark.parametrize("judge", [losscli.evaluate, lambda p, **w: losscli.compare(p, p, **w)])
def test_a_damaged_stream_is_told_and_not_the_row_that_it_garbles(
    tmp_path: Path, judge: Callable[..., Any]
) -> None:
    path = tmp_path / "p.csv"
    wrong = TEXT.replace("\n", "\n1,x,y\n", 1) + 300 * BODY  # more than is read at once
    path.write_bytes(gzip.compress(wrong.encode()))
    with pytest.raises(DataError, match=r"p\.csv, line 2: y_pred is 'x', which is not a number"):
        judge(path, losses="mse")
    data = bytearray(gzip.compress(wrong.encode(), compresslevel=0))
    data[-6] ^= 1  # of the checksum, which comes long after the row
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"p\.csv: the gzip stream is corrupt .*copy or download"):
        judge(path, losses="mse")


@pytest.mark.parametrize("header", ["y_true,y_pred,y_pred", "a,b,c"])
def test_a_damaged_stream_is_told_and_not_the_header_that_it_garbles(
    tmp_path: Path, header: str
) -> None:
    path = tmp_path / "p.csv"
    data = bytearray(gzip.compress(f"{header}\n{BODY}".encode(), compresslevel=0))
    path.write_bytes(data)
    with pytest.raises(LosscliError, match=r"no column|the header has the column"):
        losscli.evaluate(path)
    data[-6] ^= 1  # of the checksum
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"p\.csv: the gzip stream is corrupt .*copy or download"):
        losscli.evaluate(path)


@ways
def test_what_follows_the_end_is_refused_unless_it_is_padding(tmp_path: Path, way: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(PACK[way](TEXT.encode()) + b"more")
    with pytest.raises(DataError, match=f"the {way} stream is corrupt"):
        read(path)
    if way != "zstd":
        path.write_bytes(PACK[way](TEXT.encode()) + bytes(1000))
        assert read(path) == TEXT.encode()


def test_frames_to_be_skipped_come_first_in_files_of_pzstd(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    frames = [zstd(TEXT[:1001].encode()), zstd(TEXT[1001:].encode())]
    skipped = [b"\x50\x2a\x4d\x18\x04\0\0\0" + len(one).to_bytes(4, "little") for one in frames]
    path.write_bytes(b"".join(skip + one for skip, one in zip(skipped, frames, strict=True)))
    assert read(path) == TEXT.encode()


def test_a_text_may_begin_as_bzip2_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("BZh,y_true,y_pred\n1,2.5,3\n")
    assert losscli.evaluate(path, losses="mae").rows == 1


def test_a_stream_that_needs_much_memory_is_not_called_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    wide = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    path.write_bytes(lzma.compress(TEXT.encode(), filters=wide))
    with pytest.raises(DataError, match="the xz stream needs more memory than") as told:
        losscli.evaluate(path)
    assert told.value.remedy == f"xz -dc {path} | losscli eval -"
    # a frame that is looked back on over 2 GiB: the window in its second byte is 2^(10 + 21)
    path.write_bytes(b"\x28\xb5\x2f\xfd\0" + bytes([21 << 3]) + b"\1\0\0")
    with pytest.raises(DataError, match="the zstd stream needs more memory than"):
        losscli.evaluate(path)


@ways
def test_a_bomb_fails_and_is_not_cut(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "FREE", 1 << 20)
    path = tmp_path / "p.csv"
    path.write_bytes(PACK[way](bytes(1 << 24)))
    with pytest.raises(DataError, match="unpacks to more than 200 times its size"):
        read(path)
    assert len(read(path, 1e9)) == 1 << 24


def test_what_is_compressed_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(gzip.compress(lzma.compress(TEXT.encode())))
    with pytest.raises(DataError, match="is xz-compressed twice"):
        losscli.evaluate(path, losses="mse")


@ways
def test_another_process_opens_it_itself(tmp_path: Path, way: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(PACK[way](TEXT.encode()))
    with pickle.loads(pickle.dumps(stored(str(path)))).opened() as stream:  # noqa: S301 - our own
        assert stream.peek(8) == b"y_true,y"
