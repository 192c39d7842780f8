"""From a block of rows to its summary."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.data.block import Block
from losscli.errors import DataError, UsageError
from losscli.group_block import group_sums, group_values, refuse_too_long, refuse_too_many
from losscli.losses.chosen import Chosen, Part
from losscli.losses.spec import Vector
from losscli.part_block import part_sums
from losscli.sorted_block import SortedBlock
from losscli.summary.census import Census, Seen
from losscli.summary.distribution import Distribution
from losscli.summary.exact import ExactSums
from losscli.summary.group_sums import GroupSums
from losscli.summary.group_values import GroupValues
from losscli.summary.grouped import Grouped
from losscli.summary.runs import exact_sums
from losscli.truth_block import Tracker, truths_of
from losscli.work import Summary, Work


def summarise(block: Block, work: Work, before: Summary) -> Summary:
    """Turn a block into its summary.

    `before` is what is known already: rows that cannot be among the worst beside it are passed
    over. Raises DataError where a loss is not defined for a row.
    """
    check_domains(block, work.chosen)
    block = with_weight(block)
    if not block.judged:
        return replace(Summary.zero(work), census=census_of(block))
    groups: dict[str, Grouped] = {}
    medians: dict[tuple[int, str, str | None], Distribution] = {}
    tracker = Tracker.of(block, before.numbers) if work.numeric else None
    for name in work.by or ("",):
        aims = work.aims(before, overall=not groups)
        if not groups:
            aims = replace(aims, watch=tracker)
        found = SortedBlock.of(block, name).judge(work.chosen, aims)
        if not groups:
            first = found
        groups[name] = found.grouped
        medians.update({(k, name, c): d for (k, c), d in found.medians.items()})
    truths = tracker.truths() if tracker else truths_of(block, numeric=work.numeric)
    return Summary(
        replace(census_of(block), digest=truths.digest % (1 << 128)),
        groups,
        first.distributions,
        medians,
        truths.numbers,
        truths.total,
        first.largest,
        first.worst,
        _units(block, work, before),
        _unit_values(block, work, before),
        part_sums(block, work.chosen, work.unit if work.grouped else None),
        _shares(block, work),
    )


def _units(block: Block, work: Work, before: Summary) -> dict[str, GroupSums]:
    if work.unit is None:
        return {}
    refuse_too_many(before.units, work.unit, lambda: block.place(0), sure=False)
    return group_sums(block, work.chosen, work.unit, work.unit_by or ("",))


def _unit_values(block: Block, work: Work, before: Summary) -> dict[int, GroupValues]:
    if work.unit is None or not work.grouped:
        return {}
    refuse_too_long(before.unit_values, lambda: block.place(0))
    return group_values(block, work.chosen, work.unit)


def check_domains(block: Block, chosen: Sequence[Chosen]) -> None:
    """Raise DataError at the first row for which a loss is not defined."""
    for one in chosen:
        for role, (interval, name) in one.domain().items():
            values = block.columns.get(role)
            if values is None:  # what it follows from has a domain of its own
                continue
            inside = interval.holds(values)
            if not inside.all():
                place = int(np.flatnonzero(~inside.reshape(len(values), -1).all(axis=1))[0])
                value = float(values[place][~inside[place]].ravel()[0])
                raise DataError(
                    f"{role} {value:.17g} is outside {interval}, where {name} is defined",
                    where=_where(block, place),
                    remedy=f"mend or remove the row, or leave {name} out of --loss",
                )
        for part in one.parts:
            _check_parameters(block, part)
            _check_guesses(block, part)


def _where(block: Block, place: int) -> str:
    return block.place(place if block.rows is None else int(block.rows[place]))


def _check_guesses(block: Block, part: Part) -> None:
    """Refuse as many guesses as there are classes: no row could then be wrong."""
    k, probs = part.parameters.get("k"), block.columns.get("probs")
    if isinstance(k, int | float) and probs is not None and k >= probs.shape[1]:
        classes = probs.shape[1]
        what = f"{part.loss.name}(k={k:g}) is 0 in every row where there are {classes} classes"
        remedy = f"take a k below {classes}, as in --loss '{part.loss.name}(k={classes - 1})'"
        raise UsageError(what, where="--loss", remedy=remedy)


def _check_parameters(block: Block, part: Part) -> None:
    """Raise DataError at the first row whose parameters, each from a column, do not fit."""
    columns = {name: block.columns[column] for name, column in part.columns.items()}
    check, fixed = part.loss.check, dict(part.parameters)
    if not columns or not check(**{**fixed, **columns}):
        return
    for place in range(block.judged):
        of_row = {name: float(values[place]) for name, values in columns.items()}
        if wrong := check(**{**fixed, **of_row}):
            found = ", ".join(f"{name} is {value:.17g}" for name, value in of_row.items())
            remedy = f"mend or remove the row, or leave {part.loss.name} out of --loss"
            raise DataError(f"{wrong}; {found}", where=_where(block, place), remedy=remedy)


def with_weight(block: Block) -> Block:
    """Leave out the rows of weight 0: they count for nothing."""
    if block.weight is None or block.weight.all():
        return block
    kept = np.flatnonzero(block.weight)
    dropped = Counter(block.dropped)
    dropped["weight 0"] += len(block.weight) - len(kept)
    return replace(block.take(kept), dropped=dropped)


def census_of(block: Block) -> Census:
    """Count the rows of a block, without the digest of their truths."""
    return Census(
        seen=Seen(block.parts or {block.part: block.seen}),
        judged=block.judged,
        dropped=Counter(block.dropped),
        noted=Counter(block.counted),
        rounded={name: (block.part, words) for name, words in block.rounded.items()},
    )


def _shares(block: Block, work: Work) -> dict[str, ExactSums]:
    """Return the sums of several truths, and that of the entropy of each row."""
    if not work.shares:
        return {}
    columns = [np.ascontiguousarray(column) for column in block.columns["y"].T]
    found = {"y": columns, "entropy": [entropy(columns)]}
    if block.weight is not None:
        found = {name: [of * block.weight for of in some] for name, some in found.items()}
    return {name: exact_sums(some) for name, some in found.items()}


def entropy(shares: Sequence[Vector]) -> Vector:
    """Return the entropy of each row, from the shares of its classes (float64[n] each)."""
    total = np.zeros(len(shares[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        for share in shares:
            total -= np.where(share > 0, share * np.log(share), 0.0)
    return total
