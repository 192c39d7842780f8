"""From a source and a loss to what would help: fitted on one half, judged on the other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from losscli import engine as engines
from losscli.comparison.records import IMPROVED, LossChange
from losscli.comparison.records import INCONCLUSIVE as UNTOLD
from losscli.data.block import Piece
from losscli.data.columns import Plan, plan
from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.improvement.fit import Fitted, choose, fitted
from losscli.improvement.halves import Rows, Seen, halves, held_out, look
from losscli.improvement.judge import Judged, changes, judge
from losscli.improvement.kinds import PREDICTIONS
from losscli.improvement.objective import Objective
from losscli.improvement.records import HELPS, INCONCLUSIVE, NOTHING_HELPS, Fix, Improvement
from losscli.losses.chosen import Chosen
from losscli.losses.language import default, parse, resolve
from losscli.losses.traits import traits
from losscli.refusals import check_rows
from losscli.run import Blocks, Progress, Run
from losscli.summarise import Work, with_weight
from losscli.visible import visible
from losscli.wanted import OPENING, check_numbers, open_source, texts, wanted
from losscli.wanted import reading as known_words

FEWEST = 100
"""The rows below which a half would be too small to fit on, or to judge on."""
FEWEST_OF_HALF = 30
_NOT_HERE = ("group", "cluster", "pooled", "by", "fit_on", "freeze_from")


def improve(
    data: Any,  # noqa: ANN401 - a path, several, or a DataFrame
    *,
    loss: str | Sequence[str] | None = None,
    level: float = 0.95,
    engine: str = "threads",
    scheduler: Any = None,  # noqa: ANN401 - as in `evaluate`
    jobs: int | None = None,
    progress: Progress | None = None,
    **reading: Any,  # noqa: ANN401
) -> Improvement:
    """Find the simple maps of the predictions that lower a loss, and by how much they do.

    For numbers the shift, the scale and both; for probabilities the temperature, for those of two
    classes also the shift of the log-odds and both (Platt, 1999; Guo et al., 2017); for losses of
    decisions the threshold. They are fitted on half of the rows, which a hash of their content
    chooses, and judged on the other half by the interval of the paired difference. The fit half
    also chooses the one that the verdict is about. `loss` is one loss, as for `--loss` (default:
    the first that is usual); `reading` are the other arguments of `losscli.evaluate` that say
    what is read. Raises UsageError for a loss that no such map improves, DataError where the
    data cannot be judged, are fewer than 100 rows, or no fit converges. The same rows give the
    same numbers to the bit for any `jobs` and any order.
    """
    check_numbers(0, level)
    _check_words(reading)
    asked = parse(texts(loss))
    source = open_source(data, **{name: reading.get(name) for name in OPENING})
    found = _whole(plan(source, wanted(reading, asked)))
    _check_task(found)
    roles = (*found.columns, *found.shared)
    chosen = resolve(asked or default(found.task, found.columns)[:1], found.task, roles)
    if len(chosen) > 1:
        what = f"improve takes one loss, not {len(chosen)}"
        raise UsageError(what, where="--loss", remedy=f"such as --loss {chosen[0].label}")
    _refuse(chosen[0], found)
    work = Work(chosen=chosen, by=(), top=0, numeric=False)
    with engines.opened(engine, scheduler) as fold:
        run = Run(source, found, work, jobs, progress, fold)
        return _Job(run, chosen[0], level).found(reading.get("expect_rows"))


@dataclass(frozen=True)
class _Job:
    """What is asked of the rows."""

    run: Run
    chosen: Chosen
    level: float

    def found(self, expect_rows: int | None) -> Improvement:
        run, chosen, plan = self.run, self.chosen, self.run.plan
        seen = run.over(Seen(), partial(_look, run.blocks, chosen))
        run.source.check(seen.census.rows_of_files)
        check_rows(seen.census, expect_rows, plan)
        _check_losses(seen, chosen, plan)
        fit, rest = halves(seen, weighted=plan.weight is not None)
        if rest is None and not run.source.rereadable:
            what = "there are too many different rows to keep, and they cannot be read twice"
            raise DataError(what, where=plan.where, remedy="write them to a file first")
        _check_size(seen, fit, rest, plan)
        objective = Objective(fit, chosen, plan.shared, (seen.low, seen.high))
        fits = fitted(objective, plan.task)
        able = [one for one in fits if not one.why]
        best = choose(objective, fits)
        if best is None:
            reasons = "; ".join(f"{one.kind}: {one.why}" for one in fits)
            what = f"nothing can be fitted for {visible(chosen.label)}: {reasons}"
            raise DataError(
                what, where=plan.where, remedy="losscli suggest shows what fits these data"
            )
        judged = self._judged(able, rest)
        found = changes(judged, chosen, self.level, run.source.files)
        fixes = [Fix(one.kind, one.parameters, c) for one, c in zip(able, found, strict=True)]
        return self._finished(seen, fit, fixes, fixes[able.index(best)], fits)

    def _judged(self, fixes: Sequence[Fitted], rest: Rows | None) -> Judged:
        run, total = self.run, Judged.zero(len(fixes))
        if rest is None:
            total = run.over(total, partial(_judge, run.blocks, fixes, self.chosen))
            run.source.check()
            return total
        for block in rest.blocks(run.plan.shared):
            total += judge(block, fixes, self.chosen, total)
        return total

    def _finished(
        self, seen: Seen, fit: Rows, fixes: Sequence[Fix], best: Fix, fits: Sequence[Fitted]
    ) -> Improvement:
        run, chosen = self.run, self.chosen
        found, source = run.plan, run.source
        failed = tuple((one.kind, one.why) for one in fits if one.why)
        assert seen.cells is not None
        whole = seen.census.judged - best.change.rows
        complete = seen.cells.complete
        told = [words for _, words in seen.census.rounded.values()]
        said = _warnings(chosen, best.change, fits)
        return Improvement(
            files=source.files,
            columns=found.shown,
            task=found.task,
            loss=chosen.spelling,
            name=chosen.name,
            label=chosen.label,
            level=self.level,
            rows=seen.census.rows,
            judged=seen.census.judged,
            dropped=sum(seen.census.dropped.values()),
            fit_rows=fit.total if complete else whole,
            fitted_on=fit.total,
            held_out=best.change.rows,
            fixes=tuple(fixes),
            failed=failed,
            best=best,
            verdict=_verdict(best.change),
            warnings=(*source.warnings, *told, *found.warnings, *said),
            notes=(*source.notes, *found.notes),
        )


def _look(blocks: Blocks, chosen: Chosen, piece: Piece, before: Seen) -> Seen:
    return before + look(blocks.of(piece), chosen, before)


def _judge(
    blocks: Blocks, fixes: Sequence[Fitted], chosen: Chosen, piece: Piece, before: Judged
) -> Judged:
    block = held_out(with_weight(blocks.of(piece)))
    return before + judge(block, fixes, chosen, before)


def _verdict(change: LossChange) -> str:
    if change.verdict == IMPROVED:
        return HELPS
    return INCONCLUSIVE if change.verdict == UNTOLD else NOTHING_HELPS


def _warnings(chosen: Chosen, change: LossChange, fits: Sequence[Fitted]) -> list[str]:
    name = visible(chosen.label)
    found = [f"{one.kind}: {one.why}" for one in fits if one.why]
    convex = [traits(part.loss, part.parameters).convex for part in chosen.parts]
    if any(one.kind == "shift" for one in fits) and False in convex:
        found.append(
            f"{name} is not convex, so it may have several minima: those given are the best of "
            "many starts, and no other is ruled out"
        )
    if change.doubt == "tail":
        found.append(
            f"the tail of the differences of {name} is heavy: the interval cannot be trusted"
        )
    elif change.doubt:
        found.append(f"{change.doubt}, so the interval of the change cannot be trusted")
    return found


def _whole(found: Plan) -> Plan:
    """Leave out the default breakdown: all rows are judged together."""
    kept = {*found.judged, found.id}
    return replace(
        found,
        by=(),
        types={name: kind for name, kind in found.types.items() if name in kept},
        notes=tuple(note for note in found.notes if not note.startswith("broken down")),
    )


def _check_words(reading: Mapping[str, Any]) -> None:
    for word in _NOT_HERE:
        if reading.get(word):
            what = f"improve judges all rows as independent, by a fixed loss, without {word}"
            raise UsageError(what, remedy=f"leave {word} out")
    for word in reading.keys() - known_words() - {*_NOT_HERE}:
        raise TypeError(f"improve() got an unexpected keyword argument {word!r}")


def _check_task(found: Plan) -> None:
    if found.task in PREDICTIONS:
        return
    what = f"no shift, scale, temperature or threshold changes {found.task} predictions"
    remedy = "it takes numbers (--pred) or probabilities (--prob, --probs)"
    raise UsageError(what, where=found.where, remedy=remedy)


def _refuse(chosen: Chosen, found: Plan) -> None:
    """Refuse a loss that cannot be lowered this way, or whose change has no interval."""
    name = visible(chosen.label)
    what, remedy = "", ""
    if chosen.auto:
        what = f"{name} would adapt to the very errors that are to be made smaller"
        remedy = "give a number: losscli eval prints what auto finds"
    elif any(part.loss.signed for part in chosen.parts):
        what = f"{name} is signed, so less of it is not better"
        remedy = "take a loss that is better the smaller it is, such as mae"
    elif chosen.combine.empty is not None:
        what = f"{name} is a value of many rows together, such as the pixels of an image"
        remedy = "take a loss of single rows"
    elif chosen.combine.slopes is None:
        what = f"{name} has no interval, so whether less of it is more than chance is not known"
        remedy = "take mae, or another loss that is a mean"
    elif not set(chosen.roles) & {*PREDICTIONS[found.task]}:
        what = f"{name} does not look at {' or '.join(PREDICTIONS[found.task][:1])}"
        remedy = "take a loss of the prediction"
    if what:
        raise UsageError(what, where="--loss", remedy=remedy)


def _check_losses(seen: Seen, chosen: Chosen, found: Plan) -> None:
    if not (seen.infinite or seen.undefined):
        return
    word, count = ("infinite", seen.infinite) if seen.infinite else ("undefined", seen.undefined)
    rows = "1 row" if count == 1 else f"{count} rows"
    name = visible(chosen.label)
    what = f"{name} is {word} in {rows}, and no fit on half of the rows can tell how to mend that"
    remedy = f"losscli eval shows them; take a loss that is finite there{_finite(found.task)}"
    raise DataError(what, where=found.where, remedy=remedy)


def _finite(task: str) -> str:
    name = {"binary": "log_loss", "multiclass": "cross_entropy"}.get(task)
    return f", such as --loss 'brier' or --loss '{name}(eps=1e-15)'" if name else ""


def _check_size(seen: Seen, fit: Rows, rest: Rows | None, found: Plan) -> None:
    count = seen.census.judged
    small = rest is not None and min(fit.total, rest.total) < FEWEST_OF_HALF
    if count < FEWEST or small:
        what = f"{count} rows are too few to fit on one half and to judge on the other"
        raise DataError(what, where=found.where, remedy=f"improve needs at least {FEWEST}")
