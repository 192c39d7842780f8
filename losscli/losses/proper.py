"""Whether a loss is proper: whether honest forecasts are best on average, found by trying."""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from losscli.losses.chosen import Chosen, Part
from losscli.losses.spec import Loss, Value, Vector

_ROUNDING = 1e-9
"""Expected losses that differ by less, beside their size, are taken for equal."""
_STEPS = 1000
_PARTS = 59
_OUTCOMES = 2001
_NODES = 120
_LEVELS = np.array([0.25, 0.5, 0.75])
_OFF = (-1.0, -0.2, 0.0, 0.2, 1.0)

Columns = Mapping[str, NDArray[np.float64]]
Case = tuple[Vector, Vector]
"""Expected losses of predictions, and those of the honest ones beside which they stand."""


def proper(loss: Loss, parameters: Mapping[str, Value]) -> str:
    """Return "strictly", "yes" or "no", or nothing where the prediction is no such forecast.

    "strictly" where honest forecasts alone are best on average, "yes" where nothing is better.
    """
    chosen, roles = Chosen("", "", (Part(1.0, loss, parameters),)), set(loss.roles)
    if roles == {"y", "prob"}:
        return _verdict(_of_binary(chosen))
    if roles == {"y", "probs"} and "y" not in loss.several:
        return _verdict(_of_classes(chosen))
    if roles == {"y", "lower", "upper"} and "alpha" in parameters:
        return _verdict([_of_interval(chosen, float(parameters["alpha"]))])
    if roles == {"y", "quantiles", "levels"}:
        return _verdict([_of_quantiles(chosen)])
    return _verdict([_of_normal(chosen)]) if roles == {"y", "mean", "std"} else ""


def _verdict(cases: "Iterator[Case] | list[Case]") -> str:
    strictly = True
    for others, honest in cases:
        slack = _ROUNDING * np.abs(honest)
        if (others < honest - slack).any():
            return "no"
        strictly &= bool((others > honest + slack).all())
    return "strictly" if strictly else "yes"


def _of_binary(chosen: Chosen) -> Iterator[Case]:
    p = np.linspace(0.0, 1.0, _STEPS + 1)
    losses = [chosen.terms({"y": np.full_like(p, y), "prob": p})[0] for y in (0.0, 1.0)]
    yield from _apart(np.column_stack([1 - p, p]), losses, np.arange(13, _STEPS, 61))


def _of_classes(chosen: Chosen) -> Iterator[Case]:
    """Try three classes; no two probabilities of an honest forecast are alike, as in a tie."""
    n = _PARTS
    parts = np.array([(a, b, n - a - b) for a, b in product(range(n + 1), repeat=2) if a + b <= n])
    p = parts / n
    losses = [chosen.terms({"y": np.full(len(p), y), "probs": p})[0] for y in range(3)]
    apart = (np.diff(np.sort(parts, axis=1), axis=1) > 0).all(axis=1) & (parts > 0).all(axis=1)
    yield from _apart(p, losses, np.flatnonzero(apart)[::17])


def _apart(p: Vector, losses: list[Vector], honest: NDArray[np.intp]) -> Iterator[Case]:
    for truth in honest.tolist():
        expected = np.zeros(len(p))
        for share, of_class in zip(p[truth].tolist(), losses, strict=True):
            expected += share * of_class
        yield np.delete(expected, truth), expected[truth : truth + 1]


def _logistic(level: Vector) -> Vector:
    """Return quantiles of the standard logistic distribution."""
    return np.log(level) - np.log1p(-level)


def _of_interval(chosen: Chosen, alpha: float) -> Case:
    ends = _logistic(np.array([alpha / 2, 1 - alpha / 2]))
    tried = [ends + off for off in product(_OFF, repeat=2)]
    kept = np.array([both for both in tried if both[0] <= both[1]])
    columns = {"lower": kept[:, 0], "upper": kept[:, 1]}
    return _beside(chosen, columns, *_outcomes(), (kept == ends).all(axis=1))


def _of_quantiles(chosen: Chosen) -> Case:
    honest = _logistic(_LEVELS)
    tried = np.array([honest + off for off in product(_OFF, repeat=3)])
    columns = {"quantiles": tried, "levels": _LEVELS}
    return _beside(chosen, columns, *_outcomes(), (tried == honest).all(axis=1))


def _of_normal(chosen: Chosen) -> Case:
    tried = np.array(list(product(_OFF, (0.25, 0.8, 1.0, 1.25, 4.0))))
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    columns = {"mean": tried[:, 0], "std": tried[:, 1]}
    honest = (tried == [0.0, 1.0]).all(axis=1)
    return _beside(chosen, columns, nodes, weights / weights.sum(), honest)


def _outcomes() -> tuple[Vector, Vector]:
    level = (np.arange(_OUTCOMES) + 0.5) / _OUTCOMES
    return _logistic(level), np.full(_OUTCOMES, 1 / _OUTCOMES)


def _beside(
    chosen: Chosen, tried: Columns, outcomes: Vector, shares: Vector, honest: NDArray[np.bool_]
) -> Case:
    """Return the expected losses of all predictions but the honest one, and of that."""
    columns = {
        role: values if role == "levels" else np.repeat(values, len(outcomes), axis=0)
        for role, values in tried.items()
    }
    y = np.tile(outcomes, len(honest))
    losses = chosen.terms({"y": y, **columns})[0].reshape(len(honest), -1)
    expected = (losses * shares).sum(axis=1)
    return expected[~honest], expected[honest]
