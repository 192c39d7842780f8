"""Weights of classes by their effective numbers, against scikit-learn and exact fractions."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

import losscli
from losscli.errors import DataError, LosscliError, UsageError

CLASSES = ["a"] * 70 + ["b"] * 25 + ["c"] * 5


def frame(seed: int = 1) -> pd.DataFrame:
    probs = np.random.default_rng(seed).dirichlet([1, 1, 1], len(CLASSES))
    return pd.DataFrame({"y": CLASSES, **{f"prob_{c}": probs[:, k] for k, c in enumerate("abc")}})


def expected(counts: dict[str, int], beta: str) -> dict[str, float]:
    b = Fraction(beta)
    raw = {name: (1 - b) / (1 - b**n) for name, n in counts.items()}
    return {name: float(weight * len(raw) / sum(raw.values())) for name, weight in raw.items()}


@pytest.mark.parametrize("beta", ["0", "0.9", "0.999", "0.9999999"])
def test_weights_and_values(beta: str) -> None:
    data = frame()
    found = losscli.evaluate(data, losses="cross_entropy", class_weights=float(beta))
    weights = expected({"a": 70, "b": 25, "c": 5}, beta)
    assert dict(found.fitted[0].parameters) == pytest.approx(weights, rel=1e-8)
    value = metrics.log_loss(
        data["y"],
        data[["prob_a", "prob_b", "prob_c"]],
        sample_weight=[weights[name] for name in data["y"]],
    )
    assert found.losses[0].estimate.value == pytest.approx(value, rel=1e-8)
    explicit = data.assign(w=[found.fitted[0].parameters[name] for name in data["y"]])
    same = losscli.evaluate(explicit, losses="cross_entropy", weight="w")
    assert same.losses == found.losses
    assert same.breakdown == found.breakdown


@pytest.mark.parametrize("task", ["binary", "labels", "margin"])
def test_other_predictions(task: str) -> None:
    y = np.array([1, 0, 0, 0, 1, 0])
    weights = expected({"0": 4, "1": 2}, "0.9")
    by_row = np.array([weights[str(one)] for one in y])
    if task == "binary":
        data, loss = pd.DataFrame({"y": y, "prob": [0.9, 0.2, 0.3, 0.6, 0.4, 0.1]}), "brier"
        losses = (data["prob"] - y) ** 2
    elif task == "margin":
        data, loss = pd.DataFrame({"y": y, "score": [0.9, -2, 0.3, 0.6, 2, -1]}), "hinge"
        losses = np.maximum(0, 1 - (2 * y - 1) * data["score"])
    else:
        data, loss = pd.DataFrame({"y": y, "label": [1, 0, 1, 0, 0, 0]}), "zero_one"
        losses = data["label"] != y
    options: dict[str, Any] = {} if task == "labels" else {"positive": "1"}
    found = losscli.evaluate(data, losses=loss, task=task, class_weights=0.9, **options)
    value = np.average(np.asarray(losses, float), weights=by_row)
    assert found.losses[0].estimate.value == pytest.approx(value, rel=1e-14)


def test_rows_may_have_weights_of_their_own() -> None:
    data = frame().assign(w=np.random.default_rng(2).integers(1, 4, len(CLASSES)))
    repeated = data.loc[data.index.repeat(data["w"])].drop(columns="w")
    one = losscli.evaluate(data, losses="brier", class_weights=0.99, weight="w")
    other = losscli.evaluate(repeated, losses="brier", class_weights=0.99)
    assert dict(one.fitted[0].parameters) == pytest.approx(dict(other.fitted[0].parameters))
    assert one.losses[0].estimate.value == pytest.approx(other.losses[0].estimate.value)


def test_they_come_from_a_reference_or_a_report(tmp_path: Path) -> None:
    data = frame()
    labels = pd.DataFrame({"y": ["a"] * 6 + ["b"] * 3 + ["c"]})
    found = losscli.evaluate(data, losses="brier", class_weights=0.9, fit_on=labels)
    weights = expected({"a": 6, "b": 3, "c": 1}, "0.9")
    assert dict(found.fitted[0].parameters) == pytest.approx(weights, rel=1e-14)
    saved = tmp_path / "report.json"
    saved.write_text(found.to_json())
    options: dict[str, Any] = {"losses": "brier", "class_weights": 0.9, "fail_if": "brier > 0"}
    frozen = losscli.evaluate(data, freeze_from=saved, **options)
    assert frozen.losses == found.losses
    assert frozen.verdict == "failed"
    with pytest.raises(UsageError, match="this limit would move") as caught:
        losscli.evaluate(data, **options)
    assert "--fit-on" in caught.value.remedy
    with pytest.raises(DataError, match="no parameters of class weights"):
        losscli.evaluate(data, losses="brier", class_weights=0.5, freeze_from=saved)


def test_jobs_order_and_source_do_not_change_a_bit(tmp_path: Path) -> None:
    data = frame()
    whole = losscli.evaluate(data, losses="cross_entropy", class_weights=0.999)
    path = tmp_path / "shuffled.csv"
    data.sample(frac=1, random_state=2).to_csv(path, index=False)
    for jobs in (1, 3):
        found = losscli.evaluate(path, losses="cross_entropy", class_weights=0.999, jobs=jobs)
        assert found.losses == whole.losses
        assert found.breakdown == whole.breakdown
        assert found.fitted[0].parameters == whole.fitted[0].parameters


def test_the_report_says_so() -> None:
    found = losscli.evaluate(frame(), losses="brier", class_weights=0.9)
    told = json.loads(found.to_json())
    assert told["columns"]["class_weights"] == 0.9
    assert told["fitted"][0]["loss"] == "class weights (beta=0.9)"
    assert any("cannot be compared" in text for text in told["warnings"])


def test_bad_input() -> None:
    data = frame()
    numbers = pd.DataFrame({"y": [1.5, 2.5], "pred": [1.0, 2.0]})
    wrong: list[tuple[type[LosscliError], str, Any, dict[str, Any]]] = [
        (UsageError, "from 0 to below 1", data, {"class_weights": 1.0}),
        (UsageError, "from 0 to below 1", data, {"class_weights": float("nan")}),
        (UsageError, "from 0 to below 1, not 'x'", data, {"class_weights": "x"}),
        (UsageError, "not for regression", numbers, {"class_weights": 0.9}),
        (DataError, "the class c of y has no weight", data,
         {"class_weights": 0.9, "fit_on": pd.DataFrame({"y": ["a", "b"]})}),
        (DataError, "y is empty", data,
         {"class_weights": 0.9, "fit_on": pd.DataFrame({"y": ["a", None]})}),
        (LosscliError, "y", data, {"class_weights": 0.9, "fit_on": pd.DataFrame({"x": ["a"]})}),
        (UsageError, "no loss asks for --fit-on", data, {"fit_on": data.copy()}),
    ]  # fmt: skip
    for kind, what, given, options in wrong:
        with pytest.raises(kind, match=what) as caught:
            losscli.evaluate(given, **options)
        assert caught.value.remedy


def test_two_models_are_compared_with_them(tmp_path: Path) -> None:
    old, new = frame(1), frame(7)
    options: dict[str, Any] = {"losses": "brier,zero_one", "class_weights": 0.99}
    found = losscli.compare(old, new, **options)
    alone = [losscli.evaluate(one, **options) for one in (old, new)]
    for at, change in enumerate(found.losses):
        values = [one.losses[at].estimate.value for one in alone]
        assert [change.old, change.new] == values
    assert found.fitted[0].parameters == alone[0].fitted[0].parameters
    assert found.to_dict()["columns"]["old"]["class_weights"] == 0.99
    paths = [tmp_path / "old.csv", tmp_path / "new.csv"]
    order = np.random.default_rng(3).permutation(len(CLASSES))
    for one, path in zip((old, new), paths, strict=True):
        one.iloc[order].to_csv(path, index=False)
    again = losscli.compare(*paths, **options, jobs=3)
    assert again.losses == found.losses
    with pytest.raises(UsageError, match="this limit would move"):
        losscli.compare(old, new, **options, fail_if="brier > 2")
    kept = losscli.compare(old, new, **options, fail_if="brier > 2", fit_on=old.copy())
    assert kept.verdict == "passed"
    with pytest.raises(UsageError, match="from 0 to below 1"):
        losscli.compare(old, new, class_weights=2)
