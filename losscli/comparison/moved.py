"""The rows whose loss moved most, with what a person needs to recognise them."""

from dataclasses import dataclass, field  # noqa: TID251 - ours has no order

import numpy as np
from numpy.typing import NDArray

from losscli.bad_rows import shown
from losscli.comparison.paired_block import PairedBlock
from losscli.losses.spec import Vector
from losscli.roles import SHARED
from losscli.summary.worst import BadRow, WorstRows, candidates


@dataclass(frozen=True, order=True)
class MovedRow(BadRow):
    """A row with its loss under both models; `loss` is the size of the difference."""

    old: float = field(compare=False)
    new: float = field(compare=False)


def moved_rows(
    paired: PairedBlock, places: NDArray[np.intp], losses: tuple[Vector, Vector], kept: int
) -> WorstRows:
    """Return the `kept` rows that moved most among some rows of a block, at `places`.

    `losses` are those of the old and the new model in these rows.
    """
    order = np.argsort(places)
    places, old, new = places[order], losses[0][order], losses[1][order]
    minus = -np.abs(new - old)
    y = paired.block.columns["y"][places]
    if np.issubdtype(y.dtype, np.integer):
        texts = np.array([name or "" for name in paired.block.classes])
        y = np.argsort(np.argsort(texts, kind="stable"), kind="stable")[y]
    last = [np.arange(len(places))] if paired.block.ids is None else []
    found = candidates(np.arange(len(places)), [minus, y, old, *last], kept).tolist()
    rows = [
        _row(paired, int(places[k]), (float(minus[k]), y[k].item(), float(old[k])), float(new[k]))
        for k in found
    ]
    return WorstRows(kept, tuple(sorted(rows)[:kept]))


def _row(
    paired: PairedBlock, place: int, order: tuple[float, float, float], new: float
) -> MovedRow:
    block = paired.block
    name = None if block.ids is None else block.ids[place].as_py()
    return MovedRow(
        order=(*order, name or ""),
        part=block.part,
        row=place if block.rows is None else int(block.rows[place]),
        y=shown(block, "y", place),
        pred=_predicted(paired, place),
        id=name,
        weight=1.0 if block.weight is None else float(block.weight[place]),
        old=order[2],
        new=new,
    )


def _predicted(paired: PairedBlock, place: int) -> dict[str, float] | None:
    """Return what each model said where that is one number."""
    found = {}
    for model, columns in zip(("old", "new"), paired.of(dict(paired.block.columns)), strict=True):
        roles = [role for role in columns if role != "y" and role not in SHARED]
        values = columns[roles[0]]
        if len(roles) > 1 or values.ndim > 1 or values.dtype != np.float64:
            return None
        found[model] = float(values[place])
    return found
