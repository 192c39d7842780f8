"""Cells found by their delimiters are those that pyarrow's parser of CSV finds."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from csv_reading import TEXT, open_csv, read_all
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import csv

from losscli.data import cells
from losscli.data.text import plain as module
from losscli.data.text.layout import Layout
from losscli.data.text.plain import Plain, plain

NUMBERS = st.sampled_from(
    [
        "",
        "0",
        "-0",
        "-1.5",
        "+2",
        "3e-2",
        "1e400",
        "nan",
        "-inf",
        " 7",
        "7 ",
        "1_0",
        "x",
        "0.1",
        '"8"',
    ]
)
WORDS = st.sampled_from(
    ["", "a", "b", " ", '"b"', '"', "é", "\ufeff", "0", "\0", "longer than 12 bytes"]
)
ENDS = ["\n", "\r\n"]


def rows_of(text: bytes, columns: int = 3) -> Plain | None:
    return plain(np.frombuffer(text, np.uint8), ord(","), columns)


def parsed(text: bytes, kinds: list[pa.DataType]) -> list[pa.Array]:
    """Return what pyarrow reads where quotes are letters."""
    names = [str(k) for k in range(len(kinds))]
    table = csv.read_csv(
        pa.py_buffer(text),
        csv.ReadOptions(column_names=names),
        csv.ParseOptions(quote_char=False),
        csv.ConvertOptions(
            column_types=dict(zip(names, kinds, strict=True)),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return [column.combine_chunks() for column in table.columns]


def same(found: pa.Array, expected: pa.Array) -> bool:
    """Tell whether two columns of doubles are the same to the bit."""
    a, b = (x.fill_null(0.0).to_numpy().view(np.int64) for x in (found, expected))
    return bool(found.is_valid().equals(expected.is_valid()) and (a == b).all())


@given(
    st.lists(st.tuples(NUMBERS, WORDS, NUMBERS), min_size=1, max_size=30),
    st.sampled_from(ENDS),
    st.integers(3, 40),
)
@settings(max_examples=300, deadline=None)
def test_regular_rows_are_read_as_the_parser_reads_them(
    table: list[tuple[str, str, str]], end: str, size: int
) -> None:
    text = "".join(",".join(row) + end for row in table).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SLICE", size)
        rows = rows_of(text)
    assert rows is not None
    assert rows.quotes == text.count(b'"')
    for column in (0, 2):
        try:
            found = rows.numbers(column)
        except pa.ArrowInvalid:
            continue  # what is no number here is left to the parser
        kinds = [pa.string(), pa.string(), pa.string()]
        kinds[column] = pa.float64()
        assert same(found, parsed(text, kinds)[column])
    expected = parsed(text, [pa.string(), pa.string(), pa.string()])[1]
    assert rows.texts(1).to_pylist() == expected.to_pylist()
    for known in ([], ["a", "b", " "], ["é", "zzz"]):
        words = rows.words(1, cells.strings(known))
        assert words.type == TEXT
        assert words.to_pylist() == expected.to_pylist()


@given(st.text(st.sampled_from('1,\n\r"a'), min_size=1, max_size=40))
@settings(max_examples=500, deadline=None)
@example("1,2,3\n\n1,2,3\n")
@example("1,2\n3,1,2,3\n")
@example("1,2,3\r1,2,3\n")
@example("1,2,3\r\r\n1,2,3\n")
def test_whatever_is_taken_is_what_the_parser_takes(text: str) -> None:
    body = text.encode() + b"\n"
    rows = rows_of(body)
    if rows is None:
        return
    expected = parsed(body, [pa.string()] * 3)
    for column in range(3):
        assert rows.texts(column).to_pylist() == expected[column].to_pylist()


@pytest.mark.parametrize(
    "text",
    ["1,2\n", "1,2,3,4\n", "1,2,3\n1,2\n", "1,2\n1,2,3,4\n", "1,2,3\n\n", "1,2,3\r\n1,2,3\n", "\n"],
)
def test_rows_of_other_lengths_are_left_to_the_parser(text: str) -> None:
    assert rows_of(text.encode()) is None


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("city", ['"é b"', "b"])
def test_a_plain_file_is_never_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, city: str
) -> None:
    def parse(*_: object) -> None:
        message = "parsed"
        raise AssertionError(message)

    monkeypatch.setattr(Layout, "parse", parse)
    file = tmp_path / "plain.csv"
    lines = ["id,y,t", *(f"{k},{k / 8},{city}" for k in range(500)), "500,,"]
    file.write_text(end.join(lines) + end, newline="")
    seen = read_all(open_csv([str(file)], block_bytes=700), ["y", "t"])
    assert seen.columns["y"] == [*(k / 8 for k in range(500)), None]
    assert seen.columns["t"] == [city.strip('"')] * 500 + [None]


def test_many_classes_are_read_as_the_parser_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    texts = [f"class {k * 7 % 3000}" for k in range(9000)]
    for mark in ("", '"'):
        lines = ["y,t", *(f"1,{mark}{text}{mark}" for text in texts)]
        file.write_text("\n".join(lines) + "\n")
        assert read_all(open_csv([str(file)], block_bytes=60_000), ["t"]).columns["t"] == texts
