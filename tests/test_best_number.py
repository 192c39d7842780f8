"""The best constant of losses with many low places: that of a count, a closed form, or none."""

import math

import numpy as np
import pytest

import losscli

DRAW = np.random.default_rng(3)
SKEWED = DRAW.lognormal(size=900)


def best(text: str, y: np.ndarray) -> tuple[float, float] | None:
    """Return the best constant and its value; nothing where the report says why there is none."""
    frame = {"y_true": y, "y_pred": y + 0.5}
    report = losscli.evaluate(frame, losses=text, task="regression", top=0)
    found = report.losses[0].best_constant
    told = any("no best constant" in warning for warning in report.warnings)
    assert told == (found is None)
    return None if found is None else (float(found.prediction), found.value)  # type: ignore[arg-type]


@pytest.mark.parametrize("many", [900, 5000])
@pytest.mark.parametrize("x", [0.01, 0.3])
@pytest.mark.parametrize("text", ["within(x={x})", "a = abs(y - pred) > {x}"])
def test_the_fullest_window_is_found(many: int, x: float, text: str) -> None:
    y = np.sort(np.resize(SKEWED, many) + np.linspace(0, 1, many))
    fullest = max(int((y[k:] <= one + 2 * x).sum()) for k, one in enumerate(y.tolist()))
    found = best(text.format(x=x), y)
    assert found is not None
    assert found[1] == pytest.approx(1 - fullest / many, abs=1.5 / many)


def test_a_window_that_holds_a_lot_only_at_one_number() -> None:
    y = np.arange(1.0, 60)  # whole numbers: 5 lie in [c - 2, c + 2] only where c is whole
    found = best("within(x=2)", y)
    assert found is not None
    assert found[1] == 1 - 5 / 59
    found = best("a = where(abs(y - pred) > 2.5, 1, 0)", y)
    assert found is not None
    assert found[1] == 1 - 6 / 59


@pytest.mark.parametrize(
    ("text", "place", "value"),
    [
        ("a = square(2*y - pred)", 2 * SKEWED.mean(), 4 * SKEWED.var()),
        ("a = exp(pred) - y*pred + 9", math.log(SKEWED.mean()), None),
        ("a = where(pred == 77.25, 0, 1 + abs(y - pred))", 77.25, 0.0),
        ("a = square(y - 100) + square(pred - 1000)", 1000.0, None),
        ("a = 2 + cos(40*pred) + abs(pred) + 0*y", None, 1.0785),
    ],
)
def test_constants_far_from_the_truths(text: str, place: float | None, value: float | None) -> None:
    found = best(text, SKEWED)
    assert found is not None
    if place is not None:
        assert found[0] == pytest.approx(place, rel=1e-6)
    if value is not None:
        assert found[1] == pytest.approx(value, rel=1e-3)


def test_of_corners_the_lowest_is_found() -> None:
    y = np.round(SKEWED[:200], 6)
    costs = [(np.sqrt(np.abs(y - c)).mean(), c) for c in y.tolist()]  # each corner is a truth
    found = best("a = sqrt(abs(y - pred))", y)
    assert found is not None
    assert (found[1], found[0]) == pytest.approx(min(costs))


def test_a_skewed_loss_with_many_truths() -> None:
    y = np.concatenate([np.zeros(300), DRAW.gamma(2, 3, 5001)])
    found = best("a = where(pred > y, 3*(pred - y), y - pred)", y)
    assert found is not None
    assert found[0] == np.quantile(y, 0.25, method="inverted_cdf")


def test_what_is_not_sure_is_not_claimed() -> None:
    assert best("a = abs(y - pred)**0.3", DRAW.normal(size=5000)) is None
    assert best("a = 1/(1 + exp(y - pred))", SKEWED) is None  # falls for ever
    y = DRAW.normal(size=3000)
    found = best("a = abs(y - pred)**0.5*(2 + cos(1e4*pred))", y)
    grid = np.concatenate([y[:400], np.linspace(-0.2, 0.2, 4001)])
    costs = [(np.abs(y - c) ** 0.5).mean() * (2 + math.cos(1e4 * c)) for c in grid.tolist()]
    assert found is None or found[1] <= min(costs) * (1 + 1e-6)
