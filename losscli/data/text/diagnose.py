"""Why a stretch of text cannot be judged: the first cell at fault, its line and a remedy."""

import re
from collections.abc import Mapping

from losscli.data.text.encoding import not_in_encoding
from losscli.data.text.numerals import NUMBERS, instead_of, is_number
from losscli.data.text.quotes import find_quotes
from losscli.data.text.records import Cell, cell_at, cells, records
from losscli.data.text.shape import unclosed, wrong_count
from losscli.data.text.sheet import Sheet, Stretch
from losscli.errors import DataError
from losscli.visible import visible

# A number with a stray closing quote is looked for by the character before that quote
# (screen.py), and the verdict must not depend on where a file was cut: same rule in both.
BEFORE_STRAY_QUOTE = range(32, 64)


def blame(sheet: Sheet, stretch: Stretch, numbers: Mapping[int, bool]) -> DataError | None:
    """Return the error of the first row that cannot be used, None where every row can.

    `numbers` tells for the index of each used column whether it holds numbers (else text).
    """
    good = _good_rows(sheet, numbers, stretch.text)
    behind = 0
    while passed := good.match(stretch.text, behind):
        record = next(records(stretch.text, sheet.mark, passed.end()), None)
        if record is None:
            break
        error = _of_row(sheet, stretch, cells(stretch.text, sheet.mark, *record), numbers)
        if error:
            return error
        behind = record[1]
    return None


def _of_row(
    sheet: Sheet, stretch: Stretch, row: list[Cell], numbers: Mapping[int, bool]
) -> DataError | None:
    for cell in row:
        if cell.swallows_lines:
            return unclosed(sheet, stretch.line_at(cell.start))
    if len(row) != len(sheet.names):
        broken = [cell for cell in row if cell.is_broken]
        if broken:
            return unclosed(sheet, stretch.line_at(broken[0].start))
        return wrong_count(sheet, stretch, row)
    for index, number in numbers.items():
        find = _not_a_number if number else _not_text
        if error := find(sheet, stretch, row[index], index):
            return error
    return None


def _good_rows(sheet: Sheet, numbers: Mapping[int, bool], text: bytes) -> re.Pattern[bytes]:
    """Return a pattern that passes over rows that are surely good, in one go."""
    try:
        text.decode()
        wide = b""
    except UnicodeDecodeError:
        wide = rb"\x80-\xff"
    plain = rb'[^"\r\n' + re.escape(sheet.mark) + wide + rb"]*+"
    words = rb'(?:"(?:[^"' + wide + rb']++|"")*+"|' + plain + rb")"
    number = NUMBERS[sheet.decimal].pattern
    number = rb"(?:" + number + rb'|"' + number + rb'")?+'
    row = re.escape(sheet.mark).join(
        number if numbers.get(index) else words for index in range(len(sheet.names))
    )
    return re.compile(rb"[\r\n]*+(?:" + row + rb"(?:[\r\n]++|\Z))*+")


def quotes_are_broken(sheet: Sheet, text: bytes) -> bool:
    """Return whether some quoted field swallows lines, or is a number with a stray quote."""
    quotes = find_quotes(text, sheet.mark)
    for pair in quotes.broken:
        cell = cell_at(text, sheet.mark, int(quotes.opens[pair]), len(text))
        if cell.swallows_lines or _stray_quote(sheet, cell):
            return True
    return False


def _not_text(sheet: Sheet, stretch: Stretch, cell: Cell, index: int) -> DataError | None:
    try:
        stretch.text[cell.start : cell.stop].decode()
    except UnicodeDecodeError as error:
        where = f"{sheet.place(stretch.line_at(cell.start))}, {visible(sheet.names[index])}"
        offset = stretch.offset + cell.start + error.start
        return not_in_encoding(error.object[error.start], offset, "utf-8", where)
    return None


def _not_a_number(sheet: Sheet, stretch: Stretch, cell: Cell, index: int) -> DataError | None:
    name = sheet.names[index]
    if _stray_quote(sheet, cell):
        what, remedy = "a number with a quote in it", "write the number without quotes"
        shown = stretch.text[cell.start : cell.stop]
    elif not cell.value or is_number(cell.value, sheet.decimal):
        return None
    else:
        shown = stretch.text[cell.start : cell.stop] if cell.is_broken else cell.value
        text = cell.value.decode(errors="backslashreplace")
        what, remedy = (
            "which is not a number" + _foreign(text),
            instead_of(text, sheet.decimal, sheet.delimiter),
        )
        if text == name:
            what = "the name of the column: the header line stands here again"
            line = stretch.line_at(cell.start)
            remedy = "delete the line" + sheet.sed(f"{line}d")
    return DataError(
        f"{visible(name)} is '{visible(shown.decode(errors='backslashreplace'))}', {what}",
        where=sheet.place(stretch.line_at(cell.start)),
        remedy=remedy,
    )


def _foreign(text: str) -> str:
    """Name the first character that looks like another one."""
    strange = next((c for c in text if not c.isascii()), "")
    return f" (it holds U+{ord(strange):04X})" if strange else ""


def _stray_quote(sheet: Sheet, cell: Cell) -> bool:
    """Return whether the quotes of a number end before it does, as in "1"2."""
    if not cell.is_broken or not is_number(cell.value, sheet.decimal):
        return False
    before = cell.quoted[-1] if cell.quoted else ord('"')
    return before in BEFORE_STRAY_QUOTE


def overflow(sheet: Sheet, index: int, text: str, where: str) -> DataError:
    """Return the error for a number that is too large for a double."""
    return DataError(
        f"{visible(sheet.names[index])} is '{visible(text)}', beyond the largest double (1.8e308)",
        where=where,
        remedy="write inf if it is meant to be infinite, or divide the columns by a constant",
    )
