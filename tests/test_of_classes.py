"""The best constant probabilities and scores of classes, beside closed forms and solvers."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import LinearConstraint, linprog, minimize

import losscli
from losscli.losses.language import parse, resolve
from losscli.render import Style, format_named
from losscli.report.constant import best_constant
from losscli.report.of_classes import MOST_CLASSES
from losscli.report.records import BestConstant
from losscli.report.truths import Truths
from losscli.summary.distribution import Sample

SHARES = [
    [0.5, 0.3, 0.2],
    [0.01, 0.04, 0.95],
    [0.25, 0.25, 0.25, 0.25],
    [0.4, 0.3, 0.2, 0.06, 0.04],
    [0.9, 0.1],
]


def best(text: str, task: str, shares: list[float]) -> BestConstant:
    (chosen,) = resolve(parse([text]), task)
    classes = tuple(f"c{k}" for k in range(len(shares)))
    sample = Sample(np.arange(len(shares), dtype=float), 100 * np.array(shares), exact=True)
    found = best_constant(chosen, Truths(sample, np.nan, classes))
    assert found is not None
    return found


def numbers(found: BestConstant) -> np.ndarray:
    assert isinstance(found.prediction, dict)
    return np.array(list(found.prediction.values()))


@pytest.mark.parametrize("shares", SHARES)
def test_gce_prefers_shares_to_a_power(shares: list[float]) -> None:
    raised = np.array(shares) ** (1 / (1 - 0.7))
    wanted = raised / raised.sum()
    assert numbers(best("gce", "multiclass", shares)) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("shares", SHARES)
def test_label_smoothing_prefers_smoothed_shares(shares: list[float]) -> None:
    wanted = 0.8 * np.array(shares) + 0.2 / len(shares)
    found = best("label_smoothing(epsilon=0.2)", "multiclass", shares)
    assert numbers(found) == pytest.approx(wanted, abs=1e-6)
    assert found.value == pytest.approx(-float(wanted @ np.log(wanted)), rel=1e-12)


@pytest.mark.parametrize("shares", SHARES)
def test_focal_is_least_where_a_solver_finds_it(shares: list[float]) -> None:
    w = np.array(shares)

    def mean(p: np.ndarray) -> float:
        return float(-(w * (1 - p) ** 2 * np.log(p)).sum())

    solved = minimize(
        mean,
        w,
        method="SLSQP",
        bounds=[(1e-9, 1)] * len(w),
        constraints=[LinearConstraint(np.ones(len(w)), 1, 1)],
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    found = best("focal", "multiclass", shares)
    assert found.value == pytest.approx(solved.fun, rel=1e-9)
    assert found.value == pytest.approx(mean(numbers(found)), rel=1e-12)
    assert numbers(found).sum() == pytest.approx(1, rel=1e-12)


def test_focal_of_two_classes_prefers_what_the_binary_one_does() -> None:
    assert numbers(best("focal", "multiclass", [0.99, 0.01]))[1] == pytest.approx(0.1536, abs=5e-5)


@pytest.mark.parametrize("shares", SHARES)
def test_what_is_proper_prefers_the_shares_in_a_sum_too(shares: list[float]) -> None:
    found = best("0.5*cross_entropy + 2*brier", "multiclass", shares)
    assert numbers(found) == pytest.approx(np.array(shares), abs=1e-6)


def test_guesses_without_a_slope_are_in_the_order_of_the_shares() -> None:
    assert best("top_k_error(k=2)", "multiclass", SHARES[3]).value == pytest.approx(0.3)
    assert best("top_k_error(k=3)", "multiclass", SHARES[2]).value == pytest.approx(0.25)
    assert best("gce(q=1)", "multiclass", SHARES[0]).value == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("name", ["weston_watkins", "crammer_singer"])
def test_scores_are_least_where_a_linear_program_is(name: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    k = int(draw.integers(2, 6))
    w = draw.dirichlet(np.full(k, 0.7))
    # one slack for each pair of a truth and a rival, or one for each truth
    pairs = [(a, b) for a in range(k) for b in range(k) if a != b]
    slack = {pair: at if name == "weston_watkins" else pair[0] for at, pair in enumerate(pairs)}
    count = max(slack.values()) + 1
    cost = np.zeros(k + count)
    rows, limits = [], []
    for a, b in pairs:
        at = k + slack[a, b]
        cost[at] = w[a] / k if name == "weston_watkins" else w[a]
        row = np.zeros(k + count)
        row[[b, a, at]] = 1, -1, -1
        rows.append(row)
        limits.append(-1.0)
    bounds = [(None, None)] * k + [(0, None)] * count
    solved = linprog(cost, A_ub=np.array(rows), b_ub=limits, bounds=bounds)
    assert best(name, "margin", w.tolist()).value == pytest.approx(solved.fun, abs=1e-12)


def test_with_many_classes_no_search_is_made() -> None:
    many = np.full(MOST_CLASSES + 1, 1 / (MOST_CLASSES + 1))
    (chosen,) = resolve(parse(["focal"]), "multiclass")
    sample = Sample(np.arange(len(many), dtype=float), many, exact=True)
    assert best_constant(chosen, Truths(sample, np.nan, tuple(map(str, range(len(many)))))) is None


def test_an_infinite_class_makes_the_balanced_mean_infinite() -> None:
    frame = pd.DataFrame({"y_true": [1, 1, 0, 0], "y_prob": [0.5, 0.0, 0.25, 0.25]})
    report = losscli.evaluate(frame, losses="log_loss,brier")
    log_loss, brier = report.losses
    assert log_loss.balanced == np.inf
    assert brier.balanced == pytest.approx((0.625 + 0.0625) / 2)
    assert report.to_dict()["losses"][0]["balanced"] is None


@pytest.mark.parametrize(
    ("format", "plain", "balanced"),
    [
        ("table", "0.4000", "0.3750"),
        ("json", '"value": 0.4', '"balanced": 0.375'),
        ("jsonl", '"value": 0.4', '"balanced": 0.375'),
        ("csv", ",0.4,", ",0.375,"),
        ("markdown", "| 0.4000 |", "| 0.3750 |"),
        ("openmetrics", 'losscli_loss{loss="zero_one"} 0.4', 'balanced{loss="zero_one"} 0.375'),
    ],
)
@pytest.mark.parametrize("width", [20, 40, 100])
def test_the_balanced_mean_is_beside_the_plain_one(
    format: str,  # noqa: A002 - the option's word
    plain: str,
    balanced: str,
    width: int,
) -> None:
    # a is right in 3 of 4 rows, b in 3 of 6: by hand 4/10, and (1/4 + 1/2)/2
    y = list("aaaabbbbbb")
    frame = pd.DataFrame({"y_true": y, "y_pred": list("aaabbbbaaa")})
    report = losscli.evaluate(frame, losses="zero_one")
    text = format_named(format).render(report, Style(width, colour=False, ascii=False))
    assert plain in text
    assert balanced in text
