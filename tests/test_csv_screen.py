"""The quick search for stray quotes misses nothing that the slow reading finds."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from losscli.data.text import screen
from losscli.data.text.numerals import is_number
from losscli.data.text.records import rows
from losscli.data.text.screen import Screen

PIECES = st.sampled_from(
    ['"', '""', "1", "25", ".", "-", "+", " ", "a", "E", "\n", "\r", "\r\n", ",", ";", "\t", "é"]
)


@settings(max_examples=400, deadline=None)
@given(
    text=st.lists(PIECES, max_size=30).map("".join),
    before=st.integers(0, 3),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    slices=st.sampled_from([2, 4, 8, 1 << 18]),
)
def test_nothing_is_missed(text: str, before: int, delimiter: str, slices: int) -> None:
    data, mark = text.encode(), delimiter.encode()
    table = list(rows(data, mark))
    # What is still open at the end swallows the row that is appended to every stretch.
    assume(all(cell.closed for row in table for cell in row))
    swallowed = any(cell.swallows_lines for row in table for cell in row)
    stray = any(
        cell.quoted is not None
        and cell.is_broken
        and is_number(cell.value, ".")
        and (cell.quoted[-1:] or b'"') in b'0123456789.+- "'
        for row in table
        for cell in row
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screen, "_SLICE", slices)
        padded = b"9" * before + b"\n" + data
        found = Screen().suspects(
            padded, before + 1, len(padded), rows=len(table), delimiter=ord(delimiter)
        )
    if swallowed or stray:
        assert found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("before", [1, 2])
def test_plain_text_is_not_suspected(delimiter: str, before: int) -> None:
    cells = ['"São Paulo"', "1.5", '"New York"', "-2e5", '"12"', '""', '"A ""B"""', '"-3.5"']
    row = delimiter.join(cells) + "\n"
    for end in ("\n", "\r\n"):
        text = ("\n" * before + row.replace("\n", end) * 5000).encode()
        found = Screen().suspects(text, before, len(text), rows=5000, delimiter=ord(delimiter))
        assert not found


def test_a_lone_cr_does_not_hide_a_swallowed_line() -> None:
    data = b'\n1,a\r2,"b\nc"d\n'
    assert Screen().suspects(data, 1, len(data), rows=2, delimiter=ord(","))


@pytest.mark.parametrize("text", ['1,"a\nb"\n', '1,"a\rb"\r', '1,"a\r\nb"\n', '1,"a\nb"'])
def test_a_line_end_inside_quotes_is_looked_at(text: str) -> None:
    data = f"\n{text}".encode()
    assert Screen().suspects(data, 1, len(data), rows=1, delimiter=ord(","))
