"""What a loss costs, situation by situation: a curve, or a few rows where none can be drawn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.losses.chosen import Chosen, Part
from losscli.losses.spec import Loss, Value, Vector

_POINTS = 157  # y - pred = 0 and pred = 1 are among them
_SPREADS = ("delta", "beta", "c", "epsilon", "x")
"""Parameters in the unit of the error: the curve shows what happens beyond them."""

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Curve:
    """The row loss against one quantity; neither array is empty, and all of it is finite."""

    against: str
    at: Vector
    loss: Vector


def curve(loss: Loss, parameters: Mapping[str, Value]) -> Curve | None:
    """Return the row loss against the quantity that decides it, where one number does."""
    for against, at, *ways in _ways(set(loss.roles), parameters):
        found = [_judged(loss, parameters, columns) for columns in ways]
        if all(np.isfinite(one).all() and np.allclose(one, found[0]) for one in found):
            return Curve(against, at, found[0])
    return None


def situations(loss: Loss, parameters: Mapping[str, Value]) -> list[tuple[str, float]]:
    """Return the row loss in a few telling rows, in words; empty where they have no words."""
    roles = set(loss.roles)
    y = np.array([-3.0, -1.0, 0.0, 1.0, 2.0])
    texts = [f"y = {value:g}" for value in y]
    columns: dict[str, NDArray[Any]] = {"y": y}
    if "lower" in roles:
        columns |= {"lower": np.full(5, -1.0), "upper": np.full(5, 1.0)}
        texts = [f"{text}, predicted -1 to 1" for text in texts]
    elif "quantiles" in roles:
        columns |= {
            "quantiles": np.tile([-1.0, 0.0, 1.0], (5, 1)),
            "levels": np.array([0.1, 0.5, 0.9]),
        }
        texts = [f"{text}, predicted 10 %: -1, 50 %: 0, 90 %: 1" for text in texts]
    elif "label" in roles:
        columns = {"y": np.zeros(2, np.intp), "label": np.array([0, 1])}
        texts = ["the right class", "another class"]
    else:
        return []
    return list(zip(texts, _judged(loss, parameters, columns).tolist(), strict=True))


def _judged(loss: Loss, parameters: Mapping[str, Value], columns: Columns) -> Vector:
    """Return the row losses, NaN for rows where the loss is not defined."""
    found = Chosen("", "", (Part(1.0, loss, parameters),)).terms(columns)[0]
    for role, legal in loss.domain(**parameters).items():
        column = columns.get(role, found)
        if column.dtype.kind == "f" and len(column) == len(found):
            inside = legal.holds(column)
            found = np.where(inside if inside.ndim == 1 else inside.all(axis=1), found, np.nan)
    return found


def _ways(roles: set[str], parameters: Mapping[str, Value]) -> Iterator[tuple[Any, ...]]:
    """Yield what to draw against: its name, its values, and columns that must agree on the loss.

    A loss is a function of the error alone where it is the same for y = 0 and for y = 1.
    """
    one, first = np.ones(_POINTS), np.zeros(_POINTS, np.intp)
    p, lead = np.linspace(0.01, 0.99, _POINTS), np.linspace(-2.0, 3.0, _POINTS)
    if roles == {"y", "pred"}:
        spreads = [float(parameters[s]) for s in _SPREADS if s in parameters]
        e = np.linspace(-1.0, 1.0, _POINTS) * max(3.0, 2 * max(spreads, default=0.0))
        yield "y - pred", e, {"y": 0 * one, "pred": -e}, {"y": one, "pred": 1 - e}
        pred = np.linspace(0.1, 4.0, _POINTS).round(9)
        yield "pred, where y is 1", pred, {"y": one, "pred": pred}
    elif roles == {"y", "prob"}:
        yield "the probability of what happened", p, {"y": one, "prob": p}
    elif roles == {"y", "probs"}:
        probs = np.column_stack([p, 1 - p])
        yield "the probability of what happened", p, {"y": first, "probs": probs}
    elif roles == {"y", "score"}:
        yield "y*score", lead, {"y": one, "score": lead}
    elif roles == {"y", "scores"}:
        scores = np.column_stack([lead, 0 * lead])
        yield "the true class's score above its best rival", lead, {"y": first, "scores": scores}
