"""Two sources, joined row by row and read once, or matched in memory where they must be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from losscli.comparison.paired_block import OutOfOrderError, Pairing
from losscli.comparison.records import Join
from losscli.comparison.summarise import Work, summarise
from losscli.comparison.summary import PairedSummary
from losscli.data.block import MisreadError, Source
from losscli.data.ids import all_rise
from losscli.data.matched import MOST_ROWS, Loaded, Matched
from losscli.data.pairs import OneFile, Pair, Pairs, SideBySide
from losscli.data.storage.compressed import cause
from losscli.engine import Fold, threads
from losscli.errors import DataError
from losscli.report.warn import rows
from losscli.run import Distances, Progress
from losscli.summary.distribution import Distribution
from losscli.visible import visible

S = TypeVar("S")


class PairedRun:
    """The sources and how their pairs are judged."""

    def __init__(
        self,
        sources: Sequence[Source],
        pairing: Pairing,
        work: Work,
        jobs: int | None,
        progress: Progress | None,
        fold: Fold = threads.fold,
    ) -> None:
        self.sources = sources
        self._pairing = pairing
        self._work = work
        self._jobs = jobs
        self._progress = progress
        self._fold = fold
        self._pairs: Pairs | None = None
        self.warnings: list[str] = []

    @property
    def rereadable(self) -> bool:
        """Tell whether `about` can be asked for."""
        return all(source.rereadable for source in self.sources)

    def joined(self) -> tuple[PairedSummary, Join]:
        """Return the summary of all pairs, and how rows found their partners.

        Raises DataError where rows have no partners, or not one each.
        """
        old, new = self._pairing.plans
        if len(self.sources) == 1:
            summary = self._over(OneFile(self.sources[0], {**new.types, **old.types}))
            return summary, Join("position", summary.census.rows)
        one, other = self.sources
        pairs = SideBySide(one, other, old.types, new.types)
        if old.id is None:
            summary = self._over(pairs)
            self._same_count(summary)
            return summary, Join("position", summary.census.rows)
        try:
            summary = self._over(pairs, ids=True)
        except OutOfOrderError:
            return self._matched()
        self._refuse_repeated(summary, old.id)
        return summary, Join(old.id, summary.census.rows)

    def _over(self, pairs: Pairs, *, ids: bool = False) -> PairedSummary:
        pairing = replace(self._pairing, ids=ids)
        zero = PairedSummary.zero(len(self._work.chosen), self._work.top)
        total = self._folded(pairs, zero, partial(_judge, pairing, self._work))
        assert self._pairs
        self._pairs.check(total.census.rows_of_files, total.new.rows_of_files)
        rounded = (*total.census.rounded.values(), *total.new.rounded.values())
        found = (*self._pairs.warnings, *(words for _, words in rounded))
        self.warnings += dict.fromkeys(text for text in found if text not in self.warnings)
        return total

    def _folded(self, pairs: Pairs, zero: S, judge: Callable[[Pair, S], S]) -> S:
        while True:
            fold = self._fold if pairs.apart else threads.fold
            try:
                total = fold(pairs.stretches(), judge, zero, self._jobs, self._progress)
            except MisreadError:
                # a line was no row: only reading in order is sure
                pairs = pairs.in_order()
                continue
            except DataError as error:
                raise cause(error) from None
            self._pairs = pairs
            return total

    def about(self, centres: Mapping[str, float]) -> Mapping[str, Distribution]:
        """Read all pairs once more, for the distributions of distances from the centres."""
        assert self._pairs
        judge = partial(_distances, self._pairing, centres)
        return self._folded(self._pairs, Distances({}), judge).distributions

    def _same_count(self, summary: PairedSummary) -> None:
        counts = summary.census.rows, summary.new.rows
        if counts[0] != counts[1]:
            names = [visible(source.files[0], 200) for source in self.sources]
            raise DataError(
                f"{rows(counts[0])}, but {counts[1]} in {names[1]}, so they cannot be paired by "
                "their position",
                where=names[0],
                remedy="match the rows by what names them: --id COLUMN",
            )

    def _matched(self) -> tuple[PairedSummary, Join]:
        """Match the rows of both sources in memory."""
        plans = self._pairing.plans
        for source in self.sources:
            if not source.rereadable:
                raise DataError(
                    "the ids are in another order than the other file's, and it cannot be read "
                    "twice",
                    where=visible(source.files[0], 200),
                    remedy="write it to a file first",
                )
        loaded = [
            Loaded.of(source, plan.types, str(plan.id), self._jobs)
            for source, plan in zip(self.sources, plans, strict=True)
        ]
        pairs = Matched(loaded[0], loaded[1])
        matched = pairs.matched
        if not matched:
            raise self._nothing_shared(loaded)
        summary = self._over(pairs)
        old, new = (len(one.ids) for one in loaded)
        return summary, Join(str(plans[0].id), matched, old - matched, new - matched)

    def _nothing_shared(self, loaded: Sequence[Loaded]) -> DataError:
        names = [visible(source.files[0], 200) for source in self.sources]
        ids = [repr(visible(str(one.ids[0]))) for one in loaded]
        return DataError(
            f"no row has an id of {names[1]}: the first ids are {ids[0]} and {ids[1]}",
            where=names[0],
            remedy="name the column that both share: --id COLUMN",
        )

    def _refuse_repeated(self, summary: PairedSummary, name: str) -> None:
        """Look for ids that are there twice, where they do not rise through the file."""
        if all_rise(summary.ids):
            return
        source = self.sources[0]
        if summary.census.rows > MOST_ROWS or not source.rereadable:
            self.warnings.append(
                f"whether an {visible(name)} is there twice was not looked for: sort the rows by it"
            )
            return
        types = {name: self._pairing.plans[0].types[name]}
        Loaded.of(source, types, name, self._jobs)


def _judge(pairing: Pairing, work: Work, pair: Pair, before: PairedSummary) -> PairedSummary:
    return before + summarise(pairing.block(pair), work, before)


def _distances(
    pairing: Pairing, centres: Mapping[str, float], pair: Pair, before: Distances
) -> Distances:
    return before + Distances.of(pairing.block(pair).block, centres)
