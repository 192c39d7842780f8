"""Rows on which a loss is tried: ordinary ones, and those at the edges of what is legal."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.losses.domain import REAL, UNIT, Interval
from losscli.losses.parameter import Value
from losscli.losses.spec import BOX, Loss, Vector
from losscli.roles import ROLES, SHARED

Columns = dict[str, NDArray[Any]]
Shape = tuple[int, ...]
ROWS = 200
_EDGE_ROWS = 3000
_CLASSES = 3
_LEVELS = np.array([0.1, 0.5, 0.9])
_COSTS = np.array([[0.0, 1.0, 4.0], [2.0, 0.0, 1.0], [5.0, 3.0, 0.0]])
_EDGES = (0.0, 1.0, -1.0, 0.5, 1e-9, -1e-9, 1e9, -1e9)
_CHANCES = (0.0, 5e-324, 1e-9, 0.5, 1 - 2**-53, 1.0)
_SHARES = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [1 - 1e-9, 1e-9, 0.0]])


def _ends(legal: Interval) -> list[float]:
    """Return the ends of a range and numbers next to them, and others within."""
    near = [legal.low, legal.low + 1e-9, legal.high - 1e-9, legal.high]
    lot = [*(value for value in near if np.isfinite(value)), *_EDGES]
    return [value for value in dict.fromkeys(lot) if value in legal]


def moved(column: Vector, legal: Interval) -> Vector:
    """Return a column with what is not legal moved to where it is, as far as a sum can."""
    found, size = column, np.abs(column)
    if np.isfinite(legal.low) and np.isfinite(legal.high):
        found = legal.low + size / (1 + size) * (legal.high - legal.low)
    elif np.isfinite(legal.low):
        found = legal.low + size
    elif np.isfinite(legal.high):
        found = legal.high - size
    return np.where(legal.holds(column), column, np.ceil(found) if legal.whole else found)


class _Ordinary:
    """Draws numbers of both signs, even in the exponent; of other columns those above 0."""

    rows = ROWS

    def __init__(self) -> None:
        self.draw = np.random.default_rng(11)

    def numbers(self, shape: Shape, legal: Interval) -> Vector:
        signs = self.draw.choice([-1.0, 1.0], shape)
        return self._moved(signs * 10 ** self.draw.uniform(-3, 3, shape), legal)

    def others(self, shape: Shape, legal: Interval) -> Vector:
        return self._moved(10 ** self.draw.uniform(-1, 1, shape), legal)

    def _moved(self, column: Vector, legal: Interval) -> Vector:
        found = moved(column, legal)
        return np.where(legal.holds(found), found, self.draw.choice(_ends(legal), column.shape))

    def near(self, y: Vector, legal: Interval) -> Vector:
        return self._moved(y + self.numbers(y.shape, REAL), legal)

    def chances(self, shape: Shape) -> Vector:
        return self.draw.uniform(size=shape)

    def shares(self) -> Vector:
        return self.draw.dirichlet(np.ones(_CLASSES), self.rows)


class _Edges:
    """Draws the ends of what is legal, and what is next to them."""

    rows = _EDGE_ROWS

    def __init__(self) -> None:
        self.draw = np.random.default_rng(12)

    def numbers(self, shape: Shape, legal: Interval) -> Vector:
        return self.draw.choice(_ends(legal), shape)

    others = numbers

    def near(self, y: Vector, legal: Interval) -> Vector:
        return np.where(self.draw.uniform(size=y.shape) < 0.2, y, self.numbers(y.shape, legal))  # noqa: PLR2004 - one in five

    def chances(self, shape: Shape) -> Vector:
        return self.draw.choice(_CHANCES, shape)

    def shares(self) -> Vector:
        return self.draw.permuted(self.draw.choice(_SHARES, self.rows), axis=1)


def ordinary(loss: Loss, parameters: Mapping[str, Value]) -> Columns:
    """Return rows of all sizes and signs that lie in the domain of a loss."""
    return _drawn(loss, loss.domain(**parameters), _Ordinary())


def edges(loss: Loss, parameters: Mapping[str, Value]) -> Columns:
    """Return rows in which every column is at some edge of what is legal."""
    return _drawn(loss, loss.domain(**parameters), _Edges())


def _drawn(loss: Loss, domain: Mapping[str, Interval], lot: _Ordinary | _Edges) -> Columns:
    n, draw = lot.rows, lot.draw
    many: Shape = (n, _CLASSES)

    def legal(role: str) -> Interval:
        return domain.get(role, REAL)

    def one(role: str) -> Shape:
        return many if role in loss.several else (n,)

    def sorted_numbers() -> Vector:
        return np.sort(lot.numbers(many, REAL), axis=1)

    y = _truths(loss, domain, lot)
    if loss.components == BOX:
        boxes = [lot.near(y, REAL), y + draw.choice(_EDGES[:4], y.shape)]
        return _legal({"y": y, "pred": boxes[draw.integers(2)]}, domain, loss)
    ends = sorted_numbers()
    made: Mapping[str, Callable[[], NDArray[Any]]] = {
        "pred": lambda: lot.near(y, legal("pred")),
        "prob": lambda: lot.chances(one("prob")),
        "probs": lot.shares,
        "label": lambda: _labels(loss, lot),
        "quantiles": sorted_numbers,
        "members": lambda: lot.numbers(many, REAL),
        "scores": lambda: lot.numbers(many, REAL),
        "logits": lambda: lot.numbers(many, REAL),
        "lower": lambda: ends[:, 0],
        "upper": lambda: ends[:, 2],
        "levels": lambda: _LEVELS,
        "cost_matrix": lambda: _COSTS,
    }
    found: Columns = {}
    for role in loss.roles:
        if role == "y":
            found[role] = y
        elif role in made:
            found[role] = made[role]()
        elif role in loss.several and legal(role) == UNIT:
            found[role] = lot.shares()
        else:
            known = role in ROLES
            found[role] = (lot.numbers if known else lot.others)(one(role), legal(role))
    return _legal(found, domain, loss)


def _truths(loss: Loss, domain: Mapping[str, Interval], lot: _Ordinary | _Edges) -> NDArray[Any]:
    n, many = lot.rows, (lot.rows, _CLASSES)
    if loss.components == BOX:
        low = lot.numbers((n, 2), REAL)
        return np.hstack([low, low + np.abs(lot.others((n, 2), REAL))])
    if loss.task in ("multiclass", "labels") or "scores" in loss.roles:
        return lot.draw.integers(0, _CLASSES, n)
    if loss.task in ("binary", "multilabel", "margin"):
        y = lot.draw.integers(0, 2, many if "y" in loss.several else n).astype(float)
        return 2 * y - 1 if loss.task == "margin" else y
    if loss.task == "soft":
        return lot.shares()
    return lot.numbers(many if "y" in loss.several else (n,), domain.get("y", REAL))


def _labels(loss: Loss, lot: _Ordinary | _Edges) -> NDArray[Any]:
    if loss.task == "labels":
        return lot.draw.integers(0, _CLASSES, lot.rows)
    shape = (lot.rows, _CLASSES) if "label" in loss.several else (lot.rows,)
    return lot.draw.integers(0, 2, shape).astype(float)


def _legal(found: Columns, domain: Mapping[str, Interval], loss: Loss) -> Columns:
    found = within(found, domain)
    if loss.components == BOX:
        areas = [(b[:, 0] < b[:, 2]) & (b[:, 1] < b[:, 3]) for b in (found["y"], found["pred"])]
        return taken(found, areas[0] & areas[1])
    return found


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
    predicted = found.keys() & ROLES.keys()
    if y is None or not predicted:
        return None
    best: dict[str, Any] = dict.fromkeys(("pred", "prob", "label", "lower", "upper"), y)
    if y.ndim == 1:
        best |= dict.fromkeys(("quantiles", "members"), np.repeat(y[:, None], _CLASSES, axis=1))
    if "probs" in predicted:
        best["probs"] = y if y.ndim > 1 else np.eye(_CLASSES)[y]
    if predicted - best.keys():
        return None
    return taken({**found, **{role: best[role] for role in predicted}}, slice(None))
