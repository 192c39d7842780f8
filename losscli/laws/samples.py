"""Rows on which a loss is tried: ordinary ones, and those at the edges of what is legal."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.losses.domain import REAL, Interval
from losscli.losses.spec import Loss, Value, Vector
from losscli.roles import SHARED

Columns = dict[str, NDArray[Any]]
ROWS = 200
_CLASSES = 3
_LEVELS = np.array([0.1, 0.5, 0.9])
_COSTS = np.array([[0.0, 1.0, 4.0], [2.0, 0.0, 1.0], [5.0, 3.0, 0.0]])
_EDGES = (0.0, 1.0, -1.0, 0.5, 1e-9, -1e-9, 1e9, -1e9)
_MOST = 3000


def ordinary(loss: Loss, parameters: Mapping[str, Value]) -> Columns:
    """Return rows of all sizes and signs that lie in the domain of a loss."""
    draw = np.random.default_rng(11)
    sizes = [draw.choice([-1.0, 1.0], ROWS) * 10 ** draw.uniform(-3, 3, ROWS) for _ in range(3)]
    shares = draw.dirichlet(np.ones(_CLASSES), ROWS)
    y: NDArray[Any] = sizes[0]
    if loss.task in ("binary", "margin"):
        y = draw.integers(0, 2, ROWS).astype(float)
        y = 2 * y - 1 if loss.task == "margin" and "scores" not in loss.roles else y
    if loss.task in ("multiclass", "labels") or "scores" in loss.roles:
        y = draw.integers(0, _CLASSES, ROWS)
    cuts = np.sort(draw.normal(size=(ROWS, _CLASSES)) + sizes[1][:, None], axis=1)
    known: Columns = {"y": y, "pred": sizes[0] + sizes[1], "prob": draw.uniform(size=ROWS)}
    known |= {"probs": shares, "scores": cuts[:, ::-1], "score": sizes[1], "logit": sizes[1]}
    known |= {"label": draw.integers(0, _CLASSES, ROWS), "quantiles": cuts, "members": cuts}
    known |= {"lower": cuts[:, 0], "upper": cuts[:, 2], "mean": sizes[1], "logits": cuts}
    known |= {"std": np.abs(sizes[2]), "variance": np.abs(sizes[2])}
    known |= {"levels": _LEVELS, "cost_matrix": _COSTS}
    found = {r: known.get(r, 10 ** draw.uniform(-1, 1, ROWS)) for r in loss.roles}
    return within(_folded(found, loss.domain(**parameters)), loss.domain(**parameters))


def edges(loss: Loss, parameters: Mapping[str, Value]) -> Columns | None:
    """Return rows in which every column is at some edge of what is legal; None without numbers."""
    domain = loss.domain(**parameters)
    choices = {}
    for role in loss.roles:
        if role in SHARED or role in ("probs", "scores", "quantiles", "members", "logits", "label"):
            return None
        choices[role] = _ends(loss, role, domain.get(role, REAL))
    while np.prod([len(one) for one in choices.values()]) > _MOST:
        longest = max(choices, key=lambda role: len(choices[role]))
        choices[longest] = choices[longest][::2]
    table = np.array(list(product(*choices.values())))
    found: Columns = dict(zip(choices, table.T.copy(), strict=True))
    if {"lower", "upper"} <= found.keys():
        found = taken(found, found["lower"] <= found["upper"])
    return within(found, domain)


def _ends(loss: Loss, role: str, legal: Interval) -> list[float]:
    if role == "y" and loss.task in ("binary", "margin"):
        return [0.0, 1.0] if loss.task == "binary" else [-1.0, 1.0]
    if role == "prob":
        return [0.0, 5e-324, 1e-9, 0.5, 1 - 2**-53, 1.0]
    near = [legal.low, legal.low + 1e-9, legal.high - 1e-9, legal.high]
    lot = [*(value for value in near if np.isfinite(value)), *_EDGES]
    return [value for value in dict.fromkeys(lot) if value in legal]


def within(found: Columns, domain: Mapping[str, Interval]) -> Columns:
    """Return the rows that lie in the domain, contiguous and read-only."""
    rows = next(len(column) for role, column in found.items() if role not in SHARED)
    inside = np.ones(rows, np.bool_)
    for role in found.keys() & domain.keys() - SHARED:
        if found[role].dtype.kind == "f":
            inside &= domain[role].holds(found[role]).reshape(rows, -1).all(axis=1)
    return taken(found, inside)


def taken(found: Columns, rows: Any) -> Columns:  # noqa: ANN401 - whatever picks rows
    """Return some of the rows, contiguous and read-only."""
    kept = {r: c if r in SHARED else np.ascontiguousarray(c[rows]) for r, c in found.items()}
    for column in kept.values():
        column.flags.writeable = False
    return kept


def perfect(found: Columns) -> Columns | None:
    """Return the same rows, predicted without an error; None where that is not known."""
    y = found.get("y")
    predicted = found.keys() & {"pred", "prob", "label", "probs"}
    if y is None or len(predicted) != 1:
        return None
    (role,) = predicted
    best = np.eye(_CLASSES)[y] if role == "probs" else y
    return taken({**found, role: best}, slice(None))


def _folded(found: Columns, domain: Mapping[str, Interval]) -> Columns:
    return {
        role: _moved(column, domain[role])
        if role in domain and column.dtype.kind == "f" and role not in SHARED
        else column
        for role, column in found.items()
    }


def _moved(column: Vector, legal: Interval) -> Vector:
    outside = ~legal.holds(column)
    if np.isfinite(legal.low) and np.isfinite(legal.high):
        share = np.abs(column) / (1 + np.abs(column))
        return np.where(outside, legal.low + share * (legal.high - legal.low), column)
    if np.isfinite(legal.low):
        return np.where(outside, legal.low + np.abs(column), column)
    return np.where(outside & np.isfinite(legal.high), legal.high - np.abs(column), column)
