"""From a piece to a block: missing cells, classes and sums are judged, row by row."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from losscli.data import cells
from losscli.data.block import Block, Piece
from losscli.data.cells import Coded, Mask, Numbers
from losscli.data.checks import CHECKS
from losscli.data.coding import CLASSES, Arrays
from losscli.errors import DataError
from losscli.losses.spec import Vector
from losscli.summary.runs import all_finite
from losscli.visible import visible

if TYPE_CHECKING:
    from losscli.data.columns import Plan


_EMPTY = "empty"
_HEAVIEST = 1e100
"""Products of heavier weights with losses, and of lighter ones, might leave the doubles."""


class Judge:
    """One piece on its way to a block: its columns as arrays, and where each row stands."""

    def __init__(self, plan: "Plan", piece: Piece) -> None:
        self.plan = plan
        self.piece = piece
        self.rows: NDArray[np.int64] | None = None
        self.counted: dict[str, int] = {}
        self.coded = {name: cells.coded(piece.table.column(name)) for name in plan.texts}
        self.numbers = {name: cells.numbers(piece.table.column(name)) for name in plan.numbers}

    def block(self) -> Block:
        """Return the judged rows; raise DataError at the first that cannot be judged."""
        weight = self._weight()
        dropped = self._drop()
        columns, classes = self._columns()
        units = () if self.plan.unit is None else (self.plan.unit,)
        groups = {name: self._group(self.coded[name]) for name in (*self.plan.by, *units)}
        return Block(
            columns={role: cells.sealed(values) for role, values in columns.items()},
            part=self.piece.part,
            place=self.piece.place,
            seen=self.piece.table.num_rows,
            classes=classes,
            groups=groups,
            weight=None if weight is None else cells.sealed(self.keep(weight)),
            ids=self._ids(),
            rows=self.rows,
            dropped=dropped,
            counted=self.counted,
            rounded=self.piece.rounded,
            parts=self.piece.parts,
            keys=self.plan.keys,
        )

    def keep(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the judged rows of an array of the piece."""
        return values if self.rows is None else values[self.rows]

    def refuse_first(self, bad: Mask, what: Callable[[int], str], remedy: str = "") -> None:
        """Raise DataError at the first judged row where `bad`; `what` gets that row."""
        if bad.any():
            row = int(bad.argmax())
            at = row if self.rows is None else int(self.rows[row])
            raise DataError(what(row), where=self.piece.place(at), remedy=remedy)

    def _weight(self) -> Vector | None:
        name = self.plan.weight
        if name is None:
            return None
        values, empty = self.numbers[name]
        bad = (values != 0) & ~((values >= 1 / _HEAVIEST) & (values <= _HEAVIEST))
        if empty is not None:
            bad &= ~empty
        remedy = f"weights are 0, or from {1 / _HEAVIEST:g} to {_HEAVIEST:g}"
        self.refuse_first(bad, lambda row: f"the weight {visible(name)} is {values[row]:g}", remedy)
        return values

    def _drop(self) -> dict[str, int]:
        """Leave out the rows without a judgement, each for its first reason, and count them."""
        bad = np.zeros(self.piece.table.num_rows, dtype=np.bool_)
        dropped: dict[str, int] = {}
        first: tuple[int, str, str] | None = None
        for name, reason, mask in self._problems():
            fresh = mask & ~bad
            count = int(np.count_nonzero(fresh))
            if count:
                row = int(fresh.argmax())
                first = (row, name, reason) if first is None or row < first[0] else first
                dropped[f"{visible(name)} {reason}"] = count
                bad |= fresh
        if first is None:
            return {}
        if self.plan.wanted.missing == "error":
            raise self._missing(*first)
        self.rows = np.flatnonzero(~bad)
        self.rows.flags.writeable = False
        return dropped

    def _missing(self, row: int, name: str, reason: str) -> DataError:
        what = f"{visible(name)} is empty"
        if reason != _EMPTY:
            what = f"{visible(name)} is {self.numbers[name].values[row]:g}, which is not finite"
        remedy = "--missing drop leaves such rows out and counts them"
        return DataError(what, where=self.piece.place(row), remedy=remedy)

    def _problems(self) -> Iterator[tuple[str, str, Mask]]:
        """Give (column, reason, rows) for each reason that some row has."""
        for name in self.plan.judged:
            column = self.numbers.get(name) or self.coded[name]
            if column.empty is not None:
                yield name, _EMPTY, column.empty
            if isinstance(column, Numbers) and not all_finite(column.values):
                known = np.isfinite(column.values)
                wrong = ~known if column.empty is None else ~(known | column.empty)
                yield name, "not finite", wrong

    def _columns(self) -> tuple[Arrays, tuple[str | None, ...]]:
        plan = self.plan
        found: Arrays = {}
        for role, named in plan.columns.items():
            if isinstance(named, tuple):
                found[role] = cells.matrix([self.keep(self.numbers[n].values) for n in named])
            elif named in self.numbers:
                found[role] = self.keep(self.numbers[named].values)
        classes = CLASSES[plan.task](self, found) if plan.task in CLASSES else ()
        for role, check in CHECKS.items():
            if role in found:
                check(self, found)
        return {role: found[role] for role in plan.columns if role in found}, classes

    def _group(self, column: Coded) -> tuple[NDArray[np.int32], tuple[str | None, ...]]:
        codes, texts = self.keep(column.codes), column.texts
        if column.empty is None:
            return cells.sealed(codes), texts
        codes = np.where(codes < 0, np.int32(len(texts)), codes)
        return cells.sealed(codes), (*texts, None)

    def _ids(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        if self.plan.id is None:
            return None
        return cells.texts(self.piece.table.column(self.plan.id), self.rows)

    def used(self, name: str) -> list[str]:
        """Return the classes of a column that judged rows have."""
        column = self.coded[name]
        return [column.texts[code] for code in np.unique(self.keep(column.codes))]

    def looked_up(self, name: str, table: Mapping[str, float], wanted: str, remedy: str) -> Vector:
        """Return the number behind each class of a column; any other class is refused."""
        column = self.coded[name]
        codes = self.keep(column.codes)
        values = np.array([table.get(text, np.nan) for text in column.texts] or [np.nan])
        found: Vector = values[codes]

        def what(row: int) -> str:
            return (
                f"{visible(name)} is {visible(column.texts[codes[row]])!r}, which is not {wanted}"
            )

        self.refuse_first(np.isnan(found), what, remedy)
        return found
