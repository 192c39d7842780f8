"""One source, read as often as its numbers need it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from losscli.data.block import Block, MisreadError, Piece, Source
from losscli.data.columns import Plan
from losscli.data.gathered import together
from losscli.data.storage.compressed import cause
from losscli.data.training import NaiveErrors
from losscli.dataclass import dataclass
from losscli.engine import Fold, threads
from losscli.errors import DataError
from losscli.losses.combine import to_float
from losscli.report.facts import Samples
from losscli.summarise import summarise
from losscli.summary.distribution import Distribution, Sample
from losscli.summary.octaves import BIN_WIDTH
from losscli.truth_block import signed
from losscli.work import Summary, Work, emptied

Progress = Callable[..., None]
"""Is called with how many stretches are done and, where it is known, of how many."""

_READINGS = 3
"""Each reading is a few thousand times finer than the one before."""
_FINE = 0.01
"""A histogram tells a median where its bin is narrower than this part of the spread."""

S = TypeVar("S")


@dataclass
class Run:
    """The source and the plan, and how the stretches are mapped."""

    source: Source
    plan: Plan
    work: Work
    jobs: int | None
    progress: Progress | None
    fold: Fold = threads.fold
    naive: NaiveErrors | None = None

    @property
    def rereadable(self) -> bool:
        """Tell whether `about` can be asked for."""
        return self.source.rereadable

    def summary(self) -> Summary:
        """Return the summary of all rows."""
        judge = partial(_judged, self.blocks, self.work)
        found = self.over(Summary.zero(self.work), judge)
        self.source.check(found.census.rows_of_files)
        return found

    def about(self, centres: Mapping[str, float]) -> Mapping[str, Distribution]:
        """Read the source once more, for the distributions of distances from the centres."""
        found = self.over(Distances({}), partial(_distances, self.blocks, centres))
        self.source.check()
        return found.distributions

    @property
    def blocks(self) -> "Blocks":
        """How pieces become blocks."""
        return Blocks(self.plan, self.naive)

    def over(self, zero: S, judge: Callable[[Piece, S], S]) -> S:
        """Fold what `judge` makes of every piece, with what is known already."""
        while True:
            reads = together(self.source, self.plan.types)
            fold = self.fold if self.source.independent else threads.fold
            try:
                return fold(reads, judge, zero, self.jobs, self.progress)
            except MisreadError:
                # a stretch began inside a quoted field: only reading in order is sure
                self.source = self.source.in_order()
            except DataError as error:
                raise cause(error) from None


@dataclass(frozen=True)
class Blocks:
    """How a piece becomes a block, wherever it is read: it travels to other processes."""

    plan: Plan
    naive: NaiveErrors | None = None

    def of(self, piece: Piece) -> Block:
        """Return the judged rows of a piece, with the arrays that no column of the file holds."""
        found, more = self.plan.block(piece), self.plan.shared
        if self.naive:
            more = {**more, **self.naive.columns(found)}
        return replace(found, columns={**found.columns, **more}) if more else found


@dataclass(frozen=True)
class Distances:
    """Distributions by name; `+` merges."""

    distributions: Mapping[str, Distribution]

    @classmethod
    def of(cls, block: Block, centres: Mapping[str, float]) -> "Distances":
        """Return those of the numbers of a block from the centres."""
        numbers = signed(block)
        return cls({n: Distribution.of(numbers[n] - c, block.weight) for n, c in centres.items()})

    def emptied(self) -> "Distances":
        """Return those of no rows, as `Summary.emptied` does."""
        return Distances(emptied(self.distributions))

    def __add__(self, other: "Distances") -> "Distances":
        """Merge two lots of rows."""
        both = dict(self.distributions)
        for name, found in other.distributions.items():
            both[name] = both.get(name, Distribution()) + found
        return Distances(both)


def _judged(blocks: Blocks, work: Work, piece: Piece, before: Summary) -> Summary:
    return before + summarise(blocks.of(piece), work, before)


def _distances(
    blocks: Blocks, centres: Mapping[str, float], piece: Piece, before: Distances
) -> Distances:
    return before + Distances.of(blocks.of(piece), centres)


class Again(Protocol):
    """What can be read once more, if it is `rereadable`."""

    @property
    def rereadable(self) -> bool:
        """Tell whether `about` can be asked for."""
        ...

    def about(self, centres: Mapping[str, float]) -> Mapping[str, Distribution]:
        """Return the distributions of the distances from the centres."""
        ...


def samples(run: Again, summary: Summary) -> Samples:
    """Return the samples of y and of the residual, from further readings where they are needed.

    A histogram is fine near zero. Where it is too coarse the source is read once more for the
    distances from the mean of y and from what is known of the median of the residual.
    """
    known = {name: found.sample() for name, found in summary.numbers.items()}
    coarse = [name for name, sample in known.items() if _coarse(sample, 0.0)]
    if coarse and not run.rereadable:
        fine = {name: sample for name, sample in known.items() if name not in coarse}
        return Samples(fine.get("y"), fine.get("residual"), coarse)
    centres = {name: known[name].median() for name in coarse}
    if "y" in coarse:
        mass = next(iter(summary.groups.values())).whole().mass
        assert mass is not None
        centres["y"] = to_float(summary.total.fractions()[0] / mass.fractions()[0])
    for _ in range(_READINGS):
        if not centres:
            break
        found = {name: d.sample() for name, d in run.about(centres).items()}
        known |= {name: sample.shifted(centres[name]) for name, sample in found.items()}
        centres = {n: known[n].median() for n, s in found.items() if _coarse(s, centres[n])}
    return Samples(known.get("y"), known.get("residual"))


def _coarse(sample: Sample, centre: float) -> bool:
    """Tell whether the bin at the median is too wide to tell the median."""
    if sample.exact:
        return False
    spread = sample.quantile(0.75) - sample.quantile(0.25)
    # a bin is never narrower than what the doubles themselves tell apart
    finest = abs(sample.median() + centre) * 2.0**-50
    return abs(sample.median()) * BIN_WIDTH > max(_FINE * spread, finest)
