"""Simulate what the intervals and verdicts promise: coverage, false alarms, and what is found.

    python tests/benchmarks/intervals.py --samples 4000 --pairs 4000

Every sample goes through `losscli.evaluate` or `losscli.compare`. A loss of a given distribution
is mae with a truth of 0 and the loss as the prediction. Prints the two tables of the README.
"""

import argparse
import math
import multiprocessing.pool
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import losscli
from losscli.comparison.records import LossChange

Vector = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Vector]

LOSSES: dict[str, Draw] = {
    "normal": lambda draw, rows: draw.normal(10, 2, rows),
    "exponential": lambda draw, rows: draw.exponential(1, rows),
    "t5 squared": lambda draw, rows: draw.standard_t(5, rows) ** 2,
    "lognormal": lambda draw, rows: draw.lognormal(0, 1, rows),
}


def frame(losses: Vector) -> pd.DataFrame:
    """Return rows whose absolute errors are the losses."""
    return pd.DataFrame({"y_true": np.zeros(len(losses)), "y_pred": losses})


def compared(old: Vector, new: Vector) -> LossChange:
    """Return the change of the mean."""
    return losscli.compare(frame(old), frame(new), losses="mae", top=0, jobs=1).losses[0]


def pair(name: str, rows: int, same: float, draw: np.random.Generator) -> tuple[Vector, Vector]:
    """Draw the losses of two models that are as good; `same` is the share of rows alike."""
    old, new = LOSSES[name](draw, rows), LOSSES[name](draw, rows)
    return old, np.where(draw.random(rows) < same, old, new)


def alarms(task: tuple[str, int, int]) -> tuple[bool, bool, bool, bool]:
    """Compare once where nothing changed (in two ways), and where the loss rose (in two ways)."""
    name, rows, seed = task
    draw = np.random.default_rng([seed, rows, len(name)])
    apart, alike = pair(name, rows, 0.0, draw), pair(name, rows, 0.8, draw)
    first, second = compared(*apart), compared(*alike)
    risen = compared(apart[0], apart[1] + first.detectable)
    fresh = pair(name, rows, 0.0, draw)
    again = compared(fresh[0], fresh[1] + first.detectable)
    return (
        first.verdict in ("improved", "regressed"),
        second.verdict in ("improved", "regressed"),
        risen.verdict == "regressed",
        again.verdict == "regressed",
    )


def _binary(draw: np.random.Generator, rows: int) -> pd.DataFrame:
    prob = draw.uniform(0.02, 0.98, rows)
    return pd.DataFrame({"y_true": (draw.random(rows) < prob).astype(int), "y_prob": prob})


def _entropy() -> float:
    p = np.linspace(0.02, 0.98, 1_000_001)
    return float(np.mean(-p * np.log(p) - (1 - p) * np.log(1 - p)))


def _labels(draw: np.random.Generator, rows: int) -> pd.DataFrame:
    wrong = draw.random(rows) < 0.01
    return pd.DataFrame({"y_true": ["a"] * rows, "y_pred": np.where(wrong, "b", "a")})


COVERED: dict[str, tuple[str, Callable[[np.random.Generator, int], pd.DataFrame], float]] = {
    "absolute error, normal": (
        "mae",
        lambda d, n: frame(d.normal(0, 1, n)),
        math.sqrt(2 / math.pi),
    ),
    "squared error, normal": ("mse", lambda d, n: frame(d.normal(0, 1, n)), 1.0),
    "log loss, calibrated": ("log_loss", _binary, _entropy()),
    "0/1, 1 % errors": ("zero_one", _labels, 0.01),
    "exponential losses": ("mae", lambda d, n: frame(d.exponential(1, n)), 1.0),
    "squared error, t5": ("mse", lambda d, n: frame(d.standard_t(5, n)), 5 / 3),
}


def covers(task: tuple[str, int, int]) -> tuple[bool, bool, bool]:
    """Tell whether the interval of one sample holds the true mean, is warned of, or either."""
    name, rows, seed = task
    loss, sample, truth = COVERED[name]
    draw = np.random.default_rng([seed, rows, len(name)])
    report = losscli.evaluate(sample(draw, rows), losses=loss, top=0, jobs=1)
    found = report.losses[0].estimate
    held = found.low <= truth <= found.high
    warned = any("the tail of" in warning for warning in report.warnings)
    return held, warned, held or warned


def shares(
    pool: "multiprocessing.pool.Pool",
    judge: Callable[[tuple[str, int, int]], tuple[bool, ...]],
    names: list[str],
    sizes: list[int],
    runs: int,
) -> Iterator[tuple[str, int, list[float]]]:
    """Yield (name, size, per cent of each answer)."""
    for name in names:
        for rows in sizes:
            tasks = [(name, rows, seed) for seed in range(runs)]
            found = np.array(pool.map(judge, tasks, chunksize=20))
            yield name, rows, (100 * found.mean(axis=0)).tolist()


def main() -> None:
    """Print two tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--pairs", type=int, default=4000)
    parser.add_argument("--jobs", type=int, help="processes; as many as processors if not given")
    options = parser.parse_args()
    with multiprocessing.Pool(options.jobs) as pool:
        print(
            "| row losses | rows | the 95 % interval covers | warned of a heavy tail "
            "| covers or warned |"
        )
        print("|---|---|---|---|---|")
        for name, rows, found in shares(pool, covers, [*COVERED], [200, 2000], options.samples):
            cells = " | ".join(f"{share:.1f} %" for share in found)
            print(f"| {name} | {rows} | {cells} |", flush=True)
        print()
        print(
            "| row losses | rows | false alarms | false alarms, 80 % of rows the same | found "
            "| found in other rows |"
        )
        print("|---|---|---|---|---|---|")
        for name, rows, found in shares(pool, alarms, [*LOSSES], [200, 2000], options.pairs):
            cells = " | ".join(f"{share:.1f} %" for share in found)
            print(f"| {name} | {rows} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
