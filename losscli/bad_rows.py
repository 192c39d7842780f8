"""The worst rows of a block, with what a person needs to recognise them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.block import Block
from losscli.errors import DataError
from losscli.losses.arguments import Columns
from losscli.losses.chosen import Chosen
from losscli.part_block import parts_of_rows
from losscli.roles import SHARED
from losscli.summary.worst import BadRow, WorstRows, candidates
from losscli.visible import visible

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
    roots = chosen.root({r: v if r in SHARED else v[places] for r, v in block.columns.items()})
    if roots is not None:
        # they differ also where their squares are infinite, or 0
        ties.insert(0, -roots)
    last = [np.arange(len(places))] if block.ids is None else []
    found = candidates(np.arange(len(places)), [minus, *ties, *last], kept).tolist()
    rows = [
        replace(
            _bad_row(
                block, int(places[k]), float(minus[k]), [tie[k].item() for tie in ties], predicted
            ),
            parts=parts,
            root=math.nan if roots is None else float(roots[k]),
        )
        for k, parts in zip(found, parts_of_rows(chosen, block, places[found]), strict=True)
    ]
    return WorstRows(kept, tuple(sorted(rows)[:kept]))


def undefined(chosen: Chosen, terms: Sequence[Vector]) -> bool:
    """Tell whether a row has no loss where only the user knows what it means."""
    if not chosen.own or chosen.leaves_out:
        return False
    return not all(term.min(initial=np.inf) > -np.inf for term in terms)


def refuse_undefined(
    block: Block, chosen: Chosen, columns: Mapping[str, NDArray[Any]] | None = None
) -> None:
    """Raise DataError at the first row whose loss, one of the user's own, is NaN or -inf.

    `columns` are those of the block, unless it holds more than the loss is to see.
    """
    columns = Columns(block.columns if columns is None else columns)
    terms = np.array(chosen.terms(columns))
    odd = np.flatnonzero(~(terms > -np.inf).all(axis=0))
    if not len(odd):
        return
    place = int(odd[0])
    said = "minus infinity" if (terms[:, place] == -np.inf).any() else "not a number"
    here = [role for role in chosen.roles if role not in SHARED and columns[role].ndim == 1]
    values = ", ".join(f"{visible(role)} is {float(columns[role][place]):.12g}" for role in here)
    more = f" (and in {len(odd) - 1} more rows read with it)" if len(odd) > 1 else ""
    raise DataError(
        f"{visible(chosen.label)} is {said} where {values}{more}",
        where=block.place(place if block.rows is None else int(block.rows[place])),
        remedy="mend or remove the row, or let the loss say what it costs, as in "
        "where(pred > 0, log(pred), 0)",
    )


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
