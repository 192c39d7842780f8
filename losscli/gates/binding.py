"""Which loss of the run each limit is about; losses named only in a limit join the run."""

from collections.abc import Callable, Mapping, Sequence

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.gates.limit import Limit
from losscli.gates.selector import written
from losscli.losses.chosen import Chosen
from losscli.losses.combine import LARGEST, MEAN
from losscli.losses.language import OF_MATRIX, parse, resolve, tasks
from losscli.losses.names import nearest
from losscli.losses.syntax import Request
from losscli.visible import visible

OF_ROWS = ("quantile", "share")
"""Functions of the row losses, whose distribution must be kept."""


@dataclass(frozen=True)
class Bound:
    """A limit with the loss that it is about, and the breakdown that its classes are of."""

    limit: Limit
    number: int
    chosen: Chosen
    by: str | None

    @property
    def of_rows(self) -> bool:
        """Tell whether it asks for the distribution of the row losses."""
        return self.limit.function in OF_ROWS

    def measure(self, shown: str | None = None) -> str:
        """Return what is measured, as it can be written in a limit; `shown` is a class."""
        limit, loss = self.limit, self.chosen.label
        if shown is not None:
            loss += f"[{written(str(self.by))}={shown}]"
        if limit.function == "quantile":
            return f"p{100 * limit.part:.10g}({loss})"
        if limit.function == "share":
            return f"share({loss}, worst={100 * limit.part:.10g}%)"
        return f"{limit.function}({loss})" if limit.function else loss


def sought(
    found: Sequence[Limit], asked: Sequence[Request], hybrids: Mapping[str, str]
) -> tuple[Request | None, ...]:
    """Return the loss of each limit as a request; None where it is the name of an asked-for one.

    Raises UsageError, with the limit, where its text is not one loss.
    """
    names = {request.name for request in asked if request.name}
    return tuple(None if limit.loss in names else _request(limit, hybrids) for limit in found)


def _request(limit: Limit, hybrids: Mapping[str, str]) -> Request:
    try:
        requests = parse([hybrids.get(limit.loss, limit.loss)])
        able = tasks(requests)
        if len(able) == 1:
            resolve(requests, next(iter(able)), given=OF_MATRIX)
    except UsageError as error:
        raise limit.error(error.what, error.remedy) from None
    if len(requests) > 1:
        raise limit.error("a limit is about one loss", "give each its own limit")
    return requests[0]


def bound(
    pairs: Sequence[tuple[Limit, Request | None]],
    chosen: tuple[Chosen, ...],
    by: Sequence[str],
    choose: Callable[[Request], Chosen],
) -> tuple[tuple[Chosen, ...], tuple[Bound, ...]]:
    """Return the losses of the run, with those that only limits name, and the bound limits.

    `pairs` are limits with their losses, as of `sought`; `by` are the breakdowns of the run,
    `choose` resolves a request. Raises UsageError where a limit asks for what there is not.
    """
    bounds = []
    for limit, request in pairs:
        one = _chosen(limit, request, chosen, choose)
        number = next((k for k, c in enumerate(chosen) if c.spelling == one.spelling), None)
        if number is None:
            number, chosen = len(chosen), (*chosen, one)
        _check(limit, chosen[number])
        bounds.append(Bound(limit, number, chosen[number], _by(limit, by)))
    return chosen, tuple(bounds)


def _chosen(
    limit: Limit,
    request: Request | None,
    chosen: Sequence[Chosen],
    choose: Callable[[Request], Chosen],
) -> Chosen:
    if request is None:
        return next(one for one in chosen if one.label == limit.loss)
    try:
        one = choose(request)
    except UsageError as error:
        raise limit.error(error.what, error.remedy) from None
    bare = len(request.terms) == 1 and not request.terms[0][1].parameters and one.single
    if bare and all(one.spelling != other.spelling for other in chosen):
        same = [c for c in chosen if c.single and c.single.loss == bare.loss]
        if same:
            what = f"{one.spelling} is meant here, but {visible(same[0].label)} was asked for"
            raise limit.error(what, f"write {visible(same[0].label)}, or {one.spelling}")
    return one


def _check(limit: Limit, chosen: Chosen) -> None:
    name = visible(chosen.label)
    if limit.function not in OF_ROWS:
        if limit.selector and limit.function == "skill":
            raise limit.error("skill is of all rows, not of a class", "leave out the […]")
        return
    if limit.selector:
        what = f"{limit.function} is of all rows, not of a class"
        raise limit.error(what, "judge the class in a run of its own")
    combine = chosen.combine
    if combine not in (MEAN, LARGEST) and not combine.needs_median:
        what = f"{name} is the {combine.name} of its rows, which are in another unit"
        raise limit.error(what, f"name a loss that is their mean; losscli explain {name}")
    if limit.function == "share" and any(part.loss.signed for part in chosen.parts):
        raise limit.error(f"{name} can be negative, so no rows have a share of it")


def refuse_adapting(bounds: Sequence[Bound]) -> None:
    """Refuse limits on losses whose parameters are found from the judged rows."""
    for one in bounds:
        if one.chosen.auto:
            name = visible(one.chosen.label)
            what = f"{name} finds its parameters from the judged rows, so its limit would move"
            remedy = "find them elsewhere: --fit-on REF.csv, or --freeze-from a saved report"
            raise one.limit.error(what, remedy)


def _by(limit: Limit, by: Sequence[str]) -> str | None:
    if limit.selector is None:
        return None
    name = limit.selector.by
    if name in by:
        return name
    known = ", ".join(visible(column) for column in by)
    if not by:
        remedy = f"--by {visible(name)}" if name != "class" else "--by COLUMN"
        raise limit.error("there is no breakdown by class", remedy)
    if name != "class":
        what = f"there is no breakdown by {visible(name)!r}, only by {known}"
        near = nearest(name, [*dict.fromkeys(("class", *by))])
        raise limit.error(what, near or f"--by {visible(name)} adds one")
    if len(by) > 1:
        what = f"class could be one of {known}"
        raise limit.error(what, f"name the column: {visible(by[0])}=…")
    return by[0]
