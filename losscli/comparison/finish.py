"""From the summary of all pairs to the comparison."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from losscli.comparison.difference import Both, Difference, Shape, difference, shape_of
from losscli.comparison.moved import MovedRow
from losscli.comparison.of_groups import OfPairs
from losscli.comparison.records import LossChange, RowChange
from losscli.comparison.summarise import KINDS
from losscli.comparison.summary import Changes, PairedSummary
from losscli.comparison.trust import TAIL, doubt
from losscli.comparison.verdict import Tolerances, plain_word, tolerance, trust, why, word
from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import to_float
from losscli.report.terms import Terms
from losscli.report.units import cluster_moments
from losscli.summary.distribution import Distribution
from losscli.summary.dyadic import Dyadic
from losscli.summary.moments import Moments


@dataclass(frozen=True)
class Asked:
    """What is asked of the finished numbers; `named` are the classes that the user named.

    `truth` is the column of the true classes, `groups` what is known of groups where these are
    compared and not rows.
    """

    chosen: Sequence[Chosen]
    level: float
    mode: str
    tolerances: Tolerances
    by: tuple[str, ...]
    named: frozenset[tuple[str, str]]
    files: tuple[str, ...]
    truth: str | None = None
    groups: OfPairs | None = None


class Finisher:
    """Reads the changes of one breakdown, class by class."""

    def __init__(self, summary: PairedSummary, by: str, asked: Asked, *, whole: bool) -> None:
        changes = summary.changes[by]
        group = changes.moments
        self.classes: tuple[str | None, ...] = (None,) if whole else group.classes
        moments = group.whole().moments if whole else group.moments
        self._asked = asked
        self._by = by
        self._moments = [(one, _exact(one)) for one in moments]
        self._medians = [_medians(known, by, self.classes) for known in summary.medians]
        self._signs = [_signs(changes, k, self.classes) for k in range(len(asked.chosen))]
        self._units: list[tuple[Moments, Any]] = []
        if by in summary.clusters:
            sums = summary.clusters[by]
            lots = replace(sums, lots=(sums.whole(),)) if whole else sums
            self._units = [(m, _exact(m)) for m in cluster_moments(lots, self.classes)]

    def _terms(self, k: int, kind: int, place: int) -> Terms:
        moments, exact = self._moments[KINDS * k + kind]
        found = self._medians[kind].get((k, place)) if kind < KINDS - 1 else None
        leaves_out = self._asked.chosen[k].leaves_out
        return Terms(
            moments,
            exact,
            place,
            found.sample() if found else None,
            leaves_out=leaves_out,
            copies=self._asked.chosen[k].copies(moments.terms),
        )

    def both(self, k: int, place: int) -> Both:
        """Return the terms of a loss in a class."""
        old, new, joint = (self._terms(k, kind, place) for kind in range(KINDS))
        if not self._units:
            return Both(old, new, joint)
        moments, exact = self._units[k]
        copies = self._asked.chosen[k].copies(moments.terms)
        return Both(old, new, joint, Terms(moments, exact, place, None, copies=copies))

    def signs(self, k: int, place: int) -> tuple[int, int]:
        """Return how many rows of a class are better under a loss, and how many worse."""
        better, worse = (int(side[place]) for side in self._signs[k])
        return better, worse

    def change(self, k: int, place: int, shape: Shape) -> LossChange:
        """Return the change of a loss in a class."""
        asked, one = self._asked, self._asked.chosen[k]
        both = self.both(k, place)
        values = _value(both.old, one), _value(both.new, one)
        better, worse = self.signs(k, place)
        found = Difference(values[1] - values[0] if _known(values) else math.nan)
        if all(map(math.isfinite, values)):
            found = difference(both, one, asked.level, shape, (better, worse))
        allowed = tolerance(asked.tolerances, one, values[0])
        units = both.joint.counted
        doubts = "" if found.exact else doubt(shape, (better, worse), units, asked.level)
        trusted = trust(found, allowed, shaky=shape.shaky, doubts=bool(doubts))
        verdict = word(found, values, allowed, trusted=trusted)
        if asked.mode == "point":
            verdict = plain_word(found.change, values, allowed)
        old = values[0]
        change = LossChange(
            loss=one.spelling,
            label=one.label,
            name=one.name,
            old=old,
            new=values[1],
            change=found.change,
            relative=found.change / abs(old) if old and math.isfinite(old) else math.nan,
            low=found.low,
            high=found.high,
            level=asked.level,
            better=better,
            same=units - better - worse,
            worse=worse,
            detectable=found.detectable,
            verdict=verdict,
            rows=asked.groups.rows(k, self._by, place) if asked.groups else units,
            stderr=found.stderr,
            p=found.p,
            tolerance=allowed,
            status=_status(values),
            doubt="" if trusted else doubts or TAIL,
            groups=units if asked.groups else 0,
        )
        return replace(change, why=why(change))

    def balanced(self, k: int) -> tuple[float, ...]:
        """Return the mean of the values of the classes under the old and the new model."""
        one, places = self._asked.chosen[k], range(len(self.classes))
        return tuple(
            _mean([_value(self._terms(k, kind, at), one) for at in places]) for kind in range(2)
        )


def _mean(values: Sequence[float]) -> float:
    """Return the plain mean; infinite where a value is, NaN where one is not known."""
    if any(map(math.isnan, values)):
        return math.nan
    return math.inf if math.inf in values else math.fsum(values) / len(values)


def _exact(moments: Moments) -> tuple[list[Dyadic], list[Dyadic]]:
    return moments.sums.dyadics(), moments.squares.dyadics()


def _medians(
    known: Mapping[tuple[int, str, str | None], Distribution],
    by: str,
    classes: tuple[str | None, ...],
) -> dict[tuple[int, int], Distribution]:
    """Return the distributions by the loss's number and the class's place."""
    place = {name: k for k, name in enumerate(classes)}
    found: dict[tuple[int, int], Distribution] = {}
    for (k, name, cls), one in known.items():
        if name == by:
            at = (k, place.get(cls, 0))
            found[at] = found.get(at, Distribution()) + one
    return found


def _signs(changes: Changes, k: int, classes: tuple[str | None, ...]) -> tuple[Any, Any]:
    """Return how many rows of each class are better, and how many worse."""
    found = []
    for side in (changes.better[k], changes.worse[k]):
        group = side if side.classes == classes else side.whole()
        assert group.mass is not None
        found.append(group.mass.floats())
    return found[0], found[1]


def _value(terms: Terms, one: Chosen) -> float:
    if terms.infinite:
        return math.inf
    if terms.undefined or not terms.rows:
        return math.nan
    return one.combine.value(terms)


def _known(values: tuple[float, float]) -> bool:
    return not any(map(math.isnan, values)) and any(map(math.isfinite, values))


def _status(values: tuple[float, float]) -> str:
    if any(map(math.isnan, values)):
        return "undefined"
    return "ok" if all(map(math.isfinite, values)) else "infinite"


def losses(summary: PairedSummary, asked: Asked) -> tuple[list[LossChange], list[Shape]]:
    """Return the change of each loss over all rows, and the shape of its differences."""
    finisher = Finisher(summary, next(iter(summary.changes)), asked, whole=True)
    found, shapes = [], []
    for k, tails in enumerate(summary.tails):
        joint = finisher.both(k, 0).joint
        # the first difference: it stands alone, or behind as many old terms
        mean = to_float(joint.mean(joint.term_count // 2)) if joint.rows else 0.0
        shapes.append(shape_of(tails, mean, sum(finisher.signs(k, 0))))
        found.append(finisher.change(k, 0, shapes[-1]))
    if asked.truth in summary.changes and not asked.groups:
        of_truths = Finisher(summary, str(asked.truth), asked, whole=False)
        for k, one in enumerate(found):
            # the pixels of one class are no image: overlap has no value by true class
            if not asked.chosen[k].combine.empty:
                old, new = of_truths.balanced(k)
                found[k] = replace(one, balanced_old=old, balanced_new=new)
    return found, shapes


def rows(summary: PairedSummary, asked: Asked) -> list[RowChange]:
    """Return the rows that moved most under the first loss."""
    return [
        RowChange(
            row=row,
            file=asked.files[file],
            id=moved.id,
            y=None if isinstance(moved.y, dict) else moved.y,
            old=moved.old,
            new=moved.new,
            change=moved.new - moved.old,
            pred_old=moved.pred["old"] if isinstance(moved.pred, dict) else None,
            pred_new=moved.pred["new"] if isinstance(moved.pred, dict) else None,
        )
        for moved in summary.moved.rows
        if isinstance(moved, MovedRow)
        for file, row in (summary.census.place(moved.part, moved.row),)
    ]
