"""The laws: what a loss must hold to, and in plain words how it breaks it."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.laws import samples
from losscli.laws.exact import NotExactError, exact
from losscli.laws.samples import Columns
from losscli.losses.arguments import column_of
from losscli.losses.chosen import Chosen, Part
from losscli.losses.plugin.guard import NotOneNumberError
from losscli.losses.spec import Loss, Value, Vector
from losscli.roles import SHARED

MOST_ULPS = 16
_MORE_DIGITS = 700
_BATCH = 1e-6
"""Losses of a row that differ by more, beside their size, differ not by rounding alone."""
_ROUNDED = 1e-15


@dataclass(frozen=True)
class Finding:
    """Whether a loss keeps a law: "holds", "broken", or "open" where it cannot be judged."""

    law: str
    status: str
    said: str = ""


@dataclass(frozen=True)
class Tried:
    """A loss with its parameters, and ordinary rows for it."""

    loss: Loss
    parameters: Mapping[str, Value]
    rows: Columns

    def terms(self, columns: Columns) -> tuple[Vector, ...]:
        """Return the terms of some rows."""
        return Chosen("", "", (Part(1.0, self.loss, self.parameters),)).terms(columns)

    def row(self, columns: Columns, at: int) -> str:
        """Return a row in words."""
        here = (r for r, c in columns.items() if r not in SHARED and c.ndim == 1)
        return ", ".join(f"{column_of(r)} is {float(columns[r][at]):.12g}" for r in here)


def check(loss: Loss, parameters: Mapping[str, Value]) -> Iterator[Finding]:
    """Try a loss on rows of all sizes, and on the edges of its domain, law by law.

    Raises UsageError where it fails in a row that it says it is defined for.
    """
    rows = samples.ordinary(loss, parameters)
    tried = Tried(loss, parameters, rows)
    for name, law in LAWS.items():
        try:
            said = law(tried)
        except NotOneNumberError as error:
            yield Finding(name, "broken", f"{error.where}: {error.what}")
            return
        except NotExactError as error:
            yield Finding(name, "open", str(error))
            continue
        yield Finding(name, *said) if said else Finding(name, "holds")


Said = tuple[str, str] | None


def _one_number(tried: Tried) -> Said:
    for count in (1, 2, len(next(iter(tried.rows.values())))):
        tried.terms(samples.taken(tried.rows, slice(count)))
    return None


def _repeats(tried: Tried) -> Said:
    one, other = tried.terms(tried.rows)[0], tried.terms(tried.rows)[0]
    differs = np.flatnonzero(one.view(np.int64) != other.view(np.int64))
    if not len(differs):
        return None
    at = int(differs[0])
    return "broken", (
        f"the same row costs {one[at]:.12g}, and {other[at]:.12g} when it is asked for again, "
        f"where {tried.row(tried.rows, at)}"
    )


def _rows_alone(tried: Tried) -> Said:
    whole, n = tried.terms(tried.rows)[0], samples.ROWS
    picks: list[Any] = [np.arange(n)[: len(whole)][::-1]]
    picks += [slice(start, start + size) for start in (0, 1, 3, 100) for size in (1, 2, 7, 64)]
    rounded: str | None = None
    for pick in picks:
        some, kept = tried.terms(samples.taken(tried.rows, pick))[0], whole[pick]
        for k in np.flatnonzero(some.view(np.int64) != np.ascontiguousarray(kept).view(np.int64)):
            size = max(abs(float(kept[k])), abs(float(some[k])), 1e-300)
            row = tried.row(samples.taken(tried.rows, pick), int(k))
            if not abs(float(kept[k]) - float(some[k])) <= _BATCH * size:
                return "broken", (
                    f"it depends on the batch: a row costs {kept[k]:.12g} among {len(whole)} rows "
                    f"and {some[k]:.12g} among {len(some)}, where {row}"
                )
            rounded = rounded or (
                f"other bits on another slice: {float(kept[k])!r} among {len(whole)} rows, "
                f"{float(some[k])!r} among {len(some)}, where {row}"
            )
    return ("broken", rounded) if rounded else None


def _floor(tried: Tried) -> Said:
    if tried.loss.floor != "0" or tried.loss.signed:
        return "open", f"its floor is {tried.loss.floor or 'not stated'}"
    found = tried.terms(tried.rows)[0]
    below = np.flatnonzero(found < -_ROUNDED)
    if len(below):
        at = int(below[0])
        return "broken", (
            f"it is {found[at]:.12g}, below 0, where {tried.row(tried.rows, at)}; "
            'say floor="" in the decorator where it has no floor'
        )
    best = None if tried.loss.ideal else samples.perfect(tried.rows)
    if best is None:
        return "open", "what a perfect prediction is cannot be told from its columns"
    best = samples.within(best, tried.loss.domain(**tried.parameters))
    found = tried.terms(best)[0]
    above = np.flatnonzero(~(np.abs(found) <= _ROUNDED) & ~np.isnan(found))
    if not len(above):
        return None
    at = int(above[0])
    return "broken", (
        f"a perfect prediction costs {found[at]:.12g}, not 0, where {tried.row(best, at)}; "
        'say floor="…" in the decorator where that is meant'
    )


def _edges(tried: Tried) -> Said:
    for columns in (samples.edges(tried.loss, tried.parameters), tried.rows):
        if columns is None or tried.loss.leaves_out:
            continue
        found = tried.terms(columns)[0]
        odd = np.flatnonzero(~(found > -np.inf))
        if len(odd):
            at = int(odd[0])
            said = "NaN" if np.isnan(found[at]) else "minus infinity"
            return "broken", (
                f"it is {said} where {tried.row(columns, at)}; compute it there, or say where "
                "it is defined, as in pred: Annotated[float, Interval(low=0, low_open=True)]"
            )
    return None


def _formula(tried: Tried) -> Said:
    loss, columns = tried.loss, tried.rows
    if not loss.formula:
        return "open", "it states no formula"
    if any(column.ndim > 1 for column in columns.values()):
        return "open", "its formula is over several columns"
    fixed = {n: Decimal(v) for n, v in tried.parameters.items() if isinstance(v, int | float)}
    for text, term in zip(loss.formula, tried.terms(columns), strict=False):
        try:
            wanted = exact(text)
        except (UsageError, SyntaxError) as error:
            return "open", f"its formula is not one that --loss would read ({error})"
        for at, found in enumerate(term.tolist()):
            row = fixed | {r: Decimal(float(c[at])) for r, c in columns.items()}
            off = _ulps(found, wanted(row), loss)
            if off > MOST_ULPS:  # 1 + x loses the digits of a small x
                off = _ulps(found, exact(text, _MORE_DIGITS)(row), loss)
            if off > MOST_ULPS:
                return "broken", (
                    f"it is {found!r}, its formula {float(wanted(row))!r} ({off:.3g} units in the "
                    f"last place; {MOST_ULPS} are allowed), where {tried.row(columns, at)}"
                )
    return None


def _ulps(found: float, wanted: Decimal, loss: Loss) -> float:
    """Return how far a number is off, in units of its last place; 0 where none is known."""
    if not (wanted.is_finite() and np.isfinite(found)):
        return 0.0
    # without a floor terms may cancel
    unit = np.spacing(max(abs(float(wanted)), 0.0 if loss.floor else 1.0))
    return float(abs(Decimal(found) - wanted) / Decimal(float(unit)))


LAWS: Mapping[str, Callable[[Tried], Said]] = {
    "it gives one number for each row": _one_number,
    "it gives the same number each time": _repeats,
    "a row does not see other rows, and has the same bits in any slice": _rows_alone,
    "perfect is the floor, and nothing is below it": _floor,
    "it is a number wherever it says it is defined": _edges,
    "it is its formula": _formula,
}
"""The laws by what they say, in the order in which they are tried."""
