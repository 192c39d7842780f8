"""What is asked of a source from end to end: its columns, its summary and the report on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from losscli.adapt import Adaptation, Settled
from losscli.class_weights import weighted
from losscli.data.block import Source
from losscli.data.columns import Plan
from losscli.data.training import NAIVE, NaiveErrors, naive_errors
from losscli.dataclass import dataclass
from losscli.engine import Fold
from losscli.errors import UsageError
from losscli.facts import alike, facts_of_run
from losscli.gates.binding import Bound
from losscli.gates.plan import Gates, asked_of_rows
from losscli.losses.chosen import Chosen
from losscli.losses.compat import as_in, likenesses
from losscli.losses.language import NOTHING, OF_MATRIX, default, resolve
from losscli.losses.parameter import Value
from losscli.losses.syntax import Request
from losscli.refusals import check_rows, refuse_units
from losscli.report import Fit, Report
from losscli.report.facts import Facts, Samples
from losscli.report.finish import finish
from losscli.report.measures import row_measures
from losscli.report.tails import Tail, tails
from losscli.roles import CLASSIFICATION, SHARES
from losscli.run import Run, samples
from losscli.truth_file import opened
from losscli.wanted import OPENING, open_source, wanted
from losscli.work import Summary, Work

if TYPE_CHECKING:
    from losscli.row_losses import RowsOut


@dataclass(frozen=True)
class Done:
    """A report without verdicts, what these need beside it, and how its rows were read."""

    report: Report
    bounds: tuple[Bound, ...]
    tails: tuple[Tail | None, ...]
    run: Run | None = None


@dataclass(frozen=True)
class Job:
    """What is asked of a source, whichever it is; `given` are the arguments of `evaluate`."""

    asked: tuple[Request, ...]
    gates: Gates
    adaptation: Adaptation
    given: Mapping[str, Any]
    fold: Fold

    def run(
        self,
        data: Any,  # noqa: ANN401 - whatever `evaluate` takes
        expect_rows: int | None = None,
        out: "RowsOut | None" = None,
    ) -> Done:
        """Read the data once, or as often as it takes; `out` is where row losses will go.

        Raises DataError where the data cannot be judged, UsageError where what is asked does not
        fit it.
        """
        given, compat = self.given, self.given["compat"]
        reading = {name: given[name] for name in OPENING}
        ask = wanted(given, (*self.asked, *self.gates.named))
        source, found, apart = opened(data, given, ask)
        if out:
            out.check(source)
        asked = self.asked or default(found.task, found.columns)
        naive = _naive(given, found, reading)
        roles = (*found.columns, *found.shared, *(NAIVE if naive else ()))
        chosen = resolve(asked, found.task, roles, of_matrix(found))
        chosen, bounds = self.gates.bound(
            chosen, found.task, roles, found.by, of_matrix(found), fixed=self.adaptation.fixed
        )
        check_costs(found, chosen)
        naive = naive and _asked_for(naive, chosen)
        found, settled = self._settled(chosen, source, found, reading)
        chosen, bounds = settled.chosen, settled.bound(bounds)
        if not given["pooled"] and found.unit is None:
            _ask_for_groups(chosen)
        if out:
            out.check_losses(chosen)
        like = likenesses(chosen, compat) if compat else ()
        chosen = tuple(as_in(one, compat) for one in chosen) if compat else chosen
        work = work_of(found, chosen, bounds, given["top"])
        run = Run(source, found, work, given["jobs"], given["progress"], self.fold, naive)
        summary = run.summary()
        check_rows(summary.census, expect_rows, found)
        facts = facts_of_run(run, summary, given["level"])
        facts = replace(facts, columns={**facts.columns, **apart})
        refuse_units(summary, found)
        if compat:
            facts = alike(facts, like, compat)
        made = done(summary, work, bounds, facts, samples(run, summary))
        return replace(made, report=settled.told(made.report), run=run)

    def _settled(
        self,
        chosen: tuple[Chosen, ...],
        source: Source,
        found: Plan,
        reading: Mapping[str, Any],
    ) -> tuple[Plan, Settled]:
        given = self.given
        work = Work((), (), 0, numeric=True)
        run = Run(source, found, work, given["jobs"], given["progress"], self.fold)
        beta = given["class_weights"]
        others: tuple[Fit, ...] = ()
        if beta is not None:
            found, fit = weighted(beta, self.adaptation, self.gates, run, reading)
            others = (fit,)
        return found, self.adaptation.settled(chosen, run, reading, others)


def work_of(found: Plan, chosen: tuple[Chosen, ...], bounds: Sequence[Bound], top: int) -> Work:
    """Return what is asked of every block, for losses and the limits that are bound to them."""
    truth = found.truth if found.task in CLASSIFICATION else None
    return Work(
        chosen=chosen,
        by=tuple(dict.fromkeys([*found.by, *([truth] if truth else [])])),
        top=top,
        numeric=truth is None and bool(found.truth),
        shares=found.task in SHARES,
        unit=found.unit,
        unit_by=found.by,
        grouped=found.wanted.group is not None,
        distributed=tuple(sorted({0, *(one.number for one in asked_of_rows(bounds))})),
    )


def done(
    summary: Summary, work: Work, bounds: tuple[Bound, ...], facts: Facts, known: Samples
) -> Done:
    """Finish the report of a summary, with what the limits ask for."""
    report = finish(summary, work.chosen, facts, known)
    measures = row_measures(summary, work.chosen, asked_of_rows(bounds))
    weights = (facts.columns.get(name) for name in ("weight", "class_weights"))
    of_units = work.grouped or any(weight is not None for weight in weights)
    ends = tuple(None for _ in work.chosen) if of_units else tails(summary, work.chosen)
    return Done(replace(report, measures=measures), bounds, ends)


def check_costs(found: Plan, chosen: Sequence[Chosen]) -> None:
    """Refuse a matrix of costs that no loss asks for."""
    asked = (p.loss for c in chosen for p in c.parts)
    if found.wanted.costs and not any(a.name == "cost" or "cost_matrix" in a.roles for a in asked):
        raise UsageError("no loss asks for --cost-matrix", remedy="--loss cost does")


def _naive(given: Mapping[str, Any], found: Plan, reading: Mapping[str, Any]) -> NaiveErrors | None:
    """Return the errors of the naive forecast in the training data, where there are any."""
    train, season = given.get("train"), given.get("season", 1)
    if season < 1:
        raise UsageError(f"a season of {season} steps is none", remedy="try season 1")
    if train is None:
        if season != 1:
            raise UsageError("--season is a step in --train", remedy="name it: --train FILE")
        return None
    if not found.truth:
        raise UsageError(f"--train is not for {found.task}", remedy="leave it out")
    return naive_errors(open_source(train, **reading), found.truth, found.unit, season)


def _asked_for(naive: NaiveErrors, chosen: Sequence[Chosen]) -> NaiveErrors:
    roles = tuple(role for role in NAIVE if any(role in one.roles for one in chosen))
    if not roles:
        raise UsageError("no loss asks for --train", remedy="--loss mase and --loss rmsse do")
    return replace(naive, roles=roles)


def _ask_for_groups(chosen: Sequence[Chosen]) -> None:
    for one in chosen:
        if one.combine.empty is not None:
            what = f"{one.label} is a value of many rows together, such as the pixels of an image"
            remedy = "name the image of each row: --group COLUMN; --pooled takes all rows as one"
            raise UsageError(what, remedy=remedy)


def of_matrix(found: Plan) -> Mapping[str, Value]:
    """Return the parameters that a matrix of costs gives to a loss of two classes."""
    if found.costs is None or found.task != "binary":
        return NOTHING
    return dict(zip(OF_MATRIX, found.costs.ravel().tolist(), strict=True))
