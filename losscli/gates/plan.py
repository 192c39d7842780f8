"""The limits of a run, from their words to the verdicts."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from losscli.dataclass import dataclass
from losscli.errors import DataError, LosscliError, UsageError
from losscli.gates.baseline import Baseline, from_report, read_baseline
from losscli.gates.binding import Bound, bound, refuse_adapting, sought
from losscli.gates.judge import judged
from losscli.gates.limit import Limit
from losscli.gates.numbers import measure_name
from losscli.gates.saved import is_report, unpiped
from losscli.gates.syntax import limits
from losscli.losses.chosen import Chosen
from losscli.losses.language import NOTHING, resolve
from losscli.losses.parameter import Value
from losscli.losses.syntax import Request
from losscli.report import Report
from losscli.report.measures import Asked
from losscli.report.tails import Tail
from losscli.visible import visible

Texts = str | Sequence[str]


def _path(against: object) -> str | None:
    """Return the path of the baseline; UsageError where it is no file, DataError where none is."""
    if against is None:
        return None
    if not isinstance(against, str | os.PathLike) or against == "-":
        remedy = "name it; losscli.compare holds one DataFrame against another"
        raise UsageError("the baseline is a file", where="--against", remedy=remedy)
    path = os.fspath(against)
    if path.lower().endswith(".json") and "://" not in path and not os.path.lexists(path):
        remedy = "the first one holds a file against itself: losscli eval OLD.csv --against OLD.csv"
        where = visible(path, limit=500)
        what = "there is no such baseline"
        raise DataError(what, where=where, remedy=f"{remedy} --save {shlex.quote(where)}")
    return path


@dataclass(frozen=True)
class Gates:
    """The limits of a run and what they are held against.

    `requests` are the losses that limits name beside those that were asked for.
    """

    limits: tuple[Limit, ...]
    requests: tuple[Request | None, ...]
    against: str | None
    saved: Baseline | None

    @classmethod
    def of(
        cls,
        fail_if: Texts,
        warn_if: Texts,
        asked: Sequence[Request],
        against: "str | os.PathLike[str] | None" = None,
        hybrids: Mapping[str, str] | None = None,
        *,
        baseline: bool = False,
    ) -> "Gates":
        """Read the limits and a saved baseline, before anything slow is done.

        `baseline` tells that there will be one, which no file holds.
        """
        found = (*limits(fail_if, "fail", "--fail-if"), *limits(warn_if, "warn", "--warn-if"))
        requests = sought(found, asked, hybrids or {})
        path = _path(against)
        if path is None and not baseline:
            for limit in found:
                if limit.edge.baseline:
                    what = "there is no baseline to hold it against"
                    raise limit.error(what, "--against baseline.json, which --save wrote")
        saved = read_baseline(path) if path is not None and is_report(path) else None
        return cls(found, requests, path, saved)

    @property
    def named(self) -> tuple[Request, ...]:
        """The losses that limits name, as far as no asked-for one has that name."""
        return tuple(request for request in self.requests if request is not None)

    @property
    def related(self) -> bool:
        """Tell whether a limit names the baseline."""
        return any(limit.edge.baseline for limit in self.limits)

    def bound(
        self,
        chosen: tuple[Chosen, ...],
        task: str,
        roles: Sequence[str],
        by: Sequence[str],
        given: Mapping[str, Value] = NOTHING,
        *,
        fixed: bool = False,
    ) -> tuple[tuple[Chosen, ...], tuple[Bound, ...]]:
        """Return the losses of the run with those of the limits, and the limits bound to them.

        `given` are the values for parameters that losses are not called with, `fixed` tells that
        those which are auto do not depend on the judged rows.
        """
        pairs = list(zip(self.limits, self.requests, strict=True))
        found = bound(pairs, chosen, by, lambda one: resolve([one], task, roles, given)[0])
        if not fixed:
            refuse_adapting(found[1])
        return found

    def baseline(self, evaluate: Callable[[str], Report]) -> Baseline | None:
        """Return the saved baseline, or what `evaluate` makes of the predictions before."""
        if self.saved is not None or self.against is None:
            return self.saved
        with unpiped(self.against) as path:
            if path != self.against and is_report(path):
                return read_baseline(path, self.against)
            try:
                return from_report(evaluate(path), self.against)
            except LosscliError as error:
                where = error.where.replace(path, self.against)
                raise type(error)(error.what, where=where, remedy=error.remedy) from None

    def judge(
        self,
        report: Report,
        bounds: Sequence[Bound],
        baseline: Baseline | None,
        tails: Sequence[Tail | None],
        *,
        strict: bool,
        other_data: bool,
    ) -> Report:
        """Return the report with its verdicts; DataError where the baseline is of other data."""
        if baseline is not None:
            warnings = baseline.check(report, other_data=other_data)
            if not self.related:
                idle = "no limit names the baseline, so it decides nothing"
                warnings += (f"{baseline.where}: {idle} (--fail-if 'mse > baseline + 2%')",)
            report = replace(report, warnings=(*report.warnings, *warnings))
        found = judged(report, bounds, strict=strict, baseline=baseline, tails=tails)
        return replace(found, warnings=(*found.warnings, *_coarse(found)))


def asked_of_rows(bounds: Sequence[Bound]) -> tuple[Asked, ...]:
    """Return what limits ask of the distributions of the row losses."""
    return tuple(
        Asked(
            measure_name(one.limit.function, one.limit.part, one.chosen.spelling),
            one.number,
            one.limit.function,
            one.limit.part,
        )
        for one in bounds
        if one.of_rows
    )


def _coarse(report: Report) -> tuple[str, ...]:
    names = ", ".join(measure.measure for measure in report.measures if not measure.exact)
    said = "known within 0.2 %, from a histogram: there are over a million rows"
    return (f"{names}: {said}",) if names else ()
