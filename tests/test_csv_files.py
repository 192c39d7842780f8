"""Encodings, several files, streams, and files that are not what they seem or do not stay so."""

import codecs
import io
import os
import sys
import threading
from pathlib import Path

import pytest
from csv_reading import declared, open_csv, read_all, read_text, refusal

from losscli.data.storage import stored
from losscli.data.text import shape, sniff
from losscli.data.text.textfile import TextFile
from losscli.errors import DataError, UsageError

BODY = "y,t\n1.5,São Paulo\n2,Łódź\n"
COLUMNS = {"y": [1.5, 2.0], "t": ["São Paulo", "Łódź"]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "p.csv"


def give_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("block", [16, 4 << 20])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_tells_the_encoding(path: Path, encoding: str, block: int) -> None:
    seen = read_text(path, BODY.encode(encoding), block_bytes=block)
    assert seen.columns == COLUMNS
    assert seen.place(1) == f"{path}, line 3"
    pinned = f" read with {encoding.upper()} (--encoding {encoding})"
    assert seen.notes == ([] if "8" in encoding else [f"{path}{pinned}"])


def test_big_endian_with_a_mark_is_read(path: Path) -> None:
    data = codecs.BOM_UTF16_BE + BODY.encode("utf-16-be")
    assert read_text(path, data).columns == COLUMNS


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le", "mac_roman"])
def test_a_named_encoding_is_used(path: Path, encoding: str) -> None:
    data = "y,t\n1,café\n2,\xf1\n".encode(encoding)
    for block in (16, 4 << 20):
        seen = read_text(path, data, encoding=encoding, block_bytes=block)
        assert seen.columns == {"y": [1.0, 2.0], "t": ["café", "\xf1"]}
        assert seen.notes == []


def test_a_mark_before_a_named_encoding_is_no_text(path: Path) -> None:
    data = codecs.BOM_UTF16_LE + BODY.encode("utf-16-le")
    assert read_text(path, data, encoding="utf-16-le").columns == COLUMNS


def test_utf_16_without_a_mark_names_the_flag(path: Path) -> None:
    assert "--encoding utf-16-le" in refusal(path, BODY.encode("utf-16-le"))
    assert "--encoding utf-16-be" in refusal(path, BODY.encode("utf-16-be"))


def test_other_bytes_are_refused_with_offset_and_flag(path: Path) -> None:
    words = refusal(path, b"y,t\n1,a\n2,caf\xe9\n")
    assert words.startswith("p.csv, line 3, t: byte 13 (0xe9) is not UTF-8")
    assert "--encoding latin-1" in words
    words = refusal(path, b'\xef\xbb\xbfy,t\n1,"a\nb\xff"\n')
    assert words.startswith("p.csv, line 2, t: byte 13 (0xff)")
    assert "p.csv, header: byte 2 (0xe9)" in refusal(path, b"y,\xe9\n1,a\n")
    words = refusal(path, b"y,t\n1,a\n2,\x81\n", encoding="cp1252")
    assert words.startswith("p.csv: byte 10 (0x81) is not CP1252")
    words = refusal(path, BODY.encode("utf-16")[:-1])
    assert "p.csv: byte 50 (0x0a) is not UTF-16" in words


def test_bytes_of_columns_that_are_not_used_do_not_matter(path: Path) -> None:
    path.write_bytes(b"y,t\n1,caf\xe9\n")
    assert read_all(open_csv([str(path)]), ["y"]).columns == {"y": [1.0]}


@pytest.mark.parametrize(
    ("data", "kind", "remedy"),
    [
        (b"PK\x03\x04", "a zip archive", "unzip -p"),
    ],
)
def test_other_kinds_of_file_are_refused(path: Path, data: bytes, kind: str, remedy: str) -> None:
    words = refusal(path, data)
    assert f"p.csv: is {kind}" in words
    assert remedy in words


def test_several_files_are_one_dataset_in_the_order_given(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("b.csv", "a.csv", "c.csv"))
    first.write_text("y,t\n1,a\n2,b\n")
    second.write_text("t;y\nc;3,5\n")
    third.write_bytes("y,t\n4,d\n".encode("utf-16"))
    source = open_csv([str(path) for path in (first, second, third)])
    assert source.files == (str(first), str(second), str(third))
    seen = read_all(source)
    assert seen.columns == {"y": [1.0, 2.0, 3.5, 4.0], "t": ["a", "b", "c", "d"]}
    assert seen.place(2) == f"{second}, line 2"
    parts = [p.part for call in source.stretches(declared(source.names)) for p in call()]
    assert parts == [(0, 0), (1, 0), (2, 0)]


def test_files_with_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("y,t\n1,a\n")
    second.write_text("y,u\n1,a\n")
    with pytest.raises(DataError, match=r"b\.csv: the columns are not .*lacks t and adds u"):
        open_csv([str(first), str(second)])
    second.write_text("y,t\n")
    with pytest.raises(DataError, match=r"b\.csv: no rows"):
        open_csv([str(first), str(second)])


@pytest.mark.parametrize("block", [16, 4 << 20])
def test_standard_input_is_read_in_order(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    give_stdin(monkeypatch, b'y,t\n1,"a\nb"\n\n2,c\n3,d')
    source = open_csv(["-"], block_bytes=block)
    assert (source.files, source.rereadable) == (("standard input",), False)
    seen = read_all(source, jobs=2)
    assert seen.columns == {"y": [1.0, 2.0, 3.0], "t": ["a\nb", "c", "d"]}
    assert [seen.place(row) for row in range(3)] == [
        "standard input, line 2",
        "standard input, line 5",
        "standard input, line 6",
    ]
    (warning,) = seen.warnings
    assert "no newline" in warning


def test_standard_input_is_sniffed_and_refused_like_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    give_stdin(monkeypatch, "y;t\n1,5;a\n".encode("utf-16"))
    assert read_all(open_csv(["-"])).columns == {"y": [1.5], "t": ["a"]}
    give_stdin(monkeypatch, b"y,t\n1,a\n2,b,c\n")
    with pytest.raises(DataError, match="standard input, line 3: 3 fields"):
        read_all(open_csv(["-"]))
    give_stdin(monkeypatch, b"")
    with pytest.raises(DataError, match="standard input: no rows"):
        open_csv(["-"])
    with pytest.raises(UsageError, match="more than once"):
        open_csv(["-", "-"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    rows = "".join(f"{n},name{n}\n" for n in range(50_000))
    writer = threading.Thread(target=pipe.write_text, args=("y,t\n" + rows,))
    writer.start()
    source = open_csv([str(pipe)])
    assert not source.rereadable
    assert read_all(source).columns["y"] == [float(n) for n in range(50_000)]
    writer.join()


def test_a_source_can_be_read_again(path: Path) -> None:
    path.write_text(BODY)
    source = open_csv([str(path)])
    assert source.rereadable
    assert read_all(source).columns == read_all(source).columns == COLUMNS
    path.write_bytes(BODY.encode("utf-16"))
    source = open_csv([str(path)])
    assert source.rereadable
    assert read_all(source).columns == read_all(source).columns == COLUMNS


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv: cannot be read \(No such file"):
        open_csv([str(tmp_path / "none.csv")])
    with pytest.raises(DataError, match="there is no file in the folder"):
        open_csv([str(tmp_path)])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_without_rights(path: Path) -> None:
    path.write_text(BODY)
    path.chmod(0)
    with pytest.raises(DataError, match=r"cannot be read \(Permission denied\)"):
        open_csv([str(path)])


def test_a_short_read_is_refused(path: Path) -> None:
    path.write_text(BODY)
    with pytest.raises(DataError, match="changed while it was read"):
        TextFile(stored(str(path))).fill(memoryview(bytearray(100)), 0)


def grow(path: Path) -> None:
    with path.open("a") as file:
        file.write("3,c\n")


def shorten(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4)


def touch(path: Path) -> None:
    os.utime(path, (1, 1))


def replace(path: Path) -> None:
    status, other = path.stat(), path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("change", [grow, shorten, touch, replace, Path.unlink])
def test_a_file_that_changes_is_refused(path: Path, change: object) -> None:
    assert callable(change)
    path.write_text("y,t\n" + "1,a\n2,b\n" * 20)
    words = "cannot be read" if change is Path.unlink else "changed while it was read"
    source = open_csv([str(path)], block_bytes=16)
    first, second, *_ = source.stretches(declared(source.names))
    first()
    change(path)
    with pytest.raises(DataError, match=words):
        second()
    with pytest.raises(DataError, match=words):
        source.check()
    path.write_text("y,t\n" + "1,a\n2,b\n" * 20)
    source = open_csv([str(path)])
    for call in source.stretches(declared(source.names)):
        call()
    change(path)
    with pytest.raises(DataError, match=words):
        source.check()


@pytest.mark.parametrize("encoding", ["idna", "punycode", "unicode_escape", "base64", "nonsense"])
def test_what_is_no_encoding_of_files_is_refused(path: Path, encoding: str) -> None:
    path.write_text("y,p\n1,2\n")
    with pytest.raises(UsageError, match="is not an encoding of text files"):
        open_csv([str(path)], delimiter=None, decimal=None, encoding=encoding)


def test_later_files_may_be_written_otherwise(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    paths[0].write_text("y,t\n1.5,a\n")
    paths[1].write_text("t;y\nb;2,5\n")
    paths[2].write_text("y\tt\n3.5\tc\n")
    seen = read_all(open_csv([str(path) for path in paths]))
    assert seen.columns == {"y": [1.5, 2.5, 3.5], "t": ["a", "b", "c"]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"SQLite format 3\0" + bytes(4000), "p.csv: is no text: 4001 of its first 4016 bytes are"),
        (b"1" * 4000, r"p.csv, line 1: a line longer than 0 MB; check that this is a text file"),
        (b"y_true,y_pred\n1," + b"1" * 4000, "p.csv, line 2: a line longer than 0 MB"),
        (b'y_true,y_pred\n1,"' + b"1\n" * 2000, "p.csv, line 2: the quote that opens here"),
        (b'y_true,"y_pred\n' + b"1\n" * 2000, "p.csv, line 1: the quote that opens here"),
    ],
)
def test_what_is_no_table_is_told_by_what_it_is(
    path: Path, data: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sniff, "LONGEST_RECORD", 1 << 10)
    monkeypatch.setattr(sniff, "_SAMPLE", 1 << 9)
    monkeypatch.setattr(shape, "LONGEST_RECORD", 1 << 10)
    path.write_bytes(data)
    with pytest.raises(DataError, match=words):
        open_csv([str(path)])
