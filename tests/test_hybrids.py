"""Sums of losses, and how much of them each part carries: against exact fractions."""

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
from losscli.data import dataset
from losscli.render import Style, format_named

Y = [3.0, -0.7, 12.1, 0.3, 5.5, 2.25]
PRED = [2.5, 0.1, 9.9, 0.35, 5.5, 4.0]
WEIGHT = [1.0, 2.5, 0.1, 3.0, 1.0, 0.7]
ERRORS = [Fraction(y - p) for y, p in zip(Y, PRED, strict=True)]


def frame() -> pd.DataFrame:
    return pd.DataFrame({"y": Y, "pred": PRED, "w": WEIGHT, "image": list("aabbbb")})


def parts(data: Any, losses: str, **options: Any) -> list[dict[str, Any]]:
    found = json.loads(losscli.evaluate(data, losses=losses, **options).to_json())["losses"][0]
    return list(found["parts"])


def mean(values: list[Fraction], weights: list[Fraction] | None = None) -> Fraction:
    weights = weights or [Fraction(1)] * len(values)
    return sum((w * v for w, v in zip(weights, values, strict=True)), Fraction(0)) / sum(weights)


def nearly(value: Fraction) -> Any:
    return pytest.approx(float(value), rel=4e-16)


@pytest.mark.parametrize("weighted", [False, True])
def test_shares_are_those_of_the_exact_sums(weighted: bool) -> None:  # noqa: FBT001
    weights = [Fraction(w) for w in WEIGHT] if weighted else None
    mse, mae = mean([e * e for e in ERRORS], weights), mean([abs(e) for e in ERRORS], weights)
    found = parts(frame(), "0.7*mse + 3*mae", weight="w" if weighted else None)
    total = Fraction(0.7) * mse + 3 * mae
    assert found == [
        {"loss": "mse", "value": nearly(mse), "share": nearly(Fraction(0.7) * mse / total),
         "weight": 0.7},
        {"loss": "mae", "value": nearly(mae), "share": nearly(3 * mae / total), "weight": 3.0},
    ]  # fmt: skip
    assert sum(part["share"] for part in found) == pytest.approx(1, abs=2e-16)


def test_a_part_has_the_value_that_it_has_alone() -> None:
    draw = np.random.default_rng(3)
    data = pd.DataFrame({"y": draw.normal(size=999), "pred": draw.normal(size=999)})
    found = losscli.evaluate(data, losses="0.3*mse + huber(delta=2) + 0.1*mae, mse, mae")
    hybrid, mse, mae = found.losses
    values = [part.value for part in hybrid.parts]
    assert [values[0], values[2]] == [mse.estimate.value, mae.estimate.value]
    assert [part.loss for part in hybrid.parts] == ["mse", "huber(delta=2.0)", "mae"]


def test_with_groups_a_part_is_the_mean_of_the_groups() -> None:
    squares = [e * e for e in ERRORS]
    sizes = [abs(e) for e in ERRORS]
    mse = (mean(squares[:2]) + mean(squares[2:])) / 2
    mae = (mean(sizes[:2]) + mean(sizes[2:])) / 2
    found = parts(frame(), "mse + mae", group="image")
    assert [part["value"] for part in found] == [nearly(mse), nearly(mae)]
    assert [part["share"] for part in found] == [
        nearly(mse / (mse + mae)),
        nearly(mae / (mse + mae)),
    ]


def test_parts_below_0_have_shares_that_still_add_up_to_1() -> None:
    data = pd.DataFrame({"y": [1.0, 2.0], "pred": [20.0, 30.0]})
    nll = mean([Fraction(20) - Fraction(math.log(20)), Fraction(30) - 2 * Fraction(math.log(30))])
    found = parts(data, "poisson_nll + 0.01*mae", task="regression")
    assert found[0]["value"] == nearly(nll)
    data = pd.DataFrame({"y": [9.0, 9.5], "pred": [9.0, 9.0]})
    found = parts(data, "poisson_nll + 2*mae", task="regression")
    assert found[0]["share"] > 1
    assert found[1]["share"] < 0
    assert sum(part["share"] for part in found) == pytest.approx(1, abs=4e-16)


def test_no_share_of_nothing_or_of_infinity() -> None:
    perfect = pd.DataFrame({"y": [1.0, 2.5], "pred": [1.0, 2.5]})
    assert [part["share"] for part in parts(perfect, "mse + mae")] == [None, None]
    sure = pd.DataFrame({"y": [1, 0, 1], "prob": [0.0, 0.5, 0.9]})
    found = parts(sure, "log_loss + brier", positive="1")
    assert [part["value"] for part in found] == [None, pytest.approx((1 + 0.25 + 0.01) / 3)]
    assert [part["share"] for part in found] == [None, None]


def test_a_part_is_judged_where_the_sum_is() -> None:
    data = pd.DataFrame({"y": [0.0, 2.0, 4.5], "pred": [1.0, 3.0, 4.0]})
    found = parts(data, "mape(zero=skip) + mae", task="regression")
    assert [part["value"] for part in found] == [
        pytest.approx((1 / 2 + 0.5 / 4.5) / 2),
        pytest.approx(1.5 / 2),
    ]


@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"group": "city"}])
def test_jobs_blocks_and_order_do_not_change_a_bit(
    options: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(5)
    data = pd.DataFrame(
        {
            "y": draw.normal(size=2000) * 10.0 ** draw.integers(-9, 9, 2000),
            "pred": draw.normal(size=2000),
            "w": draw.uniform(0.1, 3, 2000),
            "city": draw.choice(list("abcdefg"), 2000),
        }
    )
    losses = "0.2*mse + mae + 0.7*log_cosh"
    whole = parts(data, losses, **options)
    path = tmp_path / "shuffled.csv"
    data.sample(frac=1, random_state=2).to_csv(path, index=False)
    opened: Callable[..., Any] = dataset.open_files
    monkeypatch.setattr(
        dataset, "open_files", lambda paths, how: opened(paths, replace(how, block_bytes=1 << 12))
    )
    for jobs in (1, 3):
        assert parts(path, losses, jobs=jobs, **options) == whole


def test_every_format_tells_the_parts() -> None:
    found = losscli.evaluate(frame(), losses="blend = 0.25*mse + mae")
    said = {
        name: format_named(name).render(found, Style())
        for name in ("table", "markdown", "csv", "jsonl", "openmetrics")
    }
    share = found.losses[0].parts[0].share
    mse, mae = mean([e * e for e in ERRORS]), mean([abs(e) for e in ERRORS])
    assert share == nearly(mse / 4 / (mse / 4 + mae))
    shown = f"0.25*mse is {100 * share:.0f} % of it (mse {float(mse):.3f})"
    assert shown in said["table"]
    assert shown.replace("*", "\\*") in said["markdown"]
    lines = [json.loads(line) for line in said["jsonl"].splitlines()]
    assert [line["share"] for line in lines if line["part"] == "mse"] == [share]
    assert ",mse,0.25" in said["csv"]
    assert 'losscli_loss_part_share{loss="blend",part="mse"}' in said["openmetrics"]


def test_the_worst_rows_say_which_part_they_are_of() -> None:
    found = losscli.evaluate(frame(), losses="mse + mae").outliers
    assert found is not None
    worst = float(abs(ERRORS[2]))
    share = worst * worst / (worst * worst + worst)
    assert found.worst[0].reason.endswith(f"; {100 * share:.0f} % from mse")
