"""What no law of losses covers: conventions, refusals, and how the terms combine."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
import pytest

from losscli.errors import DataError
from losscli.losses.chosen import Chosen
from losscli.losses.combine import RATIO, ROOT, ROOT_OVER_DEVIATION, ROOT_OVER_MEAN, Combine
from losscli.losses.domain import NON_NEGATIVE, NOT_ZERO, POSITIVE, REAL, UNIT, Choice, Interval
from losscli.losses.language import parse, resolve
from losscli.losses.parameter import Parameter
from losscli.losses.spec import LOSSES, Vector, loss
from losscli.losses.stable import square_rest


def chosen(text: str, task: str = "regression") -> Chosen:
    (found,) = resolve(parse([text]), task)
    return found


def rows(text: str, task: str = "regression", **columns: Any) -> list[float]:
    found = {role: np.array(values) for role, values in columns.items()}
    return [float(row) for row in chosen(text, task).terms(found)[0]]


class Exact:
    """Finished terms, summed as fractions."""

    def __init__(self, *terms: list[float]) -> None:
        self.terms = terms

    def mean(self, term: int) -> Fraction:
        return sum(map(Fraction, self.terms[term]), Fraction(0)) / len(self.terms[term])

    def low(self, term: int) -> float:
        return min(self.terms[term])

    def high(self, term: int) -> float:
        return max(self.terms[term])

    def median(self) -> float:
        return float(np.median(self.terms[0]))


def value(text: str, y: list[float], pred: list[float]) -> float:
    found = chosen(text)
    terms = found.terms({"y": np.array(y), "pred": np.array(pred)})
    return found.combine.value(Exact(*(term.tolist() for term in terms)))


def test_mape_says_what_a_truth_of_zero_gets() -> None:
    y, pred = [0.0, 2.0], [3.0, 1.0]
    assert chosen("mape").domain() == {"y": (NOT_ZERO, "mape")}
    assert chosen("mape(zero=skip)").domain() == {}
    assert chosen("mape(zero=skip)").leaves_out
    np.testing.assert_array_equal(rows("mape(zero=skip)", y=y, pred=pred), [math.nan, 0.5])
    assert rows("mape(zero=4)", y=y, pred=pred) == [0.75, 0.5]


def test_smape_of_two_zeros_is_zero() -> None:
    assert rows("smape", y=[0.0, 0.0, 1.0], pred=[0.0, 3.0, -1.0]) == [0.0, 2.0, 2.0]


def test_the_domain_of_tweedie_depends_on_its_power() -> None:
    assert chosen("tweedie(power=0)").domain() == {}
    assert chosen("tweedie(power=1.9)").domain()["y"] == (NON_NEGATIVE, "tweedie")
    assert chosen("tweedie(power=2)").domain()["y"] == (POSITIVE, "tweedie")


def test_a_certain_mistake_costs_infinity_unless_it_is_clipped() -> None:
    columns = {"y": [1.0, 0.0], "prob": [0.0, 1.0]}
    assert rows("log_loss", "binary", **columns) == [math.inf, math.inf]
    assert rows("log_loss(eps=0.25)", "binary", **columns) == [math.log(4), math.log(4)]
    sure = {"y": [1.0, 0.0], "prob": [1.0, 0.0]}
    assert rows("log_loss(eps=0.25)", "binary", **sure) == pytest.approx([math.log(4 / 3)] * 2)


def test_ties_are_decided_as_documented() -> None:
    assert rows("zero_one", "binary", y=[1.0, 0.0], prob=[0.5, 0.5]) == [0.0, 1.0]
    probs = [[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.5, 0.3, 0.2]]
    assert rows("zero_one", "multiclass", y=[0, 1, 0], probs=probs) == [1.0, 1.0, 0.0]
    edges = {"y": [1.0, 2.0], "lower": [1.0, 0.0], "upper": [2.0, 2.0]}
    assert rows("coverage_error", "interval", **edges) == [0.0, 0.0]
    assert rows("within(x=0.5)", y=[1.0, 1.0], pred=[1.5, 1.6]) == [0.0, 1.0]


@pytest.mark.parametrize(
    ("text", "y", "wanted"),
    [
        ("barron", 1e200, 1e200),
        ("barron(alpha=0)", 1e200, math.log(0.5) + 400 * math.log(10)),
        ("barron(alpha=1.5)", 1e200, 0.5**0.25 / 1.5 * 1e300),
        ("barron(alpha=-2)", 1e200, 2.0),
        ("barron(alpha=2)", 1e105, 5e209),
        ("barron(alpha=2)", 1e200, math.inf),
        ("cauchy(c=2)", 1e200, 4 * math.log(0.5) + 800 * math.log(10)),
        ("pseudo_huber", 1e200, 1e200),
        ("fair", 1e200, 1e200),
        ("geman_mcclure", 1e200, 2.0),
        ("welsch", 1e200, 1.0),
    ],
)
def test_a_gross_error_costs_what_the_formula_says(text: str, y: float, wanted: float) -> None:
    assert rows(text, y=[y], pred=[0.0]) == pytest.approx([wanted], rel=1e-14)


def test_a_distance_below_0_gains_or_lacks_as_in_torch() -> None:
    found = rows("hinge_embedding", "margin", y=[1.0, -1.0], score=[-2.0, -2.0])
    assert found == [-2.0, 3.0]  # torch.nn.HingeEmbeddingLoss(reduction="none")


def test_an_interval_that_is_upside_down_has_no_score() -> None:
    found = rows("interval_score", "interval", y=[1.0, 1.0], lower=[2.0, 0.0], upper=[0.0, 2.0])
    np.testing.assert_array_equal(found, [math.nan, 2.0])


@pytest.mark.parametrize("levels", [[0.1, 0.5, 0.8], [0.25, 0.75], [0.1, 0.4, 0.9]])
def test_wis_needs_symmetric_levels(levels: list[float]) -> None:
    columns = {"y": [1.0], "quantiles": [levels], "levels": levels}
    with pytest.raises(DataError, match=r"are not symmetric with a median; use --loss crps_quant"):
        rows("wis", "distribution", **columns)
    assert rows("crps_quantile", "distribution", **columns)


def test_wis_is_the_interval_scores_of_bracher() -> None:
    # (|y - median|/2 + sum alpha/2 * interval score)/(K + 1/2), by hand: y = 5 above [1, 4]
    columns = {"y": [5.0], "quantiles": [[1.0, 2.0, 4.0]], "levels": [0.1, 0.5, 0.9]}
    by_hand = (3 / 2 + 0.2 / 2 * (3 + 2 / 0.2 * 1)) / 1.5
    assert rows("wis", "distribution", **columns) == pytest.approx([by_hand], rel=1e-15)


def test_terms_combine_to_the_textbook_value() -> None:
    y, pred = [1.0, 2.0, 6.0], [2.0, 2.0, 2.0]
    assert value("rmse", y, pred) == pytest.approx(math.sqrt(17 / 3), rel=1e-15)
    assert value("wape", y, pred) == pytest.approx(5 / 9, rel=1e-15)
    assert value("nrmse", y, pred) == pytest.approx(math.sqrt(17 / 3) / 3, rel=1e-15)
    assert value("nrmse(divisor=range)", y, pred) == pytest.approx(math.sqrt(17 / 3) / 5, rel=1e-15)
    deviation = math.sqrt(14 / 3)
    assert value("nrmse(divisor=std)", y, pred) == pytest.approx(
        math.sqrt(17 / 3) / deviation, rel=1e-15
    )
    assert value("medae", y, pred) == 1.0
    assert value("max_error", y, pred) == 4.0
    assert value("nrmse", [-v for v in y], [-v for v in pred]) == value("nrmse", y, pred)


def test_a_spread_far_from_zero_is_exact() -> None:
    far = [1e9 + 0.1 * i for i in range(10)]
    near = [Fraction(v) - 10**9 for v in far]
    mean = sum(near, Fraction(0)) / 10
    deviation = math.sqrt(sum((v - mean) ** 2 for v in near) / 10)
    found = value("nrmse(divisor=std)", far, [v + 1 for v in far])
    assert found == pytest.approx(1 / deviation, rel=1e-15)
    with np.errstate(all="ignore"):
        assert square_rest(np.array([1e200])).tolist() == [0.0]


@pytest.mark.parametrize("combine", [ROOT, RATIO, ROOT_OVER_MEAN, ROOT_OVER_DEVIATION])
def test_slopes_are_those_of_the_value(combine: Combine) -> None:
    means = [Fraction(17, 3), Fraction(-3), Fraction(41, 3), Fraction(1, 10**6)]
    slopes = combine.slopes and combine.slopes(means)
    assert slopes is not None

    def at(shifted: list[Fraction]) -> float:
        return combine.value(Exact(*([float(mean)] for mean in shifted)))

    step = Fraction(1, 2**20)
    for term, slope in enumerate(slopes):
        up, down = list(means), list(means)
        up[term] += step
        down[term] -= step
        found = (at(up) - at(down)) / float(2 * step)
        assert found == pytest.approx(float(slope), rel=1e-6, abs=1e-9)


def test_what_cannot_be_divided_has_no_value_and_no_slope() -> None:
    assert math.isnan(value("wape", [0.0, 0.0], [1.0, 1.0]))
    assert math.isnan(value("nrmse", [-1.0, 1.0], [1.0, 1.0]))
    assert math.isnan(value("nrmse(divisor=std)", [1.0, 1.0], [2.0, 2.0]))
    assert math.isnan(value("nrmse(divisor=range)", [1.0, 1.0], [2.0, 2.0]))
    assert value("rmse", [1.0], [1.0]) == 0.0
    for combine in (ROOT, RATIO, ROOT_OVER_MEAN, ROOT_OVER_DEVIATION):
        assert combine.slopes
        with pytest.raises(ZeroDivisionError):
            combine.slopes([Fraction(0)] * 4)


def test_a_sum_is_the_weighted_sum_of_its_rows() -> None:
    assert rows("0.5*mse + 2*mae", y=[1.0, 0.0], pred=[3.0, 0.0]) == [6.0, 0.0]
    assert chosen("0.5*poisson + 0.5*gamma").domain()["y"] == (POSITIVE, "poisson and gamma")
    assert chosen("0.5*gamma + 0.5*poisson").domain()["y"] == (POSITIVE, "gamma and poisson")


@pytest.mark.parametrize(
    ("interval", "inside", "outside", "text"),
    [
        (UNIT, [0.0, 0.5, 1.0], [-1e-9, 1 + 1e-9, math.nan], "[0, 1]"),
        (POSITIVE, [5e-324, 1e308], [0.0, -1.0, math.inf], "(0, inf)"),
        (NOT_ZERO, [-1.0, 5e-324], [0.0, -0.0, math.nan], "(-inf, inf) without 0"),
        (POSITIVE & UNIT, [1e-9, 1.0], [0.0, 1.5], "(0, 1]"),
        (REAL & NOT_ZERO & UNIT, [1.0], [0.0], "[0, 1] without 0"),
        (Interval(0, 9, without=(Interval(1, 2, high_open=True),)), [0, 2], [1, 1.5], "[0, 9]"),
    ],
)
def test_an_interval_holds_and_says_what_it_is(
    interval: Interval, inside: list[float], outside: list[float], text: str
) -> None:
    assert interval.holds(np.array(inside)).all()
    assert not interval.holds(np.array(outside)).any()
    assert str(interval).startswith(text)


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        (Parameter("a", 1.0, None, required=False), [0.0, -3.0], [True, "x", math.inf, math.nan]),
        (Parameter("a", default=False, legal=None, required=False), [True, False], [1.0, "true"]),
        (Parameter("a", "x", Choice(("x", "y")), required=False), ["y"], ["z", 1.0, True]),
        (Parameter("a", "x", Choice(("x",), UNIT), required=False), ["x", 1.0], [2.0, True]),
    ],
)
def test_a_parameter_takes_what_is_legal(
    parameter: Parameter, good: list[Any], bad: list[Any]
) -> None:
    assert not any(parameter.check(one) for one in good)
    assert all(parameter.check(one).startswith("a must be ") for one in bad)


def test_a_name_belongs_to_one_loss_of_a_task() -> None:
    def mse(y: Vector, pred: Vector) -> Vector:
        return y - pred

    with pytest.raises(ValueError, match="'mse' is registered twice for regression"):
        loss(formula="y - pred")(mse)
    with pytest.raises(ValueError, match="'l2' is registered twice for regression"):
        loss(formula="y - pred", name="l2")(mse)


def test_a_signature_says_columns_and_parameters() -> None:
    def asymmetric(
        y: Vector, pred: Annotated[Vector, POSITIVE], *, tilt: Annotated[float, UNIT] = 0.5
    ) -> Vector:
        return np.abs(y - pred) * tilt

    facts: Mapping[str, Any] = {"formula": "tilt*abs(y - pred)", "name": "test_asymmetric"}
    assert loss(**facts)(asymmetric) is asymmetric
    made = LOSSES.pop(("test_asymmetric", "regression"))
    assert made.roles == ("y", "pred")
    assert made.domain(tilt=0.5) == {"y": REAL, "pred": POSITIVE}
    assert [(p.name, p.default, p.legal) for p in made.parameters] == [("tilt", 0.5, UNIT)]
