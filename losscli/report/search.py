"""The best constant of two numbers, a mean and a spread, by golden section in turn."""

import math

import numpy as np

from losscli.losses.chosen import Chosen
from losscli.minimum import minimum
from losscli.report.truths import Found, Truths, value_of
from losscli.summary.distribution import Sample

THIN = 2048
"""So many truths stand for all where many constants are tried."""
_TURNS = 4
_STEPS = 24


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
    small = Truths(thinned(truths.sample, THIN), truths.mean)

    def over(mean: float, std: float) -> float:
        return value_of(chosen, small, normal(mean, std)[1])  # type: ignore[index]

    for _turn in range(_TURNS):
        fixed = std
        mean = minimum(lambda m: over(m, fixed), mean - std, mean + std, _STEPS)  # noqa: B023
        middle = mean
        std = minimum(lambda s: over(middle, s), std / 4, std * 2, _STEPS)  # noqa: B023
    return normal(mean, std)


def distinct(sample: Sample) -> Sample:
    """Return each number once, with the mass of all that are equal to it."""
    there = sample.mass > 0
    values, mass = sample.values[there], sample.mass[there]
    first = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    return Sample(values[first], np.add.reduceat(mass, first), sample.exact)


def thinned(sample: Sample, most: int) -> Sample:
    """Return at most so many numbers that stand for all, each for a stretch of the mass."""
    if len(sample.values) <= most:
        return sample
    edges = np.linspace(0, len(sample.values), most + 1).astype(np.intp)
    mass = np.add.reduceat(sample.mass, edges[:-1])
    middle = (edges[:-1] + edges[1:]) // 2
    return Sample(sample.values[middle], mass, sample.exact)
