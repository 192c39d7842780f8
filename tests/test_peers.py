"""The numbers of other libraries, ours and with --compat."""

import json
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from process import ROOT, shell
from scipy.stats import poisson
from sklearn import metrics

import losscli
from losscli.errors import DataError, UsageError
from losscli.losses.arguments import bases
from losscli.losses.chosen import Chosen
from losscli.losses.compat import OFFERED, as_in, likenesses
from losscli.losses.language import parse, resolve
from losscli.losses.signature import signature
from losscli.losses.spec import LOSSES

REFERENCE = Path(__file__).parent / "reference"
RECORDED, MORE = (
    json.loads((REFERENCE / f"{name}.json").read_text()) for name in ("peers", "more_peers")
)
VALUES = RECORDED["values"] + MORE["values"]
DATA = RECORDED["data"] | MORE["data"]
ORDINARY = {
    *("numbers", "amounts", "counts", "binary", "classes", "margins", "distances", "scores"),
    *("normal", "vectors", "multilabel", "soft"),
    *("mask", "decisions", "boxes", "ensemble", "labels"),
    *("pairs", "label scores", "intervals", "quantiles", "small mask"),
}
TOLERANCE = {"torch": 1e-12, "keras": 1e-6, "xgboost": 1e-5, "lightgbm": 1e-6}
TOLERANCE |= {"scoringrules": 1e-12, "model-diagnostics": 1e-12, "Vowpal Wabbit": 1e-6}
TOLERANCE |= {"catboost": 1e-7, "torchvision": 1e-8, "torchmetrics": 1e-6, "monai": 1e-5}
"""LightGBM holds labels, and XGBoost all it computes, in single precision; the overlaps of
torchmetrics are single, too. CatBoost's logarithms are approximate, and MONAI and torchvision add
something small to what they divide by."""
TASKS = {
    "prob": "binary",
    "probs": "multiclass",
    "score": "margin",
    "scores": "margin",
    "lower": "interval",
    "quantiles": "distribution",
    "mean": "distribution",
    "members": "distribution",
}
OF_SEVERAL = {"pred": "vectors", "prob": "multilabel", "label": "multilabel", "probs": "soft"}
OF_SEVERAL |= {"score": "multilabel"}
"""The tasks by the role of the prediction; `OF_SEVERAL` where a row has several truths."""


def columns(name: str) -> dict[str, np.ndarray]:
    return {role: np.array(values) for role, values in DATA[name].items()}


class Means:
    """Finished terms over a few rows."""

    def __init__(self, terms: tuple[np.ndarray, ...]) -> None:
        self.terms = terms

    def mean(self, term: int) -> Fraction:
        return sum(map(Fraction, self.terms[term].tolist()), Fraction()) / len(self.terms[term])

    def low(self, term: int) -> float:
        return float(self.terms[term].min())

    def high(self, term: int) -> float:
        return float(self.terms[term].max())

    def median(self) -> float:
        return float(np.median(self.terms[0]))


def chosen(text: str, found: Mapping[str, np.ndarray]) -> Chosen:
    tasks = TASKS if found["y"].ndim == 1 else OF_SEVERAL
    task = next((tasks[role] for role in found if role in tasks), "regression")
    (one,) = resolve(parse([text]), task)
    return one


def value(one: Chosen, found: Mapping[str, np.ndarray]) -> float:
    terms = one.terms(found)
    return one.combine.value(Means(terms)) if np.isfinite(terms).all() else math.fsum(terms[0])


def said(entry: Mapping[str, Any]) -> str:
    return "-".join(str(entry[part]) for part in ("library", "name", "loss", "data"))


@pytest.mark.parametrize("entry", [e for e in VALUES if e["library"] in OFFERED], ids=said)
def test_its_number_is_printed_exactly(entry: Mapping[str, Any]) -> None:
    if entry["value"] == "inf" or entry["data"] == "even classes":
        return  # an overflow is no number to print, and ties go as the report says
    found = columns(entry["data"])
    one = as_in(chosen(entry["loss"], found), entry["library"])
    rel = TOLERANCE[entry["library"]]
    assert value(one, found) == pytest.approx(float(entry["value"]), rel=rel)


UNDECIDED = ("1 - BinaryJaccardIndex", "mask")
OTHERS = {
    ("torch", "PoissonNLLLoss", True): "Stirling's approximation of the constant",
    ("keras", "MeanAbsolutePercentageError", False): "percent",
    ("keras", "CategoricalFocalCrossentropy", False): "multiplied by 0.25",
    ("keras", "CategoricalHinge", False): "0 where every rival is below 0",
    ("keras", "CosineSimilarity", False): "1 less",
    ("torch", "KLDivLoss", False): "divided by the number of classes",
    ("catboost", "MAE", False): "1e-6 less for each row",
    ("catboost", "Quantile", False): "1e-6 less for each row",
    ("catboost", "LogCosh", False): "approximate",
    ("catboost", "SMAPE", False): "percent",
    ("catboost", "MAPE", False): "divided by at least 1",
    ("catboost", "Tweedie", False): "without the terms of y alone, and half",
    ("xgboost", "tweedie-nloglik@1.5", False): "without the terms of y alone, and half",
    ("lightgbm", "tweedie", False): "without the terms of y alone, and half",
    ("lightgbm", "gamma_deviance", False): "the sum of the rows",
    ("lightgbm", "mape", False): "divided by at least 1",
    ("model-diagnostics", "HomogeneousExpectileScore", False): "twice ours",
}
"""What differs on ordinary data, too: by the name, and whether the constant is asked for."""


@pytest.mark.parametrize(
    "entry",
    [e for e in VALUES if e["data"] in ORDINARY and (e["name"], e["data"]) != UNDECIDED],
    ids=said,
)
def test_ordinary_numbers_agree_without_compat(entry: Mapping[str, Any]) -> None:
    found, theirs = columns(entry["data"]), float(entry["value"])
    ours = value(chosen(entry["loss"], found), found)
    # adding 1e-8 to the rate moves torch's number in the tenth digit
    rel = 1e-9 if entry["name"] == "PoissonNLLLoss" else TOLERANCE[entry["library"]]
    full = entry["name"] == "PoissonNLLLoss" and "full=True" in entry["loss"]
    known = (entry["library"], entry["name"], full) in OTHERS
    assert known is (ours != pytest.approx(theirs, rel=rel))


NOT_RUN = {("sklearn", "called live"), ("R", "its source was read")}


def test_every_claim_on_a_library_that_was_run_is_recorded() -> None:
    recorded = {(entry["library"], entry["loss"].partition("(")[0]) for entry in VALUES}
    recorded |= {(entry["library"], entry["loss"]) for entry in MORE["series"]["values"]}
    # those that say they are another loss's number, which is recorded
    elsewhere = {(library, "poisson") for library in ("catboost", "xgboost", "lightgbm")}
    elsewhere |= {("catboost", "mse"), ("xgboost", "mse")}
    # from a version on that cannot be had yet
    elsewhere |= {("xgboost", "expectile")}
    claimed = {
        (peer.library, loss.name)
        for loss in LOSSES.values()
        for peer in loss.peers
        if peer.library not in dict(NOT_RUN)
    }
    assert claimed - elsewhere <= recorded


def recorded(library: str, name: str, data: str) -> float:
    (found,) = (e for e in VALUES if (e["library"], e["name"], e["data"]) == (library, name, data))
    return float(found["value"])


def test_what_catboost_computes_otherwise_is_as_it_is_said() -> None:
    found = columns("numbers")
    tilt = float(np.mean(np.where(found["y"] > found["pred"], 0.9, 0.1)))
    for name, ours, share in (("MAE", "mae", 1.0), ("Quantile", "pinball(alpha=0.9)", tilt)):
        exact = value(chosen(ours, found), found) - 1e-6 * share
        assert recorded("catboost", name, "numbers") == pytest.approx(exact, rel=1e-9)
    single = float(np.float32(0.3))
    expectile = value(chosen(f"expectile(alpha={single})", found), found)
    assert recorded("catboost", "Expectile", "numbers") == pytest.approx(expectile, rel=1e-12)
    log_cosh = value(chosen("log_cosh", found), found)
    assert recorded("catboost", "LogCosh", "numbers") == pytest.approx(log_cosh, rel=1e-3)
    assert recorded("catboost", "SMAPE", "numbers") == pytest.approx(
        100 * value(chosen("smape", found), found), rel=1e-9
    )
    e, size = np.abs(found["y"] - found["pred"]), np.maximum(np.abs(found["y"]), 1)
    assert recorded("catboost", "MAPE", "numbers") == pytest.approx(np.mean(e / size), rel=1e-9)
    y, pred = columns("amounts").values()
    without = 2 * y * pred**-0.5 + 2 * pred**0.5
    assert recorded("catboost", "Tweedie", "amounts") == pytest.approx(np.mean(without), rel=1e-9)


def test_what_is_left_out_of_deviances_is_as_it_is_said() -> None:
    y, pred = columns("amounts").values()
    ratio = y / (pred + 1e-9)
    wanted = float(np.sum(2 * (ratio - np.log(ratio) - 1)))
    assert recorded("lightgbm", "gamma_deviance", "amounts") == pytest.approx(wanted, rel=1e-12)
    without = float(np.mean(2 * y * pred**-0.5 + 2 * pred**0.5))
    for library, name in (("lightgbm", "tweedie"), ("xgboost", "tweedie-nloglik@1.5")):
        assert recorded(library, name, "amounts") == pytest.approx(without, rel=1e-6)
    relative = float(np.mean(np.abs(y - pred) / np.maximum(y, 1)))
    assert recorded("lightgbm", "mape", "amounts") == pytest.approx(relative, rel=1e-12)


def test_expectiles_are_tilted_as_it_is_said() -> None:
    found = columns("numbers")
    for entry in VALUES:
        if entry["library"] == "model-diagnostics":
            ours = value(chosen(entry["loss"], found), found)
            assert entry["value"] == pytest.approx(2 * ours, rel=1e-12)
    # that of Vowpal Wabbit was asked for with q = 0.3
    (theirs,) = (entry for entry in VALUES if entry["library"] == "Vowpal Wabbit")
    assert theirs["loss"] == "expectile(alpha=0.7)"


def test_a_normal_forecast_far_off_has_its_score() -> None:
    assert recorded("scoringrules", "logs_normal", "far normal") == math.inf
    found = columns("far normal")
    ours = value(chosen("log_score", found), found)
    assert ours == pytest.approx(40**2 / 2 + math.log(2 * math.pi) / 2, rel=1e-15)
    theirs = recorded("scoringrules", "crps_normal", "far normal")
    assert value(chosen("crps", found), found) == pytest.approx(theirs, rel=1e-14)


def test_accuracies_of_keras_take_ties_as_it_is_said() -> None:
    two, three = columns("even odds"), columns("even classes")
    # no is said at 1/2: the other one of the rows is wrong there
    assert recorded("keras", "BinaryAccuracy", "even odds") == 0.5
    assert rows("zero_one", **two) == [1.0, 0.0]
    first = recorded("keras", "CategoricalAccuracy", "even classes")
    assert first == pytest.approx(2 / 3, rel=1e-6)
    assert rows("zero_one", **three) == [1.0, 1.0, 1.0]
    one, *_ = (e for e in VALUES if e["loss"] == "top_k_error(k=1)" and e["data"] == "even classes")
    assert one["value"] == pytest.approx(1 / 3, rel=1e-6)
    assert rows("top_k_error(k=1)", **three) == [1.0, 1.0, 1.0]


def frame_of(found: Mapping[str, Mapping[str, list[float]]], names: Iterable[str]) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame({"series": name} | {role: of[name] for role, of in found.items()})
        for name in names
    )


@pytest.mark.parametrize(
    "entry", MORE["series"]["values"], ids=lambda e: f"{e['library']}-{e['loss']}-{e['season']}"
)
def test_series_are_scaled_as_elsewhere(entry: Mapping[str, Any]) -> None:
    kept, names = MORE["series"], ("a", "b")
    judged = frame_of({"y_true": kept["y"], "y_pred": kept["pred"]}, names)
    train = frame_of({"y_true": kept["train"]}, names)
    options = {"group": "series", "train": train, "season": entry["season"]}
    report = losscli.evaluate(judged, losses=entry["loss"], **options)
    assert report.groups is not None
    found = {group.group: group.value for group in report.groups.worst}
    for name in names:
        assert found[name] == pytest.approx(entry["values"][name], rel=1e-12)
    mean = sum(entry["values"][name] for name in names) / 2
    assert report.losses[0].estimate.value == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("loss", ["mase", "rmsse"])
def test_a_series_that_never_moved_in_training_has_no_scale(loss: str) -> None:
    kept = MORE["series"]
    e = np.array(kept["y"]["still"]) - np.array(kept["pred"]["still"])
    least = np.finfo(float).eps
    lifted = {"mase": np.mean(np.abs(e)) / least, "rmsse": math.sqrt(np.mean(e * e) / least)}
    for entry in kept["values"]:
        if entry["loss"] == loss:
            theirs = float(entry["values"]["still"])
            of = {"sktime": pytest.approx(lifted[loss], rel=1e-12), "utilsforecast": math.inf}
            assert theirs == of[entry["library"]]
    judged = frame_of({"y_true": kept["y"], "y_pred": kept["pred"]}, ["still"])
    train = frame_of({"y_true": kept["train"]}, ["still"])
    with pytest.raises(DataError, match="still"):
        losscli.evaluate(judged, losses=loss, group="series", train=train)


def test_ties_go_as_it_is_said_of_catboost() -> None:
    # no is said at 1/2, so the row that happened is wrong; losscli says yes there
    assert recorded("catboost", "ZeroOneLoss", "even odds") == 0.5
    odds = columns("even odds")
    assert chosen("zero_one", odds).terms(odds)[0].tolist() == [1.0, 0.0]
    # the first class gets it; losscli counts the tie as an error
    assert recorded("catboost", "ZeroOneLoss", "even classes") == pytest.approx(2 / 3)
    even = columns("even classes")
    assert value(chosen("zero_one", even), even) == 1.0


def test_what_is_empty_is_called_perfect_wrong_or_nothing() -> None:
    empty = columns("empty mask")
    assert value(chosen("dice", empty), empty) == 0.0
    assert recorded("keras", "Dice", "empty mask") == 1.0
    assert recorded("keras", "Tversky", "empty mask") == 1.0
    for name in ("DiceLoss", "DiceLoss(jaccard=True)", "TverskyLoss"):
        assert recorded("monai", name, "empty mask") == 0.0
    assert math.isnan(recorded("torchmetrics", "1 - DiceScore", "empty mask"))


def test_torchmetrics_decides_before_it_takes_the_jaccard_index() -> None:
    found = columns("mask")
    found["prob"] = (found["prob"] > 0.5).astype(float)
    ours = value(chosen("iou", found), found)
    assert recorded("torchmetrics", *UNDECIDED) == pytest.approx(ours, rel=1e-6)


def test_boxes_that_miss_are_those_of_torchvision() -> None:
    apart = columns("boxes apart")
    for entry in VALUES:
        if entry["data"] == "boxes apart":
            ours = value(chosen(entry["loss"], apart), apart)
            assert ours == pytest.approx(entry["value"], rel=1e-7)


def test_every_number_that_differs_is_recorded() -> None:
    recorded = {(entry["library"], entry["loss"].partition("(")[0]) for entry in VALUES}
    recorded |= {("sklearn", name) for name in ("mape", "log_loss", "cross_entropy")}
    for loss in LOSSES.values():
        for peer in loss.peers:
            if peer.rows:
                assert (peer.library, loss.name) in recorded
                assert peer.library in OFFERED
                arguments = signature(peer.rows).domain
                asked = [role for argument in arguments for role in bases(argument)]
                assert tuple(dict.fromkeys(asked)) == loss.roles


# What scikit-learn minimises, as it computes it in training


@pytest.mark.parametrize(
    ("text", "kind", "arguments"),
    [
        ("modified_huber", "ModifiedHuber", ()),
        ("hinge", "Hinge", (1.0,)),
        ("perceptron", "Hinge", (0.0,)),
        ("squared_hinge", "SquaredHinge", (1.0,)),
        ("epsilon_insensitive(epsilon=0.25)", "EpsilonInsensitive", (0.25,)),
        ("squared_epsilon_insensitive(epsilon=0.25)", "SquaredEpsilonInsensitive", (0.25,)),
    ],
)
def test_what_scikit_learn_trains_on(text: str, kind: str, arguments: tuple[float, ...]) -> None:
    theirs = getattr(pytest.importorskip("sklearn.linear_model._sgd_fast"), kind)(*arguments)
    found = columns("numbers" if "epsilon" in text else "margins")
    y, predicted = found.values()
    wanted = [theirs.py_loss(p, t) for p, t in zip(predicted.tolist(), y.tolist(), strict=True)]
    ours = chosen(text, found).terms(found)[0]
    np.testing.assert_allclose(ours, wanted, rtol=1e-12, atol=1e-15)


# What they get wrong


def rows(text: str, **columns: Any) -> list[float]:
    found = {role: np.array(values) for role, values in columns.items()}
    return [float(row) for row in chosen(text, found).terms(found)[0]]


def test_scikit_learn_clips_as_it_does() -> None:
    found = columns("sure")
    theirs = metrics.log_loss(found["y"], found["prob"])
    assert value(as_in(chosen("log_loss", found), "sklearn"), found) == pytest.approx(
        theirs, rel=1e-12
    )
    assert value(chosen("log_loss", found), found) == math.inf
    many = columns("sure classes")
    theirs = metrics.log_loss(many["y"], many["probs"], labels=np.arange(4))
    assert value(as_in(chosen("cross_entropy", many), "sklearn"), many) == pytest.approx(
        theirs, rel=1e-12
    )
    zeros = columns("zeros")
    theirs = metrics.mean_absolute_percentage_error(zeros["y"], zeros["pred"])
    assert value(as_in(chosen("mape", zeros), "sklearn"), zeros) == pytest.approx(theirs, rel=1e-12)


def test_a_hinge_of_one_class_is_wrong_in_scikit_learn_only() -> None:
    assert metrics.hinge_loss([1, 1], [2, 2]) == 3.0
    assert rows("hinge", y=[1.0, 1.0], score=[2.0, 2.0]) == [0.0, 0.0]


def test_log_loss_of_one_class_needs_no_labels() -> None:
    with pytest.raises(ValueError, match="only one label"):
        metrics.log_loss([1, 1], [0.5, 0.25])
    assert rows("log_loss", y=[1.0, 1.0], prob=[0.5, 0.25]) == [math.log(2), math.log(4)]


def test_log_cosh_of_a_thousand_is_no_infinity() -> None:
    assert rows("log_cosh", y=[1000.0, -1000.0], pred=[0.0, 0.0]) == [1000 - math.log(2)] * 2


def test_a_count_above_170_has_a_factorial() -> None:
    y, pred = np.array([0.0, 1.0, 171.0, 1000.0, 1e6]), np.array([0.5, 2.0, 160.0, 1000.0, 1e6])
    np.testing.assert_allclose(
        rows("poisson_nll(full=True)", y=y, pred=pred), -poisson.logpmf(y, pred), rtol=1e-9
    )


def test_a_margin_far_on_the_wrong_side_is_finite() -> None:
    (theirs,) = (entry for entry in VALUES if entry["data"] == "wrong side")
    assert theirs["value"] == "inf"
    assert rows("logistic", y=[1.0], score=[-1000.0]) == [1000.0]


def test_huge_errors_and_tiny_probabilities_have_their_loss() -> None:
    assert rows("huber", y=[1e200], pred=[0.0]) == [1e200]
    assert rows("mse", y=[1e200], pred=[0.0]) == [math.inf]
    assert rows("log_loss", y=[1.0], prob=[1e-300]) == [pytest.approx(300 * math.log(10))]
    assert rows("cross_entropy", y=[0], probs=[[1e-300, 1.0]]) == [
        pytest.approx(300 * math.log(10))
    ]
    assert rows("brier", y=[1.0], prob=[1e-300]) == [1.0]
    assert rows("poisson", y=[0.0], pred=[1e-300]) == [2e-300]


def test_wis_is_not_that_of_scoringrules_0_10() -> None:
    # its numpy backend takes median where |y - median| belongs: here 9, not 1
    assert RECORDED["wrong"]["wis"] == pytest.approx((9 / 2 + 0.5 / 2 * 4) / 1.5, rel=1e-15)
    found = {"y": [10.0], "quantiles": [[8.0, 9.0, 12.0]], "levels": [0.25, 0.5, 0.75]}
    (one,) = resolve(parse(["wis"]), "distribution")
    ours = one.terms({role: np.array(values) for role, values in found.items()})[0].tolist()
    assert ours == [pytest.approx((1 / 2 + 0.5 / 2 * 4) / 1.5, rel=1e-15)]


def test_a_weight_of_0_removes_a_row() -> None:
    frame = pd.DataFrame({"y_true": [0.5, 2, 1e200], "y_pred": [1.0, 2, -1e200], "w": [1, 3, 0]})
    weighed = losscli.evaluate(frame, losses="mse,mae,max_error,medae", weight="w")
    without = losscli.evaluate(frame[:2], losses="mse,mae,max_error,medae", weight="w")
    assert [one.estimate for one in weighed.losses] == [one.estimate for one in without.losses]


# What the report says


def test_a_report_says_whose_numbers_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_prob\n1,0\n0,0.25\n1,0.5\n")
    report = losscli.evaluate(path, losses="log_loss,brier,spherical", compat="torch")
    log_loss, brier, spherical = report.losses
    assert log_loss.estimate.value == pytest.approx((100 + math.log(8 / 3)) / 3, rel=1e-15)
    plain = losscli.evaluate(path, losses="log_loss,brier,spherical")
    assert plain.losses[0].estimate.infinite_rows == 1
    assert (brier, spherical) == plain.losses[1:]
    assert plain.to_dict()["compat"] is None
    assert report.to_dict()["compat"] == {
        "library": "torch",
        "losses": [
            {
                "loss": "log_loss",
                "name": "torch.nn.BCELoss",
                "differs": "It stops the logarithm at -100.",
                "changed": True,
            },
            {"loss": "brier", "name": "torch.nn.MSELoss", "differs": "", "changed": False},
            {"loss": "spherical", "name": "", "differs": "", "changed": False},
        ],
    }
    assert report.warnings[:3] == (
        "log_loss is PyTorch's number (torch.nn.BCELoss). It stops the logarithm at -100.",
        "PyTorch computes the same number: brier (torch.nn.MSELoss)",
        "PyTorch has nothing of the kind, so this is the textbook's: spherical",
    )


def test_a_number_that_may_differ_is_not_called_the_same() -> None:
    frame = pd.DataFrame({"y_true": [1, 1], "y_score": [2.0, 2.0]})
    assert metrics.hinge_loss(frame["y_true"], frame["y_score"]) == 3.0
    report = losscli.evaluate(frame, losses="hinge", compat="sklearn", positive="1", task="margin")
    assert report.losses[0].estimate.value == 0.0
    (like,) = report.to_dict()["compat"]["losses"]
    assert (like["changed"], like["differs"][:39]) == (
        False,
        "It takes the classes from the rows at h",
    )
    (said,) = (one for one in report.warnings if one.startswith("hinge"))
    assert said.startswith(
        "hinge is the textbook's, and scikit-learn's number (sklearn.metrics.hinge_loss) may "
        "differ. It takes the classes from the rows at hand"
    )
    assert not any("the same number" in one for one in report.warnings)


@pytest.mark.parametrize(("loss", "word"), [("dice", "empty"), ("tversky", "what is missed")])
def test_an_empty_mask_is_1_as_keras_has_it(loss: str, word: str) -> None:
    frame = pd.DataFrame({"y_true": [0, 1], "y_prob": [0.0, 1.0], "image": ["a", "b"]})
    assert losscli.evaluate(frame, losses=loss, group="image").losses[0].estimate.value == 0
    report = losscli.evaluate(frame, losses=loss, group="image", compat="keras")
    (result,) = report.losses
    # 1 for the image that is empty, 0 for the other
    assert (result.estimate.value, result.empty_groups) == (0.5, 1)
    (said,) = (one for one in report.warnings if one.startswith(loss))
    assert "is Keras's number" in said
    assert word in said
    assert f"1 group has nothing in truth and prediction, which is 1 for {loss}" in report.warnings
    empty = frame[:1].assign(y_true=0)
    pooled = losscli.evaluate(empty, losses=loss, pooled=True, positive="1", compat="keras")
    assert pooled.losses[0].estimate.value == 1.0


def test_each_part_of_a_sum_is_theirs() -> None:
    found = columns("amounts")
    both = as_in(chosen("0.5*mape + 2*mse", found), "keras")
    assert value(both, found) == pytest.approx(
        50 * value(chosen("mape", found), found) + 2 * value(chosen("mse", found), found)
    )
    assert [one.loss for one in likenesses([both], "keras")] == ["mape", "mse"]


def test_a_truth_of_zero_is_judged_where_the_library_judges_it() -> None:
    frame = pd.DataFrame({"y_true": [0.0, 2.5], "y_pred": [1.0, 2.0]})
    with pytest.raises(losscli.errors.DataError, match="where mape is defined"):
        losscli.evaluate(frame, losses="mape")
    found = losscli.evaluate(frame, losses="mape", compat="sklearn").losses[0].estimate.value
    theirs = metrics.mean_absolute_percentage_error(frame["y_true"], frame["y_pred"])
    assert found == pytest.approx(theirs, rel=1e-12)


def test_a_library_that_is_not_offered_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no --compat jax; it is one of sklearn, torch, keras"):
        losscli.evaluate("nothing.csv", compat="jax")
    done = shell("eval", "nothing.csv", "--compat", "jax", cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--compat takes one of 'sklearn', 'torch', 'keras', not 'jax'" in done.stderr
