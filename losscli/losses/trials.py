"""What losses are tried on to find out what they are like: truths, and many predictions of them."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen, Part
from losscli.losses.domain import REAL
from losscli.losses.parameter import Value
from losscli.losses.spec import Loss, Vector
from losscli.roles import ROLES, SHARED

Columns = Mapping[str, NDArray[Any]]
_SPREADS = ("delta", "beta", "c", "epsilon", "x", "margin")
"""Parameters in the unit of the prediction."""
_LEVELS = np.array([0.25, 0.5, 0.75])
_CLASSES = 3
_MATRIX = np.array([[0.0, 1.0, 4.0], [2.0, 0.0, 1.0], [5.0, 3.0, 0.0]])
_AIDS = {"naive_mae": 1.0, "naive_rmse": 1.0, "bytes": 4.0, "tokens": 1.0}
"""Columns that are neither truth nor prediction."""


@dataclass(frozen=True)
class Trial:
    """Truths of one row each, and many predictions, by role; `shared` is the same for all."""

    truths: tuple[Columns, ...]
    predictions: Columns
    shared: Columns

    @property
    def count(self) -> int:
        """How many predictions there are."""
        return len(next(iter(self.predictions.values())))

    def judged(self, chosen: Chosen, truth: Columns, predictions: Columns) -> Vector:
        """Return the row losses of many predictions of one truth; NaN where there is none."""
        count = len(next(iter(predictions.values())))
        columns: dict[str, NDArray[Any]] = {
            role: np.repeat(np.asarray(value)[None], count, axis=0) for role, value in truth.items()
        }
        columns |= {role: np.ascontiguousarray(values) for role, values in predictions.items()}
        inside = np.full(count, fill_value=True)
        for role, (legal, _) in chosen.domain().items():
            if role in columns and legal != REAL:
                holds = legal.holds(columns[role].astype(np.float64))
                inside &= holds.reshape(count, -1).all(axis=1)
        found = np.full(count, np.nan)
        kept = {role: values[inside] for role, values in columns.items()}
        found[inside] = chosen.terms({**kept, **self.shared})[0]
        return found


def scale_of(parameters: Mapping[str, Value]) -> float:
    """Return the largest parameter in the unit of the prediction, at least 1."""
    return max([1.0, *(float(parameters[name]) for name in _SPREADS if name in parameters)])


def chosen_of(loss: Loss, parameters: Mapping[str, Value]) -> Chosen:
    """Return the loss as one that is asked for."""
    return Chosen("", "", (Part(1.0, loss, parameters),))


def trial(loss: Loss, parameters: Mapping[str, Value]) -> Trial | None:
    """Return what a loss is tried on; None where its predictions are classes."""
    known = _AIDS | {role: 1.0 for role in loss.roles if loss.origin and _is_column(role)}
    roles = {role for role in loss.roles if role not in known}
    make = _MADE.get((frozenset(roles - {"cost_matrix", "levels"}), "y" in loss.several))
    if loss.components:
        make = _boxes
    if make is None:
        return None
    truths, predictions = make(scale_of(parameters))
    aids: dict[str, Any] = {
        role: np.float64(value) for role, value in known.items() if role in loss.roles
    }
    shared = {"levels": _LEVELS, "cost_matrix": _MATRIX}
    return Trial(
        tuple({**truth, **aids} for truth in truths),
        predictions,
        {role: values for role, values in shared.items() if role in loss.roles},
    )


def _is_column(role: str) -> bool:
    return role != "y" and role not in ROLES and role not in SHARED


Made = tuple[list[dict[str, Any]], dict[str, NDArray[Any]]]


def _of(*truths: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - numbers, codes or arrays
    return [{"y": truth} for truth in truths]


def _numbers(scale: float) -> Made:
    sizes = scale * np.logspace(-3, 4, 29)
    lot = np.concatenate([-sizes, [0.0], sizes])
    return _of(-scale, 0.0, 0.01 * scale, scale, 9 * scale), {"pred": lot}


def _chances() -> Vector:
    ends = 10.0 ** -np.arange(1, 10)
    near = np.linspace(0, 0.05, 21)
    return np.concatenate([ends, 1 - ends, near, 1 - near, np.linspace(0, 1, 22)])


def _prob(_: float) -> Made:
    return _of(0.0, 1.0), {"prob": _chances()}


def _simplex() -> Vector:
    lot = np.array(list(product((0.0, 0.004, 0.1, 0.3, 1.0), repeat=_CLASSES))[1:])
    return np.asarray(lot / lot.sum(axis=1, keepdims=True))


def _probs(_: float) -> Made:
    return _of(*range(_CLASSES)), {"probs": _simplex()}


def _score(scale: float) -> Made:
    return _of(-1.0, 1.0), {"score": _numbers(scale)[1]["pred"]}


def _scores(_: float) -> Made:
    lot = np.array(list(product((0.0, 0.004, 0.1, 0.3, 1.0), repeat=_CLASSES))[1:])
    return _of(*range(_CLASSES)), {"scores": 8 * lot - 2}


def _grid(*axes: Any) -> list[NDArray[np.float64]]:  # noqa: ANN401 - any numbers
    return list(np.array(list(product(*axes))).T)


def _ranking(scale: float) -> Made:
    steps = scale * np.array([-100.0, -3.0, -1.0, -0.25, 0.0, 0.25, 1.0, 3.0, 100.0])
    one, other = _grid(steps, steps)
    return _of(-1.0, 1.0), {"score": one, "score2": other}


def _normal(_: float) -> Made:
    mean, std = _grid((-9.0, -1.0, 0.0, 0.3, 1.0, 9.0), (0.01, 0.25, 1.0, 2.0, 5.0, 100.0))
    return _of(0.0, 1.0, 30.0), {"mean": mean, "std": std}


def _interval(_: float) -> Made:
    low, high = _grid(*[(-30.0, -3.0, -1.0, -0.2, 0.0, 0.2, 1.0, 3.0, 30.0)] * 2)
    kept = low <= high
    return _of(0.0, 1.0, 9.0), {"lower": low[kept], "upper": high[kept]}


def _quantiles(_: float) -> Made:
    lot = np.sort(np.array(list(product((-30.0, -1.0, 0.0, 0.2, 3.0), repeat=3))), axis=1)
    return _of(0.0, 1.0, 9.0), {"quantiles": np.unique(lot, axis=0)}


def _members(_: float) -> Made:
    # in any order: they are not sorted in a file
    lot = np.array(list(product((-30.0, -1.0, 0.0, 0.2, 3.0), repeat=3)))
    return _of(0.0, 1.0, 9.0), {"members": lot}


def _risk(_: float) -> Made:
    var, es = _grid(*[(-30.0, -3.0, -2.0, -1.0, -0.5, -0.01)] * 2)
    kept = es <= var
    return _of(-9.0, -1.5, 0.0, 1.0), {"var": var[kept], "es": es[kept]}


def _vectors(_: float) -> Made:
    lot = np.array([v for v in product((-3.0, -1.0, 0.0, 0.5, 2.0), repeat=2) if any(v)])
    return _of(np.array([1.0, 0.0]), np.array([1.0, 2.0])), {"pred": lot}


def _boxes(_: float) -> Made:
    sides = [(a, a + b) for a, b in product((-1.0, 0.0, 0.5, 5.0, 1e6), (0.5, 1.0, 4.0))]
    lot = np.array([(x[0], y[0], x[1], y[1]) for x, y in product(sides, repeat=2)])
    return _of(np.array([0.0, 0.0, 1.0, 1.0])), {"pred": lot}


_PAIRS = [np.array(pair) for pair in product((0.0, 1.0), repeat=2)]


def _several_probs(_: float) -> Made:
    steps = (0.0, 1e-9, 0.1, 0.3, 0.5, 0.8, 1.0)
    return _of(*_PAIRS), {"prob": np.array(list(product(steps, repeat=2)))}


def _several_scores(_: float) -> Made:
    steps = (-100.0, -2.0, -0.5, 0.0, 0.5, 3.0)
    return _of(*_PAIRS), {"score": np.array(list(product(steps, repeat=2)))}


def _soft(_: float) -> Made:
    shares = (np.array([0.5, 0.3, 0.2]), np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.5, 0.5]))
    return _of(*shares), {"probs": _simplex()}


def _game(_: float) -> Made:
    v, a, b = _grid((-1.0, -0.2, 0.0, 1.0), *[(0.0, 0.1, 0.5, 1.0)] * 2)
    kept = a + b <= 1
    moves = np.column_stack([a, b, 1 - a - b])[kept]
    truths = [{"z": z, "pi": np.array([0.5, 0.25, 0.25])} for z in (-1.0, 1.0)]
    return truths, {"v": v[kept], "p": moves}


def _rating(_: float) -> Made:
    winner, loser = _grid(*[(-3000.0, -400.0, 0.0, 50.0, 900.0)] * 2)
    return [{}], {"r_w": winner, "r_l": loser}


def _surprise(_: float) -> Made:
    return [{}], {"logprob": np.concatenate([-np.logspace(-3, 6, 19), [0.0]])}


_MADE: Mapping[tuple[frozenset[str], bool], Callable[[float], Made]] = {
    (frozenset(roles.split()), several): make
    for roles, several, make in (
        ("y pred", False, _numbers),
        ("y prob", False, _prob),
        ("y probs", False, _probs),
        ("y score", False, _score),
        ("y scores", False, _scores),
        ("y score score2", False, _ranking),
        ("y mean std", False, _normal),
        ("y mean variance", False, _normal),
        ("y lower upper", False, _interval),
        ("y quantiles", False, _quantiles),
        ("y members", False, _members),
        ("y var es", False, _risk),
        ("y pred", True, _vectors),
        ("y prob", True, _several_probs),
        ("y score", True, _several_scores),
        ("y probs", True, _soft),
        ("z v pi p", False, _game),
        ("r_w r_l", False, _rating),
        ("logprob", False, _surprise),
    )
}
