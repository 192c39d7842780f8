"""One comparison from end to end: two sources and the names of losses in, a record out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from losscli import engine as engines
from losscli.adapt import Adaptation
from losscli.class_weights import weighted
from losscli.comparison import finish
from losscli.comparison.by_class import classes
from losscli.comparison.models import Models
from losscli.comparison.of_groups import Averaged, OfPairs
from losscli.comparison.paired_block import Pairing
from losscli.comparison.plans import Named, Plans, plans
from losscli.comparison.records import Comparison, Join
from losscli.comparison.refusals import (
    check_classes,
    check_words,
    refuse_adapting,
    refuse_losses,
    refuse_report,
)
from losscli.comparison.run import PairedRun
from losscli.comparison.summarise import Work
from losscli.comparison.summary import PairedSummary
from losscli.comparison.verdict import gate, overall, tolerances
from losscli.comparison.warn import warnings
from losscli.data.block import Source
from losscli.data.classes import twins
from losscli.errors import UsageError
from losscli.gates.plan import Gates, Texts
from losscli.job import check_costs, of_matrix
from losscli.losses.chosen import Chosen
from losscli.losses.hybrids import expanded, hybrids_of
from losscli.losses.language import default, parse, resolve
from losscli.losses.syntax import Request
from losscli.refusals import check_count, check_rows
from losscli.report import Fit
from losscli.roles import CLASSIFICATION
from losscli.run import Progress, Run
from losscli.truth_file import beside_truths, check_truths, is_stdin
from losscli.wanted import OPENING, check_numbers, open_source, texts
from losscli.work import Work as Summed


def compare(  # noqa: PLR0913 - the arguments are the options of the command line
    old: Any,  # noqa: ANN401 - a path or a DataFrame
    new: Any = None,  # noqa: ANN401
    *,
    losses: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    mode: str = "regression",
    tolerance: float | str | Sequence[str] | Mapping[str, float | str] | None = None,
    group: str | None = None,
    pooled: bool = False,
    fail_if: Texts = (),
    warn_if: Texts = (),
    strict: bool = False,
    hybrids: Sequence[str] = (),
    class_weights: float | None = None,
    cost_matrix: Any = None,  # noqa: ANN401 - as in `evaluate`
    old_pred: Any = None,  # noqa: ANN401 - a column, or the columns of a family
    new_pred: Any = None,  # noqa: ANN401
    top: int = 10,
    level: float = 0.95,
    engine: str = "threads",
    scheduler: Any = None,  # noqa: ANN401 - see `losscli.evaluate`
    jobs: int | None = None,
    progress: Progress | None = None,
    **reading: Any,  # noqa: ANN401
) -> Comparison:
    """Judge two models on the same rows and return what changed from the old to the new one.

    `old` and `new` are paths of CSV files or DataFrames; without `new` both models are columns
    of `old`, named by `old_pred` and `new_pred`. Rows are matched by the column `id`, else by
    their position, where counts and truths agree. `mode` is how a change is gated: "regression"
    fails where the interval shows a rise beyond the tolerance, "non-inferior" fails unless it
    shows that there is none, "point" takes the plain numbers. `tolerance` is a number, "2%" of
    the old value, or a mapping of losses to those. A `by` of the form "city=Oslo" names one
    class. `group` names the column of what belongs together: the values of the groups are
    compared then, each of them once, or with `pooled` all rows as one, with errors by group.
    `fail_if` and `warn_if` are limits about the new model, as for `evaluate`; what they call the
    baseline is the old one on the same rows. Classes that `class_weights` weighs are counted in
    `old`. `hybrids` are named sums, as there. `reading` are
    the other arguments of `losscli.evaluate`, for both models; --by, --weight, --group and
    --cluster are columns of `old`. `engine` and `scheduler` are those of
    `evaluate`.
    Raises DataError where the rows do not belong together or cannot be judged, UsageError where
    the arguments do not fit. The same rows give the same numbers to the bit for any `jobs`.
    """
    check_words(reading, mode)
    check_numbers(top, level)
    named = hybrids_of(hybrids)
    asked = parse(expanded(texts(losses), named))
    gates = Gates.of(fail_if, warn_if, asked, None, named, baseline=True)
    opening = {name: reading.get(name) for name in OPENING}
    if all(isinstance(one, str) and one == "-" for one in (old, new)):
        raise UsageError("standard input is named twice", remedy="name - once")
    for data in (old, new):
        refuse_report(data)
    sources = _sources([one for one in (old, new) if one is not None], reading)
    given = {**reading, "roles": reading, "by": by, "group": group, "pooled": pooled}
    given["cost_matrix"] = cost_matrix
    found = plans(sources, given, (*asked, *gates.named), Named(old_pred, new_pred))
    shown = [check_truths(*one) for one in zip(sources, (found.old, found.new), strict=False)]
    plan = found.old
    asked = asked or default(plan.task, plan.columns)
    chosen = _resolved(asked, found)
    adaptation = Adaptation.of(reading.get("fit_on"), reading.get("freeze_from"))
    refuse_adapting(chosen, adaptation, sources[0].files[0])
    adaptation.refuse_same(new)
    first = Run(sources[0], plan, Summed((), (), 0, numeric=True), jobs, progress)
    fits: tuple[Fit, ...] = ()
    if class_weights is not None:
        plan, fit = weighted(class_weights, adaptation, gates, first, opening)
        found, fits = found.weighted(plan), (fit,)
    models = Models.of(gates, found, chosen, fixed=adaptation.fixed)
    settled = adaptation.settled(models.chosen, first, opening, fits)
    models = replace(models, chosen=settled.chosen, bounds=settled.bound(models.bounds))
    chosen = settled.chosen[: len(chosen)]
    allowed = tolerances(_texts(tolerance), chosen, plan.task)
    truth = plan.truth if plan.task in CLASSIFICATION else None
    work = Work(
        chosen=chosen,
        by=tuple(dict.fromkeys((*plan.by, *([truth] if truth else [])))),
        top=top,
        cluster=plan.wanted.cluster,
        models=models.works,
        grouped=plan.wanted.group is not None,
    )
    pairing = Pairing((plan, found.new), models.chosen, ids=False)
    with engines.opened(engine, scheduler) as fold:
        run = PairedRun(sources, pairing, work, jobs, progress, fold)
        summary, join = run.joined()
    for only, one in ((join.only_old, plan), (join.only_new, found.new)):
        check_count(join.matched + only, reading.get("expect_rows"), one.where)
    check_rows(summary.census, None, plan)
    models.check(summary)
    limits, said = models.judged(summary, run, level=level, strict=strict)
    asked_of = finish.Asked(
        chosen, level, mode, allowed, plan.by, found.named, sources[0].files, truth
    )
    done = _finished(summary, join, run, found, asked_of, work)
    every = (*done.gates, *limits)
    warned = (*done.warnings, *said)
    done = replace(done, fitted=settled.fits, notes=(*done.notes, *settled.notes))
    shown = shown * len(done.columns) if len(shown) == 1 else shown
    old_columns, new_columns = (
        {**one, **more} for one, more in zip(done.columns, shown, strict=True)
    )
    done = replace(done, columns=(old_columns, new_columns))
    return replace(done, warnings=warned, gates=every, verdict=overall(every))


def _sources(data: Sequence[Any], reading: Mapping[str, Any]) -> list[Source]:
    """Open what is judged, with the truths beside each where they are in a file of their own."""
    if reading.get("truth") is not None:
        if len(data) > 1 and is_stdin(reading["truth"]):
            what = "the truths are read once for each model, and standard input can be read once"
            raise UsageError(what, where="--truth", remedy="write them to a file first")
        return [beside_truths(one, reading) for one in data]
    return [open_source(one, **{name: reading.get(name) for name in OPENING}) for one in data]


def _finished(
    summary: PairedSummary,
    join: Join,
    run: PairedRun,
    found: Plans,
    asked: finish.Asked,
    work: Work,
) -> Comparison:
    plan, groups = found.old, None
    if work.grouped:
        of_pairs = OfPairs.of(summary, asked.level, work.models["old"].chosen)
        summary = of_pairs.summary(summary)
        groups = of_pairs.record(str(plan.unit), asked.chosen[0], work.top)
        averaged = tuple(Averaged(one.label, one.spelling, one.parts) for one in asked.chosen)
        asked = replace(asked, chosen=averaged, groups=of_pairs)
    seen = {name: change.moments.classes for name, change in summary.changes.items()}
    if plan.positive is not None and plan.truth in seen:
        plan.settle(set(seen[plan.truth]))
    check_classes(seen, found.named, plan.where)
    changes, shapes = finish.losses(summary, asked)
    gates = tuple(gate(one, asked.mode) for one in changes)
    names = [", ".join(source.files) for source in run.sources]
    alike = [text for group in seen.values() for text in twins([c for c in group if c])]
    said = warnings(summary, changes, shapes, join, asked.mode)
    return Comparison(
        files=(names[0], names[-1]),
        columns=(plan.shown, found.new.shown),
        task=plan.task,
        mode=asked.mode,
        level=asked.level,
        join=join,
        judged=summary.census.judged,
        dropped=sum(summary.census.dropped.values()),
        losses=tuple(changes),
        classes=tuple(classes(summary, asked)),
        rows=tuple(finish.rows(summary, asked)),
        warnings=(*run.warnings, *found.warnings, *dict.fromkeys(alike), *said),
        notes=(*dict.fromkeys(n for source in run.sources for n in source.notes), *found.notes),
        gates=gates,
        verdict=overall(gates),
        groups=groups,
    )


def _texts(tolerance: float | str | Sequence[str] | Mapping[str, float | str] | None) -> list[str]:
    if tolerance is None:
        return []
    if isinstance(tolerance, Mapping):
        return [f"{name}={size}" for name, size in tolerance.items()]
    if isinstance(tolerance, str | float | int):
        return [str(tolerance)]
    return list(tolerance)


def _resolved(asked: Sequence[Request], found: Plans) -> tuple[Chosen, ...]:
    """Return the losses that are asked of both models; UsageError where one does not fit."""
    chosen: tuple[Chosen, ...] = ()
    for plan in (found.new, found.old):
        roles = (*plan.columns, *plan.shared)
        chosen = resolve(asked, plan.task, roles, of_matrix(plan))
    check_costs(found.old, chosen)
    refuse_losses(chosen, units=found.old.unit is not None)
    return chosen
