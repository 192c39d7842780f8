"""CSV and TSV files and standard input as a source of typed pieces."""

from collections import Counter
from collections.abc import Collection, Sequence

from losscli.data.block import Source
from losscli.data.storage import STDIN, stored
from losscli.data.text.sheet import Sheet, spoken
from losscli.data.text.sniff import sniff
from losscli.data.text.source import CsvSource
from losscli.data.text.textfile import TextFile
from losscli.errors import DataError, UsageError
from losscli.visible import visible

BLOCK_BYTES = 4 << 20


def open_csv(
    paths: Sequence[str],
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> Source:
    """Return the rows of delimited text files as one dataset, in the order of `paths`.

    "-" is standard input. What is None is found from the first rows. Raises DataError for a
    file that cannot be read, has no rows or other columns than the first, and UsageError for
    options that do not fit.
    """
    if not paths:
        raise UsageError("no file is named", remedy="name one, or - for standard input")
    delimiter, decimal = _delimiter(delimiter), _decimal(decimal)
    if (delimiter, decimal) == (",", ","):
        raise UsageError("a comma cannot be both", where="--delimiter, --decimal")
    if list(paths).count(STDIN) > 1:
        raise UsageError("standard input is named more than once", remedy="name - once")
    sheets = [sniff(TextFile(stored(path), encoding), delimiter, decimal) for path in paths]
    for sheet in sheets[1:]:
        _same_columns(sheets[0], sheet)
    given = {"delimiter": delimiter, "decimal": decimal, "encoding": encoding}
    notes = _notes(sheets, {flag for flag, value in given.items() if value is None})
    return CsvSource(sheets, notes, block_bytes)


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


def _same_columns(first: Sheet, other: Sheet) -> None:
    ours, theirs = Counter(first.names), Counter(other.names)
    if ours == theirs:
        return
    parts = [
        f"{verb} {', '.join(visible(name) for name in names)}"
        for verb, names in (("lacks", ours - theirs), ("adds", theirs - ours))
        if names
    ]
    raise DataError(
        f"the columns are not those of {visible(first.text.name, 200)}: it {' and '.join(parts)}",
        where=other.text.name,
        remedy="give all files the same header",
    )


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
    return [f"{_files(names)} {note}" for note, names in found.items()]


def _files(names: list[str]) -> str:
    first = visible(names[0], 200)
    return first if len(names) == 1 else f"{first} and {len(names) - 1} more"
