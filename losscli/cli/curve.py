"""What a loss costs, situation by situation: a curve, or a few rows where none can be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.cli.ways import ways
from losscli.dataclass import dataclass
from losscli.losses.arguments import column_of
from losscli.losses.chosen import Chosen, Part
from losscli.losses.combine import MEAN
from losscli.losses.parameter import Value
from losscli.losses.spec import Loss, Vector
from losscli.losses.traits import Few
from losscli.roles import ROLES, SHARED

Columns = Mapping[str, NDArray[Any]]
_RIGHT = np.array([[1.0, 0.0]] * 3)
_SHARES = np.array([[0.75, 0.25]] * 3)
_NEARLY = np.array([[0.75, 0.25], [0.5, 0.5], [0.125, 0.875]])
_EXAMPLES: tuple[Columns, ...] = (
    {"y": _SHARES, "probs": _NEARLY},
    {"y": _RIGHT, "pred": np.array([[2.0, 0.0], [1.0, 1.0], [-1.0, 0.0]])},
    {"y": _RIGHT, "prob": _NEARLY, "label": np.rint(_NEARLY), "score": 4 * _NEARLY},
    {"y": np.zeros(3), "members": np.array([[-1.0, 0.0, 1.0], [1.0, 2.0, 3.0], [2.0, 2.0, 2.0]])},
    {
        "y": np.array([0, 1, 1]),
        "label": np.array([0, 1, 0]),
        "probs": np.array([[0.75, 0.25], [0.75, 0.25], [0.875, 0.125]]),
        "cost_matrix": np.array([[0.0, 1.0], [5.0, 0.0]]),
    },
    {"z": np.ones(3), "v": np.array([1.0, 0.0, -1.0]), "pi": _SHARES, "p": _NEARLY},
)
"""Three rows for losses of several columns."""
_BOXES: Columns = {
    "y": np.array([[0.0, 0.0, 2.0, 2.0]] * 3),
    "pred": np.array([[0.0, 0.0, 2.0, 1.0], [1.0, 1.0, 3.0, 3.0], [3.0, 0.0, 5.0, 2.0]]),
}
"""Half of the box, a box that overlaps it, and one beside it."""


@dataclass(frozen=True)
class Curve:
    """The row loss against one quantity; neither array is empty, and all of it is finite.

    `few` are some typical values of the quantity, `costs` what they cost: NaN where the loss is
    not defined. `alone` are the values of the loss over rows that are all like that; None where
    these are the same, or where there is none.
    """

    against: str
    at: Vector
    loss: Vector
    few: Vector
    costs: Vector
    alone: Vector | None = None


def curve(loss: Loss, parameters: Mapping[str, Value]) -> Curve | None:
    """Return the row loss against the quantity that decides it, where one number does."""
    given = {r for r in loss.roles if loss.origin and r not in ROLES and r != "y"}
    said = "".join(f", {column_of(role)} is 1" for role in sorted(given))
    roles = set(loss.roles) - given
    kind = "boxes" if loss.components else "several" if "y" in loss.several else ""
    drawn, typical = (ways(roles, parameters, kind, few=few) for few in (False, True))
    for (against, at, *columns), (_, few, *others) in zip(drawn, typical, strict=True):
        ones = {role: np.ones_like(at) for role in given}
        found = [_judged(loss, parameters, {**one, **ones}) for one in columns]
        same = all(np.isfinite(one).all() and np.allclose(one, found[0]) for one in found)
        if same and np.ptp(found[0]):
            few_ones = {role: np.ones_like(few) for role in given}
            rows = {**others[0], **few_ones}
            costs = _judged(loss, parameters, rows)
            alone = _alone(loss, parameters, rows, costs)
            return Curve(f"{against}{said}", at, found[0], few, costs, alone)
    return None


def _alone(
    loss: Loss, parameters: Mapping[str, Value], rows: Columns, costs: Vector
) -> Vector | None:
    combine = loss.combine(**parameters)
    if combine is MEAN:
        return None
    terms = Chosen("", "", (Part(1.0, loss, parameters),)).terms(rows)
    each = ([term[at : at + 1] for term in terms] for at in range(len(costs)))
    with np.errstate(all="ignore"):
        found = np.array([combine.value(Few(one)) for one in each])
    judged = ~np.isnan(costs)
    known = np.isfinite(found[judged]).all() and not np.allclose(found[judged], costs[judged])
    return found if known else None


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
    elif roles == {"y", "label"} and not loss.several:
        columns = {"y": np.zeros(2, np.intp), "label": np.array([0, 1])}
        texts = ["the right class", "another class"]
    elif loss.components:
        columns = dict(_BOXES)
        texts = [_row(columns, loss.roles, at) for at in range(3)]
    else:
        columns = dict(_example(loss))
        texts = [_row(columns, loss.roles, at) for at in range(3)] if columns else []
    if not texts:
        return []
    costs = _judged(loss, parameters, columns)
    if loss.origin and not np.isfinite(costs).all():
        return []
    return list(zip(texts, costs.tolist(), strict=True))


def _example(loss: Loss) -> Columns:
    fitting = (one for one in _EXAMPLES if set(loss.roles) <= one.keys())
    of_many = "y" in loss.several
    alike = (one for one in fitting if ("y" in one and one["y"].ndim > 1) == of_many)
    return next(alike, {})


def _row(columns: Columns, roles: Sequence[str], at: int) -> str:
    said = (f"{role} {_said(columns[role][at])}" for role in roles if role not in SHARED)
    costs = [f"costs {_said(columns['cost_matrix'])}"] if "cost_matrix" in roles else []
    return ", ".join([*said, *costs])


def _said(value: Any) -> str:  # noqa: ANN401 - a number, or an array of some
    if np.ndim(value) == 0:
        return f"{value:g}"
    return f"({', '.join(map(_said, value))})"


def _judged(loss: Loss, parameters: Mapping[str, Value], columns: Columns) -> Vector:
    """Return the row losses, NaN for rows where the loss is not defined."""
    found = Chosen("", "", (Part(1.0, loss, parameters),)).terms(columns)[0]
    for role, legal in loss.domain(**parameters).items():
        column = columns.get(role)
        if column is not None and column.dtype.kind == "f" and len(column) == len(found):
            inside = legal.holds(column)
            found = np.where(inside if inside.ndim == 1 else inside.all(axis=1), found, np.nan)
    return found
