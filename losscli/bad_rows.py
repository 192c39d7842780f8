"""The worst rows of a block, with what a person needs to recognise them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.block import Block
from losscli.summary.worst import BadRow, WorstRows, candidates

Vector = NDArray[np.float64]


def worst_rows(
    block: Block, positions: NDArray[np.intp], losses: Vector, kept: int, least: float
) -> WorstRows:
    """Return the `kept` worst rows of a block among those whose loss is at least `least`.

    `losses` are in the order of `positions`, the places of their rows in the block.
    """
    places = positions[losses >= least]
    if not len(places):
        return WorstRows(kept)
    by_place = np.empty(len(losses))
    by_place[positions] = -losses
    predicted = [role for role in block.columns if role not in ("y", "levels")]
    ties = [tie for role in ("y", *predicted) for tie in _ties(block, role)]
    last = [np.arange(len(losses))] if block.ids is None else []
    places = candidates(places, [by_place, *ties, *last], kept)
    found = [_bad_row(block, int(place), by_place, ties, predicted) for place in places]
    return WorstRows(kept, tuple(sorted(found)[:kept]))


def _bad_row(
    block: Block, place: int, minus: Vector, ties: list[NDArray[Any]], predicted: list[str]
) -> BadRow:
    name = None if block.ids is None else block.ids[place].as_py()
    return BadRow(
        order=(float(minus[place]), *(tie[place].item() for tie in ties), name or ""),
        part=block.part,
        row=place if block.rows is None else int(block.rows[place]),
        y=_shown(block, "y", place),
        pred=_prediction(block, predicted, place),
        id=name,
        weight=1.0 if block.weight is None else float(block.weight[place]),
    )


def _ties(block: Block, role: str) -> list[NDArray[Any]]:
    values = block.columns[role]
    if np.issubdtype(values.dtype, np.integer):
        texts = np.array([name or "" for name in block.classes])
        return [np.argsort(np.argsort(texts, kind="stable"), kind="stable")[values]]
    return [values] if values.ndim == 1 else list(values.T)


def _shown(block: Block, role: str, place: int) -> float | str | None:
    value = block.columns[role][place]
    if isinstance(value, np.integer):
        return block.classes[int(value)]
    if role == "y" and block.classes:
        return block.classes[int(value > 0)]
    return float(value)


def _prediction(
    block: Block, predicted: list[str], place: int
) -> float | str | dict[str, float] | None:
    if len(predicted) != 1:
        return {role: float(block.columns[role][place]) for role in predicted}
    (role,) = predicted
    values = block.columns[role]
    if values.ndim == 1:
        return _shown(block, role, place)
    names = block.classes or [f"{level:g}" for level in block.columns["levels"]]
    return {str(name): float(v) for name, v in zip(names, values[place], strict=True)}
