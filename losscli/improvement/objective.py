"""The loss of mapped predictions over rows to fit on, as a function of the map's parameters."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.improvement.halves import Rows
from losscli.improvement.kinds import Kind, Theta
from losscli.losses.chosen import Chosen
from losscli.losses.spec import Vector

Terms = tuple[Vector, ...]
LAST = 2.0**-52
"""The last digit of a double, as a part of it."""


@dataclass(frozen=True)
class Means:
    """The weighted means of the terms of a loss."""

    means: tuple[float, ...]

    def mean(self, term: int) -> Fraction:
        """Return the mean of a term."""
        return Fraction(self.means[term])

    def low(self, _: int) -> float:
        """Return NaN: no loss that has an interval asks for it."""
        return math.nan

    high = low

    def median(self) -> float:
        """Return NaN, likewise."""
        return math.nan


@dataclass(frozen=True)
class Objective:
    """The loss of some rows under a map; infinite where the map leaves the loss's domain.

    `edges` are the rows with the extremes of `pred` of all rows: a map that takes them outside of
    the domain cannot be judged.
    """

    rows: Rows
    chosen: Chosen
    shared: Mapping[str, NDArray[Any]]
    edges: Mapping[str, NDArray[Any]]

    def value(self, kind: Kind, theta: Theta) -> float:
        """Return the loss under a map of this kind."""
        theta = [float(part) for part in theta]
        try:
            inside = self._inside(kind, theta)
            return self._finished(self.terms(kind, theta)) if inside else math.inf
        except UsageError:  # a plugin's loss may take fewer numbers than are tried
            return math.inf

    def terms(self, kind: Kind, theta: Theta) -> Terms:
        """Return the terms of each row under a map."""
        with np.errstate(all="ignore"):
            mapped = kind.columns({**self.rows.columns, **self.shared}, theta)
        return self.chosen.terms(mapped)

    def terms_of(self, chosen: Chosen) -> Terms:
        """Return the terms of each row as it is, under a loss."""
        return chosen.terms({**self.rows.columns, **self.shared})

    def rounding(self) -> float:
        """Return the loss of numbers that are right but for the last digit."""
        columns = {**self.rows.columns, **self.shared}
        if "pred" not in columns:
            return 0.0
        y, pred = columns["y"], columns["pred"]
        columns["pred"] = y + LAST * (np.abs(y) + np.abs(pred))
        try:
            found = self._finished(self.chosen.terms(columns))
        except UsageError:  # as above
            return 0.0
        return found if math.isfinite(found) else 0.0

    def better(self, before: Terms, after: Terms) -> float:
        """Return by how many standard errors (delta method) the loss is lower with `after`."""
        mass, known = self.rows.mass, self._judged(before)
        moved = np.zeros(len(mass))
        for sign, terms in ((1, before), (-1, after)):
            for slope, term in zip(self._slopes(terms), terms, strict=False):
                moved += sign * slope * term
        moved, mass, weight = moved[known], mass[known], self.rows.weight[known]
        # by the farthest, so that no square leaves the doubles
        size = float(np.abs(moved).max(initial=0.0)) or 1.0
        moved, total = moved / size, float(np.sum(mass))
        mean = float(np.sum(mass * moved)) / total
        error = math.sqrt(float(np.sum(weight * mass * (moved - mean) ** 2))) / total
        if not self.chosen.combine.monotone:
            mean = (self._finished(before) - self._finished(after)) / size
        return mean / error if error else math.copysign(math.inf, mean) if mean else 0.0

    def _slopes(self, terms: Terms) -> Sequence[float]:
        """Return how the loss follows each term; the first alone where it grows with that."""
        combine = self.chosen.combine
        if combine.monotone or not combine.slopes:
            return (1.0,)
        means = [Fraction(mean) for mean in self._means(terms)]
        return [float(slope) for slope in combine.slopes(means)]

    def _finished(self, terms: Terms) -> float:
        means = self._means(terms)
        if not all(map(math.isfinite, means)):
            return math.inf
        found = self.chosen.combine.value(Means(means))
        return found if math.isfinite(found) else math.inf

    def _means(self, terms: Terms) -> tuple[float, ...]:
        if self.rows.plain and not self.chosen.leaves_out:
            with np.errstate(all="ignore"):
                return tuple(float(np.sum(term)) / len(term) for term in terms)
        known = self._judged(terms)
        mass = self.rows.mass[known]
        total = float(np.sum(mass))
        with np.errstate(all="ignore"):
            return tuple(float(np.sum(mass * term[known])) / total for term in terms)

    def _judged(self, terms: Terms) -> Any:  # noqa: ANN401 - an index of whatever kind
        """Return what picks the rows that the loss judges: all, or those with a number."""
        return ~np.isnan(terms[0]) if self.chosen.leaves_out else slice(None)

    def _inside(self, kind: Kind, theta: Theta) -> bool:
        if "pred" not in self.edges:
            return True
        edges = kind.columns({**self.edges, **self.shared}, theta)
        legal = self.chosen.domain().get("pred")
        if legal is not None and not legal[0].holds(edges["pred"]).all():
            return False
        return not (self.chosen.own and np.isnan(self.chosen.terms(edges)[0]).any())


def edges(rows: Rows, ends: tuple[float, float]) -> dict[str, NDArray[Any]]:
    """Return the rows of least and of largest `pred`, of which all rows have the `ends`."""
    pred = rows.columns.get("pred")
    if pred is None:
        return {}
    at = [int(pred.argmin()), int(pred.argmax())]
    return {role: values[at] for role, values in rows.columns.items()} | {"pred": np.array(ends)}
