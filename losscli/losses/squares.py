"""Squares that are no doubles, though the root of their mean is: kept in units of their own."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.losses.arguments import Columns
from losscli.losses.parameter import Value
from losscli.losses.spec import Loss, Vector
from losscli.roles import SHARED

Sides = tuple[NDArray[np.bool_], NDArray[np.bool_]]

_SHIFT = 704
UNITS = (0, 2 * _SHIFT, -2 * _SHIFT)
"""Exponents of two: the units in which squares are added up."""
_LARGE, _SMALL = 2.0**498, 2.0**-465
"""Within these a square, and what its rounding takes away, are doubles to the last digit."""


def apart(
    loss: Loss,
    parameters: Mapping[str, Value],
    columns: Mapping[str, NDArray[Any]],
    terms: tuple[Vector, ...],
) -> tuple[Vector, ...]:
    """Return terms with the squares of very large and very small roots in units of their own.

    The same terms where there are none. Else three for each, by unit: those that are doubles as
    they are, in units of 2**1408 and of 2**-1408. Each row of a term is in one of them, and 0 in
    the others; which one depends on the row alone, so that sums do not depend on its neighbours.
    """
    known: dict[str, Sides | None] = {"": None}
    for root, term in zip(loss.squares, terms, strict=True):
        if root not in known:
            known[root] = _far(root, columns, term)
    if not any(known.values()):
        return terms
    far = [known[root] for root in loss.squares]
    ordinary = tuple(term.copy() for term in terms)
    others: list[Vector] = []
    for side, exponent in enumerate((-_SHIFT, _SHIFT)):
        rows = np.flatnonzero(np.logical_or.reduce([found[side] for found in far if found]))
        scaled = _scaled(loss, parameters, columns, rows, exponent)
        for found, term, more in zip(far, ordinary, scaled, strict=True):
            others.append(np.zeros_like(term))
            if found:
                some = found[side][rows] & np.isfinite(more)
                others[-1][rows[some]] = more[some]
                term[rows[some]] = 0.0
    return (*ordinary, *others)


def _far(root: str, columns: Mapping[str, NDArray[Any]], square: Vector) -> Sides | None:
    """Tell which roots are too large and which too small for their squares; None without any."""
    if square.min() > _SMALL**2 and square.max() < _LARGE**2:
        return None
    size = np.abs(columns[root])
    large, small = size > _LARGE, size < _SMALL
    if small.any():
        small &= size > 0
    return (large, small) if large.any() or small.any() else None


def _scaled(
    loss: Loss,
    parameters: Mapping[str, Value],
    columns: Mapping[str, NDArray[Any]],
    rows: NDArray[np.intp],
    exponent: int,
) -> Sequence[Vector]:
    """Return the terms of some rows whose roots are multiplied by a power of two."""
    arguments = [columns[name][rows] for name in loss.arguments]
    found = [np.ldexp(argument, exponent) for argument in arguments]
    if not all(np.isfinite(argument).all() for argument in arguments):
        # a difference that is no double follows from smaller columns
        base = {r: columns[r] if r in SHARED else columns[r][rows] for r in loss.roles}
        base |= {r: np.ldexp(base[r], exponent) for r in ("y", "pred") if r in base}
        again = Columns(base)
        found = [
            np.where(np.isfinite(argument), one, again[name])
            for name, argument, one in zip(loss.arguments, arguments, found, strict=True)
        ]
    terms = loss.function(*found, **parameters)
    return terms if isinstance(terms, tuple) else (terms,)
