"""Limits: their words, their verdicts, and what they are held against."""

import gzip
import json
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import losscli
from losscli.errors import DataError, LosscliError, UsageError
from losscli.gates.line import LONGEST
from losscli.gates.selector import written
from losscli.gates.syntax import limits
from losscli.render._digits import apart
from losscli.report import Gate, Report

# errors 1, 2 and 4: mse is 7, mae is 7/3; class a: mse 2.5, mae 1.5; class b: 16 and 4
FRAME = pd.DataFrame(
    {
        "y_true": [1.5, 3.5, 10.5],
        "y_pred": [2.5, 5.5, 6.5],
        "class": ["a", "a", "b"],
        "my, col": ["x", "y", None],
    }
)


def judge(*fail_if: str, frame: Any = FRAME, **options: Any) -> Report:
    options.setdefault("losses", "mse,mae")
    return losscli.evaluate(frame, fail_if=fail_if, **options)


def one(limit: str, **options: Any) -> Gate:
    (gate,) = judge(limit, **options).gates
    return gate


# What can be asked


@pytest.mark.parametrize(
    ("limit", "value", "status"),
    [
        ("mse > 7", 7.0, "passed"),
        ("mse >= 7", 7.0, "failed"),
        ("mse > 6.999999999999999", 7.0, "failed"),
        ("mse<7", 7.0, "passed"),
        ("mse <= 7", 7.0, "failed"),
        ("  mse\t>  -1e3 ", 7.0, "failed"),
        ("mse > .5", 7.0, "failed"),
        ("mae > 2.3333", 7 / 3, "failed"),
        ("l1 > 2.3334", 7 / 3, "passed"),  # another name of mae
        ("mae[class=a] > 1.4", 1.5, "failed"),
        ("mae[class = 'a'] > 1.5", 1.5, "passed"),
        ('mae[ "class"="b" ] >= 4', 4.0, "failed"),
        ("mae[class=a, rows>=2] > 1", 1.5, "failed"),
        ("low(mae[class=a]) > 9", None, "passed"),
        ("p50(mae) > 2", 2.0, "passed"),
        ("p99(mae) >= 4", 4.0, "failed"),
        ("p33.3(mse) > 0.5", 1.0, "failed"),
        ("p99.9( mse ) > 15", 16.0, "failed"),
        ("share(mse, worst=1%) > 0.7", 16 / 21, "failed"),  # 1 % of 3 rows is one row
        ("share(mae,worst=0.5) > 0.9", 6 / 7, "passed"),
        # the best constant for mse is the mean 31/6: y - 31/6 is -11/3, -5/3, 16/3
        ("skill(mse) < 0.5", 1 - 21 / ((11**2 + 5**2 + 16**2) / 9), "passed"),
        ("huber(delta=2) > 3", (0.5 + 2 + 6) / 3, "passed"),
        ("0.5*mse + 0.5*mae > 4", (7 + 7 / 3) / 2, "failed"),
        ("max_error > 3", 4.0, "failed"),
        ("p99(max_error) > 3", 4.0, "failed"),
        ("medae > 2", 2.0, "passed"),
    ],
)
def test_a_limit_in_words(limit: str, value: float | None, status: str) -> None:
    gate = one(limit)
    assert gate.status == status
    if value is not None:
        assert gate.value == pytest.approx(value, rel=1e-14)
    assert gate.limit == limit.strip().replace("\t", " ")


def test_intervals_are_those_of_the_report() -> None:
    report = judge("low(mse) > 7", "high(mse) < 7", level=0.9)
    low, high = report.gates
    estimate = report.losses[0].estimate
    assert (low.value, high.value) == (estimate.low, estimate.high)
    assert (low.status, high.status) == ("passed", "passed")
    assert estimate.low < 7 < estimate.high


def test_every_class_has_its_gate() -> None:
    report = judge("mae[class=*] > 2")
    assert [(g.measure, g.cls, g.rows, g.value, g.status) for g in report.gates] == [
        ("mae[class=b]", "b", 1, 4.0, "failed"),
        ("mae[class=a]", "a", 2, 1.5, "passed"),
    ]
    assert report.verdict == "failed"
    assert [g.cls for g in judge("mae[class=*, rows>=2] > 2").gates] == ["a"]
    assert judge("mae[class=*, rows>=2] > 2").verdict == "passed"


def test_classes_of_any_column_and_any_text() -> None:
    found = judge("mae['my, col'=*] > 3", by="my, col")
    assert [g.cls for g in found.gates] == [None, "y", "x"]
    assert one("mae['my, col'=(empty)] > 3", by="my, col").status == "failed"
    assert one("mae[class='(empty)'] > 3", by="my, col").why == "there is no such class"
    odd = FRAME.assign(**{"class": ["*", "a, b]", "it's"]})
    assert one("mae[class='*'] > 0.5", frame=odd).cls == "*"
    assert one("mae[class='a, b]'] > 1", frame=odd).value == 2.0
    assert one('mae[class="it\'s"] > 1', frame=odd).value == 4.0


@pytest.mark.parametrize(
    ("cls", "shown"),
    [
        ('x "q"', "'x \"q\"'"),
        ('5"', "'5\"'"),
        ("it's", '"it\'s"'),
        ("it's 5\"", '"it\'s 5"""'),
        ('"', "'\"'"),
        ("'\"'", '"\'""\'"'),
        ('""', "'\"\"'"),
        ("a, b]", '"a, b]"'),
    ],
)
def test_a_class_is_shown_so_that_it_can_be_pasted_back(cls: str, shown: str) -> None:
    odd = FRAME.assign(**{"class": ["other", "other", cls]})
    gate = next(g for g in judge("mae[class=*] > 1", frame=odd).gates if g.cls == cls)
    assert gate.measure == f"mae[class={shown}]"
    again = one(f"{gate.measure} > 1", frame=odd)
    assert (again.cls, again.value, again.measure) == (cls, 4.0, gate.measure)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=90)
    | st.sampled_from(
        ["##[error]x", "::error::x", "a ::b", "\\x41", "\\\\u0041", "\x1b[31m", "é\u202e"]
    )
)
def test_any_class_can_be_pasted_back(cls: str) -> None:
    (limit,) = limits(f"mae[{written(cls)}={written(cls)}] > 1", "fail")
    assert limit.selector is not None
    assert (limit.selector.by, limit.selector.cls) == (cls, cls)
    assert written(cls).isprintable()


def test_a_long_class_with_control_characters_is_shown_so_that_it_can_be_pasted_back() -> None:
    cls = "##[error]\x1b[31m " + "x" * 80
    odd = FRAME.assign(**{"class": ["other", "other", cls]})
    gate = next(g for g in judge("mae[class=*] > 1", frame=odd).gates if g.cls == cls)
    assert gate.measure == f'mae[class="#\\x23[error]\\x1b[31m {"x" * 80}"]'
    assert one(f"{gate.measure} > 1", frame=odd).cls == cls


def test_a_loss_that_only_a_limit_names_is_computed_and_shown() -> None:
    report = judge("rmse > 2", losses="mae")
    assert [loss.label for loss in report.losses] == ["mae", "rmse"]
    assert report.gates[0].value == pytest.approx(math.sqrt(7), rel=1e-15)
    assert report.outliers
    assert report.outliers.loss == "mae"
    assert judge("hinge > 1", frame={"y": [1, 0], "s": [1.5, -0.2]}, losses=None, score="s").task
    default = judge("p50(huber) > 9", losses=None)
    assert [loss.label for loss in default.losses] == ["mse", "rmse", "mae", "huber"]


def test_hybrids_go_by_the_name_they_were_given() -> None:
    report = judge("blend > 4", losses="blend=0.5*mse + 0.5*mae")
    assert report.gates[0].value == pytest.approx((7 + 7 / 3) / 2)
    assert len(report.losses) == 1


# The rules


@pytest.mark.parametrize("operator", ["> 1e300", "< 1e300", ">= -5", "<= 1e300"])
def test_infinity_never_passes(operator: str) -> None:
    frame = {"y": [1, 0, 1], "prob": [0.0, 0.5, 0.5]}
    gate = one(f"log_loss {operator}", frame=frame, losses=None)
    assert (gate.value, gate.status) == (math.inf, "failed")
    assert judge("skill(log_loss) < -1e300", frame=frame, losses=None).verdict == "failed"
    assert judge("low(log_loss) > 3", frame=frame, losses=None).verdict == "failed"


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ("low(medae) > 3", "medae has no interval"),
        ("skill(mbe) < 3", "mbe has no best constant to be held against"),
        ("mae[class=c] > 1", "there is no such class"),
        ("mae[class=a, rows>=3] > 1", "the class has 2 rows, not 3"),
        ("mae[class=*, rows>=3] > 1", "no class has 3 rows"),
        ("high(mae[class=b]) > 1", "mae has no interval"),  # one row has no spread
    ],
)
@pytest.mark.parametrize("severity", ["fail_if", "warn_if"])
def test_what_cannot_be_checked_is_never_a_pass(limit: str, why: str, severity: str) -> None:
    both: Any = {severity: [limit, "mse > 1"]}
    report = losscli.evaluate(FRAME, losses="mse", **both)
    gate = report.gates[0]
    assert (gate.status, gate.why) == ("unjudged", why)
    assert gate.remedy
    assert report.verdict == "unjudged"  # whatever the other limit says


def test_undefined_is_unjudged() -> None:
    frame = {"y": [0.0, 0.0], "pred": [1.5, 2.5]}
    gate = one("wape > 1", frame=frame, losses="wape")
    assert (gate.status, gate.why) == ("unjudged", "wape is undefined")


def test_warnings_fail_only_when_strict() -> None:
    limit: Any = {"warn_if": "mse > 1"}
    calm = losscli.evaluate(FRAME, losses="mse", **limit)
    strict = losscli.evaluate(FRAME, losses="mse", strict=True, **limit)
    assert (calm.gates[0].status, calm.verdict) == ("warned", "passed")
    assert (strict.gates[0].status, strict.gates[0].severity) == ("failed", "warn")
    assert strict.verdict == "failed"
    assert losscli.evaluate(FRAME, losses="mse").verdict == "none"


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_numbers_that_differ_look_different(value: float, bound: float) -> None:
    for other in (bound, math.nextafter(value, math.inf)):
        shown = apart(value, other)
        assert (shown[0] == shown[1]) == (value == other)


def test_few_rows_that_decide_are_counted() -> None:
    # the squared errors are 1 in 398 rows, 100 in one and 200 in another: their mean is 698/400
    errors = np.array([1.0] * 398 + [10.0, 200**0.5])
    frame = pd.DataFrame({"y": np.arange(400) + 0.5, "pred": np.arange(400) + 0.5 - errors})
    assert one("mse > 1.3", frame=frame).hint == "without its worst row the gate would pass"
    assert one("mse > 1.0001", frame=frame).hint == "without its 2 worst rows the gate would pass"
    assert one("mse > 0.99", frame=frame).hint == ""
    assert one("rmse > 1.14", frame=frame).hint == "without its worst row the gate would pass"
    weighted = frame.assign(w=1.0)
    assert one("mse > 1.3", frame=weighted, weight="w").hint == ""


def test_thousands_of_rows_without_exact_quantiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("losscli.summary.distribution.EXACT_ROWS", 1000)
    monkeypatch.setattr("losscli.summary.distribution._PENDING", 500)
    errors = np.random.default_rng(1).standard_exponential(5000)
    frame = pd.DataFrame({"y": errors, "pred": np.zeros(5000)})
    limit = ["p99(mape) > 9", "p99(mae) > 9", "share(mae, worst=1%) > 0.5"]
    report = judge(*limit, frame=frame.assign(y=errors + 1, pred=1.0))
    p99, share = (report.gates[k].value for k in (1, 2))
    ordered = np.sort(errors)
    assert p99 == pytest.approx(ordered[math.ceil(0.99 * 5000) - 1], rel=2e-3)
    assert share == pytest.approx(ordered[-50:].sum() / ordered.sum(), rel=2e-3)
    assert any("p99(mae)" in w and "within 0.2 %" in w for w in report.warnings)
    relative = np.sort(errors / (errors + 1))
    assert report.gates[0].value == pytest.approx(relative[4949], rel=2e-3)


@pytest.mark.parametrize("jobs", [1, 2, 3, 5])
def test_the_same_bits_with_any_number_of_threads(jobs: int, tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    frame = pd.DataFrame({"y": random.normal(size=3000), "pred": random.normal(size=3000)})
    frame["class"] = random.integers(0, 5, 3000).astype(str)
    path = tmp_path / "p.csv"
    frame.to_csv(path, index=False)
    words = ["p99(logcosh) > 1", "share(mse, worst=5%) > 0.1", "low(mse[class=*]) > 2"]
    words += ["skill(mae) < 0", "mse > baseline + 1%"]
    text = judge(*words, frame=str(path), jobs=jobs, against=str(path)).to_json()
    shuffled = frame.sample(frac=1, random_state=1)
    other = judge(*words, frame=shuffled, against=str(path))
    assert json.loads(text)["gates"] == other.to_dict()["gates"]
    assert len(other.gates) == 9


# Words that are none


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("", "'', character 1: a limit compares a loss with a number; as in 'mse > 0.25'"),
        ("mse", "'mse', character 4: a limit compares a loss with a number; as in 'mse > 0.25'"),
        ("mse => 1", "'mse => 1', character 5: => is not one of > >= < <=; as in"),
        ("mse == 1", "'mse == 1', character 5: == is not one of > >= < <=; as in"),
        ("mse = 1", "'mse = 1', character 5: = is not one of"),
        ("1 < mse", "'1 < mse', character 1: the loss stands first; write 'mse > 1'"),
        ("1 < mse < 2", "'1 < mse < 2', character 9: a limit has one comparison; give each"),
        ("mse >", "'mse >', character 6: the number is missing here; as in"),
        ("> 1", "'> 1', character 1: a loss is missing here"),
        ("mse > 2 %", "'mse > 2 %', character 7: a percent here would be of nothing; write 0.02"),
        ("mse > +2%", "write 0.02, or baseline + 2%"),
        ("mse > -2%", "write -0.02, or baseline - 2%"),
        ("mse > mae", "'mse > mae', character 7: 'mae' is neither a number nor the baseline"),
        ("mse > 1e999", "'mse > 1e999', character 7: 1e999 is beyond the largest double"),
        ("mse > nan", "'mse > nan', character 7: 'nan' is neither a number nor"),
        ("mse > inf", "'mse > inf', character 7: 'inf' is neither a number nor"),
        ("mse > 1_0", "'mse > 1_0', character 7: '1_0' is neither"),
        ("mse > baseline *2", "'mse > baseline *2', character 7: 'baseline *2' is neither"),
        ("mse > baseline + x", "'mse > baseline + x', character 7: 'x' is no step"),
        ("mse > baseline", "'mse > baseline': there is no baseline to hold it against; --against"),
        ("hubr > 1", "'hubr > 1': unknown loss 'hubr'; did you mean huber?"),
        ("mse,mae > 1", "'mse,mae > 1': a limit is about one loss; give each its own limit"),
        ("huber(delta=-1) > 1", "'huber(delta=-1) > 1': delta must be a number in (0, inf), not"),
        ("within(x=auto) > 1", "'within(x=auto) > 1': x must be a number"),
        ("huber(dlta=1) > 1", "'huber(dlta=1) > 1': huber has no parameter 'dlta' for regression"),
        ("r2 < 0.5", "'r2 < 0.5': r2 is skill(mse): 1 - mse"),
        ("log_loss > 1", "character 1: log_loss judges binary, multiclass, multilabel or soft"),
        ("mae[clas=a] > 1", "'mae[clas=a] > 1': there is no breakdown by 'clas', only by class"),
        ("mae[city=a] > 1", "there is no breakdown by 'city', only by class; --by city adds one"),
        ("mae[class=] > 1", "character 10: a class is missing here; as in class=cat or class=*"),
        ("mae[a] > 1", "character 5: 'a' is neither class=… nor rows>=…; as in"),
        ("mae[class=a, class=b] > 1", "character 14: one class at a time; give each class its"),
        ("mae[rows>=3] > 1", "character 5: rows>= says which classes are judged, so it stands"),
        ("mae[class=a]b > 1", "character 13: the classes stand last; as in 'mae[class=cat] > 2'"),
        ("mae[class=a > 1", "character 4: this bracket is not closed"),
        ("mae[class='a] > 1", "character 11: this quote is not closed"),
        ("mae) > 1", "character 4: this bracket was not opened"),
        ("p100(mae) > 1", "p100 is no quantile between p0 and p100; such as p99(mae)"),
        ("p0(mae) > 1", "p0 is no quantile between p0 and p100"),
        ("p9.9.9(mae) > 1", "p9.9.9 is no quantile between"),
        ("p99(mae, 3) > 1", "character 8: p99 takes a loss and nothing else; as in p99(mae)"),
        ("p99(rmse) > 1", "rmse is the square root of the mean of its rows, which are in another"),
        ("p99(mae[class=a]) > 1", "quantile is of all rows, not of a class; judge the class in a"),
        ("share(mse) > 1", "share needs the part of the rows that is worst, between 0 and 100 %"),
        ("share(mse, worst=0%) > 1", "share needs the part of the rows that is worst"),
        ("share(mse, worst=x) > 1", "share needs the part of the rows that is worst"),
        ("share(mbe, worst=1%) > 1", "mbe can be negative, so no rows have a share of it"),
        ("skill(mae[class=a]) > 1", "skill is of all rows, not of a class; leave out the […]"),
        ("__import__('os') > 1", "unknown loss '__import__'"),
        ("mse > 1; import os", "'1; import os' is neither a number nor the baseline"),
        ("mse" * LONGEST + "> 1", "a limit has 30003 characters, more than 10000; as in"),
    ],
)  # fmt: skip
def test_what_is_no_limit_is_refused_with_its_place(limit: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        judge(limit)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_limit_is_a_text() -> None:
    with pytest.raises(UsageError, match="3 is no text of a limit"):
        losscli.evaluate(FRAME, fail_if=[3])  # type: ignore[list-item]


def test_a_name_that_could_be_another_loss_is_refused() -> None:
    with pytest.raises(UsageError, match=r"write huber\(delta=2.0\), or huber\(delta=1.0\)"):
        judge("huber > 1", losses="huber(delta=2)")
    assert one("huber(delta=1) > 9", losses="huber(delta=2)").status == "passed"


def test_class_without_a_breakdown_or_with_two() -> None:
    plain = FRAME.drop(columns="class")
    with pytest.raises(UsageError, match="no breakdown by class; --by COLUMN"):
        judge("mae[class=a] > 1", frame=plain)
    with pytest.raises(UsageError, match="class could be one of g, my, col; name the column: g=…"):
        judge("mae[class=a] > 1", frame=plain.assign(g="a"), by=["g", "my, col"])
    assert one("mae[g=a] > 1", frame=plain.assign(g="a"), by=["g", "my, col"]).value > 2


def test_a_breakdown_that_is_almost_one_is_proposed_once() -> None:
    with pytest.raises(UsageError, match=r"; did you mean class\?$"):
        judge("mae[clas=a] > 1")


def test_a_class_with_too_few_rows_shows_how_many_it_has() -> None:
    gate = one("mae[class=a, rows>=1000] > 1")
    assert (gate.status, gate.rows) == ("unjudged", 2)
    assert gate.why == "the class has 2 rows, not 1000"


@given(st.text(max_size=40))
def test_any_text_is_a_limit_or_a_usage_error(text: str) -> None:
    for words in (text, f"mse[{text}] > 1", f"mse > {text}", f"share({text}) > 1"):
        said = refusal(words)
        assert said.isprintable()


def refusal(words: str) -> str:
    try:
        return " ".join(limit.operator for limit in limits(words, "fail"))
    except UsageError as error:
        return str(error)


# The baseline


def saved(tmp_path: Path, frame: Any = FRAME, **options: Any) -> Path:
    path = tmp_path / "baseline.json"
    path.write_text(judge(frame=frame, **options).to_json(), encoding="utf-8")
    return path


def other_predictions() -> pd.DataFrame:
    # errors 1, 2 and 3: mse is 14/3, mae is 2
    return FRAME.assign(y_pred=[2.5, 5.5, 7.5])


@pytest.mark.parametrize(
    ("limit", "bound", "status"),
    [
        ("mse > baseline", 7.0, "passed"),
        ("mse >= baseline - 2", 5.0, "passed"),
        ("mse > baseline - 40%", 4.2, "failed"),
        ("mse > baseline + 2%", 7.14, "passed"),
        ("mae[class=b] > baseline - 1", 3.0, "passed"),
        ("skill(mse) < baseline + .5", 1 - 21 / (402 / 9) + 0.5, "failed"),
    ],
)
def test_a_limit_relative_to_the_baseline(
    limit: str, bound: float, status: str, tmp_path: Path
) -> None:
    path = saved(tmp_path)
    gate = one(limit, frame=other_predictions(), against=path)
    assert gate.bound == pytest.approx(bound, rel=1e-15)
    assert gate.status == status
    FRAME.to_csv(tmp_path / "old.csv", index=False)
    assert one(limit, frame=other_predictions(), against=tmp_path / "old.csv") == gate


def test_a_percent_is_of_the_size_of_the_baseline(tmp_path: Path) -> None:
    # the errors are 1, 2 and -4: their mean is -1/3, and a tenth of its size is added
    gate = one("mbe > baseline + 10%", losses="mbe", against=saved(tmp_path, losses="mbe"))
    assert gate.value == gate.baseline == pytest.approx(-1 / 3, rel=1e-15)
    assert gate.bound == pytest.approx(-0.3, rel=1e-15)


def test_numbers_of_the_rows_are_in_a_baseline_that_had_a_limit_on_them(tmp_path: Path) -> None:
    path = saved(tmp_path)
    gate = one("p99(mae) > baseline", against=path)
    assert gate.status == "unjudged"
    assert "there is no p99(mae)" in gate.why
    assert "--warn-if 'p99(mae) > 1'" in gate.remedy
    path.write_text(judge("p99(mae) > 1", "share(mae, worst=1%) > 1").to_json())
    assert one("p99(mae) > baseline", against=path).bound == 4.0
    assert one("share(mae, worst=1%) > baseline", against=path).bound == 4 / 7


def test_intervals_of_another_level_are_no_baseline(tmp_path: Path) -> None:
    path = saved(tmp_path, level=0.9)
    assert one("low(mse) > baseline", against=path, level=0.9).status == "passed"
    gate = one("low(mse) > baseline", against=path)
    assert gate.status == "unjudged"
    assert gate.why == f"the intervals of the baseline {path} have the level 0.9"
    assert one("mse > baseline", against=path).status == "passed"


def test_intervals_of_clusters_and_of_rows_are_not_held_against_each_other(tmp_path: Path) -> None:
    frame = FRAME.assign(unit=["a", "b", "b"])
    with_, without = {"cluster": "unit"}, dict[str, str]()
    for before, now, word in ((with_, without, "with"), (without, with_, "without")):
        path = saved(tmp_path, frame, **before)
        for function in ("low", "high"):
            gate = one(f"{function}(mse) > baseline + 99", frame=frame, against=path, **now)
            assert gate.status == "unjudged"
            how = f"were made {word} --cluster, these are not"
            assert gate.why == f"the intervals of the baseline {path} {how}"
            assert "--cluster" in gate.remedy
        # the value is the same with and without
        gate = one("mse > baseline", frame=frame, against=path, **now)
        assert (gate.bound, gate.status) == (7.0, "passed")
        alike = one("high(mse) > baseline", frame=frame, against=path, **before)
        assert alike.status == "passed"


def test_a_percent_of_0_asks_for_an_absolute_limit(tmp_path: Path) -> None:
    perfect = FRAME.assign(y_pred=FRAME["y_true"])
    path = saved(tmp_path, perfect)
    gate = one("mse > baseline + 2%", against=path)
    assert (gate.status, gate.why) == (
        "unjudged",
        "the baseline is 0, and so is every percent of it",
    )
    assert gate.remedy == "write an absolute limit: 'mse > baseline + 0.01'"
    assert one("mse > baseline + 0.01", against=path).status == "failed"
    assert one("mse > baseline", against=path).status == "failed"


def test_a_class_that_vanished_or_is_new_is_unjudged(tmp_path: Path) -> None:
    path = saved(tmp_path)
    frame = FRAME.assign(**{"class": ["a", "a", "c"]})
    gates = judge("mae[class=*] > baseline + 5", frame=frame, against=path).gates
    assert {g.cls: g.status for g in gates} == {"a": "passed", "b": "unjudged", "c": "unjudged"}
    whys = {g.cls: g.why for g in gates}
    assert whys["b"] == "the class of the baseline is not in these data"
    assert whys["c"] == f"in the baseline {path} there is no such class"
    assert one("mae[class=b] > 1", frame=frame).why == "there is no such class"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"y_true": [1.5, 3.5, 10.25]}, "the baseline is of other data: its truths are others"),
        (None, "it has 2 rows, these are 3"),
    ],
)
def test_a_baseline_of_other_data(change: Any, said: str, tmp_path: Path) -> None:
    other = FRAME[:2] if change is None else FRAME.assign(**change)
    path = saved(tmp_path, other)
    other.to_csv(tmp_path / "old.csv", index=False)
    for against in (path, tmp_path / "old.csv"):
        with pytest.raises(DataError) as refused:
            judge("mse > baseline", against=against)
        assert said in str(refused.value)
        assert "--baseline-other-data" in str(refused.value)
        report = judge("mse > baseline", against=against, baseline_other_data=True)
        assert report.gates[0].status in ("passed", "failed")
        assert any(said in warning for warning in report.warnings)


def test_ids_belong_to_the_data(tmp_path: Path) -> None:
    frame = FRAME.assign(name=["p", "q", "r"])
    path = saved(tmp_path, frame, id="name")
    frame.to_csv(tmp_path / "p.csv", index=False)
    for same in (frame, frame[::-1], str(tmp_path / "p.csv")):
        assert judge("mse > baseline", frame=same, id="name", against=path).verdict == "passed"
    other = frame.assign(name=["q", "p", "r"])
    with pytest.raises(DataError, match="its truths or ids are others"):
        judge("mse > baseline", frame=other, id="name", against=path)
    with pytest.raises(DataError, match="it was made with --id, this run was not"):
        judge("mse > baseline", frame=frame, against=path)


def test_rows_without_a_truth_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    tokens = pd.DataFrame({"name": ["p", "q"], "logprob": [-1.0, -2.0]})
    limit: dict[str, Any] = {"losses": "perplexity", "fail_if": "perplexity > baseline"}
    names: list[dict[str, Any]] = [{}, {"id": "name"}]
    for name in names:
        path = tmp_path / "b.json"
        path.write_text(losscli.evaluate(tokens, losses="perplexity", **name).to_json())
        other = tokens.assign(name=["p", "r"])
        said = "its truths or ids are others" if name else "only --id tells its rows from others"
        with pytest.raises(DataError, match=said):
            losscli.evaluate(other, against=path, **limit, **name)
    assert losscli.evaluate(tokens, against=path, **limit, id="name").verdict == "passed"


def test_the_order_of_the_rows_is_no_other_data(tmp_path: Path) -> None:
    path = saved(tmp_path)
    assert judge("mse > baseline", frame=FRAME[::-1], against=path).verdict == "passed"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is empty"),
        (b'{"schema": 1, "data": {"ro', "the JSON ends too soon: the file was cut"),
        (b'{"schema": 1, "data": }', "line 1: no JSON"),
        (b'{"schema": 2}', "the baseline has schema 2, losscli"),
        (b'{"schema": 1}', "this is no report of losscli: data is missing"),
        (b"{}", "no report"),
        (b'{"schema": true, "data": {}}', "no report"),
        (b'{"schema": 1.0, "data": {}}', "no report"),
        (b"[1]", "no report"),
        (b'{"schema": 1, "data": NaN}', "this is no JSON report"),
        (b"[" * 100_000, "this is no JSON report"),
        (b'{"a": "\xff"}', "this is no JSON report"),
        (pickle.dumps({"mse": 1.0}), "a pickle could run code, so it is not read"),
    ],
)
def test_a_file_that_is_no_baseline(raw: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(raw)
    with pytest.raises(DataError) as refused:
        judge("mse > baseline", against=path)
    assert said in str(refused.value)
    assert "--save" in str(refused.value)


def test_every_cut_of_a_baseline_is_refused(tmp_path: Path) -> None:
    whole = judge().to_json(indent=None)
    path = tmp_path / "b.json"
    for end in range(0, len(whole), 97):
        path.write_text(whole[:end])
        with pytest.raises(DataError):
            judge("mse > baseline", against=path)


WRONG: dict[str, Any] = {
    "losses": [{"loss": "mse"}],
    "task": 3,
    "data": {"judged": True, "digest": "x"},
    "breakdown": {},
    "columns": None,
}


@pytest.mark.parametrize("key", WRONG)
def test_a_baseline_of_another_shape_is_refused(key: str, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text(json.dumps({**judge().to_dict(), key: WRONG[key]}))
    with pytest.raises(DataError, match="this is no report of losscli"):
        judge("mse > baseline", against=path)
    huge = judge().to_dict()
    huge["losses"][0]["value"] = 10**400
    path.write_text(json.dumps(huge))
    with pytest.raises(DataError, match="value is not what it should be"):
        judge("mse > baseline", against=path)
    path.write_text(json.dumps(huge).replace(str(10**400), "1e999"))
    with pytest.raises(DataError, match="value is not what it should be"):
        judge("mse > baseline", against=path)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("losses", "losses has mse twice"),
        ("breakdown", "breakdown has class, b, mse twice"),
        ("measures", "measures has p99(mae) twice"),
    ],
)
def test_a_baseline_that_says_something_twice_is_refused(
    key: str, said: str, tmp_path: Path
) -> None:
    found = judge("p99(mae) > 99", "mae[class=a] > 99").to_dict()
    again = found[key][0] | {"value": 1e9}
    path = tmp_path / "b.json"
    path.write_text(json.dumps({**found, key: [*found[key], again]}))
    with pytest.raises(DataError) as refused:
        judge("mse > baseline", against=path)
    assert said in str(refused.value)


def test_a_baseline_of_another_task_or_weight(tmp_path: Path) -> None:
    labels = pd.DataFrame({"y_true": ["a", "b", "b"], "y_pred": ["a", "b", "a"]})
    path = saved(tmp_path, labels, losses=None)
    with pytest.raises(DataError, match="the baseline judged labels, this run regression"):
        judge("mse > baseline", against=path)
    path = saved(tmp_path, FRAME.assign(w=[1.0, 2.0, 1.0]), weight="w")
    with pytest.raises(DataError, match="only one of the two is weighted"):
        judge("mse > baseline", against=path)


@pytest.mark.parametrize("name", ["old.jsonl", "old.json", "one.jsonl", "save.json.gz"])
def test_predictions_line_by_line_and_packed_reports_are_baselines(
    name: str, tmp_path: Path
) -> None:
    path, old = tmp_path / "new.csv", tmp_path / name
    path.write_text("y_true,y_pred\n1.5,2.5\n" + "3,3\n" * (name != "one.jsonl"))
    lines = ['{"y_true": 1.5, "y_pred": 2}', '{"y_true": 3, "y_pred": 3}']
    old.write_text("\n".join(lines[:1] if name == "one.jsonl" else lines) + "\n")
    expected = 0.25 / (1 if name == "one.jsonl" else 2)
    if name == "save.json.gz":
        old.write_bytes(gzip.compress(losscli.evaluate(path, losses="mse").to_json().encode()))
        expected = 0.5
    found = losscli.evaluate(path, losses="mse", fail_if="mse > baseline", against=old)
    assert found.gates[0].baseline == expected


def test_a_baseline_that_nothing_is_held_against_is_said(tmp_path: Path) -> None:
    report = judge("mse > 100", against=saved(tmp_path))
    assert any("no limit names the baseline" in warning for warning in report.warnings)


def test_what_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises((OSError, LosscliError)):
        judge("mse > baseline", against=tmp_path / "nope.json")
    with pytest.raises(UsageError, match="the baseline is a file"):
        judge("mse > baseline", against="-")
    with pytest.raises(UsageError, match=r"the baseline is a file; name it; losscli\.compare"):
        judge("mse > baseline", against=FRAME)


def test_the_first_baseline_of_a_configured_one(tmp_path: Path) -> None:
    path, saved = tmp_path / "preds.csv", tmp_path / "b.json"
    FRAME.to_csv(path, index=False)
    assert judge("mse > baseline + 2%", frame=path, against=path).verdict == "passed"
    saved.write_text(judge("mse > baseline + 2%", frame=path, against=path).to_json())
    assert judge("mse > baseline + 2%", frame=path, against=saved).verdict == "passed"


def test_a_baseline_without_a_value_is_unjudged(tmp_path: Path) -> None:
    found = judge().to_dict()
    found["losses"][0]["value"] = None
    path = tmp_path / "b.json"
    path.write_text(json.dumps(found))
    gate = judge("mse > baseline", against=path).gates[0]
    assert gate.status == "unjudged"
    assert "mse has no value" in gate.why


# Assertions


def test_an_assertion_holds_or_says_why_not() -> None:
    report = losscli.assert_loss(FRAME, "mse <= 7", "mae < 2.4", "p99(mae) >= 4", losses="mse")
    assert report.losses[0].estimate.value == 7.0
    with pytest.raises(AssertionError) as failed:
        losscli.assert_loss(FRAME, "mse <= 6.9", "mae[class=b] < 4", "mae < 3")
    assert str(failed.value).splitlines() == [
        "mse is 7, not <= 6.9 (3 rows); without its worst row it would be",
        "mae[class=b] is 4, not < 4 (1 row)",
    ]


def test_an_assertion_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no condition to hold"):
        losscli.assert_loss(FRAME)


def test_an_assertion_that_cannot_be_judged_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="could not be judged"):
        losscli.assert_loss(FRAME, "mae[class=z] < 1")
    with pytest.raises(UsageError, match=r"condition 'mse = 1', character 5: = is not one of"):
        losscli.assert_loss(FRAME, "mse = 1")
    with pytest.raises(UsageError, match=r"^condition 'hubr < 1': unknown loss 'hubr'"):
        losscli.assert_loss(FRAME, " hubr < 1")
    with pytest.raises(UsageError, match=r"^condition 'mse < baseline': there is no baseline"):
        losscli.assert_loss(FRAME, "mse < baseline")
    with pytest.raises(DataError, match=r"^'mae\[class=z\] <= 1' could not be judged"):
        losscli.assert_loss(FRAME, "mae[class=z] <= 1")
    infinite = {"y": [1, 0, 1], "prob": [0.0, 0.5, 0.5]}
    with pytest.raises(AssertionError, match="log_loss is inf, not < 3"):
        losscli.assert_loss(infinite, "log_loss < 3")
    path = saved(tmp_path)
    losscli.assert_loss(FRAME, "mse <= baseline + 1%", against=path)
