"""From a source and a loss to what would help: each half judged by what the other one says."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from losscli import engine as engines
from losscli.comparison.records import IMPROVED, LossChange
from losscli.comparison.records import INCONCLUSIVE as UNTOLD
from losscli.data.block import Piece
from losscli.data.columns import Plan
from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.improvement.choice import choose
from losscli.improvement.direction import wrong_way
from losscli.improvement.fitted import Fitted
from losscli.improvement.halves import Seen, Split, look, parted, split
from losscli.improvement.judge import HALVES, Judged, changes, judge
from losscli.improvement.objective import Objective, edges
from losscli.improvement.records import (
    HELPS,
    INCONCLUSIVE,
    NOTHING_HELPS,
    Fix,
    Half,
    Improvement,
)
from losscli.improvement.refusals import (
    check_classes,
    check_loss,
    check_size,
    check_task,
    check_values,
    check_words,
)
from losscli.improvement.trial import Trial, trials
from losscli.losses.chosen import Chosen
from losscli.losses.language import default, parse, resolve
from losscli.losses.traits import traits
from losscli.refusals import check_rows
from losscli.run import Blocks, Progress, Run
from losscli.summarise import with_weight
from losscli.truth_file import opened
from losscli.visible import visible
from losscli.wanted import check_numbers, texts, wanted
from losscli.work import Work


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
    decisions the threshold. The parameters are those of all rows. What they gain is judged by
    halves, which a hash of the rows' content parts: each with the parameters that were fitted on
    the other, by the interval of the paired difference. A map that all rows together do not tell
    from no change is left out. `loss` is one loss, as for `--loss` (default:
    the first that is usual); `reading` are the other arguments of `losscli.evaluate` that say
    what is read. Raises UsageError for a loss that no such map improves, DataError where the
    data cannot be judged, are fewer than 100 rows, or no fit converges. The same rows give the
    same numbers to the bit for any `jobs` and any order.
    """
    check_numbers(0, level)
    check_words(reading)
    asked = parse(texts(loss))
    source, found, apart = opened(data, reading, wanted(reading, asked))
    found = _whole(found)
    check_task(found)
    roles = (*found.columns, *found.shared)
    chosen = resolve(asked or default(found.task, found.columns)[:1], found.task, roles)
    if len(chosen) > 1:
        what = f"improve takes one loss, not {len(chosen)}"
        raise UsageError(what, where="--loss", remedy=f"such as --loss {chosen[0].label}")
    check_loss(chosen[0], found)
    work = Work(chosen=chosen, by=(), top=0, numeric=False)
    with engines.opened(engine, scheduler) as fold:
        run = Run(source, found, work, jobs, progress, fold)
        made = _Job(run, chosen[0], level).found(reading.get("expect_rows"))
    return replace(made, columns={**made.columns, **apart})


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
        check_values(seen, chosen, plan)
        rows = split(seen, weighted=plan.weight is not None)
        if not (rows.complete or run.source.rereadable):
            what = "there are too many different rows to keep, and they cannot be read twice"
            raise DataError(what, where=plan.where, remedy="write them to a file first")
        check_size(seen, rows, plan)
        check_classes(rows, plan)
        ends = edges(rows.whole, (seen.low, seen.high))
        whole, *halves = (
            Objective(some, chosen, plan.shared, ends) for some in (rows.whole, *rows.halves)
        )
        tried = trials(whole, halves, plan.task)
        able = [one for one in tried if not one.why]
        if not able:
            reasons = "; ".join(f"{one.least.kind}: {one.why}" for one in tried)
            what = f"nothing can be fitted for {visible(chosen.label)}: {reasons}"
            turned = wrong_way(rows.whole, plan.task, plan.shown, ())
            remedy = next(iter(turned), "losscli suggest shows what fits these data")
            raise DataError(what, where=plan.where, remedy=remedy)
        best = choose(whole, [one.shown for one in able])
        judged = self._judged(rows, [[one.halves[k] for one in able] for k in range(HALVES)])
        found = changes(judged, chosen, self.level, run.source.files)
        fixes = [_fix(one, change) for one, change in zip(able, found, strict=True)]
        at = [one.shown is best for one in able]
        chosen_fix = fixes[at.index(True)] if best else None
        return self._finished(seen, rows, judged, tried, fixes, chosen_fix)

    def _judged(self, rows: Split, fixes: Sequence[Sequence[Fitted]]) -> Judged:
        run, total = self.run, Judged.zero(len(fixes[0]))
        if not rows.complete:
            total = run.over(total, partial(_judge, run.blocks, fixes, self.chosen))
            run.source.check()
            return total
        for half, some in enumerate(rows.halves):
            for block in some.blocks(run.plan.shared):
                total += judge(block, half, fixes[half], self.chosen, total)
        return total

    def _finished(
        self,
        seen: Seen,
        rows: Split,
        judged: Judged,
        tried: Sequence[Trial],
        fixes: Sequence[Fix],
        best: Fix | None,
    ) -> Improvement:
        run, chosen = self.run, self.chosen
        found, source = run.plan, run.source
        told = [words for _, words in seen.census.rounded.values()]
        said = [*wrong_way(rows.whole, found.task, found.shown, fixes)]
        said += _warnings(chosen, best, tried)
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
            fitted_on=rows.whole.total,
            halves=tuple(
                Half(count, some.total)
                for count, some in zip(judged.rows, rows.halves, strict=True)
            ),
            fixes=tuple(fixes),
            failed=tuple((one.least.kind, one.why) for one in tried if one.why),
            best=best,
            verdict=_verdict(best),
            warnings=(
                *source.warnings,
                *told,
                *found.warnings,
                *said,
            ),
            notes=(*source.notes, *found.notes),
        )


def _look(blocks: Blocks, chosen: Chosen, piece: Piece, before: Seen) -> Seen:
    return before + look(blocks.of(piece), chosen, before)


def _judge(
    blocks: Blocks,
    fixes: Sequence[Sequence[Fitted]],
    chosen: Chosen,
    piece: Piece,
    before: Judged,
) -> Judged:
    for half, block in enumerate(parted(with_weight(blocks.of(piece)))):
        before += judge(block, half, fixes[half], chosen, before)
    return before


def _fix(one: Trial, change: LossChange) -> Fix:
    return Fix(
        kind=one.shown.kind,
        parameters=one.shown.parameters,
        least=one.least.parameters,
        halves=tuple(half.parameters for half in one.halves),
        clear=one.shown.changes,
        change=change,
    )


def _verdict(best: Fix | None) -> str:
    verdict = best.change.verdict if best else ""
    return {IMPROVED: HELPS, UNTOLD: INCONCLUSIVE}.get(verdict, NOTHING_HELPS)


def _warnings(chosen: Chosen, best: Fix | None, tried: Sequence[Trial]) -> list[str]:
    name, doubt = visible(chosen.label), best.change.doubt if best else ""
    found = [f"{one.least.kind}: {one.why}" for one in tried if one.why]
    numbers = any(one.least.kind == "shift" for one in tried)
    if numbers and any(traits(p.loss, p.parameters).convex is False for p in chosen.parts):
        found.append(
            f"{name} is not convex, so it may have several minima: those given are the best of "
            "many starts, and no other is ruled out"
        )
    if doubt == "tail":
        found.append(
            f"the tail of the differences of {name} is heavy: the interval cannot be trusted"
        )
    elif doubt:
        found.append(f"{doubt}, so the interval of the change cannot be trusted")
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
