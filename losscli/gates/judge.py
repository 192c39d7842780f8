"""From limits and numbers to verdicts: what could not be checked is never a pass."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fractions import Fraction
from operator import ge, gt, le, lt

from losscli.gates.baseline import Baseline
from losscli.gates.binding import Bound
from losscli.gates.numbers import Number, Numbers
from losscli.gates.selector import written
from losscli.losses.combine import to_float
from losscli.report import Gate, Report
from losscli.report.tails import Tail

_BROKEN = {">": gt, ">=": ge, "<": lt, "<=": le}
_ENDS = ("low", "high")
"""Functions that give an end of the interval."""
_PASSED, _FAILED, _WARNED, _UNJUDGED = "passed", "failed", "warned", "unjudged"


def judged(
    report: Report,
    bounds: Sequence[Bound],
    *,
    strict: bool = False,
    baseline: Baseline | None = None,
    tails: Sequence[Tail | None] = (),
) -> Report:
    """Return the report with a gate for each limit (for each class of `class=*`) and the verdict.

    With `strict` a broken limit of severity "warn" fails, too. `tails` are the largest row
    losses of each loss, for the hint how few rows decide.
    """
    judge = _Judge(Numbers(report.to_dict()), baseline, tails, strict=strict)
    gates = tuple(gate for bound in bounds for gate in judge.gates(bound))
    statuses = {gate.status for gate in gates}
    worst = next((s for s in (_UNJUDGED, _FAILED) if s in statuses), _PASSED)
    return replace(report, gates=gates, verdict=worst if gates else "none")


class _Judge:
    def __init__(
        self,
        numbers: Numbers,
        baseline: Baseline | None,
        tails: Sequence[Tail | None],
        *,
        strict: bool,
    ) -> None:
        self._numbers = numbers
        self._baseline = baseline
        self._tails = tails
        self._strict = strict

    def gates(self, bound: Bound) -> Iterator[Gate]:
        """Yield the gate of a limit, or one for each class that it is about."""
        selector = bound.limit.selector
        if selector is None:
            yield self._gate(bound, None)
            return
        known = self._numbers.classes(bound)
        if not selector.every:
            if selector.cls not in known:
                remedy = _near(known, selector.cls)
                yield self._unjudged(bound, selector.cls, "there is no such class", remedy)
            elif known[selector.cls] < selector.rows:
                why = f"the class has {known[selector.cls]} rows, not {selector.rows}"
                gate = self._unjudged(bound, selector.cls, why, "lower rows>=, or find more rows")
                yield replace(gate, rows=known[selector.cls])
            else:
                yield self._gate(bound, selector.cls)
            return
        enough = [cls for cls, rows in known.items() if rows >= selector.rows]
        for cls in enough:
            yield self._gate(bound, cls)
        yield from self._vanished(bound, known)
        if not enough:
            why = f"no class has {selector.rows} rows" if known else "there are no classes"
            yield self._unjudged(bound, None, why, "lower rows>=", everything=True)

    def _vanished(self, bound: Bound, known: dict[str | None, int]) -> Iterator[Gate]:
        """Yield a gate for each class that only the baseline has."""
        selector = bound.limit.selector
        if self._baseline is None or not bound.limit.edge.baseline or selector is None:
            return
        for cls, rows in self._baseline.numbers.classes(bound).items():
            if cls not in known and rows >= selector.rows:
                why = "the class of the baseline is not in these data"
                yield self._unjudged(bound, cls, why, "find its rows, or save a new baseline")

    def _gate(self, bound: Bound, cls: str | None) -> Gate:
        limit = bound.limit
        number = self._numbers.of(bound, cls)
        gate = self._record(bound, cls, number)
        if math.isnan(number.value):
            return replace(gate, why=number.why, remedy=f"losscli explain {bound.chosen.name}")
        if not limit.edge.baseline:
            edge = to_float(limit.edge.number)
        else:
            before = self._before(bound, cls)
            if before.why:
                return replace(gate, why=before.why, remedy=_remedy(bound, before))
            edge = _step(bound, before.value)
            gate = replace(gate, baseline=before.value)
        broken = math.isinf(number.value) or _BROKEN[limit.operator](number.value, edge)
        gate = replace(gate, bound=edge, status=self._status(bound, broken=broken))
        return replace(gate, hint=self._hint(bound, edge)) if broken else gate

    def _status(self, bound: Bound, *, broken: bool) -> str:
        if not broken:
            return _PASSED
        return _FAILED if bound.limit.severity == "fail" or self._strict else _WARNED

    def _before(self, bound: Bound, cls: str | None) -> Number:
        """Return the baseline's number; `why` where it is of no use."""
        if self._baseline is None:
            return Number(math.nan, 0, "there is no baseline")
        before = self._baseline.numbers.of(bound, cls)
        where = self._baseline.where
        if before.why:
            return replace(before, why=f"in the baseline {where} {before.why}")
        if math.isinf(before.value):
            return replace(before, why=f"the baseline {where} is infinite")
        if bound.limit.function in _ENDS and (how := self._unlike(self._baseline.numbers)):
            return replace(before, why=f"the intervals of the baseline {where} {how}")
        if bound.limit.edge.relative and before.value == 0:
            return replace(before, why="the baseline is 0, and so is every percent of it")
        return before

    def _unlike(self, before: Numbers) -> str:
        """Say in what the intervals of the baseline are others than these; nothing if in none."""
        if before.level != self._numbers.level:
            return f"have the level {before.level}"
        if before.clustered != self._numbers.clustered:
            return f"were made {'with' if before.clustered else 'without'} --cluster, these are not"
        return ""

    def _record(self, bound: Bound, cls: str | None, number: Number) -> Gate:
        """Return the gate as long as it is not judged."""
        limit = bound.limit
        shown = written(cls) if limit.selector else None
        return Gate(
            limit=limit.text,
            severity=limit.severity,
            value=number.value,
            bound=math.nan,
            status=_UNJUDGED,
            measure=bound.measure(shown),
            operator=limit.operator,
            loss=bound.chosen.spelling,
            by=bound.by,
            cls=cls,
            rows=number.rows,
        )

    def _unjudged(
        self, bound: Bound, cls: str | None, why: str, remedy: str, *, everything: bool = False
    ) -> Gate:
        gate = replace(self._record(bound, cls, Number(math.nan, 0)), why=why, remedy=remedy)
        return replace(gate, measure=bound.measure("*")) if everything else gate

    def _hint(self, bound: Bound, edge: float) -> str:
        """Say how few rows decide, where it is a few of them."""
        limit = bound.limit
        tail = self._tails[bound.number] if bound.number < len(self._tails) else None
        if tail is None or limit.function or limit.selector or limit.operator[0] != ">":
            return ""
        for count, value in tail.without():
            if not _BROKEN[limit.operator](value, edge):
                rows = "worst row" if count == 1 else f"{count} worst rows"
                return f"without its {rows} the gate would pass"
        return ""


def _step(bound: Bound, before: float) -> float:
    edge, exact = bound.limit.edge, Fraction(before)
    return to_float(exact + (edge.number * abs(exact) if edge.relative else edge.number))


def _remedy(bound: Bound, before: Number) -> str:
    edge, limit = bound.limit.edge, bound.limit
    if edge.relative and before.value == 0:
        return f"write an absolute limit: '{bound.measure()} {limit.operator} baseline + 0.01'"
    if bound.of_rows:
        return f"save it again with --warn-if '{bound.measure()} > 1'"
    if limit.function in _ENDS:
        return "save it again with the same --loss, --by, --level and --cluster"
    return "save it again with the same --loss and --by"


_MOST = 5


def _near(known: dict[str | None, int], cls: str | None) -> str:
    close = get_close_matches((cls or "")[:100], [name for name in known if name], n=1)
    if close:
        return f"did you mean {written(close[0])}?"
    shown = [written(cls) for cls in list(known)[:_MOST]]
    more = " …" if len(known) > _MOST else ""
    return f"there are {', '.join(shown)}{more}"
