"""The rows of a block summed part by part, for losses that are sums of several."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.data.block import Block
from losscli.losses.arguments import Columns
from losscli.losses.chosen import Chosen
from losscli.losses.spec import Vector
from losscli.roles import SHARED
from losscli.summary.group_sums import GroupSums


def part_sums(block: Block, chosen: Sequence[Chosen], group: str | None) -> dict[int, GroupSums]:
    """Return for each hybrid, by its number, the sums of its parts; by group where there are any.

    Every part is a loss of its own, over the rows that the hybrid judges.
    """
    hybrids = {k: one for k, one in enumerate(chosen) if one.single is None}
    if not hybrids:
        return {}
    columns = Columns(block.columns)
    codes: NDArray[np.integer] = np.zeros(block.judged, np.int8)
    names = [""]
    if group is not None:
        codes, texts = block.groups[group]
        names = [text or "" for text in texts]
    return {
        k: GroupSums.of(
            (codes, names), [(losses,) for losses in _judged(one, columns)], weight=block.weight
        )
        for k, one in hybrids.items()
    }


def _judged(hybrid: Chosen, columns: Columns) -> Sequence[Vector]:
    losses = hybrid.losses_of_parts(columns)
    if not hybrid.leaves_out:
        return losses
    judged = ~np.isnan(hybrid.total(losses))
    return [np.where(judged, found, np.nan) for found in losses]


def parts_of_rows(
    hybrid: Chosen, block: Block, places: NDArray[np.intp]
) -> Sequence[tuple[float, ...]]:
    """Return what each part adds to the loss of some rows; of a loss that is no sum, nothing."""
    if hybrid.single is not None:
        return [()] * len(places)
    columns = {r: v if r in SHARED else v[places] for r, v in block.columns.items()}
    losses = hybrid.losses_of_parts(columns)
    weighted = [p.weight * found for p, found in zip(hybrid.parts, losses, strict=True)]
    return [tuple(row) for row in np.array(weighted).T.tolist()]
