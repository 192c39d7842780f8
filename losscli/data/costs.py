"""What each decision costs for each truth: a small table, by class."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.flags import shown
from losscli.data.peek import number
from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.visible import visible

_SHAPE = "write a column for each decision and a row for each truth: ,cat,dog / cat,0,1 / dog,5,0"
_LARGEST = 10_000_000


@dataclass(frozen=True)
class Costs:
    """The costs by class: `values` is float64[k, k], a row for each truth, at `places`."""

    where: str
    classes: tuple[str, ...]
    values: NDArray[np.float64] = field(compare=False)
    places: tuple[str, ...] = field(compare=False)

    def of(self, classes: Sequence[str]) -> NDArray[np.float64]:
        """Return the costs in the order of `classes`; UsageError where they are not the same."""
        if set(classes) != set(self.classes):
            unknown = [name for name in self.classes if name not in classes]
            missing = [name for name in classes if name not in self.classes]
            what = f"the costs are of {shown(self.classes)}, the predictions of {shown(classes)}"
            remedy = f"add {shown(missing)}" if missing else f"take out {shown(unknown)}"
            where = self.places[self.classes.index(unknown[0])] if unknown else self.where
            raise UsageError(what, where=where, remedy=remedy)
        order = [self.classes.index(name) for name in classes]
        found = np.ascontiguousarray(self.values[np.ix_(order, order)])
        found.flags.writeable = False
        return found


def read_costs(given: Any) -> Costs:  # noqa: ANN401 - a path, a DataFrame or {truth: {decision: cost}}
    """Read the costs of --cost-matrix; DataError or UsageError where it is no square of numbers."""
    if hasattr(given, "to_dict"):
        given = given.to_dict(orient="index")
    if isinstance(given, Mapping):
        return _of_mapping(given)
    where = f"--cost-matrix {visible(str(given), limit=500)}"
    try:
        with Path(given).open("rb") as file:
            raw = file.read(_LARGEST + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, TypeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise UsageError(f"cannot be read: {why}", where=where, remedy=_SHAPE) from None
    if len(raw) > _LARGEST:
        raise UsageError("is too large for a matrix of costs", where=where, remedy=_SHAPE)
    return _of_text(text, where)


def _of_text(text: str, where: str) -> Costs:
    first = text.partition("\n")[0]
    mark = max(",;\t|", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    if not rows:
        raise DataError("is empty", where=where, remedy=_SHAPE)
    decisions = tuple(cell.strip() for cell in rows[0][1][1:])
    truths = tuple(row[0].strip() for _, row in rows[1:])
    top, *places = (f"{where}, line {line}" for line, _ in rows)
    _square(decisions, truths, top, places)
    values = np.empty((len(truths), len(truths)))
    for at, (_, row) in enumerate(rows[1:]):
        if len(row) != len(decisions) + 1:
            one = "1 cost" if len(row) == 2 else f"{len(row) - 1} costs"  # noqa: PLR2004 - and its name
            what = f"the row of {visible(truths[at])} has {one}, not {len(decisions)}"
            raise DataError(what, where=places[at], remedy=_SHAPE)
        named = zip(row[1:], decisions, strict=True)
        values[at] = [_cost(cell, places[at], name) for cell, name in named]
    return _ordered(where, decisions, truths, values, places)


def _of_mapping(given: Mapping[Any, Any]) -> Costs:
    where = "cost_matrix"
    truths = tuple(map(str, given))
    rows = [{str(name): cost for name, cost in row.items()} for row in given.values()]
    decisions = tuple(dict.fromkeys(name for row in rows for name in row))
    places = [f"{where}, truth {visible(truth)}" for truth in truths]
    _square(decisions, truths, where, places)
    values = [
        [_cost(str(row.get(name, "")), place, name) for name in decisions]
        for row, place in zip(rows, places, strict=True)
    ]
    return _ordered(where, decisions, truths, np.array(values), places)


def _ordered(
    where: str,
    decisions: tuple[str, ...],
    truths: tuple[str, ...],
    values: NDArray[np.float64],
    places: Sequence[str],
) -> Costs:
    order = [decisions.index(name) for name in truths]
    found = values[:, order]
    # a right decision is the class of its row
    for row, wrong in np.argwhere((found < 0) | (found < found.diagonal()[:, None])).tolist():
        what = f"the cost {found[row, wrong]:.17g} is below 0"
        if found[row, wrong] >= 0:
            right = f"the {found[row, row]:.17g} of the right one"
            what = f"a wrong decision costs {found[row, wrong]:.17g}, less than {right}"
        place = f"{places[row]}, decision {visible(truths[wrong])}"
        raise DataError(what, where=place, remedy="mend the cost: none is below the right one's")
    return Costs(where, truths, found, tuple(places))


def _square(
    decisions: Sequence[str], truths: Sequence[str], top: str, places: Sequence[str]
) -> None:
    """Refuse what has not one row and one column for each class, with the line that shows it."""
    for names, lines in ((decisions, [top] * len(decisions)), (truths, places)):
        for at, name in enumerate(names):
            if not name:
                raise DataError("a class has no name", where=lines[at], remedy=_SHAPE)
            if name in names[:at]:
                what = f"the class {visible(name)} stands there twice"
                raise DataError(what, where=lines[at], remedy="take out one of them")
    for name, place in zip(truths, places, strict=True):
        if name not in decisions:
            what = f"there is no column for the decision {visible(name)}"
            raise DataError(f"{what}, which has a row", where=place, remedy=_SHAPE)
    if missing := [name for name in decisions if name not in truths]:
        what = f"there is no row for the truth {shown(missing)}"
        raise DataError(f"{what}, which has a column", where=top, remedy=_SHAPE)
    if len(truths) < 2:  # noqa: PLR2004 - a choice has two
        what = "the matrix of costs has fewer than two classes"
        raise DataError(what, where=top, remedy=_SHAPE)


def _cost(text: str, place: str, decision: str) -> float:
    found = number(text)
    if found is None or not np.isfinite(found):
        what = f"{visible(text)!r} is no cost" if text.strip() else "there is no cost"
        where = f"{place}, decision {visible(decision)}"
        raise DataError(what, where=where, remedy="a cost is a finite number, 0 or above")
    return found
