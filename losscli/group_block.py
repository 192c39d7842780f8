"""The rows of a block summed group by group, within each class of each breakdown."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.data.block import Block
from losscli.errors import DataError
from losscli.losses.arguments import Columns
from losscli.losses.chosen import Chosen
from losscli.sorted_block import classes_of
from losscli.summary.group_sums import MOST_GROUPS, GroupSums
from losscli.summary.group_values import MOST_VALUES, GroupValues
from losscli.visible import visible


def group_sums(
    block: Block, chosen: Sequence[Chosen], unit: str, by: Sequence[str]
) -> dict[str, GroupSums]:
    """Return for each breakdown ("" for none) the sums of the losses by group and class."""
    columns = Columns(block.columns)
    losses = [one.apart(columns, one.terms(columns)) for one in chosen]
    return {
        name: GroupSums.of(
            _group(block, unit),
            losses,
            by=classes_of(block, name) if name else None,
            weight=block.weight,
        )
        for name in by
    }


def group_values(block: Block, chosen: Sequence[Chosen], unit: str) -> dict[int, GroupValues]:
    """Return the row losses by group of those that are medians, by the number of the loss."""
    return {
        k: GroupValues.of(_group(block, unit), one.terms(block.columns)[0], block.weight)
        for k, one in enumerate(chosen)
        if one.combine.needs_median
    }


def _group(block: Block, unit: str) -> tuple[NDArray[np.int32], list[str]]:
    codes, texts = block.groups[unit]
    return codes, [text or "" for text in texts]


def refuse_too_long(values: Mapping[int, GroupValues], where: Callable[[], str]) -> None:
    """Raise DataError where more rows are kept for medians by group than memory is meant for.

    `where` is asked only then, since to find the line of a row takes time.
    """
    if any(len(found) > MOST_VALUES for found in values.values()):
        raise DataError(
            f"medians by group keep every row, and there are more than {MOST_VALUES}",
            where=where(),
            remedy="leave medae out, or use mae",
        )


def refuse_too_many(
    sums: Mapping[str, GroupSums], unit: str, where: Callable[[], str], *, sure: bool
) -> None:
    """Raise DataError where more groups are kept than memory is meant for.

    Unless `sure`, lots that were not merged yet are believed to hold the same groups.
    """
    for found in sums.values():
        count = len(found.settled()) if sure else max(map(len, found.lots), default=0)
        if count > MOST_GROUPS:
            raise DataError(
                f"{visible(unit)} has more than {MOST_GROUPS} groups, too many to keep",
                where=where(),
                remedy="name a column with fewer, or judge a part of the groups at a time",
            )


def refuse_mixed(sums: Mapping[str, GroupSums], unit: str, where: str) -> None:
    """Raise DataError where the rows of one group are of several classes of a breakdown."""
    for by, found in sums.items():
        lot = found.settled()
        order = np.argsort(lot.of_group, kind="stable")
        twice = np.flatnonzero(np.diff(lot.of_group[order]) == 0)
        if not len(twice):
            continue
        first = order[twice[0] : twice[0] + 2].tolist()
        group = visible(lot.groups[int(lot.of_group[first[0]])])
        one, other = (visible(lot.classes[int(lot.of_class[k])] or "(empty)") for k in first)
        raise DataError(
            f"{unit} {group} has rows of {visible(by)} {one} and of {other}, so its value is "
            "of neither",
            where=where,
            remedy="break down by a column that is the same in all rows of a group, or use "
            "--cluster instead of --group",
        )
