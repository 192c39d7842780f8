"""What a loss can be drawn against: one quantity, and the columns that follow from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from losscli.losses.parameter import Value
from losscli.losses.spec import Vector

_POINTS = 157  # y - pred = 0 and pred = 1 are among them
_SPREADS = ("delta", "beta", "c", "epsilon", "x")
"""Parameters in the unit of the error: the curve shows what happens beyond them."""
_QUANTILES = {"quantiles": np.array([-1.0, 0.0, 1.0]), "levels": np.array([0.1, 0.5, 0.9])}
_COSTS = np.array([[0.0, 1.0], [5.0, 0.0]])
_FIXED = {
    "pred": 0.0,
    "lower": -1.0,
    "upper": 1.0,
    "naive_mae": 1.0,
    "naive_rmse": 1.0,
    "mean": 0.0,
    "std": 1.0,
    "variance": 1.0,
    "var": -1.5,
    "es": -2.0,
    "score2": 0.0,
    "r_l": 0.0,
    "tokens": 1.0,
    "bytes": 4.0,
}
_MOVED = {"score": (-2.0, 3.0), "logprob": (-6.0, 0.0), "r_w": (-800.0, 800.0), "y": (-4.0, 4.0)}
"""What is drawn against for other columns, from where to where, and what the rest is."""

Way = tuple[Any, ...]
"""What is drawn against, its values, and columns that must agree on the loss."""


def ways(
    roles: set[str], parameters: Mapping[str, Value], kind: str = "", *, few: bool = False
) -> Iterator[Way]:
    """Yield what to draw against, the best first; `kind` is "boxes" or "several" truths.

    A loss is a function of the error alone where it is the same for y = 0 and for y = 1. With
    `few`, the values are some typical ones.
    """
    p = _axis(0.01, 0.99, (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99), few=few)
    lead = _axis(-2.0, 3.0, (-10.0, -2.0, -1.0, -0.1, 0.1, 1.0, 2.0, 10.0), few=few)
    if kind:
        yield from _of_several(roles, kind, p, lead, few=few)
    elif roles == {"y", "pred"}:
        yield from _of_numbers(parameters, few=few)
    elif roles == {"y", "prob"}:
        yield "the probability of what happened", p, {"y": 1 + 0 * p, "prob": p}
    elif roles == {"y", "probs"}:
        columns = {"y": _first(p), "probs": np.column_stack([p, (1 - p) / 2, (1 - p) / 2])}
        yield "the probability of the true one of three classes", p, columns
    elif roles == {"y", "probs", "cost_matrix"}:
        said = "the probability of the true one of two classes, which costs 1 if it is missed"
        columns = {"y": _first(p), "probs": np.column_stack([p, 1 - p]), "cost_matrix": _COSTS}
        yield said, p, columns
    elif roles == {"y", "score"}:
        one = {"y": 1 + 0 * lead, "score": lead}
        yield "y*score", lead, one, {"y": -one["y"], "score": -lead}
        yield "score, where y is -1", lead, {"y": -one["y"], "score": lead}
    elif roles == {"y", "scores"}:
        scores = np.column_stack([lead, 0 * lead])
        columns = {"y": _first(lead), "scores": scores}
        yield "the true class's score above its best rival", lead, columns
    elif roles == {"z", "v", "pi", "p"}:
        columns = {"pi": _rows(p, (0.75, 0.25)), "p": np.column_stack([p, 1 - p])}
        said = "the probability of a move with the share 0.75, where v is z"
        yield said, p, {"z": 1 + 0 * p, "v": 1 + 0 * p, **columns}
    else:
        yield from _of_other(roles, few=few)


def _of_numbers(parameters: Mapping[str, Value], *, few: bool) -> Iterator[Way]:
    spread = max((float(parameters[s]) for s in _SPREADS if s in parameters), default=0.0)
    unit = 10.0 ** np.floor(np.log10(max(spread, 1.0)))
    reach = 1.0 if few else max(3.0, 2 * spread)
    typical = unit * np.array([-10.0, -2.0, -1.0, -0.1, 0.1, 1.0, 2.0, 10.0])
    e = _axis(-1.0, 1.0, typical.tolist(), few=few) * reach
    yield "y - pred", e, {"y": 0 * e, "pred": -e}, {"y": 1 + 0 * e, "pred": 1 - e}
    pred = _axis(0.1, 4.0, (0.1, 0.5, 0.9, 1.0, 1.1, 1.5, 2.0, 10.0), few=few).round(9)
    yield "pred, where y is 1", pred, {"y": 1 + 0 * pred, "pred": pred}
    # what is flat near 1 may have its border at larger numbers
    pred = _axis(60.0, 140.0, (60.0, 80.0, 90.0, 100.0, 110.0, 120.0, 140.0), few=few)
    yield "pred, where y is 100", pred, {"y": 100 + 0 * pred, "pred": pred}


def _of_several(roles: set[str], kind: str, p: Vector, lead: Vector, *, few: bool) -> Iterator[Way]:
    if kind == "boxes":
        shift = _axis(0.0, 5.0, (0.0, 0.2, 0.5, 1.0, 1.5, 2.0, 4.0), few=few)
        box = _rows(shift, (0.0, 0.0, 2.0, 2.0))
        moved = box + np.multiply.outer(shift, np.array([1.0, 0.0, 1.0, 0.0]))
        yield "the shift to one side of a box of width 2", shift, {"y": box, "pred": moved}
    elif roles == {"y", "pred"}:
        angle = _axis(0.0, 180.0, (0.0, 10.0, 30.0, 60.0, 90.0, 120.0, 180.0), few=few)
        turned = np.column_stack([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        columns = {"y": _rows(angle, (1.0, 0.0)), "pred": turned}
        yield "the angle between the two vectors in degrees", angle, columns
    elif roles == {"y", "probs"}:
        columns = {"y": _rows(p, (0.75, 0.25)), "probs": np.column_stack([p, 1 - p])}
        yield "the probability of the one of two classes whose share is 0.75", p, columns
    elif roles == {"y", "prob"}:
        columns = {"y": _rows(p, (1.0, 0.0)), "prob": np.column_stack([p, 0.25 + 0 * p])}
        yield "the probability of a true label, beside a false one that got 0.25", p, columns
    elif roles == {"y", "score"}:
        columns = {"y": _rows(lead, (1.0, 0.0)), "score": np.column_stack([lead, 0 * lead])}
        yield "the score of a true label above that of a false one", lead, columns


def _of_other(roles: set[str], *, few: bool) -> Iterator[Way]:
    families = {"quantiles": ("10 %: -1, 50 %: 0, 90 %: 1", _QUANTILES["quantiles"])}
    families["members"] = ("the members are -1, 0 and 1", np.array([-1.0, 0.0, 1.0]))
    several = families.keys() & roles
    known = roles - {"levels"} - several <= _FIXED.keys() | _MOVED.keys()
    if not known or not roles & _MOVED.keys():
        return
    moved = next(role for role in _MOVED if role in roles)
    at = _axis(*_MOVED[moved], np.linspace(*_MOVED[moved], 6).tolist(), few=few)
    rest = {role: _FIXED.get(role, 1.0) for role in sorted(roles - {moved, "levels"} - several)}
    told = [f"{role} is {value:g}" for role, value in rest.items()]
    said = ", ".join([*told, *(families[role][0] for role in several)])
    columns = {moved: at} | {role: value + 0 * at for role, value in rest.items()}
    columns |= {role: np.tile(families[role][1], (len(at), 1)) for role in several}
    if "levels" in roles:
        columns["levels"] = _QUANTILES["levels"]
    yield f"{moved}, where {said}" if said else moved, at, columns


def _axis(low: float, high: float, typical: Sequence[float], *, few: bool) -> Vector:
    return np.array(typical) if few else np.linspace(low, high, _POINTS)


def _first(at: Vector) -> np.ndarray:
    """Return the code of the first class for each."""
    return np.zeros(len(at), np.intp)


def _rows(at: Vector, row: Sequence[float]) -> np.ndarray:
    """Return the same row for each."""
    return np.tile(np.array(row), (len(at), 1))
