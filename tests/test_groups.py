"""Groups and clusters: values and standard errors by hand, and the same however rows come."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import losscli
from losscli import group_block
from losscli.data import dataset
from losscli.data.reading import Reading
from losscli.errors import DataError, UsageError

ROWS = 1500
LOSSES = "mse,rmse,wape,max_error,medae,within(x=2),0.5*mse + 0.5*mae"


def frame(rows: int = ROWS, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    user = draw.integers(0, 60, rows)
    y = draw.normal(100, 20, rows).round(4)
    e = draw.standard_t(5, rows) + draw.normal(size=60)[user]
    return pd.DataFrame(
        {
            "y_true": y,
            "y_pred": (y + e).round(4),
            "user": [f"u{k}" for k in user],
            "city": np.array(["Berlin", "", "Quito"], dtype=object)[user % 3],
            "w": draw.uniform(0.1, 4, rows).round(3),
        }
    )


def losses(found: losscli.Report) -> dict[str, dict[str, Any]]:
    return {loss["loss"]: loss for loss in found.to_dict()["losses"]}


def mean(values: list[float]) -> Fraction:
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def test_a_loss_by_group_is_the_mean_of_the_values_of_the_groups() -> None:
    data = frame()
    chosen = "mse,mae,rmse,wape,max_error,medae"
    found = losses(losscli.evaluate(data, losses=chosen, group="user"))
    e = data.y_true - data.y_pred
    parts = [part for _, part in data.assign(e=e).groupby("user")]
    by_hand = {
        "mse": [float(mean((part.e * part.e).tolist())) for part in parts],
        "mae": [float(mean(part.e.abs().tolist())) for part in parts],
        "rmse": [math.sqrt(mean((part.e * part.e).tolist())) for part in parts],
        "wape": [
            float(mean(part.e.abs().tolist()) / mean(part.y_true.abs().tolist())) for part in parts
        ],
        "max_error": [part.e.abs().max() for part in parts],
        "medae": [part.e.abs().median() for part in parts],
    }
    for name, values in by_hand.items():
        assert found[name]["value"] == float(mean(values))
        error = np.std(values, ddof=1) / math.sqrt(len(values))
        assert found[name]["stderr"] == pytest.approx(error, rel=1e-12)
        assert (found[name]["rows"], found[name]["groups"]) == (ROWS, len(parts))
        assert found[name]["skill"] is None
        assert found[name]["best_constant"] is None


def test_weights_count_within_a_group_and_groups_count_alike() -> None:
    data = frame()
    found = losses(losscli.evaluate(data, losses="mse", group="user", weight="w"))
    e = data.y_true - data.y_pred
    data = data.assign(wl=e * e * data.w)
    values = [part.wl.sum() / part.w.sum() for _, part in data.groupby("user")]
    assert found["mse"]["value"] == pytest.approx(np.mean(values), rel=1e-13)


def test_a_class_has_the_mean_of_its_groups() -> None:
    data = frame()
    report = losscli.evaluate(data, losses="mse", group="user", by="city")
    data = data.assign(l=(data.y_true - data.y_pred) ** 2)
    values = data.groupby(["city", "user"]).l.mean()
    assert {line.cls for line in report.breakdown} == {None, "Berlin", "Quito"}
    for line in report.breakdown:
        ours = values[line.cls or ""]
        assert line.estimate.value == pytest.approx(ours.mean(), rel=1e-13)
        assert line.estimate.groups == len(ours)
        assert line.estimate.rows == (data.city == (line.cls or "")).sum()
        assert line.share == pytest.approx(ours.sum() / values.sum(), rel=1e-13)


def test_the_worst_groups_are_the_worst() -> None:
    data = frame()
    report = losscli.evaluate(data, losses="mae", group="user", top=3)
    values = (data.y_true - data.y_pred).abs().groupby(data.user).mean()
    wanted = values.sort_values(ascending=False)[:3]
    assert report.groups is not None
    assert (report.groups.column, report.groups.count) == ("user", len(values))
    assert [group.group for group in report.groups.worst] == wanted.index.tolist()
    for group, value in zip(report.groups.worst, wanted, strict=True):
        assert group.value == pytest.approx(value, rel=1e-13)
        assert group.share == pytest.approx(value / values.sum(), rel=1e-13)
        assert group.rows == (data.user == group.group).sum()
    told = dict(report.groups.quantiles)
    assert told[0.5] == pytest.approx(np.quantile(values, 0.5, method="inverted_cdf"), rel=1e-13)


def test_groups_of_one_row_are_rows() -> None:
    data = frame().assign(row=[f"r{k}" for k in range(ROWS)])
    chosen = "mse,within(x=2),mae,huber(delta=1)"
    plain = losses(losscli.evaluate(data, losses=chosen))
    grouped = losses(losscli.evaluate(data, losses=chosen, group="row"))
    for name, loss in plain.items():
        for key in ("value", "stderr", "low", "high", "rows"):
            assert grouped[name][key] == loss[key]


def sandwich(
    terms: list[pd.Series], slopes: list[float], weight: pd.Series, cluster: pd.Series
) -> float:
    """The cluster-robust error of a function of weighted means, with G/(G - 1)."""
    linear = sum(
        slope * (term - (term * weight).sum() / weight.sum()) * weight
        for slope, term in zip(slopes, terms, strict=True)
    )
    assert isinstance(linear, pd.Series)
    sums = linear.groupby(cluster).sum()
    count = len(sums)
    return math.sqrt(count / (count - 1) * (sums**2).sum()) / weight.sum()


@pytest.mark.parametrize("weighted", [False, True])
def test_errors_by_cluster_are_those_of_the_sums_of_the_clusters(
    weighted: bool,  # noqa: FBT001
) -> None:
    data = frame()
    report = losscli.evaluate(
        data,
        losses="mse,rmse,wape",
        cluster="user",
        by="city",
        weight="w" if weighted else None,
    )
    plain = losscli.evaluate(data, losses="mse,rmse,wape", weight="w" if weighted else None)
    some = {"": data, **{str(name) or "(empty)": part for name, part in data.groupby("city")}}
    found: dict[tuple[str, str], Any] = {("", r.loss): r.estimate for r in report.losses}
    found |= {(r.cls or "(empty)", r.loss): r.estimate for r in report.breakdown}
    for name, part in some.items():
        e, weight = part.y_true - part.y_pred, part.w if weighted else part.w * 0 + 1
        means = [(t * weight).sum() / weight.sum() for t in (e**2, e.abs(), part.y_true.abs())]
        wanted = {
            "mse": sandwich([e**2], [1.0], weight, part.user),
            "rmse": sandwich([e**2], [0.5 / math.sqrt(means[0])], weight, part.user),
            "wape": sandwich(
                [e.abs(), part.y_true.abs()],
                [1 / means[2], -means[1] / means[2] ** 2],
                weight,
                part.user,
            ),
        }
        for loss, error in wanted.items():
            assert found[name, loss].stderr == pytest.approx(error, rel=1e-10)
            assert found[name, loss].clusters == part.user.nunique()
    for one, other in zip(report.losses, plain.losses, strict=True):
        assert one.estimate.value == other.estimate.value
        assert one.skill == other.skill


def test_the_error_is_the_one_that_miller_gives() -> None:
    # arXiv 2411.00640, eq. 4: the variance of the mean, plus the covariances within clusters
    data = frame(120)
    found = losses(losscli.evaluate(data, losses="mae", cluster="user"))["mae"]
    s = (data.y_true - data.y_pred).abs().to_numpy()
    centred, users, n = s - s.mean(), data.user.to_numpy(), len(s)
    cross = sum(
        centred[i] * centred[j]
        for i in range(n)
        for j in range(n)
        if i != j and users[i] == users[j]
    )
    miller = math.sqrt((centred**2).sum() / n**2 + cross / n**2)
    count = len(set(users))
    assert found["stderr"] == pytest.approx(miller * math.sqrt(count / (count - 1)), rel=1e-12)


def test_clusters_of_one_row_are_rows() -> None:
    data = frame().assign(row=[f"r{k}" for k in range(ROWS)])
    plain = losses(losscli.evaluate(data, losses=LOSSES))
    clustered = losses(losscli.evaluate(data, losses=LOSSES, cluster="row"))
    for name, loss in plain.items():
        assert clustered[name]["value"] == loss["value"]
        assert clustered[name]["stderr"] == loss["stderr"]
        if name not in {"within(x=2.0)", "max_error", "medae"}:
            assert clustered[name]["low"] == pytest.approx(loss["low"], rel=1e-8)
            assert clustered[name]["high"] == pytest.approx(loss["high"], rel=1e-8)


def test_a_proportion_without_errors_counts_its_clusters() -> None:
    data = pd.DataFrame(
        {"y_true": np.arange(100.0), "y_pred": np.arange(100.0), "u": ["a", "b", "c", "d"] * 25}
    )
    found = losses(losscli.evaluate(data, losses="within(x=1)", cluster="u"))["within(x=1.0)"]
    t = 3.182446305284263  # the 97.5 % point for 3 degrees of freedom, from tables
    assert found["low"] == 0
    assert found["high"] == pytest.approx(t**2 / (4 + t**2), rel=1e-12)


OPTIONS: list[dict[str, Any]] = [
    {"group": "user"},
    {"group": "user", "by": "city", "weight": "w"},
    {"cluster": "user", "by": "city"},
    {"cluster": "user", "weight": "w"},
]


def numbers(report: losscli.Report) -> dict[str, Any]:
    found = report.to_dict()
    del found["data"]["files"]
    for row in found["outliers"]["worst"]:
        del row["row"], row["file"]
    return found


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_jobs_blocks_order_and_source_do_not_change_a_bit(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, shuffled = tmp_path / "preds.csv", tmp_path / "shuffled.csv"
    frame().to_csv(path, index=False)
    frame().sample(frac=1, random_state=3).to_csv(shuffled, index=False)
    whole = numbers(losscli.evaluate(path, losses=LOSSES, **options))
    assert numbers(losscli.evaluate(frame(), losses=LOSSES, **options)) == whole
    opened: Callable[..., Any] = dataset.open_files

    def open_small(paths: Any, reading: Reading) -> Any:
        return opened(paths, replace(reading, block_bytes=1 << 11))

    monkeypatch.setattr(dataset, "open_files", open_small)
    for jobs in (1, 3):
        assert numbers(losscli.evaluate(shuffled, losses=LOSSES, jobs=jobs, **options)) == whole


def test_pooled_is_one_value_whose_error_is_by_group() -> None:
    pooled = losscli.evaluate(frame(), losses="wape", group="user", pooled=True)
    clustered = losscli.evaluate(frame(), losses="wape", cluster="user")
    assert pooled.to_dict() == clustered.to_dict()


def test_an_infinite_row_makes_its_group_and_the_mean_infinite() -> None:
    data = pd.DataFrame(
        {"y": [1, 0, 1, 0], "prob": [0.5, 0.5, 0.0, 0.25], "g": ["a", "a", "b", "b"]}
    )
    found = losses(losscli.evaluate(data, losses="log_loss,brier", group="g"))
    loss = found["log_loss(eps=0.0)"]
    assert (loss["status"], loss["infinite_rows"], loss["value"]) == ("infinite", 1, None)
    assert found["brier"]["value"] == (0.25 + (1 + 0.0625) / 2) / 2


def test_a_group_without_rows_for_a_loss_leaves_that_loss() -> None:
    data = pd.DataFrame(
        {"y_true": [0.0, 0.0, 2.0, 4.0], "y_pred": [1.0, 1.0, 1.0, 1.5], "g": list("aabb")}
    )
    found = losses(losscli.evaluate(data, losses="mape(zero=skip),mae", group="g"))
    loss = found["mape(zero=skip)"]
    assert (loss["value"], loss["groups"], loss["rows"]) == ((0.5 + 0.625) / 2, 1, 2)
    assert found["mae"]["groups"] == 2


def test_the_rows_of_a_group_are_of_one_class() -> None:
    with pytest.raises(DataError) as error:
        losscli.evaluate(frame(), losses="mse", group="city", by="user", missing="drop")
    assert "city Berlin has rows of user u0 and of u12" in str(error.value)
    assert "--cluster instead of --group" in str(error.value)


def test_a_row_without_a_group_is_refused_or_left_out(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_pred,user\n1,2,a\n1,3,\n2,2,b\n,2,c\n")
    for unit in ("group", "cluster"):
        with pytest.raises(DataError, match="line 3: user is empty"):
            losscli.evaluate(path, losses="mse", **{unit: "user"})  # type: ignore[arg-type]
        found = losscli.evaluate(path, losses="mse", missing="drop", **{unit: "user"})  # type: ignore[arg-type]
        losscli.evaluate(path, losses="medae", missing="drop", **{unit: "user"})  # type: ignore[arg-type]
        assert (found.judged, found.losses[0].estimate.value) == (2, 0.5)
        assert "1 of 4 rows left out: user empty" in found.warnings


def test_there_is_a_limit_to_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_block, "MOST_GROUPS", 59)
    assert frame().user.nunique() == 60
    for unit in ("group", "cluster"):
        with pytest.raises(DataError) as error:
            losscli.evaluate(frame(), losses="mse", **{unit: "user"})  # type: ignore[arg-type]
        assert "user has more than 59 groups" in str(error.value)
        assert error.value.remedy
    monkeypatch.setattr(group_block, "MOST_GROUPS", 60)
    losscli.evaluate(frame(), losses="mse", group="user")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"group": "user", "cluster": "city"}, "one unit is enough"),
    ({"group": "usr"}, "did you mean user"),
    ({"cluster": "y_pred", "pred": "y_pred"}, "is read as text, and as numbers"),
]


@pytest.mark.parametrize(("options", "said"), WRONG, ids=lambda x: x if isinstance(x, str) else "")
def test_what_cannot_be_is_said(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as error:
        losscli.evaluate(frame(), **{"losses": "mse", **options})
    assert said in str(error.value)
    assert error.value.remedy


def test_a_median_by_group_counts_weights_and_has_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = frame(300).assign(w=lambda d: np.where(d.w > 2, 3.0, 1.0))
    found = losses(losscli.evaluate(data, losses="medae", group="user", weight="w"))["medae"]
    repeated = data.loc[data.index.repeat(data.w.astype(int))]
    values = (repeated.y_true - repeated.y_pred).abs().groupby(repeated.user).median()
    assert found["value"] == pytest.approx(values.mean(), rel=1e-13)
    monkeypatch.setattr(group_block, "MOST_VALUES", 299)
    with pytest.raises(DataError, match="medians by group keep every row"):
        losscli.evaluate(data, losses="medae", group="user")
    losscli.evaluate(data, losses="medae", cluster="user")


def test_few_units_are_warned_of() -> None:
    data = frame(200).assign(half=lambda d: np.where(d.y_true > 100, "a", "b"), one="x")
    few = losscli.evaluate(data, losses="mse", cluster="half")
    assert "there are only 2 clusters of half: the intervals are likely too narrow" in few.warnings
    one = losscli.evaluate(data, losses="mse", group="one")
    assert one.losses[0].estimate.groups == 1
    assert math.isnan(one.losses[0].estimate.stderr)
    assert "there is only 1 group of one: there is no standard error" in one.warnings


def test_the_json_says_what_was_grouped() -> None:
    found = json.loads(losscli.evaluate(frame(), losses="mse", group="user").to_json())
    assert found["columns"]["group"] == "user"
    assert found["columns"]["cluster"] is None
    assert found["groups"]["count"] == 60
    assert found["groups"]["worst"][0].keys() == {"group", "rows", "value", "share"}
    plain = json.loads(losscli.evaluate(frame(), losses="mse").to_json())
    assert plain["groups"] is None
    assert not {"groups", "clusters"} & plain["losses"][0].keys()


def test_the_balanced_mean_of_rows_is_shown_beside_groups() -> None:
    frame = pd.DataFrame(
        {"y": [1, 0, 1, 1], "prob": [0.75, 0.5, 0.5, 0.25], "user": ["a", "a", "b", "b"]}
    )
    zero_one, brier = losscli.evaluate(frame, losses="zero_one,brier", group="user").losses
    # of the rows of 1 a third is wrong, the only one of 0 is
    assert zero_one.balanced == pytest.approx((1 / 3 + 1) / 2, rel=1e-15)
    assert brier.balanced == pytest.approx(((0.0625 + 0.25 + 0.5625) / 3 + 0.25) / 2, rel=1e-15)
    assert zero_one.estimate.value == 0.5
