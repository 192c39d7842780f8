"""The values of groups in place of the losses of rows: each group counts once."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.comparison.records import GroupChange, Groups
from losscli.comparison.summary import Changes, PairedSummary, Tails
from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN, Combine
from losscli.losses.spec import Vector
from losscli.report.groups import ByGroup, OfGroups
from losscli.report.units import Values, moments_of_groups
from losscli.summary.exact import ExactSums
from losscli.summary.group_sums import Lot
from losscli.summary.grouped import Grouped
from losscli.summary.largest import Largest


class Averaged(Chosen):
    """A loss whose value is the mean of the values of groups."""

    @property
    def combine(self) -> Combine:
        """How the values of the groups become one."""
        return MEAN


@dataclass(frozen=True)
class OfPairs:
    """The values of each group under both models, in each breakdown ("" for all groups)."""

    by: dict[str, tuple[OfGroups, OfGroups]]

    @classmethod
    def of(cls, summary: PairedSummary, level: float, chosen: Sequence[Chosen]) -> "OfPairs":
        """Finish the value of each group from what was kept of each model alone."""
        old, new = (ByGroup.of(summary.models[name], chosen, level) for name in ("old", "new"))
        by = {str(name): (one, new.by[name]) for name, one in old.by.items()}
        return cls({**by, "": (old.overall, new.overall)})

    def summary(self, found: PairedSummary) -> PairedSummary:
        """Return the summary with groups in place of rows."""
        changes = {name: _changes(*both) for name, both in self.by.items()}
        # losses that only limits name come last, and are not compared
        tails = tuple(map(_tails, self._differences("")[: len(found.tails)]))
        whole = {"": changes.pop("")}
        return replace(found, changes={**whole, **changes}, tails=tails)

    def _differences(self, by: str) -> list[Vector]:
        old, new = self.by[by]
        return [_difference(a, b) for a, b in zip(old.found, new.found, strict=True)]

    def rows(self, number: int, by: str, place: int) -> int:
        """Return the rows behind the values of a loss in a class of a breakdown."""
        return int(self.by[by][0].rows_of(number, place))

    def record(self, column: str, chosen: Chosen, top: int) -> Groups:
        """Return the groups that moved most under the first loss."""
        old, new = (found.found[0] for found in self.by[""])
        lot, moves = self.by[""][0].lot, self._differences("")[0]
        moved = np.flatnonzero((moves != 0) & ~np.isnan(moves))
        # groups are in the order of their names, which decides between equal moves
        order = moved[np.argsort(-np.abs(moves[moved]), kind="stable")][:top]
        return Groups(
            column=column,
            count=len(lot),
            loss=chosen.spelling,
            moved=tuple(_moved(lot, old, new, place) for place in order.tolist()),
        )


def _difference(old: Values, new: Values) -> Vector:
    with np.errstate(invalid="ignore"):
        return np.asarray(new.values - old.values)


def _changes(old: OfGroups, new: OfGroups) -> Changes:
    lot, classes = old.lot, old.lot.classes
    kinds: list[Values] = []
    signs: tuple[list[Grouped], list[Grouped]] = ([], [])
    for a, b in zip(old.found, new.found, strict=True):
        moves = _difference(a, b)
        kinds += [a, b, replace(a, values=moves)]
        for side, some in zip(signs, (moves < 0, moves > 0), strict=True):
            counts = np.bincount(lot.of_class[some], minlength=len(classes))
            side.append(Grouped(classes, ExactSums(len(classes), {0: counts}, 1)))
    return Changes(moments_of_groups(lot, kinds, classes), tuple(signs[0]), tuple(signs[1]))


def _tails(moves: Vector) -> Tails:
    return Tails(Largest.of(moves), Largest.of(-moves))


def _moved(lot: Lot, old: Values, new: Values, place: int) -> GroupChange:
    before, after = float(old.values[place]), float(new.values[place])
    name = lot.groups[int(lot.of_group[place])]
    return GroupChange(name, int(old.rows[place]), before, after, after - before)
