"""Any text that can be read is read the same, wherever it is cut and in how many threads."""

import csv
import io
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from csv_reading import TEXT, declared, open_csv, read_all, read_text
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv

from losscli.data.block import MisreadError
from losscli.data.text.quotes import end_of_records, find_quotes
from losscli.data.text.records import records, rows
from losscli.errors import DataError

NUMBERS = st.sampled_from(["", "0", "-1.5", "3e-2", "17", "2.25"])
TEXTS = st.text(
    st.sampled_from(["a", "b", " ", '"', "\n", "\r", ",", ";", "\t", "é", "𝄞", "\ufeff", "1", "'"]),
    max_size=12,
)


@dataclass
class Written:
    """A table, the bytes that hold it, and the line on which each row begins."""

    body: bytes
    numbers: list[float | None]
    texts: list[str | None]
    lines: list[int]


@st.composite
def written(draw: st.DrawFn, delimiter: str) -> Written:
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    # The writer leaves a line end that is not its own without quotes (before Python 3.13).
    styles = [csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_MINIMAL][: 2 + (end == "\r\n")]
    quoting: Any = draw(st.sampled_from(styles))
    table = draw(st.lists(st.tuples(NUMBERS, TEXTS, TEXTS), min_size=1, max_size=25))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow(["y", "unused", "t"])
    lines = []
    for number, unused, text in table:
        out.write(end * draw(st.sampled_from([0, 0, 0, 1, 2])))
        lines.append(1 + len(re.findall("\r\n|\r|\n", out.getvalue())))
        writer.writerow([number, unused, text])
    body = out.getvalue()
    if draw(st.booleans()):
        body = body.removesuffix(end)
    return Written(
        body.encode(),
        [float(number) if number else None for number, _, _ in table],
        [text or None for _, _, text in table],
        lines,
    )


@settings(max_examples=100, deadline=None)
@given(data=st.data(), block=st.integers(16, 200), jobs=st.integers(1, 3))
def test_whatever_csv_writer_writes_is_read_back(
    data: st.DataObject, block: int, jobs: int
) -> None:
    delimiter = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    table = data.draw(written(delimiter))
    python = csv.reader(io.StringIO(table.body.decode(), newline=""), delimiter=delimiter)
    assert [row[2] or None for row in list(python)[1:] if row] == table.texts
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(table.body)
        source = open_csv([str(path)], delimiter=delimiter, decimal=".", block_bytes=block)
        for one in (source, source.in_order()):
            seen = read_all(one, ["y", "t"], jobs)
            assert seen.columns == {"y": table.numbers, "t": table.texts}
            wanted = [f"{path}, line {line}" for line in table.lines]
            assert [seen.place(row) for row in range(len(wanted))] == wanted


@settings(max_examples=60, deadline=None)
@given(data=st.data(), block=st.integers(16, 200))
def test_a_wrong_guess_never_blames_the_file(data: st.DataObject, block: int) -> None:
    table = data.draw(written(","))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(table.body)
        source = open_csv([str(path)], delimiter=",", decimal=".", block_bytes=block)
        trusted = True
        for call in source.stretches(declared(["y", "t"])):
            try:
                (piece,) = call()
                places = [piece.place(row) for row in range(piece.table.num_rows)]
            except MisreadError:
                trusted = False
                continue
            if trusted:
                at = [table.lines.index(int(place.split()[-1])) for place in places]
                assert piece.table.column("t").to_pylist() == [table.texts[row] for row in at]


FIELDS = st.lists(
    st.sampled_from(['"', '""', "a", " ", "1", '"b', 'c"', '"d\ne"', '"f,g"', '"h""i"', "\ufeff"]),
    max_size=4,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=8), st.sampled_from("\n\r"))
def test_stray_quotes_are_read_as_pyarrow_reads_them(
    table: list[tuple[str, str]], end: str
) -> None:
    text = "".join(f"{first},{second}{end}" for first, second in table).encode()
    found = list(rows(text, b","))
    if any(len(row) != 2 for row in found):
        with pytest.raises(pa.ArrowInvalid):
            _arrow(b"\n" + text)
        return
    values = [tuple(cell.value.decode() for cell in row) for row in found]
    assert _arrow(b"\n" + text) == values
    _cut_anywhere(text)


def _arrow(text: bytes) -> list[tuple[str, str]]:
    table = arrow_csv.read_csv(
        pa.py_buffer(text),
        read_options=arrow_csv.ReadOptions(column_names=["a", "b"], use_threads=False),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={"a": pa.string(), "b": pa.string()}, strings_can_be_null=False
        ),
    )
    return list(zip(*table.to_pydict().values(), strict=True))


def _cut_anywhere(text: bytes) -> None:
    """Compare the quick search for the last record's end with the slow reading."""
    ends = {0} | {stop + 1 for _, stop in records(text, b",") if stop < len(text)}
    ends |= {
        stop for stop in range(1, len(text) + 1) if stop - 1 in ends and text[stop - 1] in b"\r\n"
    }
    for size in range(len(text) + 1):
        part = text[:size]
        last = max(end for end in ends if end <= size)
        if part[-1:] == b"\r":
            assert end_of_records(part, b",", last=False) < size
        assert end_of_records(part, b",", last=True) == last
        assert find_quotes(part, b",").open_at_end == any(
            not cell.closed for row in rows(part, b",") for cell in row
        )


def test_a_guess_that_falls_into_quotes_is_noticed_and_mended(tmp_path: Path) -> None:
    body = "y,t\n" + "".join(f'{n},"{n}\n{n},{n}\n{n}"\n' for n in range(50))
    seen = read_text(tmp_path / "t.csv", body, block_bytes=40)
    assert seen.guessed_wrong
    assert seen.columns["y"] == [float(n) for n in range(50)]
    assert seen.columns["t"] == [f"{n}\n{n},{n}\n{n}" for n in range(50)]
    assert seen.place(49) == f"{tmp_path / 't.csv'}, line 149"


def test_a_record_longer_than_a_block_and_its_reach_is_read(tmp_path: Path) -> None:
    long = "x\n" * 100_000
    seen = read_text(tmp_path / "t.csv", f'y,t\n1,"{long}"\n2,b\n', block_bytes=64)
    assert seen.columns == {"y": [1.0, 2.0], "t": [long, "b"]}
    long = "x" * 200_000
    seen = read_text(tmp_path / "t.csv", f"y,t\n1,{long}\n2,b\n", block_bytes=64)
    assert seen.columns == {"y": [1.0, 2.0], "t": [long, "b"]}


def test_a_mark_inside_the_text_stays_wherever_a_stretch_begins(tmp_path: Path) -> None:
    words = [f"\ufeff{n}" for n in range(40)]
    text = "t,y\n" + "".join(f"{word},1\n" for word in words)
    for block in range(16, 40):
        assert read_text(tmp_path / "t.csv", text, block_bytes=block).columns["t"] == words


def test_numbers_stay_when_the_thread_reads_on(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,t\n" + "".join(f"{n}.5,name{n}\n" for n in range(1000)))
    source = open_csv([str(path)], block_bytes=100)
    pieces = [
        piece
        for call in source.stretches({"y": pa.float64(), "t": pa.string()})
        for piece in call()
    ]
    assert len(pieces) > 50
    read = pa.concat_tables(piece.table for piece in pieces).to_pydict()
    assert read["y"] == [n + 0.5 for n in range(1000)]
    assert read["t"] == [f"name{n}" for n in range(1000)]


def test_a_dictionary_holds_only_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,t\n1,b\n2,a\n3,\n4,b\n")
    (call,) = open_csv([str(path)]).stretches({"t": TEXT})
    (piece,) = call()
    column = piece.table.column("t").chunk(0)
    assert column.dictionary.to_pylist() == ["b", "a"]
    assert column.indices.to_pylist() == [0, 1, None, 0]


def test_lines_inside_an_unused_column_are_no_rows(tmp_path: Path) -> None:
    # Each of these lines would pass for a row if quotes were letters.
    text = 't,y,note\na,1,"x\nb,2,y"\nc,3,z\n'
    seen = read_all(open_csv([_write(tmp_path, text)]), ["t", "y"])
    assert seen.columns == {"t": ["a", "c"], "y": [1.0, 3.0]}
    quoted = text.replace("a,", '"a",').replace("c,", '"c",')
    seen = read_all(open_csv([_write(tmp_path, quoted)]), ["t", "y"])
    assert seen.columns == {"t": ["a", "c"], "y": [1.0, 3.0]}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (['"a"', '"b"', '"a"'], ["a", "b", "a"]),
        (['"a"', "a", '"b"'], ["a", "a", "b"]),
        (['"a"', '""', '"b"'], ["a", None, "b"]),
        (['"a"', "", '"b"'], ["a", None, "b"]),
        (['"a"', '"""a"""', '"b"'], ["a", '"a"', "b"]),
        (['"a"', '"é,"', '"\ufeff"'], ["a", "é,", "\ufeff"]),
        (["a", 'b"', 'c"d'], ["a", 'b"', 'c"d']),
    ],
)
def test_quotes_around_words(tmp_path: Path, cells: list[str], words: list[str | None]) -> None:
    for order in (slice(None), slice(None, None, -1)):
        text = "t,y\n" + "".join(f"{cell},1\n" for cell in cells[order])
        for block in (16, 4 << 20):
            source = open_csv([_write(tmp_path, text)], delimiter=",", block_bytes=block)
            assert read_all(source).columns["t"] == words[order]


def test_a_stray_quote_is_found_beside_words_without_quotes(tmp_path: Path) -> None:
    # The quotes are as many as if every word were quoted and nothing else.
    text = 't,y\n"a",1\nb,"1"2\n"a",3\n'
    with pytest.raises(DataError, match="a number with a quote in it"):
        read_all(open_csv([_write(tmp_path, text)]))


def _write(folder: Path, text: str) -> str:
    path = folder / "w.csv"
    path.write_bytes(text.encode())
    return str(path)
