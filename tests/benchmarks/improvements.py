"""Simulate what `losscli improve` promises: no gain where there is none, and planted maps found.

    python tests/benchmarks/improvements.py --runs 200

Prints the tables of the README. "each" is the fix that claims most often; "held" says how many
of its intervals hold 0.
"""

import argparse
import multiprocessing.pool
from collections.abc import Callable

import numpy as np
import pandas as pd

import losscli
from losscli.comparison.records import IMPROVED

Draw = Callable[[np.random.Generator, int], pd.DataFrame]
KINDS = ("shift", "scale", "affine", "temperature", "logit_shift", "platt", "threshold")


def regression(noise: str, shift: float = 0.0, scale: float = 1.0) -> Draw:
    """Return truths that are a line of the predictions, and noise whose centre is 0."""

    def draw(random: np.random.Generator, rows: int) -> pd.DataFrame:
        pred = random.normal(10, 4, rows)
        away = {
            "normal": lambda: random.normal(0, 1, rows),
            "Laplace": lambda: random.laplace(0, 1, rows),
            "t5": lambda: random.standard_t(5, rows),
        }[noise]()
        return pd.DataFrame({"y_true": scale * pred + shift + away, "y_pred": pred})

    return draw


def binary(temperature: float = 1.0, decimals: int | None = None) -> Draw:
    """Return honest probabilities whose logits were multiplied by the temperature."""

    def draw(random: np.random.Generator, rows: int) -> pd.DataFrame:
        logit = random.normal(0, 2, rows)
        if decimals is not None:
            prob = np.clip(np.round(1 / (1 + np.exp(-logit)), decimals), 0.01, 0.99)
            logit = np.log(prob / (1 - prob))
        y = random.random(rows) < 1 / (1 + np.exp(-logit))
        return pd.DataFrame({"y_true": y * 1, "y_prob": 1 / (1 + np.exp(-temperature * logit))})

    return draw


def multiclass(temperature: float = 1.0) -> Draw:
    """Return honest probabilities of five classes, sharpened by the temperature."""

    def draw(random: np.random.Generator, rows: int) -> pd.DataFrame:
        logits = random.normal(0, 2, (rows, 5))
        true = np.exp(logits)
        true /= true.sum(axis=1)[:, None]
        y = (random.random(rows)[:, None] > np.cumsum(true, axis=1)).sum(axis=1)
        said = np.exp(temperature * logits)
        said /= said.sum(axis=1)[:, None]
        frame = pd.DataFrame({f"prob_{k}": said[:, k] for k in range(5)})
        return frame.assign(y_true=np.minimum(y, 4).astype(str))

    return draw


def twice(one: Draw) -> Draw:
    """Return every row two times, as where rows were copied by accident."""
    return lambda random, rows: pd.concat([one(random, rows // 2)] * 2)


NOTHING: dict[str, tuple[str, Draw]] = {
    "mae, Laplace noise": ("mae", regression("Laplace")),
    "mse, normal noise": ("mse", regression("normal")),
    "mse, t5 noise": ("mse", regression("t5")),
    "huber, t5 noise": ("huber", regression("t5")),
    "pinball, normal noise": ("pinball", regression("normal")),
    "log_loss, honest": ("log_loss", binary()),
    "log_loss, honest, two decimals": ("log_loss", binary(decimals=2)),
    "brier, honest": ("brier", binary()),
    "zero_one, honest": ("zero_one", binary()),
    "cost, honest": ("cost(fp=1, fn=4)", binary()),
    "cross_entropy, honest, 5 classes": ("cross_entropy", multiclass()),
    "mse, every row twice": ("mse", twice(regression("normal"))),
    "log_loss, every row twice": ("log_loss", twice(binary())),
    "zero_one, every row twice": ("zero_one", twice(binary())),
}
PLANTED: dict[str, tuple[str, Draw, str, str, float]] = {
    "shift of 3.1, mae": ("mae", regression("Laplace", 3.1), "shift", "shift", 3.1),
    "shift of -3.1, mse": ("mse", regression("normal", -3.1), "shift", "shift", -3.1),
    "scale of 1.2, mae": ("mae", regression("Laplace", 0, 1.2), "scale", "scale", 1.2),
    "scale of 0.8, huber": ("huber", regression("t5", 0, 0.8), "scale", "scale", 0.8),
    "affine, shift of 3.1": ("mse", regression("normal", 3.1, 1.2), "affine", "shift", 3.1),
    "affine, scale of 1.2": ("mse", regression("normal", 3.1, 1.2), "affine", "scale", 1.2),
    "temperature of 2, log_loss": (
        *("log_loss", binary(2.0)),
        *("temperature", "temperature", 2.0),
    ),
    "temperature of 2, cross_entropy": (
        *("cross_entropy", multiclass(2.0)),
        *("temperature", "temperature", 2.0),
    ),
    "temperature of 0.5, cross_entropy": (
        *("cross_entropy", multiclass(0.5)),
        *("temperature", "temperature", 0.5),
    ),
}


def claim(task: tuple[str, int, int]) -> tuple[bool, dict[str, tuple[bool, bool]]]:
    """Say whether a gain is claimed, and for each fix whether it is and whether 0 is held."""
    name, rows, seed = task
    loss, draw = NOTHING[name]
    found = losscli.improve(draw(np.random.default_rng([seed, rows]), rows), loss=loss, jobs=1)
    each = {
        one.kind: (one.change.verdict == IMPROVED, one.change.low <= 0 <= one.change.high)
        for one in found.fixes
    }
    return found.verdict == "helps", each


def miss(task: tuple[str, int, int]) -> float:
    """Return by which part a planted parameter was missed."""
    name, rows, seed = task
    loss, draw, kind, parameter, planted = PLANTED[name]
    found = losscli.improve(draw(np.random.default_rng([seed, rows]), rows), loss=loss, jobs=1)
    fix = next(one for one in found.fixes if one.kind == kind)
    return abs(fix.parameters[parameter] / planted - 1)


def main() -> None:
    """Simulate, and print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--planted", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--only", default="", help="those whose name holds this")
    asked = parser.parse_args()
    with multiprocessing.pool.Pool() as pool:
        print("| loss and data | gain claimed | by each fix at most | intervals that hold 0 |")
        print("|---|---|---|---|")
        for name in (name for name in NOTHING if asked.only in name and asked.runs):
            found = pool.map(claim, [(name, asked.rows, seed) for seed in range(asked.runs)])
            claims = np.mean([one for one, _ in found])
            kinds = [kind for kind in KINDS if any(kind in each for _, each in found)]
            worst = max(np.mean([e[k][0] for _, e in found if k in e]) for k in kinds)
            held = min(np.mean([e[k][1] for _, e in found if k in e]) for k in kinds)
            print(f"| {name} | {100 * claims:.1f} % | {100 * worst:.1f} % | {100 * held:.1f} % |")
        print("\n| planted | median miss | largest miss | within 1 % |\n|---|---|---|---|")
        for name in (name for name in PLANTED if asked.only in name and asked.planted):
            misses = pool.map(miss, [(name, 100_000, seed) for seed in range(asked.planted)])
            within = np.mean(np.array(misses) <= 0.01)
            said = f"{100 * np.median(misses):.2f} % | {100 * max(misses):.2f} %"
            print(f"| {name} | {said} | {100 * within:.0f} % |")


if __name__ == "__main__":
    main()
