"""The errors of rows that do not have the shape of the header."""

from losscli.data.text.records import Cell
from losscli.data.text.sheet import Sheet, Stretch, spoken
from losscli.errors import DataError

LONGEST_RECORD = 1 << 26
"""A record longer than this is taken for a quote that was never closed, or for no table."""


def unclosed(sheet: Sheet, line: int) -> DataError:
    """Return the error for a quote that swallows lines."""
    return DataError(
        "the quote that opens here is not closed where its field ends",
        where=sheet.place(line),
        remedy='close it, and double the quotes inside a quoted field: "say ""hi"""',
    )


def too_long(sheet: Sheet, line: int) -> DataError:
    """Return the error for a line that does not end."""
    return DataError(
        f"a line longer than {LONGEST_RECORD >> 20} MB",
        where=sheet.place(line),
        remedy="check that this is a text file",
    )


def wrong_count(sheet: Sheet, stretch: Stretch, row: list[Cell]) -> DataError:
    """Return the error for a row with more or fewer fields than the header."""
    need, have = len(sheet.names), len(row)
    line = stretch.line_at(row[0].start)
    what = f"{_fields(have)} where {sheet.widest} has {need}"
    if have == 1 and not row[0].value.strip():
        what = "nothing but spaces"
        remedy = "delete the line" + sheet.sed(f"{line}d")
    elif have == need + 1 and not row[-1].value and sheet.header:
        what += f", the last one empty ({spoken(sheet.delimiter)} ends the row)"
        end = rf"{sheet.header}s/\r\?$/{sheet.delimiter}&/"
        remedy = "if every row is like that, end the header likewise" + sheet.sed(end)
    elif have > need:
        remedy = f"put a field that holds {spoken(sheet.delimiter)} in quotes"
    elif row[-1].stop == len(stretch.text):
        remedy = "the file seems to be cut: write it again, or delete the line"
        remedy += sheet.sed(f"{line}d")
    else:
        remedy = "complete the row, or delete the line" + sheet.sed(f"{line}d")
    return DataError(what, where=sheet.place(line), remedy=remedy)


def one_more_in_every_row(sheet: Sheet, line: int) -> DataError:
    """Return the error for rows that all begin with a field the header does not name."""
    need = len(sheet.names)
    script = f"{sheet.header}s/^/row{sheet.delimiter}/"
    return DataError(
        f"{_fields(need + 1)} where {sheet.widest} has {need}, and so in every row",
        where=sheet.place(line),
        remedy="name the first column in the header" + sheet.sed(script),
    )


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
