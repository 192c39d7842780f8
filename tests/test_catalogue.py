"""`losscli losses` and `losscli explain`: the losses as people and programs find them."""

import json
import math
import re
from fractions import Fraction

import numpy as np
import pytest
from process import python, shell

import losscli.losses  # noqa: F401 - fills the registry
from losscli.cli.curve import curve, situations
from losscli.losses.facts import facts_of, family_of, source_of, typical
from losscli.losses.spec import LOSSES, Loss

EVERY = pytest.mark.parametrize(
    "loss", LOSSES.values(), ids=[f"{name}-{task}" for name, task in LOSSES]
)


def names(text: str) -> list[str]:
    return re.findall(r"^  ([a-z]\w*)", text, re.MULTILINE)


def test_a_task_has_its_losses() -> None:
    done = shell("losses", "--task", "margin")
    assert set(names(done.stdout)) == {name for name, task in LOSSES if task == "margin"}
    assert done.stdout.startswith("Margin: how far")


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("winkler", {"interval_score"}),
        ("BCELoss", {"log_loss"}),
        ("reg:pseudohubererror", {"pseudo_huber"}),
        ("expected_cost", {"cost"}),
        ("Szegedy", {"label_smoothing"}),
    ],
)
def test_a_word_finds_losses_by_all_their_names(word: str, wanted: set[str]) -> None:
    done = shell("losses", "--search", word)
    assert set(names(done.stdout)) == wanted


def test_what_is_counted_is_what_is_listed() -> None:
    done = shell("losses", "--search", "winkler", "--task", "interval")
    assert done.stdout.splitlines()[-1] == (
        "1 loss; as in --loss 'mse,huber(delta=2)'; more: losscli explain interval_score"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--task", "margins"], "there are no 'margins' predictions; did you mean margin?"),
        (["--search", "hubr"], "no loss has 'hubr' in it; did you mean huber?"),
        (["--search", "\x1b[31m"], r"no loss has '\x1b[31m' in it; losscli losses lists them all"),
        (["--search", "r2"], "no loss has 'r2' in it; use --loss mse, which is shown with its"),
        (["--search", "huber", "--task", "binary"], "no loss has 'huber' in it"),
        (["--format", "yaml"], "--format takes one of 'table', 'json', not 'yaml'"),
    ],
)
def test_what_is_not_there_is_said(words: list[str], said: str) -> None:
    done = shell("losses", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_json_has_all_facts() -> None:
    done = shell("losses", "--format", "json")
    found = {(one["name"], one["task"]): one for one in json.loads(done.stdout)}
    assert found.keys() == LOSSES.keys()
    huber = found["huber", "regression"]
    assert huber["parameters"][0].pop("auto").startswith("1.345 * 1.4826 * MAD of y - pred")
    assert huber["parameters"] == [
        {"name": "delta", "default": 1.0, "legal": "a number in (0, inf)", "required": False}
    ]
    assert (huber["convex"], huber["bounded_influence"], huber["proper"]) == (True, True, None)
    assert huber["source"] == "Huber, 1964"
    log_loss = found["log_loss", "binary"]
    assert log_loss["elsewhere"][0] == {
        "library": "sklearn",
        "name": "sklearn.metrics.log_loss",
        "differs": "It keeps probabilities within 2.2e-16 of 0 and 1.",
        "compat": True,
    }
    assert log_loss["domain"] == {"prob": "[0, 1]"}
    assert log_loss["bound"] is None
    assert found["gce", "binary"]["bound"] == "1/q"


@EVERY
def test_facts_are_plain_and_whole(loss: Loss) -> None:
    facts = facts_of(loss)
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert facts["source"] == source_of(loss) != ""
    assert family_of(loss).endswith(".")


@EVERY
def test_every_loss_says_when_to_use_it_and_when_not(loss: Loss) -> None:
    for sentence in (loss.use, loss.avoid):
        assert re.fullmatch(r"[A-Z][^\n]{20,200}\.", sentence)
    # names in brackets are losses to use instead
    known = {name for name, _ in LOSSES} | {"balanced"}
    for words in re.findall(r"\(([a-z][a-z_0-9, ]+)\)", loss.avoid):
        assert set(words.split(", ")) <= known


def test_a_page_says_when_and_what_else_it_is_called() -> None:
    page = " ".join(shell("explain", "log_loss").stdout.split())
    for said in (
        "use it where probabilities are to be honest",
        "avoid it where labels are noisy",
        "proper strictly: on average nothing is as good as honest forecasts",
        "convex yes, in the prediction",
        "PyTorch torch.nn.BCELoss. It stops the logarithm at -100. (--compat torch prints it.)",
        "LightGBM binary_logloss. It keeps probabilities within 1e-15 of 0 and 1.",
    ):
        assert said in page


def test_a_page_shows_what_typical_errors_cost() -> None:
    lines = shell("explain", "huber").stdout.splitlines()
    assert lines[-2].split() == ["at", "-10", "-2", "-1", "-0.1", "0.1", "1", "2", "10"]
    assert lines[-1].split()[2:] == ["9.5", "1.5", "0.5", "0.005", "0.005", "0.5", "1.5", "9.5"]


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("perplexity", "row loss against logprob; value: that of a file of such rows", "403.4"),
        ("rmse", "row loss against y - pred; value: that of a file of such rows", "10"),
        ("dice", "row loss against the probability of what happened; value: that", "0.9802"),
        # 6 nats for 4 bytes are 6/(4*0.6931) bits
        ("bits_per_byte", "row loss against logprob, where bytes is 4; value: that", "2.164"),
    ],
)
def test_a_page_says_what_a_file_of_such_rows_has(name: str, said: str, value: str) -> None:
    page = shell("explain", name).stdout
    assert said in page
    (line,) = re.findall(r"(?m)^  value  +([0-9].*)$", page)
    assert line.split()[0] == value


@pytest.mark.parametrize("name", ["mae", "medae", "max_error", "mase"])
def test_a_value_that_is_the_row_loss_is_not_told_twice(name: str) -> None:
    assert "such rows" not in shell("explain", name).stdout


def test_typical_errors_fit_a_narrow_terminal() -> None:
    lines = shell("explain", "huber", env={"COLUMNS": "40"}).stdout.splitlines()
    costs = [line for line in lines if re.match("  (at|row loss) +[-0-9]", line)]
    assert len(costs) > 3
    assert max(map(len, costs)) <= 40


def test_a_page_takes_parameters() -> None:
    page = shell("explain", "barron(alpha=0)").stdout
    assert "row loss against y - pred, with alpha=0" in page
    assert "convex       no: a fit can stop at a minimum that is not it" in page
    assert "convex       yes, in the prediction" in shell("explain", "barron").stdout
    # log(1/2 + 1), by hand
    assert page.splitlines()[-1].split()[4] == "0.4055"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hubr", "unknown loss 'hubr'; did you mean huber?"),
        ("BCEWithLogitsLoss", "torch.nn.BCEWithLogitsLoss is log_loss or logistic here"),
        ("mean_pinball_loss", "sklearn.metrics.mean_pinball_loss is pinball here"),
        ("MSELoss", "torch.nn.MSELoss is mse or brier here"),
        ("top_k_accuracy_score", "top_k_accuracy_score is 1 - top_k_error; use --loss top_k_error"),
        ("huber(delta=0)", "delta must be a number in (0, inf), not 0.0"),
        ("top_k_error(k=1.5)", "k must be a whole number in [1, inf), not 1.5"),
        ("huber(delta=1)+mse()", "is more than one loss; losscli explain NAME"),
        ("huber(delta=1),fair(c=2)", "is more than one loss; losscli explain NAME"),
        ("cost(fp=1, fn=0, tp=3)", "a wrong decision must not cost less than the right one"),
        ("accuracy", "accuracy is 1 - zero_one; use --loss zero_one"),
        ("cost(fp=k, fn=9)", "fp is the column k, and there is no file here; give a number"),
    ],
)
def test_what_cannot_be_explained_is_said(name: str, said: str) -> None:
    done = shell("explain", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_unit_is_a_parameter() -> None:
    assert "unit=mmol/L" in shell("explain", "iso15197(unit=mmol/L)").stdout
    assert 0 < Fraction(5.83) - 5 - Fraction(0.83) < Fraction(1, 10**15)
    said = " ".join(shell("explain", "iso15197").stdout.split())
    assert "5.83 is more than 0.83 above 5" in said
    assert "one of mg/dL, mmol/L, not g/L" in shell("explain", "iso15197(unit=g/L)").stderr


HEAVY = """
import sys
from losscli.cli import run
run(sys.argv[1:])
heavy = ("pandas", "pyarrow", "rich.table", "rich.console", "scipy", "pydantic", "asyncio")
print("LOADED", *(name for name in heavy if name in sys.modules))
"""


@pytest.mark.parametrize(
    "words",
    [
        "losses",
        "losses --format json",
        "losses --search huber",
        "explain barron",
        "losses --task x",
    ],
)
def test_nothing_heavy_is_loaded_to_look_things_up(words: str) -> None:
    assert python(HEAVY, *words.split()).stdout.endswith("LOADED\n")


@pytest.mark.parametrize(
    ("name", "task", "at", "cost"),
    [
        ("crps_quantile", "distribution", 3.0, 2 / 3 * (0.1 * 4 + 0.5 * 3 + 0.9 * 2)),
        ("wis", "distribution", 3.0, 2 / 3 * (0.1 * 4 + 0.5 * 3 + 0.9 * 2)),
        ("crps_ensemble", "distribution", 3.0, 3 - 4 / 9),
        ("cosine", "vectors", 60.0, 0.5),
        ("giou", "vectors", 1.0, 2 / 3),
        ("iou", "vectors", 2.0, 1.0),
        ("kl", "soft", 0.75, 0.0),
        ("log_loss", "multilabel", 0.5, (math.log(2) - math.log(0.75)) / 2),
        ("multi_label_margin", "multilabel", 0.5, 0.25),
        ("alphazero", "games", 0.25, 0.75 * math.log(4) + 0.25 * math.log(4 / 3)),
        ("iso15197", "regression", 120.0, 1.0),
        ("iso15197", "regression", 100.0, 0.0),
        ("hinge_embedding", "margin", -2.0, 3.0),
        ("cost", "multiclass", 0.9, 0.0),
        ("cost", "multiclass", 0.1, 1.0),
    ],
)
def test_a_loss_of_several_numbers_is_drawn_against_one(
    name: str, task: str, at: float, cost: float
) -> None:
    loss = LOSSES[name, task]
    drawn = curve(loss, typical(loss))
    assert drawn is not None
    assert np.interp(at, drawn.at, drawn.loss) == pytest.approx(cost, abs=2e-3)


@EVERY
def test_every_prediction_that_is_a_number_has_a_curve(loss: Loss) -> None:
    drawn = curve(loss, typical(loss))
    if "label" in loss.roles:
        assert drawn is None
        assert situations(loss, typical(loss))
    else:
        assert drawn is not None
        assert np.ptp(drawn.loss) > 0
        assert np.isfinite(drawn.costs).sum() > 2


@pytest.mark.parametrize(
    ("name", "task", "y", "cost"),
    [
        ("interval_score", "interval", 3.0, 2 + 20 * 2.0),
        ("coverage_error", "interval", 3.0, 1.0),
        ("dss", "distribution", 3.0, 9.0),
        ("gaussian_nll", "distribution", 3.0, 4.5),
        ("mase", "regression", 3.0, 3.0),
    ],
)
def test_a_loss_of_several_columns_is_drawn_against_the_truth(
    name: str, task: str, y: float, cost: float
) -> None:
    loss = LOSSES[name, task]
    given = {one.name: one.default for one in loss.parameters if one.default is not None}
    drawn = curve(loss, given)
    assert drawn is not None
    assert drawn.against.startswith("y, where")
    assert np.interp(y, drawn.at, drawn.loss) == pytest.approx(cost, rel=1e-3)
