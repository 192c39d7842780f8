"""The best constant found numerically: on a grid, then by golden section."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from losscli.losses.chosen import Chosen
from losscli.losses.domain import REAL, Interval
from losscli.minimum import minimum
from losscli.report.truths import Found, Truths, Vector, along, number_of, value_of
from losscli.summary.distribution import Sample

_THINNER, _THIN = 256, 4096
_TURNS = 4
_FINALISTS = 16
"""Of the points of the grid, so many best ones are judged on more of the sample."""
_ROUGH_STEPS = 60
_FINE_STEPS = 24
_REACH = 0.05


def moments(_: Chosen, truths: Truths, __: object) -> Found:
    """Return the normal distribution with the mean and variance of the truths."""
    variance = truths.sample.mean_of(lambda y: (y - truths.mean) ** 2)
    return normal(truths.mean, math.sqrt(variance)) if variance > 0 else None


def normal(mean: float, std: float) -> Found:
    """Return a normal distribution as the constant."""
    columns = {"mean": np.float64(mean), "std": np.float64(std)}
    return {"mean": mean, "std": std}, columns  # type: ignore[return-value]


def spread(chosen: Chosen, truths: Truths, _: object) -> Found:
    """Return the normal distribution with the least loss: its mean and spread in turn."""
    found = moments(chosen, truths, None)
    if found is None:
        return None
    mean, std = (float(found[1][role]) for role in ("mean", "std"))
    small = Truths(_thinned(truths.sample, _THIN), truths.mean)

    def over(mean: float, std: float) -> float:
        return value_of(chosen, small, normal(mean, std)[1])  # type: ignore[index]

    for _turn in range(_TURNS):
        fixed = std
        mean = minimum(lambda m: over(m, fixed), mean - std, mean + std, _FINE_STEPS)  # noqa: B023
        middle = mean
        std = minimum(lambda s: over(middle, s), std / 4, std * 2, _FINE_STEPS)  # noqa: B023
    return normal(mean, std)


def numeric(role: str) -> Callable[[Chosen, Truths, object], Found]:
    """Return what finds the best number of a role numerically."""

    def find(chosen: Chosen, truths: Truths, _: object) -> Found:
        legal = chosen.domain().get(role, (REAL, ""))[0]
        grid = _grid(role, truths, legal)
        smaller, small = (
            replace(truths, sample=_thinned(truths.sample, most)) for most in (_THINNER, _THIN)
        )

        def over(sample: Truths) -> Callable[[float], float]:
            return lambda c: value_of(chosen, sample, {role: np.float64(c)})  # type: ignore[dict-item]

        rough = over(small)
        order = np.argsort(along(chosen, smaller, role, grid), kind="stable")
        at = min(order[:_FINALISTS].tolist(), key=lambda place: rough(float(grid[place])))
        low, high = float(grid[max(at - 1, 0)]), float(grid[min(at + 1, len(grid) - 1)])
        best = minimum(rough, low, high, _ROUGH_STEPS)
        if small.sample is not truths.sample:
            reach = (high - low) * _REACH
            best = minimum(
                over(truths), max(low, best - reach), min(high, best + reach), _FINE_STEPS
            )
        exact = over(truths)
        return number_of(role, min((float(grid[at]), best), key=exact))

    return find


def _grid(role: str, truths: Truths, legal: Interval) -> Vector:
    """Return where a minimum is looked for: quantiles of y, or the range of the role."""
    if role == "prob":
        logits = np.linspace(-16, 16, 129)
        return np.array([0.0, *(1 / (1 + np.exp(-logits))), 1.0])
    if role == "score":
        scores = np.linspace(-16, 16, 129)
        return scores[legal.holds(scores)]
    sample = truths.sample
    quantiles = [sample.quantile(q) for q in np.linspace(0, 1, 129).tolist()]
    spread = np.linspace(sample.values[0], sample.values[-1], 385).tolist()
    grid = np.array(sorted({*quantiles, *spread, truths.mean}))
    return grid[legal.holds(grid)] if legal.holds(grid).any() else grid


def _thinned(sample: Sample, most: int) -> Sample:
    """Return at most so many numbers that stand for all, each for a stretch of the mass."""
    if len(sample.values) <= most:
        return sample
    edges = np.linspace(0, len(sample.values), most + 1).astype(np.intp)
    mass = np.add.reduceat(sample.mass, edges[:-1])
    middle = (edges[:-1] + edges[1:]) // 2
    return Sample(sample.values[middle], mass, sample.exact)
