"""The laws: what a loss must hold to, and in plain words how it breaks it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.laws import samples
from losscli.laws.exact import NotExactError, exact
from losscli.laws.rewards import rewards
from losscli.laws.samples import Columns
from losscli.laws.textbook import textbook
from losscli.laws.tried import Said, Tried, count
from losscli.losses.domain import Choice, Interval
from losscli.losses.parameter import Parameter, Value
from losscli.losses.plugin.guard import NotOneNumberError
from losscli.losses.spec import Loss, Vector

_BATCH = 1e-6
"""Losses of a row that differ by more, beside their size, differ not by rounding alone."""
_ROUNDED = 1e-15
_NEAR = 1e-12
"""How far from its floor a perfect prediction may be, beside the size of the truth."""


@dataclass(frozen=True)
class Finding:
    """Whether a loss keeps a law: "holds", "broken", or "open" where it cannot be judged."""

    law: str
    status: str
    said: str = ""


def check(loss: Loss, parameters: Mapping[str, Value]) -> Iterator[Finding]:
    """Try a loss on rows of all sizes, and on the edges of its domain, law by law.

    Where the range of a parameter is stated, it is tried with other values of that, too. Raises
    UsageError where it fails in a row that it says it is defined for.
    """
    tried = [Tried.of(loss, one) for one in (parameters, *_others(loss, parameters))]
    for name, law in LAWS.items():
        try:
            found = next(filter(None, (_of(law, one, parameters) for one in tried)), None)
        except NotOneNumberError as error:
            yield Finding(name, "broken", f"{error.where}: {error.what}")
            return
        yield Finding(name, *found) if found else Finding(name, "holds")


def _of(law: Callable[[Tried], Said], tried: Tried, usual: Mapping[str, Value]) -> Said:
    if not count(tried.rows):
        return "open", "no rows could be made up that lie in its domain"
    try:
        found = law(tried)
    except NotExactError as error:
        return "open", str(error)
    changed = ", ".join(f"{n}={v}" for n, v in tried.parameters.items() if v != usual[n])
    return (found[0], f"with {changed} {found[1]}") if found and changed else found


def _others(loss: Loss, usual: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    for parameter in loss.parameters:
        for value in _values(parameter):
            other = {**usual, parameter.name: value}
            if value != usual[parameter.name] and not loss.check(**other):
                yield other


def _values(parameter: Parameter) -> list[Value]:
    """Return values of a parameter whose range is stated: its words, or numbers of all sizes."""
    legal = parameter.legal
    words: tuple[str, ...] = ()
    if isinstance(legal, Choice):
        words, legal = legal.words, legal.numbers
    numbers = (0.0, 0.25, 1.0, 3.0) if isinstance(legal, Interval) else ()
    return [*words, *(value for value in numbers if legal and value in legal)]


def _one_number(tried: Tried) -> Said:
    for some in (1, 2, count(tried.rows)):
        tried.terms(samples.taken(tried.rows, slice(some)))
    return None


def _repeats(tried: Tried) -> Said:
    for one, other in zip(tried.terms(tried.rows), tried.terms(tried.rows), strict=True):
        differs = np.flatnonzero(one.view(np.int64) != other.view(np.int64))
        if len(differs):
            at = int(differs[0])
            return "broken", (
                f"the same row costs {one[at]:.12g}, and {other[at]:.12g} when it is asked for "
                f"again, where {tried.row(tried.rows, at)}"
            )
    return None


def _rows_alone(tried: Tried) -> Said:
    whole, n = tried.terms(tried.rows), count(tried.rows)
    picks: list[Any] = [np.arange(n)[::-1]]
    picks += [slice(start, start + size) for start in (0, 1, 3, 100) for size in (1, 2, 7, 64)]
    rounded: str | None = None
    for pick in picks:
        rows = samples.taken(tried.rows, pick)
        if not count(rows):
            continue
        for some, all_rows in zip(tried.terms(rows), whole, strict=True):
            kept = np.ascontiguousarray(all_rows[pick])
            for k in np.flatnonzero(some.view(np.int64) != kept.view(np.int64)).tolist():
                there, here, row = float(kept[k]), float(some[k]), tried.row(rows, k)
                if not abs(there - here) <= _BATCH * max(abs(there), abs(here), 1e-300):
                    return "broken", (
                        f"it depends on the batch: a row costs {there:.12g} among {n} rows "
                        f"and {here:.12g} among {len(some)}, where {row}"
                    )
                rounded = rounded or (
                    f"other bits on another slice: {there!r} among {n} rows, "
                    f"{here!r} among {len(some)}, where {row}"
                )
    return ("broken", rounded) if rounded else None


def _floor(tried: Tried) -> Said:
    loss = tried.loss
    if loss.signed or not loss.floor:
        return "open", "it is signed" if loss.signed else "it states no floor"
    if loss.floor == "0" and (below := _first(tried, tried.rows, lambda f: f < -_ROUNDED)):
        return (
            "broken",
            f'it is below 0: {below}; say floor="" in the decorator where it has no floor',
        )
    try:
        floor, best = exact(loss.floor), tried.best(tried.rows)
    except UsageError:
        return "open", f"what a perfect prediction costs is stated as {loss.ideal or loss.floor}"
    if best is None:
        return "open", "what a perfect prediction is cannot be told from its columns"
    best = samples.within(best, loss.domain(**tried.parameters))
    wanted = np.array([float(floor(row)) for row in tried.numbers(best)])
    sizes = 1 + np.abs(wanted) + (np.abs(best["y"]).reshape(len(wanted), -1).max(axis=1))
    off = _first(tried, best, lambda f: ~(np.abs(f - wanted) <= _NEAR * sizes))
    if off is None or (not tried.is_mean and tried.value(best) == 0):
        return None
    remedy = 'say floor="…" in the decorator where that is meant'
    if off.startswith("nan "):
        remedy = "compute it there"
    return "broken", f"a perfect prediction costs {off}, and not {loss.floor}; {remedy}"


def _first(
    tried: Tried, columns: Columns, odd: Callable[[Vector], NDArray[np.bool_]]
) -> str | None:
    """Return the first row whose loss is odd, in words."""
    found = tried.terms(columns)[0]
    rows = np.flatnonzero(odd(found) & ~(np.isnan(found) & tried.loss.leaves_out))
    return f"{found[rows[0]]:.12g} where {tried.row(columns, int(rows[0]))}" if len(rows) else None


def _bound(tried: Tried) -> Said:
    if tried.loss.bound == np.inf:
        return "open", "it states none"
    try:
        bound = exact(str(tried.loss.bound))
    except UsageError:
        return "open", f"its bound is stated as {tried.loss.bound}"
    most = float(bound(next(tried.numbers(tried.rows))))
    for columns in (tried.rows, tried.edges):
        if above := _first(tried, columns, lambda found: found > most * (1 + _ROUNDED)):
            return "broken", f"it is {above}, more than its bound, {most:g}"
    return None


def _edges(tried: Tried) -> Said:
    for columns in (tried.edges, tried.rows):
        for found in () if tried.loss.leaves_out else tried.terms(columns):
            odd = np.flatnonzero(~(found > -np.inf))
            if len(odd):
                at = int(odd[0])
                said = "NaN" if np.isnan(found[at]) else "minus infinity"
                return "broken", (
                    f"it is {said} where {tried.row(columns, at)}; compute it there, or say where "
                    "it is defined, as in pred: Annotated[float, Interval(low=0, low_open=True)]"
                )
    return None


LAWS: Mapping[str, Callable[[Tried], Said]] = {
    "it gives one number for each row": _one_number,
    "it gives the same number each time": _repeats,
    "a row does not see other rows, and has the same bits in any slice": _rows_alone,
    "perfect is the floor, and nothing is below it": _floor,
    "nothing is above its bound": _bound,
    "it is a number wherever it says it is defined": _edges,
    "it is its formula": textbook,
    "it rewards what it says": rewards,
}
"""The laws by what they say, in the order in which they are tried."""
