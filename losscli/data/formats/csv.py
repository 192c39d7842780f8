"""CSV and TSV files and standard input."""

from collections.abc import Collection, Sequence
from contextlib import suppress

from losscli.data.block import Source
from losscli.data.joined import joined, same_columns
from losscli.data.reading import Reading
from losscli.data.storage import Stored
from losscli.data.text.sheet import Sheet, spoken
from losscli.data.text.sniff import sniff
from losscli.data.text.source import CsvSource
from losscli.data.text.textfile import TextFile
from losscli.errors import DataError, UsageError
from losscli.visible import first_of

KIND = "delimited text"
_FEW_ROWS = 2
"""So many rows tell whether a text is written as the first one."""


def holds(head: bytes) -> bool:  # noqa: ARG001 - the protocol
    """Tell that anything can be delimited text."""
    return True


def opened(files: Sequence[Stored], reading: Reading) -> Source:
    """Return the rows of delimited texts as one data set.

    What is None in `reading` is found from the first rows. Raises DataError for a file that
    cannot be read, has no rows or other columns than the first, and UsageError for options that
    do not fit.
    """
    delimiter, decimal = _delimiter(reading.delimiter), _decimal(reading.decimal)
    if (delimiter, decimal) == (",", ","):
        raise UsageError("a comma cannot be both", where="--delimiter, --decimal")
    sheets: list[Sheet] = []
    for kept in files:
        text = TextFile(kept, reading.encoding)
        sheet = _like(sheets[0], text, reading) if sheets and not (delimiter or decimal) else None
        sheet = sheet or sniff(text, delimiter, decimal, header=not reading.no_header)
        if sheets:
            # what the first rows tell is asked of the first file only
            same_columns(sheets[0].names, sheet.names, sheets[0].text.name, text.name)
            sheet = sheet.without_sample(sheets[0].names)
        sheets.append(sheet)
    chosen = {flag.removeprefix("--") for flag in reading.of_text}
    notes = _notes(sheets, {"delimiter", "decimal", "encoding"} - chosen)
    apart = len(sheets) > 1
    return joined(
        [CsvSource(sheet, notes, reading.block_bytes, apart=apart) for sheet in sheets],
        [kept.weight for kept in files],
    )


def _like(first: Sheet, text: TextFile, reading: Reading) -> Sheet | None:
    """Return what a text looks like if it is written as the first one, from a few of its rows."""
    if first.delimiter == ";" or reading.no_header:
        return None  # the decimal mark, or the number of columns, is told by more rows
    with suppress(DataError):
        found = sniff(text, first.delimiter, rows=_FEW_ROWS)
        if sorted(found.names) == sorted(first.names):
            return found
    return None


def _delimiter(given: str | None) -> str | None:
    if given is None:
        return None
    mark = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(mark) != 1 or not mark.isascii() or mark in '"\r\n\0' or mark.isalnum():
        raise UsageError(
            f"{given!r} cannot be a delimiter",
            where="--delimiter",
            remedy="give one character, such as ',' or ';' or '|', or the word tab",
        )
    return mark


def _decimal(given: str | None) -> str | None:
    if given not in (None, ".", ","):
        raise UsageError(
            f"{given!r} cannot be a decimal mark",
            where="--decimal",
            remedy="give a point (--decimal .) or a comma (--decimal ,)",
        )
    return given


def _notes(sheets: Sequence[Sheet], chosen: Collection[str]) -> list[str]:
    """Return what was chosen for each text beyond the plain case, with the flags that pin it."""
    found: dict[str, list[str]] = {}
    for sheet in sheets:
        mark, encoding = spoken(sheet.delimiter), sheet.text.encoding
        facts = [
            ("encoding", encoding, str(encoding).upper()),
            ("delimiter", mark if sheet.delimiter != "," else None, f"delimiter {mark}"),
            ("decimal", "," if sheet.decimal == "," else None, "decimal comma"),
        ]
        facts = [fact for fact in facts if fact[0] in chosen and fact[1]]
        if facts:
            words = ", ".join(words for _, _, words in facts)
            flags = " ".join(f"--{flag} {value}" for flag, value, _ in facts)
            found.setdefault(f"read with {words} ({flags})", []).append(sheet.text.name)
    return [f"{first_of(names)} {note}" for note, names in found.items()]
