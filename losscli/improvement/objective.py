"""The loss of mapped predictions over the rows to fit on, as a function of the map's parameters."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.improvement.halves import Rows
from losscli.improvement.kinds import Kind, Theta
from losscli.losses.chosen import Chosen
from losscli.losses.spec import Vector


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
    """The loss of the fit half under a map; infinite where the map leaves the loss's domain.

    `ends` are the extremes of `pred` over all rows: a map that takes them outside of the domain
    cannot be judged.
    """

    rows: Rows
    chosen: Chosen
    shared: Mapping[str, NDArray[Any]]
    ends: tuple[float, float]

    def value(self, kind: Kind, theta: Theta) -> float:
        """Return the loss under a map of this kind."""
        theta = [float(part) for part in theta]
        if not self._inside(kind, theta):
            return math.inf
        terms, mass = self._known(self.terms(kind, theta))
        total = float(np.sum(mass))
        with np.errstate(all="ignore"):
            means = tuple(float(np.sum(mass * term)) / total for term in terms)
        if not all(map(math.isfinite, means)):
            return math.inf
        found = self.chosen.combine.value(Means(means))
        return found if math.isfinite(found) else math.inf

    def terms(self, kind: Kind, theta: Theta) -> tuple[Vector, ...]:
        """Return the terms of each row under a map."""
        with np.errstate(all="ignore"):
            mapped = kind.columns({**self.rows.columns, **self.shared}, theta)
        return self.chosen.terms(mapped)

    def better(self, one: Vector, other: Vector) -> float:
        """Return by how many standard errors the row losses `other` are below those of `one`."""
        difference, mass = one - other, self.rows.mass
        if self.chosen.leaves_out:
            difference, mass = np.nan_to_num(difference), np.where(np.isnan(one), 0.0, mass)
        total = float(np.sum(mass))
        mean = float(np.sum(mass * difference)) / total
        error = math.sqrt(float(np.sum(self.rows.weight * mass * (difference - mean) ** 2))) / total
        return mean / error if error else math.copysign(math.inf, mean) if mean else 0.0

    def _known(self, terms: tuple[Vector, ...]) -> tuple[tuple[Vector, ...], Vector]:
        """Leave out the rows that the loss does not judge."""
        if not self.chosen.leaves_out:
            return terms, self.rows.mass
        known = ~np.isnan(terms[0])
        return tuple(term[known] for term in terms), self.rows.mass[known]

    def _inside(self, kind: Kind, theta: Theta) -> bool:
        legal = self.chosen.domain().get("pred")
        if legal is None or kind.task != "regression":
            return True
        return bool(
            legal[0].holds(kind.columns({"pred": np.array(self.ends)}, theta)["pred"]).all()
        )
