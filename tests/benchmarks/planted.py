"""Simulate how near `losscli improve` comes to planted maps, and how near anybody could.

    python tests/benchmarks/planted.py --runs 200

Prints the table of the README: how far the parameters of 100,000 rows are from those that were
planted, and beside it "at best": the share within 1 % for whoever finds the very least of this
loss of such rows (Huber, 1967: the sandwich of slopes and curvatures). For log_loss,
cross_entropy, mse of normal and mae of Laplace noise and the deviances that is the bound of
Cramér and Rao, which no estimator beats.
"""

import argparse
import math
import multiprocessing.pool
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from improvements import Draw, binary, multiclass, regression
from numpy.typing import NDArray
from scipy.stats import norm

import losscli
from losscli.improvement.kinds import KINDS
from losscli.losses.language import parse, resolve

ROWS = 100_000
MANY = 1_000_000
"""Rows of the one draw that tells what is possible."""
STEP = 0.02
NEAR = 0.01
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Planted:
    """What is drawn, the loss, and the parameters of the map that is best."""

    loss: str
    draw: Draw
    kind: str
    parameters: Mapping[str, float]


def ratio(noise: str, scale: float) -> Draw:
    """Return positive truths that are a multiple of the predictions, with noise as a factor."""

    def draw(random: np.random.Generator, rows: int) -> pd.DataFrame:
        pred = random.gamma(4, 2, rows) + 0.5
        if noise == "Poisson":
            y: Vector = random.poisson(scale * pred).astype(np.float64)
        elif noise == "gamma":
            y = random.gamma(3, scale * pred / 3)
        else:
            # the median of y, weighted by 1/y, is what mape rewards
            y = scale * pred * random.lognormal(0.09, 0.3, rows)
        return pd.DataFrame({"y_true": y, "y_pred": pred})

    return draw


def centred(one: Draw, centre: float) -> Draw:
    """Return truths that lie so much lower: a quantile of the noise becomes 0."""

    def draw(random: np.random.Generator, rows: int) -> pd.DataFrame:
        frame = one(random, rows)
        return frame.assign(y_true=frame["y_true"] - centre)

    return draw


def _numbers() -> dict[str, Planted]:
    found: dict[str, Planted] = {}
    above = float(norm.ppf(0.9))
    losses = {
        "mse": ("normal", 0.0),
        "rmse": ("normal", 0.0),
        "mae": ("Laplace", 0.0),
        "huber": ("t5", 0.0),
        "log_cosh": ("t5", 0.0),
        "pinball(alpha=0.9)": ("normal", above),
    }
    for (loss, (noise, centre)), (shift, scale) in product(
        losses.items(), ((3.1, 1.0), (0.0, 1.2), (-3.1, 0.8))
    ):
        kind = "affine" if shift and scale != 1 else "shift" if shift else "scale"
        wanted = {"shift": shift, "scale": scale}
        wanted = wanted if kind == "affine" else {kind: wanted[kind]}
        draw = centred(regression(noise, shift, scale), centre)
        found[f"{loss} of {noise} noise, {kind}"] = Planted(loss, draw, kind, wanted)
    for loss, noise in (
        ("mape", "lognormal"),
        ("poisson", "Poisson"),
        ("gamma", "gamma"),
    ):
        found[f"{loss}, scale"] = Planted(loss, ratio(noise, 1.2), "scale", {"scale": 1.2})
    return found


def _probabilities() -> dict[str, Planted]:
    found = {}
    for loss, spread, t in (
        ("log_loss", 2.0, 2.0),
        ("log_loss", 2.0, 0.5),
        ("log_loss", 3.0, 2.0),
        ("log_loss", 1.5, 2.0),
        ("brier", 2.0, 2.0),
    ):
        draw, wanted = binary(t, spread=spread), {"temperature": t}
        name = f"{loss}, 2 classes, true logits of sd {spread:g}, temperature {t:g}"
        found[name] = Planted(loss, draw, "temperature", wanted)
    draw = binary(2.0, spread=0.5, middle=2.4)
    found["log_loss, 2 classes, true logits near ±2.4, temperature 2"] = Planted(
        "log_loss", draw, "temperature", {"temperature": 2.0}
    )
    for shift in (1.0, 2.0):
        draw = binary(1.0, shift=shift)
        name = f"log_loss, 2 classes, logit shift {shift:g}"
        found[name] = Planted("log_loss", draw, "logit_shift", {"shift": shift})
    wanted = {"temperature": 2.0, "shift": 2.0}
    found["log_loss, 2 classes, both"] = Planted(
        "log_loss", binary(2.0, shift=2.0), "platt", wanted
    )
    for classes, loss, t in (
        *product((3, 5, 10), ("cross_entropy",), (2.0, 0.5)),
        (5, "brier", 2.0),
        (10, "brier", 2.0),
    ):
        name = f"{loss}, {classes} classes, temperature {t:g}"
        draw = multiclass(t, classes)
        found[name] = Planted(loss, draw, "temperature", {"temperature": t})
    return found


PLANTED = {**_numbers(), **_probabilities()}


def misses(task: tuple[str, int]) -> list[float]:
    """Return by which part of itself each planted parameter was missed."""
    name, seed = task
    one = PLANTED[name]
    frame = one.draw(np.random.default_rng([seed, ROWS]), ROWS)
    found = losscli.improve(frame, loss=one.loss, jobs=1)
    fix = next(fix for fix in found.fixes if fix.kind == one.kind)
    return [abs(fix.parameters[key] / planted - 1) for key, planted in one.parameters.items()]


def at_best(one: Planted) -> list[float]:
    """Return the share of draws in which the very least of the loss is within 1 %."""
    columns = _columns(one.draw(np.random.default_rng(1), MANY))
    task = "regression" if "pred" in columns else "binary" if "prob" in columns else "multiclass"
    chosen = resolve(parse([one.loss]), task, tuple(columns))[0]
    kind = next(kind for kind in KINDS if (kind.name, kind.task) == (one.kind, task))
    centre = np.array([one.parameters[name] for name in kind.parameters])

    def losses(*away: float) -> Vector:
        theta = centre * (1 + STEP * np.array(away))
        return chosen.terms(kind.columns(columns, tuple(theta)))[0]

    # in units of the planted parameters
    axes = np.eye(len(centre))
    slopes = [(losses(*axis) - losses(*-axis)) / (2 * STEP) for axis in axes]
    curved = np.array(
        [
            [
                np.mean(losses(*(a + b)) - losses(*(a - b)) - losses(*(b - a)) + losses(*-(a + b)))
                for b in axes
            ]
            for a in axes
        ]
    ) / (4 * STEP**2)
    inverse = np.linalg.inv(curved)
    spread = inverse @ np.atleast_2d(np.cov(slopes)) @ inverse / ROWS
    return [math.erf(NEAR / math.sqrt(2 * variance)) for variance in np.diag(spread)]


def _columns(frame: pd.DataFrame) -> dict[str, NDArray[np.float64] | NDArray[np.intp]]:
    if "y_pred" in frame:
        return {"y": frame["y_true"].to_numpy(), "pred": frame["y_pred"].to_numpy()}
    if "y_prob" in frame:
        y = frame["y_true"].to_numpy(np.float64)
        return {"y": y, "prob": frame["y_prob"].to_numpy()}
    probs = frame.drop(columns="y_true")
    return {"y": frame["y_true"].to_numpy(np.intp), "probs": np.ascontiguousarray(probs)}


def main() -> None:
    """Simulate, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--only", default="", help="those whose name holds this")
    asked = parser.parse_args()
    print("| planted | median miss | largest miss | within 1 % | at best |\n|---|---|---|---|---|")
    with multiprocessing.pool.Pool(asked.jobs) as pool:
        for name, one in PLANTED.items():
            if asked.only not in name:
                continue
            found = np.array(pool.map(misses, [(name, seed) for seed in range(asked.runs)]))
            for k, (key, best) in enumerate(zip(one.parameters, at_best(one), strict=True)):
                away, near = found[:, k], np.mean(found[:, k] <= NEAR)
                label = f"{name}: {key}" if len(one.parameters) > 1 else name
                said = f"{100 * np.median(away):.2f} % | {100 * max(away):.2f} %"
                shares = f"{100 * near:.1f} % | {100 * best:.1f} %"
                print(f"| {label} | {said} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
