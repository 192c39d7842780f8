"""What a loss is like: proper, convex, of bounded influence; found by trying, not declared."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen, Part
from losscli.losses.combine import MEAN
from losscli.losses.domain import REAL
from losscli.losses.proper import proper
from losscli.losses.spec import Codes, Loss, Value, Vector

_ROUNDING = 1e-9
"""Row losses that differ by less, beside their size, are taken for equal."""
_NOTHING = 1e-12
_GROWS = 1.2
"""A pull that grows by more than this, while the error grows by 10^8, has no bound."""
_SPREADS = ("delta", "beta", "c", "epsilon", "x", "margin")
"""Parameters in the unit of the prediction."""

Rows = Callable[[Vector | Codes, Vector], Vector]
"""The row losses of truths y and predictions, NaN where the loss is not defined."""


@dataclass(frozen=True)
class Traits:
    """What a loss is like with given parameters; None (or empty) where it makes no sense.

    `proper` is "strictly" where honest forecasts alone are best on average, "yes" where
    nothing is better than they are, "no" where something is. `convex` is that of the row loss
    in the prediction, `bounded_influence` tells that a single row, however wrong, pulls a fit
    only so far (Hampel, 1974).
    """

    proper: str
    convex: bool | None
    bounded_influence: bool | None


def traits(loss: Loss, parameters: Mapping[str, Value]) -> Traits:
    """Try what a loss is like with these parameters."""
    if loss.signed or loss.combine(**parameters) != MEAN or "y" in loss.several:
        return Traits("", None, None)
    role = loss.roles[1] if len(loss.roles) == 2 else ""  # noqa: PLR2004 - y and one prediction
    found = Traits(proper(loss, parameters), None, None)
    if role in ("prob", "probs"):
        return replace(found, convex=_convex(loss, parameters))
    if role in ("pred", "score", "scores"):
        bounded = _bounded(loss, parameters)
        return replace(found, convex=_convex(loss, parameters), bounded_influence=bounded)
    return found


def _rows(loss: Loss, parameters: Mapping[str, Value]) -> Rows:
    chosen, role = Chosen("", "", (Part(1.0, loss, parameters),)), loss.roles[1]
    domain = loss.domain(**parameters)

    def rows(y: Vector | Codes, predicted: Vector) -> Vector:
        inside = np.full(len(y), fill_value=True)
        for name, values in (("y", y), (role, predicted)):
            if values.dtype.kind == "f":
                legal = domain.get(name, REAL).holds(values.astype(np.float64))
                inside &= legal.reshape(len(y), -1).all(axis=1)
        found = np.full(len(y), np.nan)
        found[inside] = chosen.terms({"y": y[inside], role: predicted[inside]})[0]
        return found

    return rows


# Convex: no row loss halfway between two predictions is above the mean of theirs


def _convex(loss: Loss, parameters: Mapping[str, Value]) -> bool:
    rows = _rows(loss, parameters)
    for y, one, other in _pairs(loss.roles[1], _scale(parameters)):
        truths = np.full(len(one), y)
        ends = 0.5 * rows(truths, one) + 0.5 * rows(truths, other)
        middle = rows(truths, 0.5 * one + 0.5 * other)
        with np.errstate(invalid="ignore"):
            if (middle > ends + _ROUNDING * np.abs(ends) + _NOTHING).any():
                return False
    return True


def _pairs(role: str, scale: float) -> Iterator[tuple[float | int, Vector, Vector]]:
    """Yield a truth with many pairs of predictions."""
    truths: list[float] | range = [0.0, 1.0]
    if role == "prob":
        ends = 10.0 ** -np.arange(1, 10)
        lot = np.concatenate([ends, 1 - ends, np.linspace(0, 1, 22)])
    elif role in ("probs", "scores"):
        truths = range(3)
        lot = np.array(list(product((0.0, 0.004, 0.1, 0.3, 1.0), repeat=3))[1:])
        lot = lot / lot.sum(axis=1, keepdims=True) if role == "probs" else 8 * lot - 2
    else:
        sizes = scale * np.logspace(-3, 4, 29)
        lot = np.concatenate([-sizes, [0.0], sizes])
        truths = [-1.0, 1.0] if role == "score" else [-scale, 0.0, 0.01 * scale, scale, 9 * scale]
    one, other = (place.ravel() for place in np.triu_indices(len(lot), 1))
    yield from ((y, lot[one], lot[other]) for y in truths)


# Bounded influence: how much the row loss changes with the prediction, the farther off it is


def _bounded(loss: Loss, parameters: Mapping[str, Value]) -> bool:
    rows, scale = _rows(loss, parameters), _scale(parameters)
    powers = 10.0 ** np.arange(-12, 13)
    if loss.roles[1] == "pred":
        y, width = scale * np.concatenate([-powers, powers]), np.ones(())
        near, far = rows(y, np.full_like(y, scale)), rows(y, np.full_like(y, 2 * scale))
    else:
        y = np.repeat([-1.0, 1.0], len(powers))
        away = scale * np.concatenate([powers, -powers])
        shape = np.array([0.0, 1.0]) if loss.roles[1] == "scores" else np.ones(())
        truths = (y > 0).astype(np.intp) if shape.ndim else y
        near, far = (
            rows(truths, np.multiply.outer(away * step, shape)) for step in (1.0, 1 + 1 / 1024)
        )
        width = away / 1024
    if np.isinf(near).any() or np.isinf(far).any():
        return False
    pulls = np.abs((far - near) / width)
    sizes = np.abs(np.log10(np.concatenate([powers, powers])))
    judged = ~np.isnan(pulls)
    middling = pulls[judged & (sizes <= 4)].max()  # noqa: PLR2004 - see _GROWS
    return bool((pulls[judged] <= _GROWS * middling).all())


def _scale(parameters: Mapping[str, Value]) -> float:
    spreads = [float(parameters[name]) for name in _SPREADS if name in parameters]
    return max([1.0, *spreads])
