"""Roots of means of squares that are no doubles: right to the bit, in any order and split."""

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from csv_reading import in_small_blocks

import losscli

ROOTS = "rmse,nrmse(divisor=std),nrmse(divisor=range),nrmse"
LARGEST = 1.7e308


def frame(rows: int = 400) -> pd.DataFrame:
    """Return rows whose errors are of all sizes, some of them 0, in three classes."""
    draw = np.random.default_rng(11)
    exponents = np.linspace(-1060, 1020, rows).astype(int)
    y = np.ldexp(draw.normal(size=rows), exponents)
    pred = y * (1 + draw.normal(size=rows))
    pred[::7] = y[::7]
    cls = np.array(list("abc"))[np.digitize(exponents, [-400, 400])]
    return pd.DataFrame({"y": y, "pred": pred, "cls": cls, "w": 2.0 ** draw.integers(-1, 3, rows)})


def square(number: float) -> Fraction:
    """Return the square, rounded to 53 bits however large or small it is."""
    mantissa, exponent = math.frexp(number)
    return Fraction(mantissa * mantissa) * Fraction(2) ** (2 * exponent)


def root(number: Fraction) -> float:
    """Return the square root rounded once: the double whose neighbours' middles enclose it."""
    scale = Fraction(2) ** ((number.numerator.bit_length() - number.denominator.bit_length()) // 2)
    near = Fraction(math.sqrt(number / scale**2)) * scale
    found = float(near)
    for one in (found, math.nextafter(found, 0.0), math.nextafter(found, math.inf)):
        around = [math.nextafter(one, 0.0), one, math.nextafter(one, math.inf)]
        low, high = ((Fraction(a) + Fraction(b)) / 2 for a, b in pairwise(around))
        if low**2 <= number <= high**2:
            return one
    raise AssertionError(number)


def rmse(data: pd.DataFrame, weight: str | None = None) -> float:
    mass = [Fraction(1)] * len(data) if weight is None else list(map(Fraction, data[weight]))
    errors = (data.y - data.pred).tolist()
    total = sum((m * square(e) for m, e in zip(mass, errors, strict=True)), Fraction(0))
    return root(total / sum(mass))


def judged(data: Any, losses: str = "rmse", **options: Any) -> losscli.Report:
    return losscli.evaluate(data, losses=losses, true="y", pred="pred", **options)


@pytest.mark.parametrize("weight", [None, "w"])
def test_the_root_is_that_of_the_exact_mean(weight: str | None) -> None:
    data = frame()
    report = judged(data, by="cls", weight=weight)
    expected = {str(name): rmse(some, weight) for name, some in data.groupby("cls")}
    assert report.losses[0].estimate.value == rmse(data, weight)
    assert {line.cls: line.estimate.value for line in report.breakdown} == expected
    assert sum(line.share for line in report.breakdown) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("error", [1e200, 3e-200, 5e-324, LARGEST, 1e160, 1.5e-162, 1.0])
def test_a_single_error_is_its_own_root(error: float) -> None:
    data = pd.DataFrame({"y": [error], "pred": [0.0]})
    assert judged(data).losses[0].estimate.value == error


def test_an_error_may_be_no_double_where_the_root_is_one() -> None:
    data = pd.DataFrame({"y": [LARGEST, 1.0, 1.0, 1.0], "pred": [-LARGEST, 1.0, 1.0, 1.0]})
    assert judged(data).losses[0].estimate.value == LARGEST
    lone = judged(data[:1], "rmse,nrmse")
    assert lone.losses[0].estimate.value == math.inf
    assert lone.losses[1].estimate.value == 2.0


@pytest.mark.parametrize("exponent", [900, 664, -664, -900])
@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"cluster": "g"}, {"group": "g"}])
def test_the_unit_does_not_matter(exponent: int, options: Mapping[str, str]) -> None:
    data = ordinary()
    known, found = judged(data, ROOTS, **options), judged(scaled(data, exponent), ROOTS, **options)
    for at, (mine, other) in enumerate(zip(known.losses, found.losses, strict=True)):
        unit = 0 if at else -exponent
        assert math.ldexp(other.estimate.value, unit) == mine.estimate.value
        assert math.ldexp(other.estimate.stderr, unit) == pytest.approx(
            mine.estimate.stderr, rel=1e-14, nan_ok=True
        )
        # only the skewness, a matter of the ends, is not known of cubes that are no doubles
        assert math.ldexp(other.estimate.low, unit) == pytest.approx(
            mine.estimate.low, rel=0.2, nan_ok=True
        )
        if mine.best_constant:
            assert other.skill == pytest.approx(mine.skill, rel=1e-14)
    assert known.outliers
    assert found.outliers
    both = known.outliers, found.outliers
    worst = [[(bad.row, bad.share) for bad in outliers.worst] for outliers in both]
    assert worst[0] == worst[1]
    shares = [[c.share for c in outliers.concentration] for outliers in both]
    assert shares[0] == shares[1]


def ordinary() -> pd.DataFrame:
    draw = np.random.default_rng(12)
    y = draw.normal(size=300)
    pred = y + draw.normal(size=300) / 4
    g = [f"g{k % 20}" for k in range(300)]
    return pd.DataFrame({"y": y, "pred": pred, "g": g, "w": draw.integers(1, 5, 300) / 2.0})


def scaled(data: pd.DataFrame, exponent: int) -> pd.DataFrame:
    return data.assign(y=np.ldexp(data.y, exponent), pred=np.ldexp(data.pred, exponent))


@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"cluster": "g"}])
def test_changes_have_no_unit(options: Mapping[str, Any]) -> None:
    old = ordinary()
    new = old.assign(pred=old.y + 0.8 * (old.pred - old.y) + 0.05)
    made = [
        losscli.compare(
            scaled(old, k), scaled(new, k), losses="rmse", true="y", pred="pred", **options
        ).losses[0]
        for k in (0, 900, -900)
    ]
    for found, exponent in zip(made[1:], (-900, 900), strict=True):
        assert math.ldexp(found.change, exponent) == made[0].change
        assert math.ldexp(found.stderr, exponent) == made[0].stderr
        assert (found.better, found.same, found.worse) == (
            *(made[0].better, made[0].same, made[0].worse),
        )
        assert found.verdict == made[0].verdict


def test_no_split_or_order_changes_a_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = frame(3000)
    path = tmp_path / "all.csv"
    data.to_csv(path, index=False)
    options = {"by": "cls", "weight": "w", "group": None}
    whole = facts(judged(path, ROOTS, jobs=1, **options))
    assert facts(judged(data, ROOTS, **options)) == whole
    shuffled = data.sample(frac=1, random_state=3)
    assert facts(judged(shuffled, ROOTS, **options)) == whole
    in_small_blocks(monkeypatch, 4000)
    assert facts(judged(path, ROOTS, jobs=3, **options)) == whole


def facts(report: losscli.Report) -> Any:
    found = json.loads(report.to_json())
    return found["losses"], found["breakdown"]


def test_the_scale_of_a_series_may_be_far_out() -> None:
    history = pd.DataFrame({"y": [1e200, 3e200, 2e200, 2e200]})
    data = pd.DataFrame({"y": [4e200, 4e200], "pred": [4e200, 2e200]})
    found = judged(data, "rmsse", train=history).losses[0].estimate.value
    assert found == pytest.approx(math.sqrt(4 / 2 / (5 / 3)), rel=1e-15)
    far = data.assign(naive_rmse=1e-50)
    assert judged(far, "rmsse").losses[0].estimate.value == pytest.approx(
        math.sqrt(2) * 1e250, rel=1e-15
    )


def test_tiny_logarithms_have_a_root() -> None:
    data = pd.DataFrame({"y": [3e-200, 0.0], "pred": [0.0, 4e-200]})
    found = judged(data, "rmsle").losses[0].estimate.value
    assert found == pytest.approx(math.sqrt(12.5) * 1e-200, rel=1e-15)


def test_products_with_weights_that_are_no_doubles_are_counted() -> None:
    data = pd.DataFrame({"y": [1e300, 2.0], "pred": 0.0, "w": 1e100})
    found = judged(data, "rmse,mae", weight="w").losses
    assert found[0].estimate.value == pytest.approx(1e300 / math.sqrt(2), rel=1e-15)
    assert (found[1].estimate.value, found[1].estimate.infinite_rows) == (math.inf, 1)
