"""The exact reading of JSON lines, one by one: what pyarrow is not sure of, and the blame."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from losscli.data.text.numerals import instead_of
from losscli.dataclass import dataclass
from losscli.errors import DataError
from losscli.visible import visible

TEXT, INTEGER, NUMBER, TRUTH = "texts", "integers", "numbers", "truth values"
_CONSTANTS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}


class Number(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(frozen=True)
class Line:
    """One object; `where` says on which line it stands."""

    cells: Mapping[str, Any]
    where: Callable[[], str]


def lines(text: bytes, where: Callable[[int], str]) -> Iterator[Line]:
    """Give the objects of whole lines; `where` says for a line (from 0) where it stands.

    Raises DataError at the first line that holds something else.
    """
    for number, raw in enumerate(text.split(b"\n")):
        if raw.strip(b" \t\r"):
            yield Line(_parsed(raw, lambda at=number: where(at)), lambda at=number: where(at))  # type: ignore[misc]


def _parsed(raw: bytes, where: Callable[[], str]) -> Mapping[str, Any]:
    try:
        found = _DECODER.decode(raw.decode())
    except UnicodeDecodeError as error:
        what = f"byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8, as JSON is"
        remedy = "convert the file: iconv -f latin1 -t utf-8"
        raise DataError(what, where=where(), remedy=remedy) from None
    except json.JSONDecodeError as error:
        what = f"is no JSON object ({visible(error.msg, 100)} at character {error.pos + 1})"
        remedy = "write one whole object on each line, as jq -c . does"
        raise DataError(what, where=where(), remedy=remedy) from None
    except _TwiceError as error:
        what = f"the key {visible(str(error))} stands twice in one object"
        raise DataError(what, where=where(), remedy="rename or remove one") from None
    except RecursionError:
        raise DataError("is nested too deeply", where=where(), remedy="flatten it") from None
    if not isinstance(found, dict):
        what = f"is {_kind(found)}, not an object"
        raise DataError(what, where=where(), remedy='write objects: {"y_true": 1.5, "y_pred": 2}')
    return found


class _TwiceError(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return found


def _integer(text: str) -> Number:
    return Number("0" if text == "-0" else text)


_DECODER = json.JSONDecoder(
    parse_float=Number,
    parse_int=_integer,
    parse_constant=lambda word: Number(_CONSTANTS[word]),
    object_pairs_hook=_object,
)


def kind_of(cell: Any) -> str | None:  # noqa: ANN401 - any JSON
    """Return what sort of classes a cell is one of; None for null."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return TRUTH
    if isinstance(cell, Number):
        return INTEGER if cell.lstrip("-").isdigit() else NUMBER
    return TEXT if isinstance(cell, str) else "nested values"


def text_of(cell: Any) -> str | None:  # noqa: ANN401 - any JSON
    """Return a cell as `to_csv` writes it; the empty text is an empty cell."""
    return None if cell is None or cell == "" else str(cell)


def number_cell(line: Line, name: str) -> float | None:
    """Return the number of a cell, None where the key is missing or null."""
    cell = line.cells.get(name)
    if cell is None:
        return None
    if not isinstance(cell, Number):
        _refuse_number(line, name, cell)
    value = float(cell)
    if value in (float("inf"), -float("inf")) and "inf" not in cell:
        raise DataError(
            f"{visible(name)} is {visible(cell)}, beyond the largest double (1.8e308)",
            where=line.where(),
            remedy="divide the columns by a constant",
        )
    return value


def _refuse_number(line: Line, name: str, cell: Any) -> NoReturn:  # noqa: ANN401 - any JSON
    what = f"{visible(name)} is {_kind(cell)}, not a number"
    remedy = "name the column that holds the numbers"
    if isinstance(cell, str):
        what = f"{visible(name)} is the text '{visible(cell)}', not a number"
        remedy = instead_of(cell, ".", ",")
        if remedy.startswith("mend the cell"):
            remedy = "write numbers without quotes, or null where one is missing"
    elif isinstance(cell, bool):
        remedy = f"write {int(cell)} instead"
    raise DataError(what, where=line.where(), remedy=remedy)


def class_cell(line: Line, name: str, kinds: frozenset[str]) -> str | None:
    """Return the class or text of a cell; one of another kind than the first rows is refused."""
    cell = line.cells.get(name)
    kind = kind_of(cell)
    if kind is None:
        return None
    if isinstance(cell, dict | list):
        what = f"{visible(name)} is {_kind(cell)}, not a class or a text"
        remedy = "flatten it where the file is written, or name another column"
        raise DataError(what, where=line.where(), remedy=remedy)
    if kinds and kind not in kinds and not {kind, *kinds} <= {INTEGER, NUMBER}:
        what = f"{visible(name)} is {_kind(cell)}, but the first rows hold {min(kinds)}"
        remedy = "write one kind of value under one key"
        raise DataError(what, where=line.where(), remedy=remedy)
    text = text_of(cell)
    if text is not None and any("\ud800" <= c <= "\udfff" for c in text):
        what = f"{visible(name)} holds half of a surrogate pair, which is no character"
        raise DataError(what, where=line.where(), remedy="mend the escape")
    return text


def _kind(cell: Any) -> str:  # noqa: ANN401 - any JSON
    if cell is None:
        return "null"
    if isinstance(cell, dict | list):
        return "an object" if isinstance(cell, dict) else "an array"
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"the number {visible(cell)}" if isinstance(cell, Number) else f"'{visible(cell)}'"
