"""The weight of a tail, and what it is used for."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from losscli.comparison.difference import Shape, shape_of
from losscli.comparison.summary import Tails
from losscli.summary.largest import KEPT, Largest

Vector = NDArray[np.float64]


def index(values: Vector, rows: int | None = None) -> float:
    return Largest.of(values).tail_index(rows or len(values))


@pytest.mark.parametrize("shape", [0.15, 0.3, 0.5, 0.7])
@pytest.mark.parametrize("rows", [400, 3000])
def test_the_index_of_a_generalised_pareto_tail(shape: float, rows: int) -> None:
    steps = (np.arange(1, rows + 1) - 0.35) / rows
    values = stats.genpareto.ppf(steps, shape)
    assert index(values) == pytest.approx(1 / shape, rel=0.1)
    assert index(values - 40) == pytest.approx(index(values), rel=1e-9)
    assert index(values * 2.0**900) == index(values)


@pytest.mark.parametrize("rows", [200, 1000])
def test_the_index_is_that_of_l_moments(rows: int) -> None:
    values = np.sort(np.random.default_rng(rows).standard_t(5, rows) ** 2)
    k = min(int(7 * math.sqrt(rows)), rows // 2, int((values > values.mean() / 3).sum()))
    first, second = stats.lmoment(values[-k:] - values[-k - 1], order=[1, 2])
    # Hosking & Wallis (1987): the shape is 2 - l1/l2; plotting positions are within 1/k of that
    assert 1 / index(values) == pytest.approx(2 - first / second, abs=1 / k)


@pytest.mark.parametrize(
    ("draw", "least", "most"),
    [
        (lambda r: r.standard_t(5, 200) ** 2, 0.86, 0.97),
        (lambda r: r.standard_t(3, 200) ** 2, 0.98, 1),
        (lambda r: r.standard_t(5, 2000) ** 2, 0.94, 1),
        (lambda r: r.normal(size=200) ** 2, 0.05, 0.2),
        (lambda r: r.normal(size=2000) ** 2, 0, 0.01),
        (lambda r: r.exponential(size=200), 0, 0.03),
        (lambda r: np.abs(r.normal(size=200)), 0, 0.005),
    ],
)
def test_heavy_tails_are_told_from_light_ones(
    draw: Callable[[Any], Vector], least: float, most: float
) -> None:
    generator = np.random.default_rng(77)
    found = np.array([index(draw(generator)) < 4 for _ in range(400)])
    assert least <= found.mean() <= most


def test_tails_that_tell_nothing() -> None:
    assert math.isnan(index(np.arange(99.0)))
    few = np.zeros(200)
    few[:8] = np.arange(1, 9)
    assert math.isnan(index(few))
    assert index(np.repeat([0.0, 1.0], 100)) == math.inf
    assert index(np.ones(200)) == math.inf
    assert index(np.linspace(0, 1, 200)) == math.inf


def test_one_huge_row_is_a_heavy_tail() -> None:
    values = np.random.default_rng(4).normal(size=300) ** 2
    values[17] = 1e308
    assert index(values) < 2
    assert index(values[::-1].copy()) == index(values)


def test_the_index_is_the_same_however_the_rows_are_parted() -> None:
    values = np.random.default_rng(5).standard_t(5, 5000) ** 2
    whole = index(values)
    for cuts in ([0, 1, 5000], [0, 700, 1400, 5000]):
        parts = [Largest.of(values[a:b]) for a, b in pairwise(cuts)]
        for order in (parts, parts[::-1]):
            total = Largest()
            for part in order:
                total += part
            assert len(total.values) == KEPT
            assert total.tail_index(5000) == whole


def test_many_losses_near_zero_make_no_heavy_tail_of_the_others() -> None:
    draw = np.random.default_rng(6)
    found = []
    for _ in range(100):
        logits = draw.normal(0, 3, 2000)
        right = draw.random(2000) < 1 / (1 + np.exp(-logits))
        found.append(index(np.logaddexp(0, np.where(right, -logits, logits))) < 4)
    assert sum(found) <= 2


def shape(differences: Vector) -> Shape:
    tails = Tails(Largest.of(differences), Largest.of(-differences))
    return shape_of(tails, float(differences.mean()), len(differences))


@pytest.mark.parametrize("rows", [300, 1500])
def test_the_fourth_moment_is_that_of_all_rows(rows: int) -> None:
    values = np.random.default_rng(rows).standard_t(4, rows)
    found = shape(values)
    assert found.fourth * rows == pytest.approx(stats.kurtosis(values, fisher=False), rel=1e-9)


def test_only_a_tail_on_one_side_is_not_trusted() -> None:
    draw = np.random.default_rng(8)
    sizes = draw.pareto(1.2, (40, 1000))
    alike = [shape(one * draw.choice([-1, 1], 1000)) for one in sizes]
    apart = [shape(one) for one in sizes]
    assert sum(one.shaky for one in alike) <= 8
    assert sum(one.shaky for one in apart) >= 25
