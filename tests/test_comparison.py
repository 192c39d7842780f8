"""Two models on the same rows: values, intervals, verdicts and joins against outside oracles."""

import json
import math
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq, minimize_scalar

import losscli
from losscli.comparison.by_class import adjusted
from losscli.comparison.proportion import fewest, mcnemar, tango
from losscli.errors import DataError, UsageError
from losscli.report.interval import back, beyond, forth, t_quantile


def pair(rows: int = 500, seed: int = 3, rise: float = 0.1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two models of the same truths; the new one is a little worse."""
    draw = np.random.default_rng(seed)
    y = np.round(draw.normal(10, 3, rows), 4)
    old = pd.DataFrame(
        {
            "id": [f"r{k}" for k in range(rows)],
            "y_true": y,
            "y_pred": np.round(y + draw.normal(0, 1, rows), 4),
            "city": draw.choice(["Oslo", "Lagos", "Quito"], rows),
            "user": draw.choice([f"u{k}" for k in range(40)], rows),
            "w": draw.choice([0.5, 1.0, 2.0], rows),
        }
    )
    new = old[["id", "y_true"]].assign(y_pred=np.round(y + draw.normal(0, 1 + rise, rows), 4))
    return old, new


def only(found: losscli.Comparison) -> dict[str, Any]:
    losses: list[dict[str, Any]] = found.to_dict()["losses"]
    assert len(losses) == 1
    return losses[0]


def test_values_are_those_of_two_evaluations() -> None:
    old, new = pair()
    names = ["mse", "rmse", "mae", "medae", "max_error", "mape", "0.5*mse + 0.5*mae"]
    found = losscli.compare(old, new, losses=names).to_dict()["losses"]
    for key, frame in (("old", old), ("new", new)):
        values = [
            loss["value"] for loss in losscli.evaluate(frame, losses=names).to_dict()["losses"]
        ]
        assert [loss[key] for loss in found] == values


def test_a_file_and_a_frame_are_compared(tmp_path: Path) -> None:
    old, new = pair(rows=50)
    old.to_csv(tmp_path / "old.csv", index=False)
    whole = only(losscli.compare(old, new, losses="mse"))
    assert only(losscli.compare(str(tmp_path / "old.csv"), new, losses="mse")) == whole


def test_the_change_of_a_mean_is_exact() -> None:
    old, new = pair(rows=301)
    found = only(losscli.compare(old, new, losses="mse"))
    errors = [(f["y_true"] - f["y_pred"]).to_numpy() for f in (old, new)]
    before, after = (sum(map(Fraction, (e * e).tolist()), Fraction(0)) for e in errors)
    exact = (after - before) / 301
    assert found["change"] == exact.numerator / exact.denominator
    assert found["relative"] == pytest.approx(float((after - before) / before), rel=1e-15)


def test_the_interval_of_symmetric_differences_is_the_paired_t_test() -> None:
    old, new = pair(seed=11)
    found = only(losscli.compare(old, new, losses="mae", level=0.9))
    a, b = ((f["y_true"] - f["y_pred"]).abs() for f in (old, new))
    oracle = stats.ttest_rel(b, a)
    interval = oracle.confidence_interval(0.9)
    assert found["low"] == pytest.approx(interval.low, rel=1e-9)
    assert found["high"] == pytest.approx(interval.high, rel=1e-9)
    assert found["p"] == pytest.approx(oracle.pvalue, rel=1e-6)


@pytest.mark.parametrize("freedom", [200, 9, 3])
def test_the_detectable_difference_is_that_of_80_percent_power(freedom: float) -> None:
    d = np.random.default_rng(3).standard_t(freedom, 400)
    old = perfect(400).assign(y_pred=50.0)
    found = only(losscli.compare(old, old.assign(y_pred=50 + d), losses="mae", top=0))
    t = stats.t(399)
    error = d.std(ddof=1) / 20
    assert (found["high"] - found["low"]) / 2 == pytest.approx(t.ppf(0.975) * error, rel=1e-6)
    half, power = t.ppf(0.975), t.ppf(0.8)
    plain = (half + power) * error
    kurtosis = float(stats.kurtosis(d, fisher=False))
    unsure = min(2 * max(kurtosis - 6, 0) / 1600, 0.05)
    spread = math.sqrt(1 + unsure * (half**2 + (half + power) ** 2))
    assert found["detectable"] == pytest.approx((half + power * spread) * error, rel=1e-9)
    assert (found["detectable"] == pytest.approx(plain, rel=1e-9)) == (freedom > 3)


def test_lopsided_differences_widen_the_interval_to_that_of_hall() -> None:
    draw = np.random.default_rng(5)
    y = np.zeros(400)
    old = pd.DataFrame({"y_true": y, "y_pred": np.ones(400)})
    new = pd.DataFrame({"y_true": y, "y_pred": draw.lognormal(0, 1, 400)})
    found = only(losscli.compare(old, new, losses="mae"))
    d = new["y_pred"].to_numpy() - 1
    n, se = len(d), d.std(ddof=1) / 20
    a = stats.skew(d) / math.sqrt(n)
    t = stats.t(n - 1).ppf(0.975)

    def ends(x: float) -> float:
        """Hall (1992), equation 3, solved for the studentized mean."""
        return float(3 / a * (np.cbrt(1 + a * (x - a / 6)) - 1))

    low, high = d.mean() - se * max(t, ends(t)), d.mean() - se * min(-t, ends(-t))
    assert found["low"] == pytest.approx(low, rel=1e-9)
    assert found["high"] == pytest.approx(high, rel=1e-9)
    assert high > d.mean() + t * se * 1.05, "the case is lopsided enough to tell"


def test_rmse_by_the_delta_method_on_paired_terms() -> None:
    old, new = pair(seed=8)
    found = only(losscli.compare(old, new, losses="rmse"))
    a, b = ((f["y_true"] - f["y_pred"]) ** 2 for f in (old, new))
    linear = b / (2 * math.sqrt(b.mean())) - a / (2 * math.sqrt(a.mean()))
    assert found["change"] == pytest.approx(math.sqrt(b.mean()) - math.sqrt(a.mean()), rel=1e-12)
    assert found["stderr"] == pytest.approx(linear.std(ddof=1) / math.sqrt(len(a)), rel=1e-9)


def test_rmse_that_falls_to_exactly_0_moves_as_the_old_one_alone() -> None:
    old = pair(seed=8)[0]
    found = only(losscli.compare(old, old.assign(y_pred=old["y_true"]), losses="rmse"))
    a = (old["y_true"] - old["y_pred"]) ** 2
    assert found["change"] == pytest.approx(-math.sqrt(a.mean()), rel=1e-12)
    stderr = a.std(ddof=1) / (2 * math.sqrt(a.mean() * len(a)))
    assert found["stderr"] == pytest.approx(stderr, rel=1e-9)
    assert found["verdict"] == "improved"


def test_wape_by_the_delta_method_on_two_terms() -> None:
    old, new = pair(seed=9)
    found = only(losscli.compare(old, new, losses="wape"))
    top = [(f["y_true"] - f["y_pred"]).abs() for f in (old, new)]
    bottom = old["y_true"].abs()
    values = [t.mean() / bottom.mean() for t in top]
    linear = (top[1] - values[1] * bottom - top[0] + values[0] * bottom) / bottom.mean()
    assert found["change"] == pytest.approx(values[1] - values[0], rel=1e-12)
    assert found["stderr"] == pytest.approx(linear.std(ddof=1) / math.sqrt(len(old)), rel=1e-9)


def test_importance_weights() -> None:
    old, new = pair(seed=4)
    found = only(losscli.compare(old, new, losses="mae", weight="w"))
    a, b = ((f["y_true"] - f["y_pred"]).abs() for f in (old, new))
    w, d, n = old["w"], b - a, len(a)
    mean = (w * d).sum() / w.sum()
    assert found["change"] == pytest.approx(mean, rel=1e-12)
    error = math.sqrt(n / (n - 1) * ((w * (d - mean)) ** 2).sum()) / w.sum()
    assert found["stderr"] == pytest.approx(error, rel=1e-9)


def test_clusters_of_rows_that_are_not_independent() -> None:
    old, new = pair(seed=4)
    found = only(losscli.compare(old, new, losses="mse", cluster="user", by="city"))
    d = (new["y_true"] - new["y_pred"]) ** 2 - (old["y_true"] - old["y_pred"]) ** 2
    sums = (d - d.mean()).groupby(old["user"]).sum()
    g = len(sums)
    error = math.sqrt(g / (g - 1) * (sums**2).sum()) / len(d)
    assert found["stderr"] == pytest.approx(error, rel=1e-9)
    t = stats.t(g - 1)
    assert found["detectable"] == pytest.approx((t.ppf(0.975) + t.ppf(0.8)) * error, rel=1e-6)


def test_clusters_within_a_class() -> None:
    old, new = pair(seed=4)
    found = losscli.compare(old, new, losses="mse", cluster="user", by="city").to_dict()["classes"]
    d = (new["y_true"] - new["y_pred"]) ** 2 - (old["y_true"] - old["y_pred"]) ** 2
    for line in found:
        rows = old["city"] == line["class"]
        sums = (d[rows] - d[rows].mean()).groupby(old["user"][rows]).sum()
        g = len(sums)
        error = math.sqrt(g / (g - 1) * (sums**2).sum()) / rows.sum()
        assert line["stderr"] == pytest.approx(error, rel=1e-9)


def test_rows_that_are_better_same_and_worse() -> None:
    old = pd.DataFrame({"y_true": [0.0] * 6, "y_pred": [1.0, 2, 3, 4, 5, 6]})
    new = pd.DataFrame({"y_true": [0.0] * 6, "y_pred": [1.0, 1, 4, 4, 7, 7.5]})
    found = only(losscli.compare(old, new, losses="mae"))
    assert (found["better"], found["same"], found["worse"]) == (1, 2, 3)


def labels(better: int, worse: int, right: int, wrong: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Labels of two models: rows that got better and worse, and both right or both wrong."""
    old = ["b"] * better + ["a"] * worse + ["a"] * right + ["b"] * wrong
    new = ["a"] * better + ["b"] * worse + ["a"] * right + ["b"] * wrong
    truth = ["a"] * len(old)
    return (
        pd.DataFrame({"y_true": truth, "y_pred": old}),
        pd.DataFrame({"y_true": truth, "y_pred": new}),
    )


def test_losses_of_0_and_1_take_the_exact_test() -> None:
    found = only(losscli.compare(*labels(3, 14, 70, 13), losses="zero_one", task="labels"))
    assert found["p"] == pytest.approx(stats.binomtest(3, 17).pvalue, rel=1e-12)
    assert found["change"] == 0.11
    assert found["verdict"] == "regressed"
    # 2 to 9 is chance for the exact test, and not for the score interval alone
    found = only(losscli.compare(*labels(2, 9, 80, 9), losses="zero_one", task="labels"))
    assert found["p"] == pytest.approx(stats.binomtest(2, 11).pvalue, rel=1e-12)
    assert found["p"] > 0.05
    assert found["low"] == 0
    assert found["verdict"] == "no_difference"


@pytest.mark.parametrize(
    ("better", "worse"), [(0, 0), (0, 5), (5, 5), (10, 40), (600, 700), (4000, 4200), (3, 90_000)]
)
def test_mcnemar_is_the_binomial_test(better: int, worse: int) -> None:
    rows = better + worse
    expected = stats.binomtest(better, rows).pvalue if rows else 1.0
    assert mcnemar(better, worse) == pytest.approx(expected, rel=1e-6, abs=1e-290)


@pytest.mark.parametrize(("better", "worse", "rows"), [(1, 0, 44), (12, 2, 50), (30, 45, 400)])
def test_tango_maximizes_the_likelihood(better: int, worse: int, rows: int) -> None:
    """The ends solve the score equation, with the share that a numerical search finds best."""

    def score(change: float) -> float:
        def minus(share: float) -> float:
            # shares of rows that got better and worse, and of those that did not move
            shares = (share, share + change, 1 - 2 * share - change)
            counts = (better, worse, rows - better - worse)
            return -sum(
                c * math.log(max(s, 1e-300)) for c, s in zip(counts, shares, strict=True) if c
            )

        bounds = (max(0.0, -change) + 1e-12, (1 - change) / 2 - 1e-12)
        share = minimize_scalar(minus, bounds=bounds, method="bounded", options={"xatol": 1e-13}).x
        variance = 2 * share + change - change**2
        return (worse - better - rows * change) / math.sqrt(rows * variance)

    z = stats.norm.ppf(0.975)
    centre = (worse - better) / rows
    found = tango(better, worse, rows, 0.95)
    assert found[0] == pytest.approx(brentq(lambda x: score(x) - z, -0.9, centre), abs=1e-5)
    assert found[1] == pytest.approx(brentq(lambda x: score(x) + z, centre, 0.9), abs=1e-5)


def test_fewer_moved_rows_cannot_be_more_than_chance() -> None:
    few = fewest(0.95)
    assert stats.binomtest(0, few).pvalue <= 0.05 < stats.binomtest(0, few - 1).pvalue


def test_benjamini_and_hochberg() -> None:
    # the example of Benjamini & Hochberg (1995), section 3.2: four of fifteen are rejected at 0.05
    ps = np.array(
        [
            *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
            *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
        ]
    )
    draw = np.random.default_rng(1).permutation(len(ps))
    found = adjusted(ps[draw])
    assert int((found <= 0.05).sum()) == 4
    assert found == pytest.approx(stats.false_discovery_control(ps[draw]), rel=1e-12)
    with_nan = adjusted(np.array([0.01, np.nan, 0.03]))
    assert with_nan[[0, 2]] == pytest.approx([0.02, 0.03])
    assert math.isnan(with_nan[1])


def test_only_discovered_classes_are_corrected() -> None:
    old, new = pair(rows=900, rise=0.2)
    found = losscli.compare(old, new, losses="mse", by="city").to_dict()["classes"]
    ps = {line["class"]: line["p"] for line in found}
    expected = stats.false_discovery_control(list(ps.values()))
    assert [line["q"] for line in found] == pytest.approx(list(expected))
    named = losscli.compare(old, new, losses="mse", by="city=Oslo").to_dict()["classes"]
    by_class = {line["class"]: line for line in named}
    assert by_class["Oslo"]["q"] == ps["Oslo"]
    rest = stats.false_discovery_control([ps["Lagos"], ps["Quito"]])
    assert [by_class[c]["q"] for c in ("Lagos", "Quito")] == pytest.approx(list(rest))


def test_p_values_are_those_of_the_interval() -> None:
    """Student's distribution beyond t, and Hall's transformation with its inverse."""
    for freedom in (1, 2, 7, 150, 199, 200, 1000, 10**7):
        for t in (0.0, 0.3, 1.96, 4.0):
            assert beyond(t, freedom) == pytest.approx(stats.t(freedom).sf(t), rel=2e-6, abs=1e-9)
        assert beyond(t_quantile(0.975, freedom), freedom) == pytest.approx(0.025, rel=1e-9)
        assert all(0 <= beyond(t, freedom) < 1e-5 for t in (1e6, 33.7, 1e9) if freedom > 2)
    for a in (-0.5, -0.01, 0.02, 0.3):
        for x in (-3.0, -0.2, 0.0, 1.0, 2.5):
            assert forth(back(x, a), a) == pytest.approx(x, abs=1e-12)


Numbers = st.lists(
    st.tuples(
        st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50), st.sampled_from("ab")
    ),
    min_size=2,
    max_size=60,
)


@settings(max_examples=25, deadline=None)
@given(rows=Numbers, seed=st.integers(0, 9), jobs=st.integers(1, 3))
def test_order_jobs_and_source_change_no_bit(
    rows: list[tuple[int, int, int, str]], seed: int, jobs: int, tmp_path_factory: Any
) -> None:
    y, a, b, c = zip(*rows, strict=True)
    ids = [f"i{k * 7919 % 9973}" for k in range(len(y))]
    old = pd.DataFrame({"id": ids, "y": np.array(y) / 7, "pred": np.array(a) / 3, "c": c})
    new = pd.DataFrame({"id": ids, "y": np.array(y) / 7, "pred": np.array(b) / 3})
    words: dict[str, Any] = {"losses": ["mse", "rmse", "mae"], "by": "c", "task": "regression"}
    first = losscli.compare(old, new, **words, id="id").to_dict()
    folder = tmp_path_factory.mktemp("pair")
    paths = [folder / "old.csv", folder / "new.csv"]
    shuffled = new.sample(frac=1, random_state=seed)
    for frame, path in zip((old, shuffled), paths, strict=True):
        frame.to_csv(path, index=False)
    second = losscli.compare(*paths, **words, id="id", jobs=jobs).to_dict()
    third = losscli.compare(
        old.sample(frac=1, random_state=seed + 1), paths[1], **words, id="id"
    ).to_dict()
    for other in (second, third):
        for key in ("losses", "classes", "verdict"):
            assert other[key] == first[key]
        assert [r["change"] for r in other["rows"]] == [r["change"] for r in first["rows"]]


def test_two_models_in_one_file_are_two_files() -> None:
    old, new = pair()
    both = old.assign(other=new["y_pred"])
    first = losscli.compare(old, new, by="city").to_dict()
    second = losscli.compare(both, old_pred="y_pred", new_pred="other", true="y_true", by="city")
    for key in ("losses", "classes", "rows", "verdict"):
        assert second.to_dict()[key] == first[key]


def test_what_the_models_say_of_labels_and_probabilities() -> None:
    frame = pd.DataFrame(
        {
            "y": ["no", "yes", "yes", "no"] * 20,
            "p1": [0.2, 0.7, 0.6, 0.4] * 20,
            "p2": [0.1, 0.9, 0.4, 0.45] * 20,
        }
    )
    found = losscli.compare(frame, old_pred="p1", new_pred="p2", losses="log_loss").to_dict()
    expected = np.mean([-math.log(x) for x in (0.9, 0.9, 0.4, 0.55)])
    assert found["losses"][0]["new"] == pytest.approx(expected, rel=1e-12)
    assert found["task"] == "binary"


def test_orders_of_probability_columns_may_differ() -> None:
    old = pd.DataFrame({"y": list("aab"), "p_a": [0.7, 0.5, 0.2], "p_b": [0.3, 0.5, 0.8]})
    new = pd.DataFrame({"y": list("aab"), "p_b": [0.2, 0.5, 0.9], "p_a": [0.8, 0.5, 0.1]})
    found = only(losscli.compare(old, new, probs="p_*", losses="cross_entropy"))
    assert found["new"] == pytest.approx(-np.mean(np.log([0.8, 0.5, 0.9])), rel=1e-12)
    assert (found["better"], found["same"], found["worse"]) == (2, 1, 0)


def test_infinite_losses() -> None:
    good = pd.DataFrame({"y": [0, 1] * 10, "prob": [0.1, 0.9] * 10})
    bad = good.assign(prob=[1.0, *good["prob"][1:]])
    words: dict[str, Any] = {"losses": "log_loss"}
    assert only(losscli.compare(good, bad, **words))["verdict"] == "regressed"
    assert losscli.compare(good, bad, **words).verdict == "failed"
    assert only(losscli.compare(bad, good, **words))["verdict"] == "improved"
    both = losscli.compare(bad, bad, **words)
    assert both.verdict == "unjudged"
    assert only(both)["status"] == "infinite"
    assert json.loads(both.to_json())["losses"][0]["old"] is None


def test_missing_cells_leave_out_the_pair() -> None:
    old, new = pair(rows=50)
    old.loc[3, "y_pred"] = np.nan
    new.loc[[3, 8], "y_pred"] = np.nan
    with pytest.raises(DataError, match="row 4: y_pred is empty; --missing drop"):
        losscli.compare(old, new)
    found = losscli.compare(old, new, losses="mse", missing="drop")
    kept = [k for k in range(50) if k not in (3, 8)]
    expected = ((new["y_true"] - new["y_pred"]) ** 2)[kept].mean()
    assert only(found)["new"] == pytest.approx(expected, rel=1e-12)
    assert found.to_dict()["data"]["dropped"] == 2
    assert any("1 of 50 rows left out: y_pred empty" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("tolerance", "verdict", "passed"),
    [
        ("0", "regressed", "failed"),
        ("mae=0.5", "within_tolerance", "passed"),
        ("100%", "within_tolerance", "passed"),
        ({"mae": 0.1}, "inconclusive", "passed"),
        (0.01, "regressed", "failed"),
    ],
)
def test_tolerances(tolerance: Any, verdict: str, passed: str) -> None:
    old, new = pair(rows=2000, rise=0.1)
    found = losscli.compare(old, new, losses="mae", tolerance=tolerance)
    assert only(found)["verdict"] == verdict
    assert found.verdict == passed


@pytest.mark.parametrize(
    ("mode", "tolerance", "passed"),
    [
        ("non-inferior", 0.5, "passed"),
        ("non-inferior", 0.1, "failed"),
        ("point", 0.0, "failed"),
        ("point", 0.5, "passed"),
    ],
)
def test_modes(mode: str, tolerance: float, passed: str) -> None:
    old, new = pair(rows=2000, rise=0.1)
    found = losscli.compare(old, new, losses="mae", mode=mode, tolerance=tolerance)
    assert found.verdict == passed


def test_no_interval_no_verdict_but_for_the_plain_numbers() -> None:
    old, new = pair(rows=200, rise=0.5)
    assert losscli.compare(old, new, losses="medae").verdict == "unjudged"
    assert losscli.compare(old, new, losses="medae", mode="point").verdict == "failed"
    assert losscli.compare(new, old, losses="medae", mode="point").verdict == "passed"
    one = losscli.compare(old[:1], new[:1], losses="mse")
    assert only(one)["verdict"] == "inconclusive"
    assert one.verdict == "unjudged"


def test_a_tail_that_cannot_be_trusted_is_inconclusive() -> None:
    draw = np.random.default_rng(2)
    y = np.zeros(20_000)
    old = pd.DataFrame({"y_true": y, "y_pred": np.ones(20_000)})
    new = pd.DataFrame({"y_true": y, "y_pred": 2 + draw.pareto(0.8, 20_000)})
    found = losscli.compare(old, new, losses="mse")
    assert only(found)["verdict"] == "inconclusive"
    assert any("no interval can be trusted" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"losses": "mbe"}, "mbe is signed"),
        ({"losses": "mse", "tolerance": "mes=2%"}, "did you mean mse"),
        ({"tolerance": "-1"}, "no tolerance"),
        ({"tolerance": ["mse=1", "mse=2"], "losses": "mse"}, "given twice"),
        ({"mode": "pont"}, "no mode 'pont'"),
        ({"by": "city=Olso"}, "did you mean Oslo"),
        ({"losses": "mss"}, "unknown loss 'mss'"),
        ({"old_pred": "y_pred", "new_pred": "y_pred", "pred": "y_pred"}, "leave out --pred"),
        ({"level": 1.5}, "level"),
    ],
)
def test_what_is_refused(words: dict[str, Any], what: str) -> None:
    old, new = pair(rows=30)
    with pytest.raises((UsageError, DataError), match=what):
        losscli.compare(old, new, **words)


def test_a_percent_of_zero_is_refused() -> None:
    old = pd.DataFrame({"y_true": [1.5, 2.0], "y_pred": [1.5, 2.0]})
    with pytest.raises(DataError, match=r"give a number: --tolerance 'mse=0\.01'"):
        losscli.compare(old, old, losses="mse", tolerance="2%")


def test_json_keys_are_the_contract() -> None:
    found = json.loads(losscli.compare(*pair(), by="city").to_json())
    assert found["schema"] == 1
    for key in ("join", "losses", "classes", "rows", "warnings", "gates", "verdict"):
        assert key in found
    assert found["join"] == {"by": "position", "matched": 500, "only_old": 0, "only_new": 0}
    change = {"loss", "old", "new", "change", "relative", "low", "high", "level"}
    change |= {"better", "same", "worse", "detectable", "verdict"}
    assert change <= found["losses"][0].keys()
    assert change | {"by", "class", "q"} <= found["classes"][0].keys()
    assert {"row", "id", "y", "old", "new", "change"} <= found["rows"][0].keys()


def test_the_rows_that_moved_most() -> None:
    old, new = pair(rows=300)
    found = losscli.compare(old, new, losses="mae", id="id", top=5).to_dict()["rows"]
    a, b = ((f["y_true"] - f["y_pred"]).abs() for f in (old, new))
    order = (b - a).abs().sort_values(ascending=False).index[:5]
    assert [row["id"] for row in found] == [f"r{k}" for k in order]
    assert [row["row"] for row in found] == [k + 1 for k in order]
    assert [row["change"] for row in found] == pytest.approx(list((b - a)[order]))


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_files_whose_lines_are_no_rows_are_paired_all_the_same(tmp_path: Path) -> None:
    """Blank lines, quoted line ends and other lengths of lines move nothing against nothing."""
    rows = [(k, k / 7, k / 7 + (k % 5) / 10, k / 7 - (k % 3) / 10) for k in range(4000)]
    breaks = ["\n" if k % 7 == 0 else "" for k in range(4000)]
    blanks = ["\r\n" if k % 11 == 0 else "" for k in range(4000)]
    lines = [f'{y},{a},"x{breaks[k]}"' for k, y, a, _ in rows]
    others = [f"{b},{y}{blanks[k]}" for k, y, _, b in rows]
    old = written(tmp_path, "old.csv", "\n".join(["y_true,y_pred,note", *lines]))
    new = written(tmp_path, "new.csv", "\r\n".join(["y_pred,y_true", *others]))
    frames = [
        pd.DataFrame({"y_true": [r[1] for r in rows], "y_pred": [r[c] for r in rows]})
        for c in (2, 3)
    ]
    expected = losscli.compare(*frames, losses="mse,mae").to_dict()["losses"]
    assert losscli.compare(old, new, losses="mse,mae").to_dict()["losses"] == expected


def test_what_is_doubtful_of_the_files_is_said(tmp_path: Path) -> None:
    old = written(tmp_path, "old.csv", "y_true,y_pred,c\n1.5,2,Cat\n2.5,3,cat")
    new = written(tmp_path, "new.csv", "y_true,y_pred\n1.5,2\n2.5,3\n")
    found = losscli.compare(old, new, by="c").warnings
    assert any("old.csv: the last line has no newline" in text for text in found)
    assert any("'Cat' and 'cat' differ only by case" in text for text in found)


def test_a_third_class_behind_the_first_rows_is_refused() -> None:
    frame = pd.DataFrame({"y": ["yes"] * 1500 + ["no", "maybe"], "p": 0.5, "q": 0.4})
    with pytest.raises(DataError, match="row 1501: y is 'no', which is not one of yes, maybe"):
        losscli.compare(frame, old_pred="p", new_pred="q", task="binary", positive="yes")


def perfect(rows: int) -> pd.DataFrame:
    """A model that is never wrong."""
    return pd.DataFrame({"y_true": np.zeros(rows), "y_pred": np.zeros(rows)})


@pytest.mark.parametrize("index", [1.2, 1.3, 1.4])
def test_a_regression_with_a_heavy_tail_never_passes(index: float) -> None:
    old = perfect(300)
    for seed in range(60):
        errors = np.sqrt(1 + np.random.default_rng(seed).pareto(index, 300))
        found = losscli.compare(old, old.assign(y_pred=errors), losses="mse", top=0)
        assert only(found)["worse"] == 300
        assert found.verdict in ("failed", "unjudged")
        assert (only(found)["verdict"] == "inconclusive") == (found.verdict == "unjudged")


@pytest.mark.parametrize(("name", "most"), [("normal", 0), ("exponential", 0), ("t5", 6)])
def test_ordinary_losses_are_rarely_inconclusive(name: str, most: int) -> None:
    draw = np.random.default_rng(9)
    samples: dict[str, Any] = {
        "normal": lambda: draw.normal(10, 2, 200),
        "exponential": lambda: draw.exponential(1, 200),
        "t5": lambda: draw.standard_t(5, 200) ** 2,
    }
    old = perfect(200)
    found = [
        losscli.compare(*(old.assign(y_pred=samples[name]()) for _ in "ab"), losses="mae", top=0)
        for _ in range(60)
    ]
    assert sum(one.verdict == "unjudged" for one in found) <= most


def test_one_row_that_explodes_is_not_judged() -> None:
    old, _ = pair(rows=400)
    new = old.assign(y_pred=old["y_pred"].where(old.index != 7, 1e6))
    found = losscli.compare(old, new, losses="mse")
    assert only(found)["verdict"] == "inconclusive"
    assert found.verdict == "unjudged"
    assert any("only 1 of 400 rows moved" in text for text in found.warnings)
    assert losscli.compare(old, old, losses="mse").verdict == "passed"
    assert losscli.compare(old, new, losses="mse", mode="point").verdict == "failed"
    noise = new["y_pred"] + np.random.default_rng(1).normal(0, 0.1, 400)
    moved = losscli.compare(old, old.assign(y_pred=noise), losses="mse")
    assert moved.verdict == "unjudged"
    assert any("one row carries" in text for text in moved.warnings)


@pytest.mark.parametrize("mode", ["regression", "non-inferior", "point"])
def test_no_mode_is_advised_that_could_not_judge_either(mode: str) -> None:
    bad = pd.DataFrame({"y": [0, 1] * 10, "prob": [1.0, *[0.9, 0.1] * 9, 0.9]})
    gate = losscli.compare(bad, bad, losses="log_loss", mode=mode).to_dict()["gates"][0]
    assert gate["status"] == "unjudged"
    assert gate["why"] == "both values are infinite"
    assert gate["remedy"] == "losscli eval shows which rows are infinite"
    old, new = pair(rows=50)
    kept = losscli.compare(old, new, losses="medae", mode="regression").gates[0]
    assert kept.remedy == "--mode point takes the plain numbers"


@pytest.mark.parametrize("text", ["huber(delta=2)", "huber(delta=2.0)", "huber( delta = 2e0 )"])
def test_a_tolerance_names_a_loss_as_the_loss_was_written(text: str) -> None:
    old, new = pair(rows=200)
    found = losscli.compare(old, new, losses="huber(delta=2),mae", tolerance=[f"{text}=1%"])
    first, second = found.losses
    assert first.tolerance == pytest.approx(first.old / 100, rel=1e-15)
    assert second.tolerance == 0
    with pytest.raises(UsageError, match="not among the losses"):
        losscli.compare(old, new, losses="huber(delta=2)", tolerance="huber(delta=3)=1%")
    with pytest.raises(UsageError, match="given twice"):
        losscli.compare(
            old, new, losses="huber(delta=2)", tolerance=["huber(delta=2)=1%", "huber=2%"]
        )


def by_group(frame: pd.DataFrame) -> pd.Series:
    """The root of the mean squared error of each group."""
    return ((frame["y_true"] - frame["y_pred"]) ** 2).groupby(frame["user"]).mean() ** 0.5


def test_groups_are_compared_by_their_values() -> None:
    old, new = pair(rows=600)
    found = losscli.compare(old, new, losses="rmse", group="user", top=3).to_dict()
    change = found["losses"][0]
    a, b = by_group(old), by_group(new.assign(user=old["user"]))
    oracle = stats.ttest_rel(b, a)
    interval = oracle.confidence_interval(0.95)
    assert change["old"] == pytest.approx(a.mean(), rel=1e-12)
    assert change["change"] == pytest.approx((b - a).mean(), rel=1e-12)
    assert change["low"] == pytest.approx(interval.low, rel=1e-9)
    assert change["high"] == pytest.approx(interval.high, rel=1e-9)
    assert (change["rows"], change["groups"]) == (600, len(a))
    assert (change["better"], change["worse"]) == (int((b < a).sum()), int((b > a).sum()))
    order = (b - a).abs().sort_values(ascending=False).index[:3]
    assert [one["group"] for one in found["groups"]["moved"]] == list(order)
    assert found["groups"]["moved"][0]["change"] == pytest.approx((b - a)[order[0]], rel=1e-12)
    assert found["groups"]["count"] == len(a)


def test_groups_of_one_row_are_rows() -> None:
    old, new = pair()
    rows = losscli.compare(old, new, losses="mse,mae", by="city").to_dict()
    groups = losscli.compare(old, new, losses="mse,mae", by="city", group="id").to_dict()
    for key in ("losses", "classes"):
        for one, other in zip(rows[key], groups[key], strict=True):
            assert other.pop("groups") == one["rows"]
            assert other == one
    both = [losscli.compare(old, new.sample(frac=1), losses="mse", group="id", id="id")]
    assert both[0].losses[0].change == rows["losses"][0]["change"]


def test_groups_of_several_classes_are_refused() -> None:
    old, new = pair()
    with pytest.raises(DataError, match="has rows of city"):
        losscli.compare(old, new, losses="mse", group="user", by="city")
    pooled = losscli.compare(old, new, losses="mse", group="user", pooled=True).to_dict()
    clusters = losscli.compare(old, new, losses="mse", cluster="user").to_dict()
    assert pooled["losses"] == clusters["losses"]


def test_overlap_of_images_is_compared_by_image() -> None:
    draw = np.random.default_rng(3)
    rows = {"y": draw.integers(0, 2, 400), "img": np.repeat([f"i{k}" for k in range(20)], 20)}
    old = pd.DataFrame({**rows, "prob": draw.integers(0, 2, 400).astype(float)})
    new = old.assign(prob=draw.random(400))
    found = only(losscli.compare(old, new, losses="dice", group="img", task="binary"))
    for key, frame in (("old", old), ("new", new)):
        overlap = (frame["y"] * frame["prob"]).groupby(frame["img"]).sum() * 2
        size = (frame["y"] + frame["prob"]).groupby(frame["img"]).sum()
        assert found[key] == pytest.approx((1 - overlap / size).mean(), rel=1e-12)


@pytest.mark.parametrize("words", [{}, {"weight": "w"}, {"cluster": "user"}, {"group": "id"}])
@pytest.mark.parametrize("more", ["mse > baseline + 2%", "mae[city=*] > baseline"])
@pytest.mark.parametrize(
    "limit",
    [
        "mae > 1",
        "mae[city=Oslo] > 1",
        "low(mse) > 0.9",
        "high(rmse) > 0.9",
        "p90(mae) > 1.5",
        "share(mse, worst=5%) > 0.2",
        "skill(mse) < 0.95",
        "skill(mae) < 0.9",
    ],
)
def test_limits_are_judged_as_evaluate_judges_the_new_model(
    limit: str, more: str, words: dict[str, Any]
) -> None:
    old, new = pair()
    alone = new.assign(**{name: old[name] for name in ("city", "user", "w")})
    limits = [limit, more]
    found = losscli.compare(old, new, losses="rmse", by="city", fail_if=limits, **words)
    expected = losscli.evaluate(
        alone, losses="rmse", by="city", fail_if=limits, against=saved(old, words), **words
    )
    assert found.gates[1:] == expected.gates


def saved(old: pd.DataFrame, words: dict[str, Any]) -> Path:
    """The report of the old model, as a file."""
    path = Path(tempfile.mkdtemp()) / "old.json"
    names = "rmse,mse,mae"
    path.write_text(losscli.evaluate(old, losses=names, by="city", **words).to_json())
    return path


def test_limits_are_about_the_rows_that_were_joined() -> None:
    old, new = pair(rows=100)
    found = losscli.compare(old[:60], new[20:], id="id", losses="mse", fail_if="mae > 0.1")
    errors = (new["y_true"] - new["y_pred"])[20:60].abs()
    assert found.gates[1].value == pytest.approx(errors.mean(), rel=1e-12)
    assert (found.gates[1].rows, found.gates[1].status) == (40, "failed")


def test_the_verdict_is_that_of_changes_and_limits() -> None:
    old, new = pair(rows=2000, rise=-0.3)  # better, and so no change fails
    for limits, verdict in (
        ({"fail_if": "mse > 0.1"}, "failed"),
        ({"fail_if": "mse > 100"}, "passed"),
        ({"fail_if": "mse > baseline"}, "passed"),
        ({"warn_if": "mse > 0.1"}, "passed"),
        ({"warn_if": "mse > 0.1", "strict": True}, "failed"),
        ({"fail_if": ["mse > 0.1", "mae[city=Rome] > 1"], "by": "city"}, "unjudged"),
    ):
        words: dict[str, Any] = {"losses": "mae", **limits}
        assert losscli.compare(old, new, **words).verdict == verdict
    with pytest.raises(UsageError, match="did you mean huber"):
        losscli.compare(old, new, fail_if="hubr > 1")
    named = losscli.compare(old, new, fail_if="blend > 9", hybrids=["blend=0.5*mse + 0.5*mae"])
    assert named.gates[-1].measure == "blend"


def test_the_mean_of_the_classes_stands_beside_the_plain_mean() -> None:
    draw = np.random.default_rng(3)
    y = (draw.random(300) < 0.1).astype(int)
    old = pd.DataFrame({"y": y, "prob": draw.uniform(0.05, 0.95, 300)})
    new = old.assign(prob=draw.uniform(0.05, 0.95, 300))
    found = losscli.compare(old, new, losses="log_loss,brier")
    for one in found.losses:
        for frame, value in ((old, one.balanced_old), (new, one.balanced_new)):
            assert value == losscli.evaluate(frame, losses=one.loss).losses[0].balanced
    assert math.isnan(losscli.compare(*pair(), losses="mse").losses[0].balanced_old)


def test_why_a_change_is_inconclusive_stands_in_json() -> None:
    old, new = pair()
    reach = losscli.compare(old, new, losses="mae", tolerance=0.08)
    assert reach.to_dict()["losses"][0]["why"] == "its interval reaches beyond the tolerance"
    exploded = old.assign(y_pred=old["y_pred"].where(old.index != 7, 1e6))
    found = losscli.compare(old, exploded, losses="mse").to_dict()
    why = "its interval cannot be trusted: only 1 of 500 rows moved, too few for any interval"
    assert found["losses"][0]["why"] == found["gates"][0]["why"] == why
    assert losscli.compare(old, new, losses="medae").losses[0].why == "it has no interval"
    assert losscli.compare(old, old, losses="mse").losses[0].why == ""


def test_what_no_interval_can_tell_is_unjudged_where_it_must_tell_that_nothing_rose() -> None:
    old, _ = pair()
    exploded = old.assign(y_pred=old["y_pred"].where(old.index != 7, 1e6))
    for mode in ("regression", "non-inferior"):
        assert losscli.compare(old, exploded, losses="mse", mode=mode).verdict == "unjudged"


@pytest.mark.parametrize(
    ("word", "name", "change", "what"),
    [
        ("cluster", "user", "u99", "row 8: user is 'u[0-9]+', but 'u99' in .*row 8"),
        ("group", "user", "u99", "row 8: user is 'u[0-9]+', but 'u99' in .*row 8"),
        ("weight", "w", 7.0, "row 8: w is '[0-9.]+', but '7' in .*row 8"),
    ],
)
def test_rows_of_another_group_or_weight_are_refused(
    word: str, name: str, change: Any, what: str
) -> None:
    old, new = pair(rows=30)
    words: dict[str, Any] = {"losses": "mse", word: name}
    same = new.assign(**{name: old[name]})
    found = losscli.compare(old, same, **words).to_dict()["losses"]
    assert found == losscli.compare(old, new, **words).to_dict()["losses"]
    same.loc[7, name] = change
    with pytest.raises(DataError, match=f"{what}; mend it, or leave the column {name} out"):
        losscli.compare(old, same, **words)
    shuffled = same.sample(frac=1, random_state=1)
    with pytest.raises(DataError, match=f"{name} is "):
        losscli.compare(old, shuffled, **words, id="id")


@pytest.mark.parametrize("kind", ["prob", "probs", "label"])
def test_costs_of_a_matrix_are_compared(kind: str) -> None:
    draw = np.random.default_rng(4)
    names = np.array(["no", "yes"])
    truth = draw.integers(0, 2, 60)
    costs = {"no": {"no": 0, "yes": 2}, "yes": {"no": 6, "yes": 0}}
    frames = []
    for _ in range(2):
        p = draw.uniform(size=60)
        columns = {
            "prob": {"y_prob": p},
            "probs": {"prob_no": 1 - p, "prob_yes": p},
            "label": {"label": names[(p > 0.5).astype(int)]},
        }
        frames.append(pd.DataFrame({"y_true": names[truth], **columns[kind]}))
    options: dict[str, Any] = {"losses": "cost", "cost_matrix": costs}
    options |= {"positive": "yes"} if kind == "prob" else {}
    options |= {"task": "multiclass"} if kind == "probs" else {}
    found = losscli.compare(*frames, **options, fail_if="cost > 9").losses[0]
    alone = [losscli.evaluate(one, **options).losses[0].estimate.value for one in frames]
    assert [found.old, found.new] == alone
    with pytest.raises(UsageError, match="no loss asks for --cost-matrix"):
        losscli.compare(*frames, **{**options, "losses": "zero_one"})
