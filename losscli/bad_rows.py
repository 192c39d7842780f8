"""The worst rows of a block, with what a person needs to recognise them."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.block import Block
from losscli.losses.chosen import Chosen
from losscli.part_block import parts_of_rows
from losscli.roles import SHARED
from losscli.summary.worst import BadRow, WorstRows, candidates

Vector = NDArray[np.float64]


def worst_rows(
    block: Block, places: NDArray[np.intp], losses: Vector, kept: int, chosen: Chosen
) -> WorstRows:
    """Return the `kept` worst among some rows of a block, at `places`, with their losses."""
    order = np.argsort(places)
    places, minus = places[order], -losses[order]
    predicted = [role for role in block.columns if role != "y" and role not in SHARED]
    truth = ("y",) if "y" in block.columns else ()
    ties = [tie[places] for role in (*truth, *predicted) for tie in _ties(block, role)]
    last = [np.arange(len(places))] if block.ids is None else []
    found = candidates(np.arange(len(places)), [minus, *ties, *last], kept).tolist()
    rows = [
        replace(
            _bad_row(
                block, int(places[k]), float(minus[k]), [tie[k].item() for tie in ties], predicted
            ),
            parts=parts,
        )
        for k, parts in zip(found, parts_of_rows(chosen, block, places[found]), strict=True)
    ]
    return WorstRows(kept, tuple(sorted(rows)[:kept]))


def _bad_row(
    block: Block, place: int, minus: float, ties: list[float], predicted: list[str]
) -> BadRow:
    name = None if block.ids is None else block.ids[place].as_py()
    return BadRow(
        order=(minus, *ties, name or ""),
        part=block.part,
        row=place if block.rows is None else int(block.rows[place]),
        y=_prediction(block, ["y"], place) if "y" in block.columns else None,
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


def shown(block: Block, role: str, place: int) -> float | str | None:
    """Return the number or the class that a row has in a role."""
    value = block.columns[role][place]
    if isinstance(value, np.integer):
        return block.classes[int(value)]
    if role == "y" and block.classes:
        return block.classes[int(value > 0)]
    return float(value)


def _prediction(
    block: Block, predicted: list[str], place: int
) -> float | str | dict[str, float] | None:
    if len(predicted) == 1 and predicted[0] not in block.keys:
        return shown(block, predicted[0], place)
    found: dict[str, float] = {}
    for role in predicted:
        keys, values = block.keys.get(role), block.columns[role][place]
        if keys is None:
            found[role] = float(values)
        else:
            prefix = f"{role} " if len(predicted) > 1 else ""
            found |= {f"{prefix}{key}": float(v) for key, v in zip(keys, values, strict=True)}
    return found
