"""Losses near the ends of the doubles: the right value wherever it is a double itself."""

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
import pytest

import losscli.losses  # noqa: F401 - registers
from losscli.losses.language import parse, resolve

LARGEST = 1.7e308
LEAST = 5e-324
MOST_ULPS = 16


def rows(text: str, task: str, **columns: Sequence[object]) -> list[float]:
    found = {role: np.array(values) for role, values in columns.items()}
    (one,) = resolve(parse([text]), task)
    return [float(row) for row in one.terms(found)[0]]


BOXES = ([0.0, 0.0, 2.0, 2.0], [[0.0, 0.0, 2.0, 1.0], [1.0, 1.0, 3.0, 3.0], [3.0, 0.0, 3.5, 2.0]])
# by hand: intersections 2, 1, 0; unions 4, 7, 5; hulls 4, 9, 7; centres 0.25, 2, 5.0625 apart over
# diagonals 8, 18, 16.25
BY_HAND = {
    "iou": [1 / 2, 6 / 7, 1.0],
    "giou": [1 / 2, 6 / 7 + 2 / 9, 1 + 2 / 7],
    "diou": [1 / 2 + 0.25 / 8, 6 / 7 + 2 / 18, 1 + 5.0625 / 16.25],
}


@pytest.mark.parametrize("unit", [1e-300, 1e-160, 1.0, 1e100, 1e155, 1e200, 5e307])
@pytest.mark.parametrize("name", BY_HAND)
def test_boxes_have_no_unit(name: str, unit: float) -> None:
    one, others = BOXES
    y = [[unit * side for side in one]] * len(others)
    found = rows(name, "vectors", y=y, pred=[[unit * side for side in box] for box in others])
    assert found == pytest.approx(BY_HAND[name], rel=1e-14)


def test_a_very_large_and_a_very_small_box_are_compared() -> None:
    y, pred = [[0.0, 0.0, 1e200, 1e200]], [[0.0, 0.0, 1e-200, 1e-200]]
    assert rows("iou", "vectors", y=y, pred=pred) == [1.0]
    assert rows("giou", "vectors", y=y, pred=pred) == [1.0]


def test_forecasts_of_the_largest_doubles() -> None:
    # mean distances 3.4e308, 8.5e307, 0 and half of the mean distance of the members
    members = [[-LARGEST, LARGEST / 2, LARGEST]]
    found = rows("crps_ensemble", "distribution", y=[LARGEST], members=members)
    assert found == pytest.approx([LARGEST * (2.5 / 3 - (1.5 + 2 + 0.5) / 9)], rel=1e-14)
    quantiles, levels = [[-LARGEST / 2, LARGEST / 2, LARGEST]], [0.1, 0.5, 0.9]
    found = rows("wis", "distribution", y=[-LARGEST], quantiles=quantiles, levels=levels)
    assert found == pytest.approx([2 / 3 * LARGEST * (0.9 / 2 + 0.5 * 1.5 + 0.1 * 2)], rel=1e-14)


@pytest.mark.parametrize(
    ("text", "y", "pred", "cost"),
    [
        ("mape", LARGEST, -LARGEST, 2.0),
        ("mard", LARGEST, -LARGEST, 2.0),
        ("smape", LARGEST, -1e300, 2.0),
        ("poisson", 1.0, LEAST, 2 * (-math.log(LEAST) - 1)),
        ("poisson", LARGEST, LARGEST, 0.0),
        ("gamma", LEAST, 3.0, 2 * (math.log(3.0) - math.log(LEAST) - 1)),
        ("qlike", LEAST, 3.0, math.log(3.0) - math.log(LEAST) - 1),
        ("tweedie", LARGEST, LARGEST, 0.0),
        ("lp(q=1)", LARGEST, -LARGEST, math.inf),
        ("epsilon_insensitive", LARGEST, -LARGEST, math.inf),
        ("mae", 1e200, 0.0, 1e200),
        ("huber", 1e200, 0.0, 1e200),
        ("pinball", LARGEST, -LARGEST, LARGEST),
        ("pinball(alpha=0.25)", LARGEST / 2, -LARGEST, 0.375 * LARGEST),
        ("pinball(alpha=0.75)", -LARGEST / 2, LARGEST, 0.375 * LARGEST),
        ("pinball", 1.0, LARGEST, LARGEST / 2),
        ("expectile(alpha=1e-9)", 1e155, 0.0, 1e301),
        ("huber(delta=0.25)", LARGEST, -LARGEST, LARGEST / 2),
        ("pseudo_huber(delta=0.25)", LARGEST, -LARGEST, LARGEST / 2),
        ("fair(c=0.25)", LARGEST, -LARGEST, LARGEST / 2),
        ("cauchy", LARGEST, -LARGEST, math.log(LARGEST) + math.log(2)),
        ("cauchy(c=1e-6)", 1e305, 0.0, 1e-12 * 311 * math.log(10)),
        # the scaled distance is 2, whose square is 4
        ("geman_mcclure(c=1e308)", 1e308, -1e308, 1.0),
        ("welsch(c=1e308)", 1e308, -1e308, 1 - math.exp(-2)),
        ("barron(alpha=0)", LARGEST, -LARGEST, 2 * math.log(LARGEST) + math.log(2)),
        ("barron(c=4)", LARGEST, -LARGEST, LARGEST / 2),
        ("poisson", LARGEST, LARGEST / 2, LARGEST * (2 * math.log(2) - 1)),
        ("gamma", LARGEST, LARGEST / 2, 2 * (1 - math.log(2))),
        ("qlike", LARGEST, LARGEST / 2, 1 - math.log(2)),
        # at power 1.5: four times the squared difference of the roots, over the root of pred
        ("tweedie", 1.6e308, 0.9e308, 4 / 9 * math.sqrt(0.9) * 1e154),
        ("log_cosh", 1e200, 0.0, 1e200),
        ("cauchy", 1e200, 0.0, 200 * math.log(10)),
        ("iso15197", 1e200, -1e200, 1.0),
        ("iso15197", 1e305, 1.1e305, 0.0),
        ("iso15197", LARGEST, -LARGEST, 1.0),
    ],
)
def test_numbers_at_the_ends_have_their_loss(text: str, y: float, pred: float, cost: float) -> None:
    assert rows(text, "regression", y=[y], pred=[pred]) == pytest.approx([cost], rel=1e-14)


def test_scores_at_the_ends_have_their_loss() -> None:
    assert rows("hinge", "margin", y=[-1.0], score=[1e200]) == [1e200]
    assert rows("logistic", "margin", y=[-1.0], score=[LARGEST]) == [LARGEST]
    scores = [[-LARGEST, 1.0, LARGEST]]
    assert rows("crammer_singer", "margin", y=[0], scores=scores) == [math.inf]
    ranked = rows("margin_ranking", "margin", y=[1.0], score=[LARGEST], score2=[-LARGEST])
    assert ranked == [0.0]


@pytest.mark.parametrize(
    ("text", "y", "pred", "naive", "cost"),
    [
        ("mase", LARGEST, -LARGEST, LARGEST / 2, 4.0),
        ("mase", -LARGEST, LARGEST, 1e10, 2 * (LARGEST / 1e10)),
        ("mase", 3.0, 1.0, 4.0, 0.5),
        ("rmsse", -LARGEST, LARGEST, LARGEST / 2, 16.0),
    ],
)
def test_errors_beyond_the_doubles_have_a_scaled_one(
    text: str, y: float, pred: float, naive: float, cost: float
) -> None:
    given = {"y": [y], "pred": [pred], "naive_mae": [naive], "naive_rmse": [naive]}
    assert rows(text, "regression", **given) == pytest.approx([cost], rel=1e-14)


def test_normal_forecasts_of_the_largest_doubles() -> None:
    given = {"y": [LARGEST], "mean": [-LARGEST], "std": [LARGEST / 2]}
    log_std = math.log(LARGEST) - math.log(2)
    for name, cost in {
        "gaussian_nll": log_std + 8,
        "log_score": log_std + 8 + math.log(2 * math.pi) / 2,
        "dss": 2 * log_std + 16,
    }.items():
        assert rows(name, "distribution", **given) == pytest.approx([cost], rel=1e-14)
    # the density and the tail at z = 2 from a table of the normal distribution (20 digits)
    density, below = 0.05399096651318805195, 0.97724986805182079280
    crps = 2 * (2 * below - 1) + 2 * density - 1 / math.sqrt(math.pi)
    given = {"y": [8e307], "mean": [-1.2e308], "std": [1e308]}
    assert rows("crps", "distribution", **given) == pytest.approx([crps * 1e308], rel=1e-14)
    given = {"y": [0.9e308], "mean": [-0.89e308], "std": [1e300]}
    far = 1.79e308 - 1e300 / math.sqrt(math.pi)
    assert rows("crps", "distribution", **given) == pytest.approx([far], rel=1e-14)


def test_rivals_whose_sum_is_no_double_have_a_mean() -> None:
    scores = [[-LARGEST, 0.0, LARGEST / 4], [1.0, 3.0, 0.0]]
    # 1 + 2 beside nothing else: 3/3
    found = rows("weston_watkins", "margin", y=[0, 0], scores=scores)
    assert found == pytest.approx([LARGEST * 0.75, 1.0], rel=1e-14)
    found = rows("multi_label_margin", "multilabel", y=[[1.0, 0.0, 0.0]], score=scores[:1])
    assert found == pytest.approx([LARGEST * 0.75], rel=1e-14)


def test_ratings_of_any_size_have_a_surprise() -> None:
    slope = math.log(10) / 400
    lead = [LARGEST, -LARGEST, -LARGEST, LARGEST, -1e301, 400.0]
    found = rows("elo", "games", r_w=lead, r_l=[0.0, 0.0, LARGEST, -LARGEST, 1e301, 0.0])
    wanted = [0.0, slope * LARGEST, 2 * (slope * LARGEST), 0.0, 2e301 * slope, math.log(1.1)]
    assert found == pytest.approx(wanted, rel=1e-14)


POWERS = [1 + 2.0**-52, 1 + 1e-9, 1.5, 2 - 2.0**-52, 2 - 1e-9, 2 + 2.0**-51, 2.19, 3.0, 7.3, 10.0]
ENDS = [5e-324, 3e-308, 2e-200, 1e-16, 0.7, 1.0, 4e15, 1e200, 1e308, LARGEST]
EXACT = mpmath.MPContext()
EXACT.dps = 150


def deviance(y: float, pred: float, power: float) -> Any:
    """Return the unit deviance of a power that is neither 1 nor 2 (Jørgensen, 1987)."""
    y, m, p = map(EXACT.mpf, (y, pred, power))
    if y == m:
        return y - m
    parts = y ** (2 - p) / (1 - p) / (2 - p), y * m ** (1 - p) / (1 - p), m ** (2 - p) / (2 - p)
    return 2 * (parts[0] - parts[1] + parts[2])


def gamma_deviance(y: float, pred: float) -> Any:
    ratio = EXACT.mpf(y) / EXACT.mpf(pred)
    return 2 * (ratio - EXACT.log(ratio) - 1)


def assert_close(name: str, formula: Callable[[float, float], Any], extra: Sequence[float]) -> None:
    y = [a for a in ENDS for _ in range(len(ENDS) + len(extra))]
    pred = [b for a in ENDS for b in (*ENDS, *(min(factor * a, LARGEST) for factor in extra))]
    for a, b, found in zip(y, pred, rows(name, "regression", y=y, pred=pred), strict=True):
        exact = formula(a, b)
        if exact >= sys.float_info.max:
            assert found == math.inf, (a, b)
        else:
            off = abs(EXACT.mpf(found) - exact) / EXACT.mpf(math.ulp(float(exact)))
            assert off <= MOST_ULPS, (a, b, found)


@pytest.mark.parametrize("power", POWERS)
def test_tweedie_at_the_ends_of_the_doubles(power: float) -> None:
    assert_close(
        f"tweedie(power={power!r})", lambda y, pred: deviance(y, pred, power), (1.001, 2.5)
    )


def test_deviances_at_the_ends_of_the_doubles() -> None:
    assert_close("gamma", gamma_deviance, (1.001, 2.5))
    assert_close("qlike", lambda y, pred: gamma_deviance(y, pred) / 2, (1.001, 2.5))
    assert_close("inverse_gaussian", lambda y, pred: deviance(y, pred, 3), (1.001, 2.5))


def test_boxes_whose_axes_have_units_far_apart() -> None:
    # 2 by 1 and 1 by 1 in units of 1e180 and 1e-220: half is covered, then nothing
    wide, flat = 1e180, 1e-220
    y = [[0.0, 0.0, 2 * wide, flat]] * 2
    pred = [[0.0, 0.0, wide, flat], [3 * wide, 0.0, 4 * wide, flat]]
    assert rows("iou", "vectors", y=y, pred=pred) == pytest.approx([0.5, 1.0], rel=1e-14)
    assert rows("giou", "vectors", y=y, pred=pred) == pytest.approx([0.5, 1.25], rel=1e-14)
    centres = [(0.5 / 2) ** 2, (2.5 / 4) ** 2]
    found = rows("diou", "vectors", y=y, pred=pred)
    assert found == pytest.approx([0.5 + centres[0], 1 + centres[1]], rel=1e-14)


@pytest.mark.parametrize(
    ("text", "size", "cost"),
    [
        ("cauchy(c=467)", 6e-161, 1.8e-321),
        ("tukey(c=185141)", 7e-158, 2.45e-315),
        ("fair(c=32981)", 1.3e-156, 8.45e-313),
        ("barron(alpha=1.999999999)", 1e150, 0.5 * (1 - 3.56e-7) * 1e300),
    ],
)
def test_near_0_half_the_square_is_left(text: str, size: float, cost: float) -> None:
    assert rows(text, "regression", y=[size], pred=[0.0]) == [
        pytest.approx(cost, rel=1e-7, abs=1e-323)
    ]
