"""One evaluation from end to end: the same rows give the same numbers, however they come."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import losscli
from losscli.data import dataset
from losscli.data.reading import Reading
from losscli.errors import DataError, UsageError
from losscli.summary import distribution

ROWS = 3000
LOSSES = "mse,mae,huber(delta=2),rmse,wape,medae,max_error,pinball(alpha=0.9),0.5*mse+0.5*mae"


def frame(rows: int = ROWS, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    y = draw.normal(100, 20, rows).round(4)
    cities = np.array(["Berlin", "Quito", "São Paulo", "", 'O\'Hare, "x"'], dtype=object)
    return pd.DataFrame(
        {
            "id": [f"r{k:05d}" for k in range(rows)],
            "y_true": y,
            "y_pred": (y + draw.standard_t(3, rows) * 3).round(4),
            "city": cities[draw.integers(0, 5, rows)],
            "w": draw.uniform(0.1, 4, rows).round(3),
        }
    )


def numbers(report: losscli.Report) -> dict[str, Any]:
    """Return the JSON without what names the place of the rows."""
    found = report.to_dict()
    del found["data"]["files"]
    for row in found["outliers"]["worst"]:
        del row["row"], row["file"]
    return found


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("data") / "preds.csv"
    frame().to_csv(found, index=False)
    return found


OPTIONS: list[dict[str, Any]] = [
    {"by": "city", "id": "id"},
    {"by": "city", "id": "id", "weight": "w"},
    {"id": "id"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=["by", "weighted", "alone"])
def test_jobs_blocks_order_and_source_do_not_change_a_bit(
    path: Path, tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = numbers(losscli.evaluate(path, losses=LOSSES, **options))
    assert numbers(losscli.evaluate(path, losses=LOSSES, jobs=1, **options)) == whole
    assert numbers(losscli.evaluate(frame(), losses=LOSSES, **options)) == whole
    shuffled = tmp_path / "shuffled.csv"
    frame().sample(frac=1, random_state=3).to_csv(shuffled, index=False)
    in_small_blocks(monkeypatch)
    for jobs in (1, 2, 5):
        assert numbers(losscli.evaluate(shuffled, losses=LOSSES, jobs=jobs, **options)) == whole


def in_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_small(paths: Any, reading: Reading) -> Any:
        return whole(paths, replace(reading, block_bytes=1 << 12))

    whole: Callable[..., Any] = dataset.open_files
    monkeypatch.setattr(dataset, "open_files", open_small)


def test_beyond_the_exact_rows_the_order_does_not_matter_either(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "EXACT_ROWS", 500)
    monkeypatch.setattr(distribution, "_PENDING", 200)
    shuffled = tmp_path / "shuffled.csv"
    frame().sample(frac=1, random_state=3).to_csv(shuffled, index=False)
    for options in OPTIONS:
        whole = losscli.evaluate(path, losses=LOSSES, **options)
        assert whole.outliers is not None
        assert not whole.outliers.exact_quantiles
        with monkeypatch.context() as patch:
            in_small_blocks(patch)
            found = losscli.evaluate(shuffled, losses=LOSSES, jobs=3, **options)
        assert numbers(found) == numbers(whole)


def test_values_are_those_of_numpy(path: Path) -> None:
    data = frame()
    e = data.y_true - data.y_pred
    found = {line.label: line for line in losscli.evaluate(path, losses=LOSSES).losses}
    assert found["mse"].estimate.value == pytest.approx(np.mean(e**2), rel=1e-13)
    assert found["medae"].estimate.value == np.median(np.abs(e))
    assert found["max_error"].estimate.value == np.abs(e).max()
    assert found["wape"].estimate.value == pytest.approx(np.abs(e).sum() / data.y_true.abs().sum())
    constant = found["mse"].best_constant
    assert constant is not None
    assert constant.prediction == pytest.approx(data.y_true.mean(), rel=1e-15)
    assert constant.value == pytest.approx(data.y_true.var(ddof=0), rel=1e-12)
    assert found["mse"].skill == pytest.approx(1 - np.mean(e**2) / data.y_true.var(ddof=0))
    median = found["mae"].best_constant
    assert median is not None
    assert median.prediction == data.y_true.median()


def test_classes_are_those_of_pandas(path: Path) -> None:
    data = frame()
    data["loss"] = (data.y_true - data.y_pred) ** 2
    report = losscli.evaluate(path, losses="mse", by="city")
    wanted = data.groupby("city").loss.agg(["mean", "sum", "size"])
    assert len(report.breakdown) == 5
    for line in report.breakdown:
        row = wanted.loc[line.cls or ""]
        assert line.estimate.value == pytest.approx(row["mean"], rel=1e-13)
        assert line.share == pytest.approx(row["sum"] / data.loss.sum(), rel=1e-13)
        assert line.lift == pytest.approx(row["mean"] / data.loss.mean(), rel=1e-13)
        assert line.estimate.rows == row["size"]


def test_a_weight_is_a_repetition() -> None:
    data = frame(200)
    data["w"] = np.random.default_rng(4).integers(0, 4, 200)
    repeated = data.loc[data.index.repeat(data.w)]
    heavy = losscli.evaluate(data, losses=LOSSES, weight="w", by="city")
    light = losscli.evaluate(repeated, losses=LOSSES, by="city")
    for one, other in zip(heavy.losses, light.losses, strict=True):
        assert one.estimate.value == pytest.approx(other.estimate.value, rel=1e-12)
        assert one.skill == pytest.approx(other.skill, rel=1e-12, nan_ok=True)
    for a, b in zip(heavy.breakdown, light.breakdown, strict=True):
        assert a.cls == b.cls
        assert a.estimate.value == pytest.approx(b.estimate.value, rel=1e-12)
        assert a.share == pytest.approx(b.share, rel=1e-12, nan_ok=True)
    assert heavy.outliers is not None
    assert light.outliers is not None
    assert heavy.outliers.quantiles == light.outliers.quantiles
    assert heavy.outliers.trimmed == pytest.approx(light.outliers.trimmed, rel=1e-12)
    shares = [
        [line.share for line in found.concentration] for found in (heavy.outliers, light.outliers)
    ]
    assert shares[0] == pytest.approx(shares[1], rel=1e-12)
    assert heavy.judged == 200 - int((data.w == 0).sum())
    assert any("weight 0" in warning for warning in heavy.warnings)


def test_a_histogram_far_from_zero_is_replaced_by_a_second_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distribution, "EXACT_ROWS", 500)
    data = frame()
    data[["y_true", "y_pred"]] += 1e6
    data["y_pred"] += 1e6
    found = losscli.evaluate(data, losses="mae")
    constant = found.losses[0].best_constant
    assert constant is not None
    spread = data.y_true.quantile(0.75) - data.y_true.quantile(0.25)
    assert constant.prediction == pytest.approx(data.y_true.median(), abs=float(spread) / 100)
    assert found.outliers is not None
    assert found.outliers.residuals is not None
    residual = data.y_true - data.y_pred
    mad = (residual - residual.median()).abs().median()
    assert found.outliers.residuals.mad == pytest.approx(mad, rel=0.01)


def test_worst_rows_are_the_worst_with_ties_in_order(tmp_path: Path) -> None:
    lines = ["id,y_true,y_pred", "b,1,3", "a,1,3", "c,0,2", "d,5,5", "e,0,9"]
    path = tmp_path / "ties.csv"
    path.write_text("\n".join(lines) + "\n")
    found = losscli.evaluate(path, losses="mae", id="id", top=4, task="regression").outliers
    assert found is not None
    assert [(row.id, row.row) for row in found.worst] == [("e", 5), ("c", 3), ("a", 2), ("b", 1)]
    assert found.worst[0].share == pytest.approx(9 / 15)


def test_rows_are_counted_within_their_file(tmp_path: Path) -> None:
    for name, worst in (("a.csv", 50.5), ("b.csv", 60.5)):
        rows = "".join(f"{k}.25,{k}.5\n" for k in range(30)) + f"0,{worst}\n"
        (tmp_path / name).write_text("y_true,y_pred\n" + rows)
    paths = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    found = losscli.evaluate(paths, losses="mae", top=2)
    assert found.outliers is not None
    assert [(Path(row.file).name, row.row) for row in found.outliers.worst] == [
        ("b.csv", 31),
        ("a.csv", 31),
    ]
    assert found.rows == 62


def test_balanced_is_the_mean_of_the_class_means() -> None:
    data = pd.DataFrame({"y_true": ["a"] * 8 + ["b"] * 2, "y_pred": ["a"] * 7 + ["b"] * 2 + ["a"]})
    found = losscli.evaluate(data).losses[0]
    assert found.estimate.value == pytest.approx(0.2)
    assert found.balanced == pytest.approx((1 / 8 + 1 / 2) / 2)
    assert found.best_constant is not None
    assert found.best_constant.prediction == "a"
    assert found.best_constant.value == pytest.approx(0.2)


def test_an_infinite_loss_is_said_to_be_infinite() -> None:
    data = pd.DataFrame({"y_true": [0, 1, 1, 0], "y_prob": [0.2, 0.0, 0.9, 0.1]})
    report = losscli.evaluate(data, losses="log_loss,brier", positive="1")
    line = json.loads(report.to_json())["losses"][0]
    assert (line["status"], line["infinite_rows"], line["value"]) == ("infinite", 1, None)
    assert report.outliers is not None
    assert report.outliers.worst[0].row == 2
    assert any("infinite" in warning for warning in report.warnings)


def test_a_value_outside_the_domain_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_prob\n0,0.5\n1,1.25\n")
    with pytest.raises(DataError, match=r"p\.csv, line 3: prob 1\.25 is outside \[0, 1\]"):
        losscli.evaluate(path)


def test_rows_that_are_dropped_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_pred\n1.5,2\n2.5,\n3.5,nan\n0.25,1\n")
    with pytest.raises(DataError, match="line 3"):
        losscli.evaluate(path)
    found = losscli.evaluate(path, missing="drop")
    assert (found.rows, found.judged) == (4, 2)
    assert found.to_dict()["data"]["dropped"] == 2
    assert sum("left out" in warning for warning in found.warnings) == 2


@pytest.mark.parametrize("weight", [-1.0, 1e101, 1e-101, 5e-324])
def test_weights_whose_products_might_leave_the_doubles_are_refused(weight: float) -> None:
    frame = pd.DataFrame({"y_true": [1.0, 2.0], "y_pred": [2.0, 3.5], "w": [1.0, weight]})
    with pytest.raises(
        DataError, match=r"row 2: the weight w is .*; weights are 0, or from 1e-100"
    ):
        losscli.evaluate(frame, losses="mse", weight="w")


def test_weights_of_very_different_sizes_are_exact() -> None:
    frame = pd.DataFrame({"y_true": [1.0, 2.0], "y_pred": [2.0, 3.5], "w": [1e-100, 3e-100]})
    one, other = Fraction(1e-100), Fraction(3e-100)
    value = losscli.evaluate(frame, losses="mse", weight="w").losses[0].estimate.value
    exact = (one + other * Fraction(9, 4)) / (one + other)
    assert value == pytest.approx(float(exact), rel=1e-15)


def test_weights_that_are_all_zero_leave_nothing_to_judge(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_pred,w\n1.5,2,0\n2.5,3,0\n")
    with pytest.raises(DataError, match=r"no rows are left to judge \(2 weight 0\)"):
        losscli.evaluate(path, weight="w")


def test_scores_that_are_probabilities_are_refused_as_margins(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,score\n1,0.5\n0,0.25\n")
    with pytest.raises(DataError, match="rows 1 to 2: every score lies in"):
        losscli.evaluate(path, losses="hinge")
    report = losscli.evaluate(path, losses="hinge", scores_are_probs=True)
    assert report.losses[0].estimate.value == pytest.approx((0.5 + 1.25) / 2)


def test_losses_that_reward_different_things_are_pointed_out(path: Path) -> None:
    assert any("rewards" in w for w in losscli.evaluate(path, losses="mse,mae").warnings)
    assert not any("rewards" in w for w in losscli.evaluate(path, losses="mse,rmse").warnings)


def test_the_number_of_rows_can_be_asked_for(path: Path) -> None:
    losscli.evaluate(path, expect_rows=ROWS)
    with pytest.raises(DataError, match="3000 rows, not 3001"):
        losscli.evaluate(path, expect_rows=ROWS + 1)


def test_a_level_is_between_0_and_1(path: Path) -> None:
    with pytest.raises(UsageError, match="level"):
        losscli.evaluate(path, level=95)


def test_frames_of_the_report(path: Path) -> None:
    report = losscli.evaluate(path, losses="mse,mae", by="city")
    losses = report.to_frame()
    assert losses["name"].tolist() == ["mse", "mae"]
    assert losses["value"].tolist() == [line.estimate.value for line in report.losses]
    assert len(report.breakdown_frame()) == 10


def test_a_loss_of_one_s_own_is_a_loss_like_any_other(path: Path) -> None:
    @losscli.loss(formula="abs(y - pred)*cost", elicits="")
    def costly(y: Any, pred: Any, w: Any) -> Any:
        """Distance times the cost in column w (for this test)."""
        return np.abs(y - pred) * w

    try:
        found = losscli.evaluate(path, losses="costly", by="city")
        data = frame()
        wanted = ((data.y_true - data.y_pred).abs() * data.w).mean()
        assert found.losses[0].estimate.value == pytest.approx(wanted, rel=1e-12)
    finally:
        del losscli.LOSSES["costly", "regression"]


def test_thousands_of_classes_are_judged_one_by_one() -> None:
    data = frame(20_000)
    data["shop"] = [f"s{k}" for k in np.random.default_rng(8).integers(0, 4000, 20_000)]
    found = losscli.evaluate(data, losses="mae", by="shop")
    wanted = (data.y_true - data.y_pred).abs().groupby(data["shop"]).mean()
    assert len(found.breakdown) == len(wanted)
    values = {line.cls: line.estimate.value for line in found.breakdown}
    assert values == pytest.approx(wanted.to_dict(), rel=1e-13)


def test_the_trimmed_mean_survives_what_it_trims() -> None:
    y = np.concatenate([np.random.default_rng(2).normal(size=995), np.full(5, 1e9)])
    found = losscli.evaluate(pd.DataFrame({"y_true": y, "y_pred": 0 * y}), losses="mse").outliers
    assert found is not None
    assert found.trimmed == pytest.approx(np.mean(np.sort(y * y)[:-10]), rel=1e-12)


def test_an_interval_holds_its_value_whatever_the_row_losses_happen_to_be() -> None:
    y = np.arange(200) * 1.5
    data = pd.DataFrame({"y_true": y, "y_pred": y + (np.arange(200) % 10 == 0)})
    for line in losscli.evaluate(data, losses="mse,rmse,mae,within(x=0.5)").losses:
        assert line.estimate.low <= line.estimate.value <= line.estimate.high
    doubled = losscli.evaluate(data * 2, losses="mae").losses[0].estimate
    single = losscli.evaluate(data, losses="mae").losses[0].estimate
    assert doubled.high == pytest.approx(2 * single.high, rel=1e-12)


def test_two_classes_of_scores_have_a_best_constant() -> None:
    data = pd.DataFrame(
        {"y_true": ["a", "b", "a"], "score_a": [2.0, -1, 0.5], "score_b": [0.0, 2, 1]}
    )
    line = losscli.evaluate(data, losses="crammer_singer").losses[0]
    assert line.estimate.value == pytest.approx(0.5)
    assert line.best_constant is not None
    assert line.best_constant.value == pytest.approx(2 / 3)


def test_a_class_that_never_happened_costs_nothing() -> None:
    data = pd.DataFrame(
        {
            "y_true": ["a", "b"] * 5,
            "prob_a": [0.5] * 10,
            "prob_b": [0.25] * 10,
            "prob_c": [0.25] * 10,
        }
    )
    constant = losscli.evaluate(data, losses="cross_entropy").losses[0].best_constant
    assert constant is not None
    assert constant.value == pytest.approx(np.log(2), rel=1e-12)
    assert constant.prediction == {"a": 0.5, "b": 0.5, "c": 0.0}
    always = pd.DataFrame({"y_true": [1] * 4, "y_prob": [0.5, 0.75, 0.9, 0.5]})
    for line in losscli.evaluate(always, losses="log_loss,focal", positive="1").losses:
        assert line.best_constant is not None
        assert line.best_constant.value == 0
        assert np.isnan(line.skill)


def test_the_best_constant_is_found_where_there_are_many_valleys() -> None:
    draw = np.random.default_rng(2)
    y = np.concatenate([draw.normal(0, 1, 60), draw.normal(8, 0.5, 55), [50]])
    found = losscli.evaluate(pd.DataFrame({"y_true": y, "y_pred": y}), losses="within(x=0.4)")
    ends = np.concatenate([y - 0.4, y + 0.4])
    best = min(np.mean(np.abs(y - c) > 0.4) for c in (ends[:, None] + [-1e-9, 1e-9]).ravel())
    assert found.losses[0].best_constant is not None
    assert found.losses[0].best_constant.value <= best + 1 / len(y)


def test_an_infinite_parameter_is_written_as_a_word(path: Path) -> None:
    line = losscli.evaluate(path, losses="barron(alpha=-inf)").to_dict()["losses"][0]
    assert line["parameters"]["alpha"] == "-inf"


@pytest.mark.parametrize("options", [{"top": -1}, {"losses": [np.abs]}, {"level": 0.0}])
def test_arguments_that_do_not_fit_are_usage_errors(path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        losscli.evaluate(path, **options)


def test_a_series_is_no_table() -> None:
    with pytest.raises(UsageError, match="Series"):
        losscli.evaluate(frame()["y_true"])


def test_a_class_without_rows_is_no_class(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_pred,g\na,a,x\nb,c,y\nb,b,y\nd,,z\n")
    found = losscli.evaluate(path, by="g", missing="drop")
    assert {line.cls for line in found.breakdown} == {"x", "y"}
    assert found.losses[0].balanced == pytest.approx((0 + 1 / 2) / 2)


def test_classes_of_different_columns_are_no_twins() -> None:
    data = pd.DataFrame({"y_true": ["cat", "dog"], "y_pred": ["cat", "dog"], "g": ["Cat", "Dog"]})
    assert losscli.evaluate(data, by=["g", "y_true"]).warnings == ()
    data["g"] = ["Cat", "cat"]
    assert len(losscli.evaluate(data, by="g").warnings) == 1


def test_a_loss_without_a_floor_has_no_skill() -> None:
    frame = pd.DataFrame({"y_true": [1.5, 2.5, 4.5], "y_pred": [1.0, 3.0, 4.0]})
    report = losscli.evaluate(frame, losses="poisson_nll,poisson,0.5*poisson_nll+0.5*mse")
    assert [np.isfinite(one.skill) for one in report.losses] == [False, True, False]
    assert report.losses[0].best_constant is not None
    assert report.to_dict()["losses"][0]["skill"] is None
