"""Parameters that are auto: found from data, told, frozen, and refused where that misleads."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from csv_reading import in_small_blocks
from scipy import integrate, special, stats

import losscli
from losscli.errors import DataError, LosscliError, UsageError
from losscli.losses.arguments import Columns
from losscli.losses.auto import Scaled
from losscli.losses.likelihood import log_z
from losscli.losses.parameter import Parameter
from losscli.losses.spec import LOSSES, Loss
from losscli.summary import distribution

ROWS = 100_000


def frame(errors: Any, **more: Any) -> pd.DataFrame:
    pred = np.random.default_rng(9).normal(50, 20, len(errors))
    return pd.DataFrame({"y": pred + np.asarray(errors), "pred": pred, **more})


def fitted(data: Any, losses: str, **options: Any) -> dict[str, float]:
    found = json.loads(losscli.evaluate(data, losses=losses, **options).to_json())
    return dict(found["fitted"][0]["parameters"])


DENSITIES: dict[float, Callable[[Any], Any]] = {
    0: lambda x: 1 / (x * x / 2 + 1),
    1: lambda x: np.exp(1 - np.sqrt(1 + x * x)),
    2: lambda x: np.exp(-x * x / 2),
}
"""Barron's densities with c = 1, but for their constants."""


def drawn(alpha: float) -> Any:
    """Draw by the inverse of the distribution function, which is integrated numerically."""
    x = np.sinh(np.linspace(-16, 16, 400_001))
    heaped = integrate.cumulative_trapezoid(DENSITIES[alpha](x), x, initial=0)
    part = np.random.default_rng(int(alpha)).uniform(size=ROWS)
    return np.interp(part, heaped / heaped[-1], x)


@pytest.mark.parametrize("alpha", DENSITIES)
@pytest.mark.parametrize("c", [1.0, 0.03])
def test_barron_finds_the_alpha_of_its_density(alpha: float, c: float) -> None:
    data = frame(c * drawn(alpha))
    found = fitted(data, "barron(alpha=auto, c=auto)")
    assert found["alpha"] == pytest.approx(alpha, abs=0.1)
    assert found["c"] == pytest.approx(c, rel=0.05)
    assert fitted(data, f"barron(alpha={alpha}, c=auto)")["c"] == pytest.approx(c, rel=0.02)
    assert fitted(data, f"barron(alpha=auto, c={c})") == {"alpha": pytest.approx(alpha, abs=0.1)}


def test_the_constant_of_the_density_is_its_integral() -> None:
    assert np.exp(log_z(0)) == pytest.approx(np.pi * np.sqrt(2), rel=1e-14)
    assert np.exp(log_z(1)) == pytest.approx(2 * math.e * special.k1(1), rel=1e-14)
    assert np.exp(log_z(2)) == pytest.approx(np.sqrt(2 * np.pi), rel=1e-14)
    rho = LOSSES["barron", "regression"].function

    def area(alpha: float) -> float:
        def density(x: float) -> float:
            size = np.array([x])
            return float(np.exp(-rho(size, 0 * size, size, alpha=alpha, c=1.0)[0]))

        return float(2 * integrate.quad(density, 0, np.inf, limit=500)[0])

    for alpha in (0.3, 0.5, 1.7):
        assert np.exp(log_z(alpha)) == pytest.approx(area(alpha), rel=1e-6)


def test_huber_takes_1345_sigma_of_normal_errors() -> None:
    sigma = 3.7
    data = frame(stats.norm.rvs(scale=sigma, loc=-20, size=ROWS, random_state=4))
    assert fitted(data, "huber(delta=auto)")["delta"] == pytest.approx(1.345 * sigma, rel=0.02)


def test_the_mad_is_that_of_scipy() -> None:
    data = frame(stats.t.rvs(2, size=4001, random_state=4))
    mad = stats.median_abs_deviation(data["y"] - data["pred"])
    for loss, factor in (("huber(delta=auto)", 1.345), ("cauchy(c=auto)", 2.3849)):
        (found,) = fitted(data, loss).values()
        assert found == pytest.approx(factor * 1.4826 * mad, rel=1e-15)


SCALED = [
    (loss, parameter)
    for loss in LOSSES.values()
    for parameter in loss.parameters
    if isinstance(parameter.auto, Scaled)
]


@pytest.mark.parametrize(("loss", "parameter"), SCALED, ids=lambda one: one.name)
def test_the_multiples_are_those_of_95_percent_efficiency(loss: Loss, parameter: Parameter) -> None:
    """The asymptotic efficiency for normal errors is (E psi')^2 / E psi^2."""
    assert isinstance(parameter.auto, Scaled)
    x = np.linspace(0, 12, 240_001)
    known = Columns({"y": x, "pred": np.zeros_like(x)})
    columns = (known[name] for name in loss.arguments)
    found = loss.function(*columns, **{parameter.name: parameter.auto.factor})
    psi = np.gradient(found, x)
    density = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    slope = 2 * integrate.simpson(x * psi * density, x=x)
    spread = 2 * integrate.simpson(psi * psi * density, x=x)
    assert slope**2 / spread == pytest.approx(0.95, abs=1e-4)


def numbers(report: losscli.Report) -> dict[str, Any]:
    found = report.to_dict()
    del found["data"]["files"]
    for fit in found["fitted"]:
        del fit["files"]
    for row in found["outliers"]["worst"]:
        del row["row"], row["file"]
    return found


LOSS = "huber(delta=auto), barron(alpha=auto, c=auto), mix = mse + 0.5*tukey(c=auto)"


@pytest.mark.parametrize("options", [{}, {"weight": "w"}])
@pytest.mark.parametrize("most", [500, 1_000_000])
def test_jobs_blocks_order_and_source_do_not_change_a_bit(
    most: int, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "EXACT_ROWS", most)
    draw = np.random.default_rng(2)
    data = frame(draw.standard_t(3, 3000) + 7, w=draw.uniform(0.1, 3, 3000))
    whole = numbers(losscli.evaluate(data, losses=LOSS, **options))
    path = tmp_path / "shuffled.csv"
    data.sample(frac=1, random_state=3).to_csv(path, index=False)
    in_small_blocks(monkeypatch, 1 << 12)
    for jobs in (1, 3):
        assert numbers(losscli.evaluate(path, losses=LOSS, jobs=jobs, **options)) == whole
    mad = stats.median_abs_deviation(data["y"] - data["pred"])
    if not options:
        found = whole["fitted"][0]["parameters"]["delta"]
        assert found == pytest.approx(1.345 * 1.4826 * mad, rel=1e-15 if most > ROWS else 3e-4)


def test_weights_are_repetitions() -> None:
    errors = np.array([1.0, -2.0, 4.5, 0.25, 9.0])
    times = np.array([3, 1, 2, 4, 1])
    weighted = frame(errors, w=times)
    repeated = weighted.loc[weighted.index.repeat(times), ["y", "pred"]]
    for loss in ("huber(delta=auto)", "barron(alpha=auto, c=auto)"):
        found = fitted(weighted, loss, weight="w")
        assert found == pytest.approx(fitted(repeated, loss), rel=1e-6)


def test_what_was_found_is_told() -> None:
    data = frame(np.random.default_rng(5).normal(size=400))
    report = losscli.evaluate(data, losses=LOSS)
    found = json.loads(report.to_json())
    huber, barron, mix = found["losses"]
    fits = {fit["loss"]: fit for fit in found["fitted"]}
    assert set(fits) == {"huber(delta=auto)", "barron(alpha=auto, c=auto)", "tukey(c=auto)"}
    of_huber = fits["huber(delta=auto)"]
    assert (of_huber["origin"], of_huber["rows"]) == ("judged", 400)
    assert of_huber["digest"] == report.digest
    assert huber["adapted"] == barron["adapted"] == mix["adapted"] == "judged"
    assert (huber["name"], huber["parameters"]) == ("huber", of_huber["parameters"])
    assert huber["loss"] == f"huber(delta={of_huber['parameters']['delta']!r})"
    assert [part["loss"] for part in mix["parts"]] == ["mse", "tukey(c=auto)"]
    again = losscli.evaluate(data, losses=huber["loss"])
    assert again.losses[0].estimate.value == huber["value"]
    assert any("cannot be compared" in text for text in report.warnings)
    assert any(text.startswith("huber(delta=auto): delta=") for text in report.notes)


def test_what_was_found_can_be_frozen(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    data, other = frame(draw.normal(size=400)), frame(draw.normal(size=300) * 3)
    report = losscli.evaluate(data, losses=LOSS)
    saved = tmp_path / "fitted.json"
    saved.write_text(report.to_json())
    frozen = losscli.evaluate(other, losses=LOSS, freeze_from=saved)
    assert [fit.parameters for fit in frozen.fitted] == [fit.parameters for fit in report.fitted]
    assert [fit.rows for fit in frozen.fitted] == [400, 400, 400]
    assert {fit.origin for fit in frozen.fitted} == {"frozen"}
    assert not any("cannot be compared" in text for text in frozen.warnings)
    referred = losscli.evaluate(other, losses=LOSS, fit_on=data)
    assert [fit.parameters for fit in referred.fitted] == [fit.parameters for fit in report.fitted]
    assert {fit.origin for fit in referred.fitted} == {"reference"}
    assert [one.estimate for one in referred.losses] == [one.estimate for one in frozen.losses]
    again = tmp_path / "again.json"
    again.write_text(frozen.to_json())
    twice = losscli.evaluate(other, losses=LOSS, freeze_from=again)
    assert twice.to_dict()["fitted"] == frozen.to_dict()["fitted"]


def test_a_limit_needs_parameters_that_do_not_move(tmp_path: Path) -> None:
    data, other = frame(np.arange(9.0)), frame(np.arange(20.0))
    for limit in ("huber(delta=auto) > 99", "mix > 99", "skill(huber(delta=auto)) < 0"):
        with pytest.raises(UsageError, match="its limit would move") as caught:
            losscli.evaluate(data, losses=LOSS, fail_if=limit)
        assert "--fit-on" in caught.value.remedy
    with pytest.raises(UsageError, match="its limit would move"):
        losscli.evaluate(data, losses="mae", warn_if="mse + huber(delta=auto) > 9")
    limit = "huber(delta=auto) > 0.01"
    found = losscli.evaluate(data, losses="mae", fit_on=other, fail_if=limit)
    assert found.verdict == "failed"
    saved = tmp_path / "fitted.json"
    saved.write_text(losscli.evaluate(other, losses="huber(delta=auto)").to_json())
    frozen = losscli.evaluate(data, losses="mae", freeze_from=saved, fail_if=limit)
    assert frozen.gates == found.gates


def test_compare_needs_parameters_that_do_not_move() -> None:
    draw = np.random.default_rng(5)
    old = frame(draw.normal(size=300))
    new = old.assign(pred=old["pred"] + draw.normal(size=300) / 9)
    loss = "huber(delta=auto)"
    with pytest.raises(UsageError, match="would adapt to one of the two models") as caught:
        losscli.compare(old, new, losses=f"mse + {loss}")
    assert "--fit-on" in caught.value.remedy
    with pytest.raises(UsageError, match="the reference is the file that is judged"):
        losscli.compare(old, new, losses=loss, fit_on=new)
    found = losscli.compare(old, new, losses=loss, fit_on=old)
    alone = losscli.evaluate(old, losses=loss)
    assert found.to_dict()["fitted"][0]["parameters"] == dict(alone.fitted[0].parameters)
    assert found.losses[0].old == alone.losses[0].estimate.value
    both = old.assign(a=old["pred"], b=new["pred"]).drop(columns="pred")
    same = losscli.compare(both, old_pred="a", new_pred="b", losses=loss, fit_on=both.copy())
    assert same.losses[0].change == found.losses[0].change


BAD: dict[str, tuple[list[float], str, str]] = {
    "mad 0": ([1.0, 1.0, 1.0, 5.0], "huber(delta=auto)", "MAD is 0"),
    "one row": ([3.0], "huber(delta=auto)", "MAD is 0"),
    "constant": ([2.0, 2.0, 2.0], "tukey(c=auto)", "MAD is 0"),
    "constant barron": ([2.0, 2.0], "barron(alpha=auto, c=auto)", "equally large"),
    "one row barron": ([2.0], "barron(alpha=auto, c=auto)", "equally large"),
    "half zero": ([0.0, 0.0, 1.0, 2.0], "barron(alpha=auto)", "half of the residuals are 0"),
    "no density": ([0.5, 1.0, 2.0], "barron(alpha=-2, c=auto)", "alpha=-2 has no density"),
    "no density at all": ([0.5, 1.0, 2.0], "barron(alpha=-inf, c=auto)", "has no density"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_found_is_an_error_with_a_remedy(name: str) -> None:
    errors, loss, what = BAD[name]
    data = pd.DataFrame({"y": errors, "pred": np.zeros(len(errors))})
    with pytest.raises(DataError, match=what) as caught:
        losscli.evaluate(data, losses=loss, task="regression")
    remedy = caught.value.remedy
    assert remedy.startswith("give a number: ")
    losscli.evaluate(data, losses=remedy.removeprefix("give a number: "), task="regression")


def test_infinite_residuals() -> None:
    huge = 1.7e308
    data = pd.DataFrame({"y": [huge, 0.5, -0.25, 0.1], "pred": [-huge, 0.0, 0.0, 0.0]})
    with pytest.raises(DataError, match="residuals are infinite"):
        losscli.evaluate(data, losses="barron(alpha=auto)")
    assert fitted(data, "huber(delta=auto)")["delta"] > 0  # robust: one of four does not matter
    with pytest.raises(DataError, match="tells no scale"):
        losscli.evaluate(data.assign(y=huge, pred=-huge), losses="huber(delta=auto)")


@pytest.mark.parametrize("loss", ["within(x=auto)", "lp(q=auto)", "pinball(alpha=auto)"])
def test_a_parameter_without_a_rule_names_those_that_have_one(loss: str) -> None:
    with pytest.raises(UsageError, match="not auto") as caught:
        losscli.evaluate(frame([1.0, 2.0]), losses=loss)
    assert "huber(delta=auto)" in caught.value.remedy


def saved(tmp_path: Path, **changes: Any) -> Path:
    found = losscli.evaluate(frame([1.0, 2.0, 4.0]), losses="huber(delta=auto)").to_dict()
    path = tmp_path / "fitted.json"
    path.write_text(json.dumps({**found, **changes}))
    return path


FIT = {
    "loss": "huber(delta=auto)",
    "parameters": {"delta": 1.0},
    "rule": "",
    "origin": "judged",
    "files": [],
    "rows": 3,
    "digest": "",
}
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "schema": ({"schema": 2}, "schema 2"),
    "none": ({"fitted": []}, "no fitted parameters"),
    "no list": ({"fitted": {"delta": 1}}, "no fitted parameters"),
    "text": ({"fitted": [{**FIT, "parameters": {"delta": "1"}}]}, "not what they should be"),
    "true": ({"fitted": [{**FIT, "parameters": {"delta": True}}]}, "not what they should be"),
    "huge": ({"fitted": [{**FIT, "parameters": {"delta": 10**400}}]}, "not what they should be"),
    "twice": ({"fitted": [FIT, FIT]}, "not what they should be"),
    "keys": ({"fitted": [{"loss": "huber(delta=auto)"}]}, "not what they should be"),
    "other": ({"fitted": [{**FIT, "loss": "tukey(c=auto)"}]}, r"no parameters of huber\(delta"),
    "negative": ({"fitted": [{**FIT, "parameters": {"delta": -1}}]}, "delta must be a number"),
    "too many": (
        {"fitted": [{**FIT, "parameters": {"delta": 1.0, "zeta": 1.0}}]},
        "a parameter too many: zeta",
    ),
    "missing": ({"fitted": [{**FIT, "parameters": {"c": 1.0}}]}, "it is missing"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_report_that_freezes_nothing_is_refused(name: str, tmp_path: Path) -> None:
    changes, what = BROKEN[name]
    data = frame([1.0, 3.0, 9.0])
    with pytest.raises(DataError, match=what) as caught:
        losscli.evaluate(data, losses="huber(delta=auto)", freeze_from=saved(tmp_path, **changes))
    assert "--save" in caught.value.remedy


def test_other_bad_input(tmp_path: Path) -> None:
    data, loss = frame([1.0, 3.0, 9.0]), "huber(delta=auto)"
    path = saved(tmp_path)
    cut, pickle = tmp_path / "cut.json", tmp_path / "x.pkl"
    cut.write_text(path.read_text()[:300])
    pickle.write_bytes(b"\x80\x04N.")
    options: list[tuple[type[LosscliError], str, dict[str, Any]]] = [
        (UsageError, "both say where", {"fit_on": data.copy(), "freeze_from": path}),
        (UsageError, "no loss asks for --fit-on", {"losses": "mse", "fit_on": data.copy()}),
        (UsageError, "no loss asks for --freeze-from", {"losses": "mse", "freeze_from": path}),
        (UsageError, "the reference is the file", {"fit_on": data}),
        (UsageError, "the reference is a file", {"fit_on": "-"}),
        (LosscliError, "pred", {"fit_on": data.drop(columns="pred")}),
        (DataError, "there is no such report", {"freeze_from": tmp_path / "none.json"}),
        (DataError, "a pickle", {"freeze_from": pickle}),
        (DataError, "the file was cut", {"freeze_from": cut}),
    ]
    for kind, what, given in options:
        with pytest.raises(kind, match=what) as caught:
            losscli.evaluate(data, **{"losses": loss, **given})
        assert caught.value.remedy


def test_standard_input_has_one_pass_only(tmp_path: Path) -> None:
    data = frame([1.0, 3.0, 9.0])
    text, reference = data.to_csv(index=False), tmp_path / "ref.csv"
    data.to_csv(reference, index=False)
    command = [sys.executable, "-m", "losscli", "eval", "-", "--loss", "huber(delta=auto)", "-q"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more], input=text, capture_output=True, text=True, check=False
        )

    alone, referred = run(), run("--fit-on", str(reference))
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "--fit-on FILE" in alone.stderr
    assert referred.returncode == 0
    assert "adapted" in referred.stdout
