"""`suggest`: every rule fires on a file of its own and is silent on another; the commands run."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from process import SAMPLES, shell

import losscli
import losscli.advice.rules
from losscli.advice.records import Advice
from losscli.advice.rule import RULES
from losscli.losses.language import parse

CASES = Path(__file__).parent / "advice"
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "scores": {"prob": "y_prob"},
    "counts": {"task": "regression"},
    "decisions": {"prob": "y_prob"},
    "probabilities": {"prob": "y_prob"},
    "ordered_classes": {"task": "multiclass"},
}
"""What must be said of the two files of a rule."""


def advised(rule: str, ending: str) -> Advice:
    return losscli.suggest(CASES / f"{rule}.{ending}.csv", **OPTIONS.get(rule, {}))


def fired(found: Advice) -> set[str]:
    return {one.rule for one in found.suggestions}


def test_every_rule_has_a_file_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    names = {path.name for path in CASES.glob("*.csv")}
    assert names == {f"{rule}.{ending}.csv" for rule in RULES for ending in ("fires", "silent")}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_fires_where_it_should(rule: str) -> None:
    found = advised(rule, "fires")
    assert rule in fired(found)
    why = next(one.why for one in found.suggestions if one.rule == rule)
    assert "{" not in why


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_silent_elsewhere(rule: str) -> None:
    assert rule not in fired(advised(rule, "silent"))


@pytest.mark.parametrize("rule", RULES)
def test_rules_are_one_sentence_about_known_losses(rule: str) -> None:
    one = RULES[rule]
    assert one.fits or one.misleads
    assert not one.why.endswith(".")
    assert ". " not in one.why
    assert (one.when.__doc__ or "").endswith(".")
    found = advised(rule, "fires")
    assert parse([suggestion.loss for suggestion in found.suggestions])


@pytest.mark.parametrize("rule", RULES)
def test_what_fits_can_be_judged(rule: str) -> None:
    found = advised(rule, "fires")
    for one in found.suggestions:
        if one.verdict == "fits" and one.rule != "scores":
            report = losscli.evaluate(
                CASES / f"{rule}.fires.csv", losses=one.loss, **OPTIONS.get(rule, {})
            )
            assert report.losses[0].estimate.status == "ok", one.loss


def test_no_loss_both_fits_and_misleads() -> None:
    for rule in RULES:
        found = advised(rule, "fires")
        losses = [one.loss for one in found.suggestions]
        assert len(losses) == len(set(losses))


def test_the_commands_can_be_pasted(tmp_path: Path) -> None:
    name = "my $(preds) 'x'.csv"
    frame = pd.read_csv(CASES / "far_errors.fires.csv").rename(columns={"y_pred": "pred; rm"})
    frame.to_csv(tmp_path / name, index=False)
    done = shell(
        *("suggest", name, "--true", "y_true", "--pred", "pred; rm", "--format", "json", "-q"),
        cwd=tmp_path,
    )
    found = json.loads(done.stdout)
    commands = [found["command"], *(one["command"] for one in found["fits"])]
    assert len(commands) > 2
    for command in commands[:2]:
        program, *words = shlex.split(command)
        assert program == "losscli"
        again = shell(*words, "-q", cwd=tmp_path)
        assert (again.returncode, again.stderr) == (0, "")
    text = shell("suggest", name, "--pred", "pred; rm", cwd=tmp_path, env={"COLUMNS": "40"}).stdout
    assert f"   {found['fits'][0]['command'].replace(' --true=y_true', '')}\n" in text


def test_scores_are_judged_as_scores() -> None:
    path = CASES / "scores.fires.csv"
    found = losscli.suggest(path, prob="y_prob")
    one = next(one for one in found.suggestions if one.loss == "logistic")
    done = shell(*shlex.split(one.command)[1:], "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert "logistic" in done.stdout


def test_neither_order_nor_jobs_nor_the_kind_of_source_matter(tmp_path: Path) -> None:
    path = SAMPLES / "breast_cancer.csv"
    frame = pd.read_csv(path)
    frame.sample(frac=1, random_state=3).to_csv(tmp_path / "a.csv", index=False)
    said = [
        [(one.loss, one.why, one.verdict) for one in losscli.suggest(source, jobs=jobs).suggestions]
        for source, jobs in (
            (frame, 1),
            (tmp_path / "a.csv", 1),
            (SAMPLES / "breast_cancer.csv", 2),
        )
    ]
    assert said[0] == said[1] == said[2]


def test_a_tail_that_eval_warns_of_is_not_called_even() -> None:
    # eval says of it: the tail of mse is heavy (index 1.9)
    rules = fired(losscli.suggest(SAMPLES / "breast_cancer.csv"))
    assert "far_errors" in rules
    assert "even_errors" not in rules


def test_formats_of_advice() -> None:
    path = SAMPLES / "digit8.csv"
    done = shell("suggest", path, "--prob", "y_prob", "--format", "markdown", "-q")
    assert "```sh\nlosscli eval " in done.stdout
    done = shell("suggest", path, "--prob", "y_prob", "--format", "csv", "-q")
    assert done.stdout.startswith("loss,verdict,why,rule,command\nlog_loss,fits,")
    done = shell("suggest", path, "--prob", "y_prob", "--format", "openmetrics", "-q")
    assert (done.returncode, done.stdout) == (2, "")


def test_one_row_is_one_row(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("y_true,y_pred\n1.5,2\n")
    done = shell("suggest", "one.csv", "-q", cwd=tmp_path)
    assert done.stdout.startswith("one.csv · 1 row · regression")


def test_what_cannot_be_read_is_refused() -> None:
    done = shell("suggest", "nothing.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    with pytest.raises(TypeError, match="losses"):
        losscli.suggest(SAMPLES / "digits.csv", losses="mse")


def test_what_holds_text_is_no_column_of_a_loss_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("y_true,y_pred,city,minutes\n3,2.5,a,10\n1,1.5,b,20\n4,3,,5\n")
    (tmp_path / "mine.py").write_text(
        "import losscli\n"
        "@losscli.loss\ndef local(y, pred, city):\n    return abs(y - pred)\n"
        "@losscli.loss\ndef late(y, pred, m):\n    return abs(y - pred)*m\n"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.losscli.losses]\nfar = "abs(y - city)"\n')
    words = ("suggest", "p.csv", "--plugin", "mine.py", "--format", "json", "-q", "--column")
    for column, told in (("m=minutes", ["late"]), ("m=city", [])):
        found = json.loads(shell(*words, column, cwd=tmp_path).stdout)
        assert [one["loss"] for one in found["fits"] if one["rule"] == "own"] == told


def test_wape_is_not_advised_where_every_truth_is_0() -> None:
    frame = pd.DataFrame({"y_true": [0.0] * 9, "y_pred": [0.1 + i / 7 for i in range(9)]})
    assert "wape" not in [one.loss for one in losscli.suggest(frame).suggestions]


def test_losses_of_ones_own_are_told_where_their_columns_are_there(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("y_true,y_pred,minutes\n3,2.5,10\n1,1.5,20\n4,3,5\n2,2.25,8\n")
    (tmp_path / "mine.py").write_text(
        "import losscli\n"
        "@losscli.loss\ndef late(y, pred, minutes):\n    'Each minute costs.'\n"
        "    return abs(y - pred)*minutes\n"
        "@losscli.loss\ndef sure(y, prob):\n    return abs(y - prob)\n"
        "@losscli.loss\ndef lacking(y, pred, price):\n    return abs(y - pred)*price\n"
        "@losscli.loss\ndef asking(y, pred, *, power):\n    return abs(y - pred)**power\n"
    )
    sums = 'blend = "mse + mae"\nearly = "(y > pred)*minutes"\nof = "brier"\ngone = "y*price"\n'
    (tmp_path / "pyproject.toml").write_text(f"[tool.losscli.losses]\n{sums}")
    done = shell("suggest", "p.csv", "--plugin", "mine.py", "--format", "json", "-q", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert [(one["loss"], one["why"]) for one in found["fits"] if one["rule"] == "own"] == [
        ("blend=mse + mae", "you have named it blend"),
        ("early=(y > pred)*minutes", "you have named it early"),
        ("late", "a loss of your own: each minute costs"),
    ]
    (tmp_path / "pyproject.toml").unlink()
    commands = [found["command"], *(one["command"] for one in found["fits"])]
    for command in commands:
        assert shell(*shlex.split(command)[1:], cwd=tmp_path).returncode == 0, command
    assert "late" in shell(*shlex.split(found["command"])[1:], cwd=tmp_path).stdout
