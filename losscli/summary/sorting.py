"""The rows of each class brought together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.summary import compiled
from losscli.summary.slices import aligned

Order = NDArray[np.signedinteger[Any]]
Counts = NDArray[np.int64]
Column = NDArray[Any]

_AT_ONCE = 4
"""So many columns are moved while the rows are sorted, without a look at the order."""


def sorted_rows(
    codes: NDArray[np.integer[Any]], ranks: NDArray[np.intp], columns: Sequence[Column]
) -> tuple[Order, Counts, list[Column]]:
    """Return where rows stood that are sorted by the rank of their code, and the sorted columns.

    `codes` are integers[n] that point into `ranks`, which are 0, 1, … in any order. Rows of one
    rank stay in their order; the counts tell how many rows each rank has.
    """
    if not compiled.native:
        # the smaller the integers, the faster they sort
        small = ranks.astype(np.min_scalar_type(-len(ranks))).take(codes)
        order, counts = np.argsort(small, kind="stable"), np.bincount(small, minlength=len(ranks))
        return order, counts, [_taken(column, order) for column in columns]
    narrow, places = compiled.plain(codes, np.int32), np.empty(len(codes), np.int32)
    counts = np.zeros(len(ranks), np.int64)
    quick = [one for one in columns if one.ndim == 1 and one.dtype == np.float64][:_AT_ONCE]
    moved = [(compiled.plain(column), aligned(len(codes))) for column in quick]
    compiled.native.sort_rows(narrow, ranks, counts, places, *(one for two in moved for one in two))
    found = {id(column): out for column, (_, out) in zip(quick, moved, strict=True)}
    others = (_taken(one, places) if id(one) not in found else found[id(one)] for one in columns)
    return places, counts, list(others)


def _taken(values: Column, order: Order) -> Column:
    if values.dtype != np.float64:
        return values[order]
    out = aligned(len(order), *values.shape[1:])
    # the mode without checks: an order is within bounds
    return np.take(values, order, axis=0, out=out, mode="clip")
