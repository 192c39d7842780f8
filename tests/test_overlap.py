"""Overlap of masks: values by hand, what is empty, and what the definitions have in common."""

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import losscli
from losscli.errors import UsageError
from losscli.losses.combine import overlap

# TP 2, FP 1, FN 1
ONE = pd.DataFrame({"y": [1, 1, 1, 0, 0], "prob": [1.0, 1.0, 0.0, 1.0, 0.0], "image": "one"})
BY_HAND = {
    "dice": 1 / 3,
    "iou": 1 / 2,
    "jaccard": 1 / 2,
    "tversky(alpha=0.25, beta=0.75)": 1 / 3,
    "tversky(alpha=0, beta=1)": 1 / 3,
    "tversky(alpha=1, beta=0)": 1 / 3,
    "tversky(alpha=2, beta=4)": 6 / 8,
    "focal_tversky": (1 / 3) ** 0.75,
    "focal_tversky(gamma=2, alpha=2, beta=4)": 0.75**0.5,
}


@pytest.mark.parametrize(("name", "value"), BY_HAND.items())
def test_one_image_is_as_by_hand(name: str, value: float) -> None:
    found = losscli.evaluate(ONE, losses=name, group="image", positive="1")
    assert found.losses[0].estimate.value == pytest.approx(value, rel=1e-15)


def images() -> pd.DataFrame:
    draw = np.random.default_rng(4)
    image = draw.integers(0, 30, 2000)
    y = (draw.uniform(size=2000) < image / 40).astype(int)
    prob = np.clip(0.7 * y + draw.uniform(-0.2, 0.4, 2000), 0, 1).round(3)
    return pd.DataFrame({"image": [f"i{k}" for k in image], "y": y, "prob": prob})


def soft(part: pd.DataFrame) -> tuple[Fraction, Fraction, Fraction]:
    rows = [(Fraction(int(y)), Fraction(p)) for y, p in zip(part.y, part.prob, strict=True)]
    hits = sum((y * p for y, p in rows), Fraction(0))
    false = sum(((1 - y) * p for y, p in rows), Fraction(0))
    return hits, false, sum((y * (1 - p) for y, p in rows), Fraction(0))


def test_soft_masks_have_the_values_of_the_published_sums() -> None:
    data = images()
    found = losscli.evaluate(data, losses="dice,iou,tversky(alpha=0.3,beta=0.7)", group="image")
    counts = [soft(part) for _, part in data.groupby("image")]
    wanted = [
        [1 - 2 * tp / (2 * tp + fp + fn) for tp, fp, fn in counts],
        [1 - tp / (tp + fp + fn) for tp, fp, fn in counts],
        [1 - tp / (tp + Fraction(0.3) * fp + Fraction(0.7) * fn) for tp, fp, fn in counts],
    ]
    for result, values in zip(found.losses, wanted, strict=True):
        assert result.estimate.value == pytest.approx(float(sum(values) / len(values)), rel=1e-14)
    pooled = losscli.evaluate(data, losses="dice", pooled=True).losses[0].estimate.value
    tp, fp, fn = (sum(c) for c in zip(*counts, strict=True))
    assert pooled == pytest.approx(float(1 - 2 * tp / (2 * tp + fp + fn)), rel=1e-14)


def test_tversky_is_dice_and_iou_at_its_special_weights() -> None:
    chosen = "dice,tversky,iou,tversky(alpha=1,beta=1),focal_tversky(gamma=1)"
    found = losscli.evaluate(images(), losses=chosen, group="image").losses
    dice, as_dice, iou, as_iou, focal = (result.estimate.value for result in found)
    assert dice == pytest.approx(as_dice, rel=1e-14)
    assert iou == pytest.approx(as_iou, rel=1e-14)
    assert focal == as_dice


def test_what_is_empty_in_both_is_perfect_and_counted() -> None:
    empty = pd.DataFrame({"y": 0, "prob": 0.0, "image": ["e", "e", "f"]})
    missed = pd.DataFrame({"y": [0, 0], "prob": [0.0, 0.5], "image": "m"})
    data = pd.concat([ONE, empty, missed])
    report = losscli.evaluate(data, losses="dice,iou,focal_tversky,brier", group="image")
    dice, iou, focal, brier = report.losses
    assert dice.estimate.value == pytest.approx((1 / 3 + 0 + 0 + 1) / 4)
    assert (dice.empty_groups, iou.empty_groups, focal.empty_groups) == (2, 2, 2)
    assert brier.empty_groups is None
    said = "2 groups have nothing in truth and prediction, which is perfect (0) for "
    assert said + "dice, iou, focal_tversky" in report.warnings
    found: list[dict[str, Any]] = report.to_dict()["losses"]
    assert [loss.get("empty_groups") for loss in found] == [2, 2, 2, None]
    alone = losscli.evaluate(empty, losses="dice", pooled=True, positive="1").losses[0]
    assert (alone.estimate.value, alone.empty_groups) == (0.0, 1)


def test_perfect_masks_have_no_loss_and_no_error() -> None:
    data = images().assign(prob=lambda d: d.y.astype(float))
    for result in losscli.evaluate(data, losses="dice,focal_tversky", group="image").losses:
        assert (result.estimate.value, result.estimate.stderr) == (0.0, 0.0)
    pooled = losscli.evaluate(data, losses="dice,focal_tversky", group="image", pooled=True)
    assert [result.estimate.value for result in pooled.losses] == [0.0, 0.0]


def test_overlap_of_all_rows_must_be_meant() -> None:
    with pytest.raises(UsageError, match="--group COLUMN; --pooled takes all rows as one"):
        losscli.evaluate(images(), losses="log_loss,dice")


def test_overlap_has_no_value_by_true_class() -> None:
    both = losscli.evaluate(images(), losses="dice", group="image", pooled=True)
    assert both.breakdown == ()
    assert np.isnan(both.losses[0].balanced)


@pytest.mark.parametrize("gamma", [1.0, 4 / 3, 3.0])
def test_slopes_are_the_derivatives(gamma: float) -> None:
    combine = overlap(gamma)
    means = [Fraction(3, 10), Fraction(7, 10)]

    class At:
        def __init__(self, first: Fraction, second: Fraction) -> None:
            self.means = (first, second)

        def mean(self, term: int) -> Fraction:
            return self.means[term]

    step = Fraction(1, 10**6)
    assert combine.slopes is not None
    for j, slope in enumerate(combine.slopes(means)):
        up = [m + step * (k == j) for k, m in enumerate(means)]
        down = [m - step * (k == j) for k, m in enumerate(means)]
        change = combine.value(At(*up)) - combine.value(At(*down))  # type: ignore[arg-type]
        assert float(slope) == pytest.approx(change / float(2 * step), rel=1e-6)
