"""Forecasts by series: errors beside those of the naive forecast in training."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from csv_reading import in_small_blocks

import losscli
from losscli.data import training
from losscli.errors import DataError, UsageError

HISTORY = pd.DataFrame({"series": list("ababaaab"), "y": [1.0, 10, 3, 10, 2, 6, 6, 30]})
JUDGED = pd.DataFrame({"series": list("aba"), "y": [5.0, 20, 5], "y_pred": [7.0, 15, 4]})
# steps of a: 2, 1, 4, 0; of b: 0, 20
MASE = ((2 + 1) / 2 / (7 / 4) + 5 / 10) / 2
RMSSE = (math.sqrt((4 + 1) / 2 / (21 / 4)) + math.sqrt(25 / 200)) / 2


def value(data: Any, losses: str, **options: Any) -> list[float]:
    options = {"true": "y", "pred": "y_pred", **options}
    return [r.estimate.value for r in losscli.evaluate(data, losses=losses, **options).losses]


def test_the_scale_is_that_of_the_series_in_training(tmp_path: Path) -> None:
    found = value(JUDGED, "mase,rmsse", train=HISTORY, group="series")
    assert found == pytest.approx([MASE, RMSSE], rel=1e-15)
    path, history = tmp_path / "judged.csv", tmp_path / "history.csv"
    JUDGED.to_csv(path, index=False)
    HISTORY.to_csv(history, index=False)
    assert value(path, "mase,rmsse", train=history, group="series") == found
    shuffled = JUDGED.iloc[[2, 0, 1]]
    assert value(shuffled, "mase,rmsse", train=HISTORY, group="series") == found


def test_a_season_looks_so_many_steps_back() -> None:
    # steps of 2 in a: 1, 3, 4
    found = value(JUDGED[JUDGED.series == "a"], "mase", train=HISTORY, season=2, group="series")
    assert found == pytest.approx([1.5 / (8 / 3)], rel=1e-15)


def test_without_groups_there_is_one_series() -> None:
    steps = np.abs(np.diff(HISTORY.y))
    found = value(JUDGED, "mase,rmsse", train=HISTORY)
    assert found[0] == pytest.approx(np.mean([2, 5, 1]) / steps.mean(), rel=1e-15)
    assert found[1] == pytest.approx(math.sqrt(10 / np.mean(steps**2)), rel=1e-15)


def test_the_scale_may_be_a_column() -> None:
    data = JUDGED.assign(naive_mae=[7 / 4, 10, 7 / 4], q=[1.0, 2.0, 4.0])
    assert value(data, "mase", group="series") == pytest.approx([MASE], rel=1e-15)
    assert value(data, "mase", naive_mae="q") == pytest.approx([(2 + 2.5 + 0.25) / 3])


def test_many_series_are_as_by_pandas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    history = pd.DataFrame(
        {"series": draw.integers(0, 40, 4000).astype(str), "y": draw.normal(50, 9, 4000).round(3)}
    )
    judged = pd.DataFrame({"series": draw.integers(0, 40, 600).astype(str)})
    judged["y"] = draw.normal(50, 9, 600).round(3)
    judged["y_pred"] = judged.y + draw.normal(size=600).round(3)
    steps = history.groupby("series").y.diff(7)
    scale = steps.abs().groupby(history.series).mean()
    root = (steps**2).groupby(history.series).mean() ** 0.5
    e = (judged.y - judged.y_pred).abs()
    mase = (e / judged.series.map(scale)).groupby(judged.series).mean().mean()
    rmsse = ((e / judged.series.map(root)) ** 2).groupby(judged.series).mean() ** 0.5
    found = value(judged, "mase,rmsse", train=history, season=7, group="series")
    assert found == pytest.approx([mase, rmsse.mean()], rel=1e-12)
    path = tmp_path / "history.csv"
    history.to_csv(path, index=False)
    in_small_blocks(monkeypatch, 1 << 10)
    assert value(judged, "mase,rmsse", train=path, season=7, group="series") == found


def test_the_report_says_where_the_scale_is_from() -> None:
    options: dict[str, Any] = {"true": "y", "pred": "y_pred", "group": "series"}
    report = losscli.evaluate(JUDGED, losses="mase", train=HISTORY, **options)
    assert report.to_dict()["columns"]["train"] == {"files": ["DataFrame"], "season": 1}
    plain = losscli.evaluate(JUDGED, losses="mae", **options)
    assert "train" not in plain.to_dict()["columns"]


def test_a_baseline_is_scaled_as_the_report_is(tmp_path: Path) -> None:
    options: dict[str, Any] = {"true": "y", "pred": "y_pred", "group": "series"}
    data, saved = JUDGED.assign(naive_mae=2.0), tmp_path / "baseline.json"
    saved.write_text(losscli.evaluate(data, losses="mase", **options).to_json())
    with pytest.raises(DataError, match="only one of the two is scaled by --train"):
        losscli.evaluate(data, train=HISTORY, fail_if="mase > baseline", against=saved, **options)


FLAT = pd.DataFrame({"series": list("abab"), "y": [1.0, 2, 1, 3]})
GAP = HISTORY.assign(y=HISTORY.y.where(HISTORY.index != 2))
WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"train": HISTORY[HISTORY.series == "a"]}, DataError, "b is not among the training data"),
    ({"train": HISTORY, "season": 3}, DataError, "b has too few rows in training for --season 3"),
    ({"train": FLAT}, DataError, "a does not change over --season 1 in training"),
    ({"train": GAP}, DataError, "row 3: y is empty or not finite"),
    ({"train": HISTORY, "losses": "mae"}, UsageError, "no loss asks for --train"),
    ({"season": 2, "losses": "mae"}, UsageError, "--season is a step in --train"),
    ({"train": HISTORY, "season": 0}, UsageError, "a season of 0 steps is none"),
    ({"train": HISTORY.rename(columns={"y": "z"})}, UsageError, "there is no column 'y'"),
    ({}, UsageError, "--train FILE takes it from the history of each series"),
    ({}, UsageError, "--naive_mae COLUMN holds it"),
]


@pytest.mark.parametrize(("options", "kind", "said"), WRONG, ids=[case[2] for case in WRONG])
def test_what_gives_no_scale_is_refused(
    options: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind) as error:
        value(JUDGED, **{"losses": "mase", "group": "series", **options})
    assert said in str(error.value)


def test_there_is_a_limit_to_training_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MOST_ROWS", 7)
    with pytest.raises(DataError, match="more than 7 rows of training data"):
        value(JUDGED, "mase", train=HISTORY, group="series")
