"""Losses that are formulas: what is read, what is computed, and what is refused."""

import json
import math
import re
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from process import SAMPLES, shell

import losscli
from losscli.errors import DataError, UsageError
from losscli.losses.chosen import Chosen
from losscli.losses.formula.functions import FUNCTIONS
from losscli.losses.language import parse, resolve, tasks

COST = "cost = where(pred > y, 3*(pred - y), y - pred)"
FRAME = pd.DataFrame(
    {"y_true": [3.0, 1, 4, 2], "y_pred": [2.5, 1.5, 3, 2.25], "unit price": [10.0, 20, 5, 8]}
)


def chosen(text: str) -> Chosen:
    requests = parse([text])
    (task,) = tasks(requests)
    return resolve(requests, task)[0]


def value(text: str, **options: Any) -> float:
    return losscli.evaluate(FRAME, losses=text, **options).losses[0].estimate.value


def refusal(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        chosen(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (COST, (0.5 + 1.5 + 1 + 0.75) / 4),
        ("(y - pred)**2", (0.25 + 0.25 + 1 + 0.0625) / 4),
        ('abs(y - pred)*col("unit price")', (5 + 10 + 5 + 2) / 4),
        ("0 if abs(y - pred) < 0.5 else 1", 3 / 4),
        ("1 < y <= 3", 2 / 4),
        ("not (y == 1 or y == 4 and pred > 2)", 2 / 4),
        ("(y > 2) + (pred > 2)", (2 + 0 + 2 + 1) / 4),
        ("max(y, pred, 2) - min(y, pred)", (0.5 + 1 + 1 + 0.25) / 4),
        ("y // 2 + 7 % pred", (1 + 2 + 0 + 1 + 2 + 1 + 1 + 0.25) / 4),
        ("-y**2 + 20", (11 + 19 + 4 + 16) / 4),
        ("clip(y, 2, 3) - pi*0", (3 + 2 + 3 + 2) / 4),
        ("where(isfinite(log(y - 1)), y, 0)", (3 + 0 + 4 + 2) / 4),
        ("y", None),
    ],
)
def test_a_formula_is_what_it_says(text: str, wanted: float | None) -> None:
    if wanted is None:
        assert "unknown loss 'y'" in refusal(text)
    else:
        assert value(text) == wanted


def test_columns_and_task_follow_from_the_names() -> None:
    assert (chosen("log(prob)").roles, chosen("prob*y").parts[0].loss.task) == (
        ("prob",),
        "binary",
    )
    found = chosen('pred*zeta + col("pred") - y')
    assert found.roles == ("y", "pred", 'col("pred")', "zeta")
    assert found.spelling == "pred * zeta + col('pred') - y"
    assert chosen("max(0, 1 - y*score)").parts[0].loss.task == "margin"
    assert chosen(COST).name == "cost"


def test_a_column_may_be_called_like_a_role_or_a_loss() -> None:
    frame = pd.DataFrame({"y_true": [1.0, 2], "y_pred": [2.0, 2], "score": [5.0, 6], "mse": 1.0})
    report = losscli.evaluate(frame, losses='abs(y - pred)*col("score")*col("mse")')
    assert report.losses[0].estimate.value == 2.5
    named = losscli.evaluate(frame, losses="abs(y - pred)*price", columns={"price": "score"})
    assert named.losses[0].estimate.value == 2.5


def test_what_is_written_twice_is_computed_once() -> None:
    program = chosen("log(1 + pred**2) + log(1 + pred*pred) + log(1 + pred**2)").parts[0].loss
    again = chosen("exp(abs(y - pred)) + exp(abs(pred - y))").parts[0].loss
    assert again.arguments == ("abs_residual",)
    columns = (np.linspace(-2, 2, 9),)
    found = np.asarray(program.function(*columns))
    assert found.tolist() == pytest.approx((3 * np.log1p(columns[0] ** 2)).tolist(), rel=1e-15)


NUMBERS = st.sampled_from(["y", "pred", "zeta", "2", "0.5", "3.25"])
PAIRS = ("({} + {})", "({} - {})", "({}*{})", "({} / {})", "min({}, {})", "max({}, {})")
CONDITIONS = ("{} < {}", "{} >= {}", "not {} == {}", "{} > 1 and {} < 2", "{} > 1 or {} < 0")
FORMULAS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.builds(str.format, st.sampled_from(PAIRS), inner, inner),
        st.builds("abs({})".format, inner),
        st.builds("({})**2".format, inner),
        st.builds(
            "where({}, {}, {})".format,
            st.builds(str.format, st.sampled_from(CONDITIONS), inner, inner),
            inner,
            inner,
        ),
    ),
    max_leaves=25,
)
"""Formulas that Python computes by itself, a row at a time, to the same bits."""


@given(FORMULAS)
@settings(max_examples=300)
def test_memory_that_is_used_again_changes_nothing(text: str) -> None:
    if not {"y", "pred", "zeta"} & set(text.replace("(", " ").replace(")", " ").split()):
        text = f"y + {text}"
    try:
        found = chosen(f"x = {text} + 0*pred")
    except UsageError:  # two numbers that make none, such as 1/0
        return
    rows = [(1.5, -2.0, 0.75), (0.0, 1.0, 3.0), (-1.25, 0.5, 1e3), (2.0, 2.0, 2.0)]
    columns = dict(zip(("y", "pred", "zeta"), np.array(rows).T.copy(), strict=True))
    for column in columns.values():
        column.flags.writeable = False
    made = found.terms(columns)[0]
    words = {
        "where": lambda c, a, b: a if c else b,
        "abs": abs,
        "min": np.minimum,
        "max": np.maximum,
    }
    with np.errstate(all="ignore"):
        for at, row in enumerate(rows):
            given_ = dict(zip(columns, map(np.float64, row), strict=True))
            wanted = eval(f"{text} + 0*pred", words | given_)  # noqa: S307
            assert np.array_equal(made[at], wanted, equal_nan=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("__import__('os')", "character 1: unknown loss '__import__'"),
        ("y + __import__('os')", "character 5: unknown function '__import__'"),
        ("y.to_csv('x')", "character 1: an attribute is not part of a formula"),
        ("pred.__class__", "character 1: an attribute is not part of a formula"),
        ("y + pred.real", "character 5: an attribute"),
        ("9**9**9", "character 4: a power is at most 100"),
        ("y**1e9", "character 4: a power is at most 100"),
        ("9.0**99*9.0**99*9.0**99*9.0**99*y", "this number is too large"),
        ("1e999*y", "character 1: this number is too large; write inf"),
        ("0/0*y", "character 1: this divides by 0"),
        ("1/0*y", "character 1: this divides by 0"),
        ("y + 0/0", "character 5: this divides by 0"),
        ("y << 3", "character 1: << is not part of a formula; write *"),
        ("pred*[y]", "character 6: a list is not part of a formula"),
        ("2 + 2", "a formula needs a column"),
        ("y[0] + 1", "an index is not part of a formula"),
        ("y + [1]", "character 5: a list is not part of a formula"),
        ("y + sum(p for p in pred)", "unknown function 'sum'; there are abs, "),
        ("abs(p for p in pred)", "character 4: a comprehension is not part of a formula"),
        ("(lambda: y)() + y", "a lambda is not part of a formula"),
        ("y + (x := 2)", "character 6: := is not part of a formula"),
        ('y*f"{pred}"', "an f-string is not part of a formula"),
        ("y*'pred'", "character 3: text is not part of a formula; a column is named: col("),
        ("y*True", "True is not part of a formula"),
        ("y*1j", "1j is not part of a formula"),
        ("(y > 1) & (pred > 1)", "& is not part of a formula; write and"),
        ("~(y > 1)", "~ is not part of a formula; write not"),
        ("y ^ 2", "^ is not part of a formula; write ** for a power"),
        ("y in pred", "in and is are not part of a formula"),
        ("y and pred", "character 1: a condition is missing here"),
        ("where(y, 1, 2)", "character 7: a condition is missing here; such as pred > y"),
        ("abz(y - pred)", "character 1: unknown function 'abz'; did you mean abs?"),
        ("abs(y, pred)", "abs takes 1 argument, not 2"),
        ("clip(y, 1)", "clip takes 3 arguments, not 2"),
        ("abs(x=y)", "abs takes its arguments in order, without names"),
        ("max(*y)", "max takes its arguments in order, without names"),
        ("abs*y", "abs is a function; write abs(…); a column: col('abs')"),
        ("col*y", 'col is a function; write col("unit price")'),
        ("col(y)", "col takes the name of one column"),
        ("col('a', 'b')*y", "col takes the name of one column"),
        ("probs*y", "probs is several columns, a formula takes one at a time"),
        ("y == label", "character 6: a predicted class is no number"),
        ("0.5*mse + abs(y - pred)", "character 11: mse is a loss: it cannot be mixed"),
        ("abs(y - pred)*cost", 'a column of that name: col("cost")'),
        ("mse*prob", "mse is a loss: it cannot be mixed with columns"),
        ("y == pred = 2", "this is not a loss"),
        ("mse = abs(y - pred)", "mse is the name of a loss; choose another"),
        ("größe*y", "character 3: 'ö' is not part of a loss; a column of any name is written"),
        ("y # pred", "'#' is not part of a loss"),
        ("-" * 5000 + "y", "more than 100 operators"),
        ("not " * 150 + "y > 1", "nested more than 120 deep"),
        ("not " * 2400 + "y > 1", "deep"),
        ("(" * 1_000_000, "characters, more than"),
        ("(" * 9000, "nested more than 20 deep"),
        ("min(" + ",".join(["y"] * 30) + ")", "min takes 2 to 20 arguments"),
        ("+".join(["y"] * 300), "more than 100 operators"),
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_what_is_no_formula_gets_one_line_with_the_place(text: str, said: str) -> None:
    assert said in refusal(text)


@given(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet="yp()+-*/<>=!,. 019'\"[]{}:@lambdnotrwhecif", max_size=60),
        st.lists(
            st.sampled_from(
                re.findall(
                    r"\S+",
                    "y pred col('a') ( ) + - ** * / // % < == and or not if else where( abs( , 2 "
                    "1e300 mse = x lambda inf . [ ] f' ' for in",
                )
            ),
            max_size=20,
        ).map(" ".join),
    )
)
@settings(max_examples=1500)
def test_any_text_is_a_loss_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        requests = parse([text])
        for task in tasks(requests):
            assert resolve(requests, task)


HOSTILE = re.split(
    r";\s+",
    """y; pred; zeta; 2; 0.5; 1e-300; 1e300; inf; pi; col("zeta"); True; 1j; 'x'; b'x'; f'{y}';
y[0]; (x := y); (lambda: y)(); await y; *y; ...; [y for y in pred]; {y}; (y,); open('ran', 'w');
__builtins__; 9**9**9; 0xffffffffffffffffffffffffffffffff; y if pred; not; mse; huber(delta=2);
getattr(y, 'a'); col(); col(y); \x00; \x1b[31m; 1_0; \u200b""",
)
JOINTS = re.findall(r"\S+", "+ - * / // % ** @ & | ^ << < <= > == != in is and or := = ,")
NAMES = [*FUNCTIONS, "eval", "__import__", "sum"]
WILD = st.recursive(
    st.sampled_from(HOSTILE),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(JOINTS), inner),
        st.builds("{}({})".format, st.sampled_from(NAMES), inner),
        st.builds("{}({}, {})".format, st.sampled_from(NAMES), inner, inner),
        st.builds("where({} > {}, {}, {})".format, inner, inner, inner, inner),
        st.builds("({} if {} < {} <= 2 else {})".format, inner, inner, inner, inner),
        st.builds("-{}".format, inner),
    ),
    max_leaves=6,
)


@given(WILD)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_whatever_is_written_is_judged_or_refused_with_its_place(text: str) -> None:
    said = ""
    try:
        report = losscli.evaluate(FRAME.assign(zeta=1.5), losses=text)
    except (UsageError, DataError) as error:
        said = str(error)
    else:
        for loss in report.losses:
            assert math.isfinite(loss.estimate.value) or loss.estimate.infinite_rows
    place = r"loss '.*', character \d+: |row \d: .* is (not a number|minus infinity) where |$"
    assert re.match(place, said)
    assert not Path("ran").exists()


def test_an_unknown_column_is_shown_where_it_stands() -> None:
    for text, at, near in (
        ("abs(y - prd)", 9, "did you mean y_pred?"),
        ('y*col("unit prise")', 3, "did you mean unit price?"),
        ("y*(0.5*huberr)", 8, "did you mean the loss huber?"),
    ):
        with pytest.raises(UsageError, match=rf"character {at}: there is no column") as caught:
            value(text)
        assert near in str(caught.value)


def test_a_row_without_a_number_stops_the_run_with_its_values() -> None:
    with pytest.raises(DataError) as caught:
        value("c = log(pred - y)")
    said = str(caught.value)
    assert "c is not a number where y is 3, pred is 2.5 (and in 1 more rows" in said
    assert "row 1" in said or "line" in said
    with pytest.raises(DataError, match="c is minus infinity where y is 1"):
        value("c = log(abs(y - 1))")
    report = losscli.evaluate(FRAME, losses="c = 1/(y - 3)**2")
    assert report.losses[0].estimate.infinite_rows == 1


def test_a_formula_below_zero_has_no_floor() -> None:
    (found,) = losscli.evaluate(FRAME, losses="gain = pred - 2*y").losses
    assert found.estimate.low < found.estimate.value < 0
    assert math.isnan(found.skill)


def test_the_best_constant_is_found() -> None:
    (found,) = losscli.evaluate(SAMPLES / "breast_cancer.csv", losses="(y - pred)**2").losses
    (mse,) = losscli.evaluate(SAMPLES / "breast_cancer.csv", losses="mse").losses
    assert found.estimate == mse.estimate
    assert found.skill == pytest.approx(mse.skill, rel=1e-6)


@pytest.mark.parametrize("text", ["y - pred", "2**(y - pred)", "clip(y - pred, 0, 1)"])
def test_no_constant_is_called_best_where_the_loss_falls_for_ever(text: str) -> None:
    (found,) = losscli.evaluate(SAMPLES / "breast_cancer.csv", losses=text).losses
    assert found.best_constant is None
    assert math.isnan(found.skill)


def test_infinite_rows_without_a_list_of_the_worst() -> None:
    given = {"y_true": [1.0, 2.0, 3.0], "y_pred": [1.5, 2.5, 3.5]}
    report = losscli.evaluate(given, losses="c = inf*abs(y - pred)", top=0, task="regression")
    assert report.losses[0].estimate.infinite_rows == 3
    assert report.outliers is None or not report.outliers.worst


@pytest.mark.filterwarnings("error")
def test_huge_formulas_do_not_warn() -> None:
    huge = "*".join(["abs(y - pred)", *["2**100"] * 10, "2**99"])
    given = {"y_true": [1.0, 2.0, 3.0], "y_pred": [1.5, 2.5, 3.5]}
    losscli.evaluate(given, losses=huge, task="regression")


def test_a_formula_from_end_to_end(tmp_path: Path) -> None:
    path, table = tmp_path / "p.csv", FRAME.assign(city=["a", "b", "a", "b"])
    table.to_csv(path, index=False)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.losscli.losses]\ncost = 'where(pred > y, 3*(pred - y), y - pred)'\n"
    )
    limits = ["--fail-if", "cost[city=b] > 1.1", "--fail-if", "cost > 2"]
    done = shell(
        "eval", path, "--loss", "cost", "--by", "city", *limits, "--format", "json", cwd=tmp_path
    )
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["losses"][0]["value"] == 3.75 / 4
    assert [gate["status"] for gate in found["gates"]] == ["failed", "passed"]
    compared = shell("compare", path, path, "--loss", COST, "--format", "json", cwd=tmp_path)
    assert json.loads(compared.stdout)["losses"][0]["old"] == 3.75 / 4
    frame = losscli.evaluate(table, losses=["mae", COST], by="city")
    assert frame.losses[1].estimate.value == 3.75 / 4


def test_explain_shows_how_a_formula_was_read() -> None:
    done = shell("explain", "c = abs(y - pred)*price if 1 < y < 3 else -y**2")
    assert done.stdout.startswith("c = abs(y - pred) * price if 1 < y < 3 else -y ** 2  (regress")
    read = "where((1 < y) and (y < 3), abs(y - pred)*price, -square(y))"
    assert read in " ".join(done.stdout.split())
    curve = shell("explain", COST)
    assert "row loss against y - pred" in curve.stdout
    assert "row loss    30     6     3   0.3   0.1     1     2    10" in curve.stdout


def test_the_note_pins_a_column_of_any_name(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "p.csv", index=False)
    words = ["eval", "p.csv", "--format", "csv", "--loss", 'abs(y - pred)*col("unit price")']
    done = shell(*words, cwd=tmp_path)
    flags = "--true y_true --pred y_pred --column 'unit price=unit price'"
    assert f"({flags})" in done.stderr
    again = shell(*words, *shlex.split(flags), "--task", "regression", cwd=tmp_path)
    assert (again.stdout, again.returncode) == (done.stdout, 0)


def test_a_formula_that_a_configuration_names_is_explained(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.losscli.losses]\nlate = "abs(y - pred)*minutes"\nmae2 = "mse + mae"\n'
    )
    told = shell("explain", "late", cwd=tmp_path).stdout
    assert told.startswith("late = abs(y - pred) * minutes  (regression)")
    assert "mae2=mse + mae is more than one loss" in shell("explain", "mae2", cwd=tmp_path).stderr
    assert "unknown loss 'none'" in shell("explain", "none", cwd=tmp_path).stderr
