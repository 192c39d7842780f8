"""What a constant prediction costs over a distribution of truths."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.losses.squares import UNITS
from losscli.report.records import Prediction
from losscli.roles import SHARED
from losscli.summary.distribution import Sample

Vector = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Truths:
    """The distribution of y: `sample` of its numbers, or of the codes of its classes.

    `mean` is the exact mean of numbers. `classes` are the texts behind the codes; for binary
    and margin files y itself is in the sample. `levels` are those of quantile columns, `costs`
    those of decisions. Where there are several truths, told apart by `labels`, the sample holds
    rows of them with the same means (see shares.py), and `entropy` is the mean of the true rows'.
    """

    sample: Sample
    mean: float
    classes: tuple[str | None, ...] = ()
    levels: Vector | None = None
    costs: Vector | None = None
    labels: tuple[str, ...] = ()
    entropy: float = 0.0


_AT_ONCE = 1 << 17
"""So many row losses are computed in one go."""
Found = tuple[Prediction, Columns] | None


class NoConstantError(Exception):
    """Which constant is best is not sure; the text says why."""


class _OverSample:
    """The terms of a loss over a sample of y (`Finished` of losses/combine.py)."""

    def __init__(self, terms: tuple[Vector, ...], mass: Vector, copies: int) -> None:
        self._terms = terms
        self._mass = mass
        self._units = UNITS[:copies]

    def mean(self, term: int) -> Fraction:
        terms = self._terms[term :: len(self._terms) // len(self._units)]
        return sum(map(self._mean, terms, self._units), Fraction(0))

    def _mean(self, term: Vector, unit: int) -> Fraction:
        with np.errstate(over="ignore"):
            total = float(np.sum(term * self._mass)) / float(np.sum(self._mass))
        if not math.isfinite(total):
            part = self._mass / self._mass.sum()
            total = float(np.sum(term * part))
        # an infinite one stands for a number that no double can hold
        return Fraction(total) * Fraction(2) ** unit if total < math.inf else Fraction(10) ** 4000

    def low(self, term: int) -> float:
        return float(self._terms[term].min())

    def high(self, term: int) -> float:
        return float(self._terms[term].max())

    def median(self) -> float:
        return math.nan


def value_of(chosen: Chosen, truths: Truths, columns: Columns) -> float:
    """Return the value of a loss for one constant prediction."""
    count = len(truths.sample.values)
    spread = {
        role: np.ascontiguousarray(np.broadcast_to(values, (count, *np.shape(values))))
        if role not in SHARED
        else values
        for role, values in columns.items()
    }
    y = truths.sample.values
    spread["y"] = y.astype(np.intp) if truths.classes else y
    terms = chosen.terms(spread)
    kept = ~np.isnan(terms[0]) if chosen.leaves_out else np.full(count, fill_value=True)
    kept &= truths.sample.mass > 0
    terms = tuple(term[kept] for term in chosen.apart(spread, terms))
    over = _OverSample(terms, truths.sample.mass[kept], chosen.copies(len(terms)))
    return chosen.combine.value(over) if kept.any() else math.nan


def along(chosen: Chosen, truths: Truths, role: str, grid: Vector) -> Vector:
    """Return the value at each of many constants; those of a mean in one go."""
    if chosen.combine is not MEAN or chosen.leaves_out:
        one = (np.float64(constant) for constant in grid.tolist())
        return np.array([value_of(chosen, truths, {role: c}) for c in one])  # type: ignore[dict-item]
    there = truths.sample.mass > 0
    y, mass = truths.sample.values[there], truths.sample.mass[there]
    size = max(1, _AT_ONCE // len(y))
    found = [np.empty(0)]
    for k in range(0, len(grid), size):
        some = grid[k : k + size]
        table = {"y": np.tile(y, len(some)), role: np.repeat(some, len(y))}
        losses = chosen.terms(table)[0].reshape(len(some), len(y))
        with np.errstate(all="ignore"):
            found.append((losses * mass).sum(axis=1) / mass.sum())
    return np.concatenate(found)


def number_of(role: str, value: float) -> Found:
    """Return a number as the constant of a role."""
    return value, {role: np.float64(value)}  # type: ignore[dict-item]
