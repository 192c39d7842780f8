"""Simulate what `losscli improve` promises: no gain where there is none.

    python tests/benchmarks/improvements.py --runs 200

Prints the table of the README. "each" is the fix that claims most often; "held" says how many
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


def binary(
    temperature: float = 1.0,
    shift: float = 0.0,
    decimals: int | None = None,
    *,
    spread: float = 2.0,
    middle: float = 0.0,
) -> Draw:
    """Return probabilities that are honest once their logits are divided and shifted so.

    The true logits lie around the middle, and around its opposite, with a spread.
    """

    def draw(random: np.random.Generator, rows: int) -> pd.DataFrame:
        logit = random.normal(0, spread, rows) + middle * random.choice([-1, 1], rows)
        if decimals is not None:
            prob = np.clip(np.round(1 / (1 + np.exp(-logit)), decimals), 0.01, 0.99)
            logit = np.log(prob / (1 - prob))
        y = random.random(rows) < 1 / (1 + np.exp(-logit))
        said = temperature * (logit - shift)
        return pd.DataFrame({"y_true": y * 1, "y_prob": 1 / (1 + np.exp(-said))})

    return draw


def multiclass(temperature: float = 1.0, classes: int = 5) -> Draw:
    """Return honest probabilities of several classes, sharpened by the temperature."""

    def draw(random: np.random.Generator, rows: int) -> pd.DataFrame:
        logits = random.normal(0, 2, (rows, classes))
        true = np.exp(logits)
        true /= true.sum(axis=1)[:, None]
        y = (random.random(rows)[:, None] > np.cumsum(true, axis=1)).sum(axis=1)
        said = np.exp(temperature * logits)
        said /= said.sum(axis=1)[:, None]
        frame = pd.DataFrame({f"prob_{k}": said[:, k] for k in range(classes)})
        return frame.assign(y_true=np.minimum(y, classes - 1).astype(str))

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


def main() -> None:
    """Simulate, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--only", default="", help="those whose name holds this")
    asked = parser.parse_args()
    with multiprocessing.pool.Pool(asked.jobs) as pool:
        print("| loss and data | gain claimed | by each fix at most | intervals that hold 0 |")
        print("|---|---|---|---|")
        for name in (name for name in NOTHING if asked.only in name):
            found = pool.map(claim, [(name, asked.rows, seed) for seed in range(asked.runs)])
            claims = np.mean([one for one, _ in found])
            kinds = [kind for kind in KINDS if any(kind in each for _, each in found)]
            worst = max(np.mean([e[k][0] for _, e in found if k in e]) for k in kinds)
            held = min(np.mean([e[k][1] for _, e in found if k in e]) for k in kinds)
            print(
                f"| {name} | {100 * claims:.1f} % | {100 * worst:.1f} % | {100 * held:.1f} % |",
                flush=True,
            )


if __name__ == "__main__":
    main()
