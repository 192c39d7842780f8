"""Boxes: values by hand, which column is which corner, and what is no box."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import losscli
from losscli.errors import DataError, UsageError
from losscli.render import Style, format_named

CORNERS = ("x1", "y1", "x2", "y2")
LOSSES = "iou,giou,diou,ciou"
_V = (2 / math.pi * (math.atan(1) - math.atan(4))) ** 2
BY_HAND: list[tuple[list[float], list[float], list[float]]] = [
    # (true box, predicted box, 1 - iou and what each loss adds to it)
    ([0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 0, 0]),
    ([0, 0, 2, 2], [1, 1, 3, 3], [6 / 7, 2 / 9, 2 / 18, 2 / 18]),
    ([0, 0, 1, 1], [2, 0, 3, 1], [1, 1 / 3, 4 / 10, 4 / 10]),
    ([0, 0, 1, 1], [2, 3, 3, 4], [1, 10 / 12, 13 / 25, 13 / 25]),
    ([0, 0, 4, 4], [1, 1, 3, 3], [3 / 4, 0, 0, 0]),
    ([0, 0, 1, 1], [1, 0, 2, 1], [1, 0, 1 / 5, 1 / 5]),
    ([0, 0, 2, 2], [0, 0, 4, 1], [2 / 3, 1 / 4, 1 / 16, 1 / 16 + _V**2 / (2 / 3 + _V)]),
]


def frame(boxes: list[tuple[list[float], list[float]]]) -> pd.DataFrame:
    columns = [*(f"true_{c}" for c in CORNERS), *(f"pred_{c}" for c in CORNERS)]
    return pd.DataFrame([[*y, *pred] for y, pred in boxes], columns=columns, dtype=float)


def values(data: Any, **options: Any) -> list[float]:
    found = losscli.evaluate(data, **{"losses": LOSSES, **options})
    return [result.estimate.value for result in found.losses]


@pytest.mark.parametrize(("y", "pred", "wanted"), BY_HAND)
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_a_pair_of_boxes_is_as_by_hand(
    y: list[float], pred: list[float], wanted: list[float], scale: float
) -> None:
    boxes = [([scale * c for c in y], [scale * c for c in pred])]
    iou, *more = wanted
    expected = [iou, *(iou + part for part in more)]
    assert values(frame(boxes)) == pytest.approx(expected, rel=1e-14)
    swapped = [([scale * c for c in pred], [scale * c for c in y])]
    assert values(frame(swapped)) == pytest.approx(expected, rel=1e-14)


def test_the_corners_are_found_by_name_in_any_order() -> None:
    boxes = [(y, pred) for y, pred, _ in BY_HAND]
    data, wanted = frame(boxes), values(frame(boxes))
    assert values(data[data.columns[::-1]]) == wanted
    for names in (("xmin", "ymin", "xmax", "ymax"), ("left", "top", "right", "bottom")):
        renamed = {
            f"{side}_{corner}": f"{side}_{name}"
            for side in ("true", "pred")
            for corner, name in zip(CORNERS, names, strict=True)
        }
        assert values(data.rename(columns=renamed)) == wanted
    other = data.rename(columns=lambda c: c.replace("true_", "gt box ").replace("pred_", "det "))
    assert values(other, true="gt box *", pred="det *") == wanted


@pytest.mark.parametrize("loss", [*LOSSES.split(","), "jaccard", "box_iou", "0.5*iou + 0.5*giou"])
def test_the_corners_are_found_for_each_loss_alone(loss: str, tmp_path: Path) -> None:
    # iou is a loss of masks, too: what the columns are must not hang on the other losses
    data = frame([(y, pred) for y, pred, _ in BY_HAND])
    wanted = values(data, losses=loss)
    assert math.isfinite(wanted[0])
    assert values(data[data.columns[::-1]], losses=loss) == wanted
    path = tmp_path / "boxes.csv"
    data[data.columns[::-1]].to_csv(path, index=False)
    assert values(path, losses=loss, task="vectors") == wanted
    for bad, _, said in WRONG:
        with pytest.raises((DataError, UsageError)) as error:
            values(bad, losses=loss)
        assert said in str(error.value)


def test_boxes_are_averaged_by_image(tmp_path: Path) -> None:
    boxes = [(y, pred) for y, pred, _ in BY_HAND]
    data = frame(boxes).assign(image=list("aaabbbb"))
    path = tmp_path / "boxes.csv"
    data.to_csv(path, index=False)
    iou = np.array([case[2][0] for case in BY_HAND])
    wanted = (iou[:3].mean() + iou[3:].mean()) / 2
    assert values(path, losses="iou", group="image") == pytest.approx([wanted], rel=1e-14)


def test_the_worst_boxes_are_shown_whole() -> None:
    report = losscli.evaluate(frame([([0, 0, 2, 2], [1, 1, 3, 3])]), losses="iou")
    head, row = format_named("table").render(report, Style()).split("\n")[-3:-1]
    assert head.split() == ["row", "y", "pred", "loss", "share", "why"]
    assert "x1: 0, y1: 0, x2: 2, y2: 2   x1: 1, y1: 1, x2: 3, y2: 3" in row


WRONG: list[tuple[pd.DataFrame, type[Exception], str]] = [
    (frame([([0, 0, 2, 2], [3, 0, 1, 2])]), DataError, "row 1: the box (pred_x1"),
    (frame([([0, 0, 2, 0], [0, 0, 1, 2])]), DataError, "is 0, 0, 2, 0, which has no area"),
    (
        frame([([0, 0, 2, 2], [0, 0, 2, 2])]).rename(
            columns=lambda c: c.replace("x2", "w").replace("y2", "h")
        ),
        UsageError,
        "give corners: x2 is x1 + width",
    ),
    (
        frame([([0, 0, 2, 2], [0, 0, 2, 2])]).drop(columns=["true_y2", "pred_y2"]),
        UsageError,
        "the losses ask for x1, y1, x2, y2 of a box",
    ),
]


@pytest.mark.parametrize(("data", "kind", "said"), WRONG, ids=[case[2] for case in WRONG])
def test_what_is_no_box_is_refused(data: pd.DataFrame, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as error:
        values(data)
    assert said in str(error.value)
