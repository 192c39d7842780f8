"""A law: no constant prediction costs less than the property that a loss says it rewards."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.laws.samples import moved
from losscli.laws.tried import Said, Tried, shown
from losscli.losses.domain import REAL
from losscli.losses.spec import Vector

_ROUNDED = 1e-9
_SKEWED = 10 ** np.linspace(-1, 1.2, 41)
"""Truths whose mean, median and quantiles differ."""
_YES = np.repeat([1.0, 0.0], [3, 7])
_CODES = np.repeat([0, 1, 2], [10, 6, 4])
_STEPS = 20
_SIMPLEX = np.array(
    [(a, b, _STEPS - a - b) for a, b in product(range(_STEPS + 1), repeat=2) if a + b <= _STEPS]
)
_NUMBERS: Mapping[str, Callable[[Vector, float], float]] = {
    "mean": lambda y, _: float(y.mean()),
    "median": lambda y, _: float(np.median(y)),
    "quantile": lambda y, level: float(np.quantile(y, level, method="inverted_cdf")),
    "midrange": lambda y, _: float(y.min() + y.max()) / 2,
}


def rewards(tried: Tried) -> Said:
    """Say which constant costs less than the one that a loss says it rewards."""
    loss, legal = tried.loss, tried.loss.domain(**tried.parameters)
    word, _, parameter = loss.elicits.partition(" ")
    if not loss.elicits:
        return "open", "it does not say what it rewards"
    if any(tried.parameters[p.name] != p.default for p in loss.parameters if p.name != parameter):
        return None  # it is said of the others as they are by default
    roles = {*loss.roles}
    if roles == {"y", "pred"} and word in _NUMBERS and "y" not in loss.several:
        y: NDArray[Any] = moved(_SKEWED, legal.get("y", REAL))
        level = tried.parameters.get(parameter)
        best = np.array(_NUMBERS[word](y, float(level) if isinstance(level, float | int) else 0.0))
        others = np.concatenate([np.linspace(y.min(), y.max(), 301), best * [0.999, 1.001]])
    elif roles == {"y", "prob"} and word == "probability":
        y, best, others = _YES, np.array(_YES.mean()), np.linspace(0, 1, 101)
    elif roles == {"y", "probs"} and word == "probabilities" and loss.task == "multiclass":
        y, best, others = _CODES, np.bincount(_CODES) / len(_CODES), _SIMPLEX / _STEPS
    else:
        return "open", "that is tried for the mean, median and quantiles, and for probabilities"
    (role,) = roles - {"y"}

    def value(constant: NDArray[np.float64]) -> float:
        repeated = np.repeat(constant[None], len(y), axis=0)
        return tried.value({"y": y, role: repeated})

    said = value(best)
    for other in others[legal.get(role, REAL).holds(others).reshape(len(others), -1).all(axis=1)]:
        found = value(np.asarray(other))
        if found < said - _ROUNDED * abs(said):
            return "broken", (
                f"predicting the {word}, {shown(best)}, costs {said:.6g} on average over some "
                f"truths, and {shown(other)} costs {found:.6g}"
            )
    return None
