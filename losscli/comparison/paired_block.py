"""From a pair of pieces to the rows that both models are judged on."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.bad_rows import shown
from losscli.data import cells
from losscli.data.block import Block
from losscli.data.columns import Plan
from losscli.data.ids import Ids, empty, told
from losscli.data.pairs import Pair
from losscli.dataclass import dataclass
from losscli.errors import DataError
from losscli.losses.chosen import Chosen
from losscli.roles import SHARED
from losscli.summarise import check_domains, with_weight
from losscli.summary.census import Census, Seen
from losscli.visible import visible

Integers = NDArray[np.int64]
Truths = NDArray[Any]

NEW = "new "
"""Stands before the roles of the new model where both are columns of one block."""
ELSEWHERE = "empty or not finite in the new file alone"


class OutOfOrderError(Exception):
    """The ids of two files are not in the same order."""


@dataclass(frozen=True)
class PairedBlock:
    """The rows of two blocks that both can be judged on.

    `block` is the old model's, with the columns of the new one beside them; `new` tells of the
    rows of the new piece, `classes` are those of its codes.
    """

    block: Block
    new: Census
    ids: Ids | None = None
    classes: tuple[str | None, ...] = ()

    def of(self, columns: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Part columns of the block (or some rows of them) into those of each model."""
        old = {role: values for role, values in columns.items() if not role.startswith(NEW)}
        new = {role[len(NEW) :]: v for role, v in columns.items() if role.startswith(NEW)}
        return old, {"y": columns["y"], **{r: old[r] for r in SHARED if r in old}, **new}

    def apart(self) -> dict[str, Block]:
        """Return the block of each model, "old" and "new", as if it were alone."""
        old, new = self.of(dict(self.block.columns))
        return {
            "old": replace(self.block, columns=old),
            "new": replace(self.block, columns=new, classes=self.classes),
        }


@dataclass(frozen=True)
class Pairing:
    """How pairs are judged: the columns of each model, and what names a row in each file.

    `ids` tells that ids are yet to be compared, since rows were paired by their place.
    """

    plans: tuple[Plan, Plan]
    chosen: Sequence[Chosen]
    ids: bool

    def block(self, pair: Pair) -> PairedBlock:
        """Return the rows to judge; raise DataError where the truths of a row differ.

        Raises OutOfOrderError where ids are to be compared and differ.
        """
        old_plan, new_plan = self.plans
        ids = _checked_ids(pair, *self.plans) if self.ids else None
        old, new = old_plan.block(pair.old), new_plan.block(pair.new)
        for block in (old, new):
            check_domains(block, self.chosen)
        counted = Counter(old.counted) + Counter(new.counted)
        old, new = _common(old, new)
        _check_truths(old, new, old_plan.truth, named=old_plan.id is not None)
        _check_units(old, new, new_plan)
        ours = {f"{NEW}{r}": v for r, v in new.columns.items() if r != "y" and r not in SHARED}
        if np.issubdtype(new.columns["y"].dtype, np.integer):
            ours[f"{NEW}y"] = new.columns["y"]
        ours |= old_plan.shared
        block = with_weight(replace(old, columns={**old.columns, **ours}, counted=counted))
        if pair.rows is not None:
            at = pair.rows if block.rows is None else pair.rows[block.rows]
            block = replace(block, rows=at, place=_placed(pair))
        seen = old.seen if pair.seen is None else pair.seen
        words = {name: (new.part, text) for name, text in new.rounded.items()}
        census = Census(seen=Seen(new.parts or {new.part: new.seen}), rounded=words)
        return PairedBlock(replace(block, seen=seen), census, ids, new.classes)


def _placed(pair: Pair) -> Any:  # noqa: ANN401 - a function of a row of the old piece
    rows = pair.rows
    assert rows is not None
    return lambda row: pair.old.place(int(np.searchsorted(rows, row)))


def _checked_ids(pair: Pair, old: Plan, new: Plan) -> Ids | None:
    ids = [
        cells.texts(piece.table.column(str(plan.id)), None)
        for piece, plan in ((pair.old, old), (pair.new, new))
    ]
    for found, piece, plan in zip(ids, (pair.old, pair.new), (old, new), strict=True):
        if found.null_count:
            row = next(k for k, one in enumerate(found) if not one.is_valid)
            raise empty(str(plan.id), piece.place(row))
    if not ids[0].equals(ids[1]):
        raise OutOfOrderError
    return told(ids[0]) if len(ids[0]) else None


def _common(old: Block, new: Block) -> tuple[Block, Block]:
    """Keep the rows that both blocks judge; those that only the new one lacks are counted."""
    if old.rows is None and new.rows is None and old.seen == new.seen:
        return old, new
    one, other = (np.arange(b.seen) if b.rows is None else b.rows for b in (old, new))
    both, at, to = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    dropped = Counter(old.dropped)
    alone = int(np.count_nonzero(one < new.seen)) - len(both)
    if alone:
        dropped[ELSEWHERE] += alone
    return replace(old.take(at), dropped=dropped), new.take(to)


def _check_truths(old: Block, new: Block, name: str, *, named: bool) -> None:
    truths = old.columns["y"], new.columns["y"]
    if np.issubdtype(truths[0].dtype, np.integer) and old.classes != new.classes:
        code = {text: k for k, text in enumerate(old.classes)}
        table = np.array([code.get(text, -1) for text in new.classes] or [0])
        truths = truths[0], table[truths[1]]
    differ = truths[0] != truths[1]
    if old.classes != new.classes and old.classes and None not in (old.classes[0], new.classes[0]):
        # two classes are two numbers: the names of the negative ones must be the same, too
        differ |= np.issubdtype(truths[0].dtype, np.floating) & (truths[0] <= 0)
    if not differ.any():
        return
    at = int(differ.argmax())
    places = [b.place(at if b.rows is None else int(b.rows[at])) for b in (old, new)]
    remedy = "both files must hold the same truths: check which of them is right"
    if not named:
        remedy = "match the rows by what names them: --id COLUMN"
    raise DataError(
        f"{visible(name)} is {_text(old, at)}, but {_text(new, at)} in {places[1]}",
        where=places[0],
        remedy=remedy,
    )


def _check_units(old: Block, new: Block, plan: Plan) -> None:
    """Refuse rows that have another weight, group or cluster in the new file."""
    if plan.weight is not None and old.weight is not None and new.weight is not None:
        a, b = old.weight, new.weight
        _refuse_other(old, new, plan.weight, a != b, lambda at: (f"{a[at]:g}", f"{b[at]:g}"))
    unit = plan.unit
    if unit and unit in old.groups and unit in new.groups:
        (codes, texts), (others, other_texts) = (b.groups[unit] for b in (old, new))
        code = {text: k for k, text in enumerate(texts)}
        table = np.array([code.get(text, -1) for text in other_texts] or [0])
        if texts == other_texts:
            table = np.arange(len(texts))
        differ = codes != table[others]
        _refuse_other(
            old,
            new,
            unit,
            differ,
            lambda at: (str(texts[codes[at]]), str(other_texts[others[at]])),
        )


def _refuse_other(
    old: Block,
    new: Block,
    name: str,
    differ: NDArray[np.bool_],
    told: Callable[[int], tuple[str, str]],
) -> None:
    if not differ.any():
        return
    at = int(differ.argmax())
    one, other = (repr(visible(text)) for text in told(at))
    places = [b.place(at if b.rows is None else int(b.rows[at])) for b in (old, new)]
    raise DataError(
        f"{visible(name)} is {one}, but {other} in {places[1]}",
        where=places[0],
        remedy=f"mend it, or leave the column {visible(name)} out of the new file: that of the "
        "old one counts",
    )


def _text(block: Block, at: int) -> str:
    found = shown(block, "y", at)
    return repr(visible(found)) if isinstance(found, str) else f"{found!r}"
