"""What a delimited text looks like, found from its first rows."""

import re
from collections.abc import Iterator

from losscli.data.rowless import no_rows
from losscli.data.text.encoding import not_in_encoding
from losscli.data.text.numerals import is_number
from losscli.data.text.records import Cell, cells, line_ends, records
from losscli.data.text.shape import (
    LONGEST_RECORD,
    one_more_in_every_row,
    too_long,
    unclosed,
    wrong_count,
)
from losscli.data.text.sheet import Sheet, Stretch
from losscli.data.text.textfile import TextFile
from losscli.errors import DataError

_SAMPLE = 1 << 16
_SAMPLE_ROWS = 1000
_DELIMITERS = (",", ";", "\t", "|")
_SNIFF_ROWS = 100
_COMMA = re.compile(rb"[ \t]*[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?[ \t]*")
_SEPARATOR = re.compile(rb'"?sep=[^\r\n]"?[\r\n]')
"""What tells a spreadsheet the delimiter, in place of a header."""
_POINT = re.compile(rb"[ \t]*[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?[ \t]*")


def sniff(
    text: TextFile,
    delimiter: str | None = None,
    decimal: str | None = None,
    *,
    header: bool = True,
    rows: int = _SAMPLE_ROWS,
) -> Sheet:
    """Return what `text` looks like; `delimiter` and `decimal` are taken as they are given.

    Without a `header` the columns are named 1, 2, 3 and so on. At most `rows` are looked at.

    Refuses a text without rows, without a header, or whose rows all differ from the header.
    """
    size = _SAMPLE
    with text.opened() as stream:
        while True:
            head = stream.peek(size)
            whole = len(head) < size
            mark = delimiter or _delimiter(head, whole=whole, decimal=decimal)
            seen = sum(1 for _ in _first(head, mark, whole=whole, most=2))
            if whole or size >= LONGEST_RECORD or seen > 1:
                return _sheet(text, head, (mark, decimal), header=header, whole=whole, most=rows)
            size *= 4


def _first(head: bytes, delimiter: str, *, whole: bool, most: int) -> Iterator[list[Cell]]:
    """Give the first records that are there in full."""
    mark = delimiter.encode()
    for count, (start, stop) in enumerate(records(head, mark)):
        if count == most or (stop == len(head) and not whole):
            return
        yield cells(head, mark, start, stop)


def _delimiter(head: bytes, *, whole: bool, decimal: str | None) -> str:
    """Return the delimiter that cuts all rows alike, the one with the most columns first."""
    best, found = (0.0, 0), ","
    for delimiter in _DELIMITERS:
        if delimiter == decimal or delimiter.encode() not in head:
            continue
        counts = [len(row) for row in _first(head, delimiter, whole=whole, most=_SNIFF_ROWS)]
        if not counts or counts[0] == 1:
            continue
        alike = sum(count == counts[0] for count in counts[1:]) / max(1, len(counts) - 1)
        if (alike, counts[0]) > best:
            best, found = (alike, counts[0]), delimiter
    return found


def _sheet(
    text: TextFile,
    head: bytes,
    marks: tuple[str, str | None],
    *,
    header: bool,
    whole: bool,
    most: int,
) -> Sheet:
    delimiter, decimal = marks
    mark = delimiter.encode()
    start, stop = next(records(head, mark), (0, 0))
    if not stop:
        raise no_rows(text.name, "the file is empty" if not head else "there are only blank lines")
    body = re.compile(rb"\r\n|\n|\r|").match(head, stop).end()  # type: ignore[union-attr]
    top = cells(head, mark, start, stop)
    rows = list(_first(head, delimiter, whole=whole, most=most + header))[header:]
    if header:
        names = tuple(_name(cell, text) for cell in top)
        lines = 1 + line_ends(head, 0, start), 1 + line_ends(head, 0, body)
    else:
        names, lines, body = tuple(map(str, range(1, len(top) + 1))), (0, 1), 0
    sheet = Sheet(
        text=text,
        names=names,
        delimiter=delimiter,
        decimal=decimal or _decimal(rows, delimiter),
        header=lines[0],
        line=lines[1],
        body=body,
        guessable=text.size is not None and text.encoding is None and b"\n" in head,
        sample=rows,
    )
    _refuse(sheet, top, head, whole=whole)
    return sheet


def _name(cell: Cell, text: TextFile) -> str:
    try:
        return cell.value.decode()
    except UnicodeDecodeError as error:
        offset = text.mark + cell.start + (cell.quoted is not None) + error.start
        raise not_in_encoding(
            error.object[error.start], offset, "utf-8", f"{text.name}, header"
        ) from None


def _decimal(rows: list[list[Cell]], delimiter: str) -> str:
    if delimiter != ";":
        return "."
    values = [cell.value for row in rows for cell in row]
    if any(_POINT.fullmatch(value) for value in values):
        return "."
    return "," if any(_COMMA.fullmatch(value) for value in values) else "."


def _refuse(sheet: Sheet, header: list[Cell], head: bytes, *, whole: bool) -> None:
    stretch = Stretch(head, 1, sheet.text.mark)
    ends = header[-1].stop == len(head)
    if any(not cell.closed for cell in header):
        raise unclosed(sheet, stretch.line_at(header[-1].start))
    if ends and not whole:
        raise too_long(sheet, sheet.header or 1)
    named = sheet.header > 0
    if named and (_SEPARATOR.match(head, header[0].start) or _is_comment(sheet)):
        remedy = "remove the line" + sheet.sed(f"{sheet.header}d")
        raise DataError("is a note and no header", where=sheet.place(sheet.header), remedy=remedy)
    if named and any(all(is_number(cell.value, mark) for cell in header) for mark in ".,"):
        raise _no_header(sheet)
    if not sheet.sample and whole:
        raise no_rows(sheet.text.name, "there is a header and nothing below it")
    if not sheet.sample and not head[sheet.body :].isspace():
        first = cells(head, sheet.mark, *next(records(head, sheet.mark, sheet.body)))
        raise (too_long if first[-1].closed else unclosed)(sheet, sheet.line)
    need = len(sheet.names)
    if sheet.sample and all(len(row) != need for row in sheet.sample):
        first = sheet.sample[0]
        if all(len(row) == need + 1 and row[-1].value for row in sheet.sample):
            raise one_more_in_every_row(sheet, stretch.line_at(first[0].start))
        raise wrong_count(sheet, stretch, first)


def _is_comment(sheet: Sheet) -> bool:
    """Tell whether what stands first begins as a comment, and no row has as many fields."""
    need = len(sheet.names)
    return sheet.names[0].startswith("#") and all(len(row) != need for row in sheet.sample)


def _no_header(sheet: Sheet) -> DataError:
    names = ["y_true", "y_pred", *(f"column{n}" for n in range(3, len(sheet.names) + 1))]
    line = sheet.delimiter.join(names[: len(sheet.names)])
    return DataError(
        "the first line holds only numbers, so the names of the columns are missing",
        where=sheet.place(sheet.header),
        remedy=f"--no-header names the columns 1, 2, …; or put a line first, such as {line}"
        + sheet.sed(f"1i {line}"),
    )
