"""The judged rows of a piece as a table: where each stands, its columns and its losses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells
from losscli.data.block import Block, Piece
from losscli.data.columns import Plan
from losscli.losses.spec import Vector
from losscli.roles import SHARED


class RowTable:
    """How rows are written: the columns of the file under their own names, and ours beside them.

    Ours are `file`, `row` and one for each loss; where a column of the file, or another loss,
    has the name already, a number is added to it.
    """

    def __init__(self, plan: Plan, files: Sequence[str], labels: Sequence[str]) -> None:
        kept = [] if plan.id is None else [plan.id]
        self.columns = tuple(dict.fromkeys([*kept, *plan.types]))
        self._files = [name.encode("utf-8", "backslashreplace").decode() for name in files]
        taken = set(self.columns)
        self._where = [_free(name, taken) for name in ("file", "row")]
        self.losses = [_free(label, taken) for label in labels]

    def of(self, piece: Piece, block: Block, start: int, losses: Sequence[Vector]) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the rows of a block, which is that of the piece; `start` rows stand before it."""
        rows = np.arange(block.seen) if block.rows is None else block.rows
        count = len(rows)
        file = cells.strings([self._files[piece.part[0]]])
        found = {
            self._where[0]: file.take(cells.places(np.zeros(count, np.int64))),
            self._where[1]: cells.places(rows + (start + 1)),
        }
        for name in self.columns:
            column = cells.array(piece.table.column(name))
            if block.rows is not None:
                column = column.take(cells.places(rows))
            found[name] = _plain(column)
        for name, values in zip(self.losses, losses, strict=True):
            found[name] = cells.doubles(values)
        return pa.table(found)


def keys_of(block: Block, losses: Vector) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return what the worst rows are ordered by: the loss, then the truth, the prediction, the id.

    The table has one column for each of them.
    """
    predicted = [role for role in block.columns if role != "y" and role not in SHARED]
    roles = [*(["y"] if "y" in block.columns else []), *predicted]
    found = [cells.doubles(losses), *(one for role in roles for one in _comparable(block, role))]
    if block.ids is not None:
        found.append(block.ids.fill_null(""))
    return pa.table({str(place): one for place, one in enumerate(found)})


def _comparable(block: Block, role: str) -> list[Any]:
    values = block.columns[role]
    if np.issubdtype(values.dtype, np.integer):
        texts = cells.strings([name or "" for name in block.classes])
        return [texts.take(cells.places(values.astype(np.int64)))]
    columns: list[NDArray[Any]] = [values] if values.ndim == 1 else list(values.T)
    return [cells.doubles(np.ascontiguousarray(one)) for one in columns]


def _plain(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return classes as texts: a file of Arrow cannot change the classes on its way."""
    if pa.types.is_dictionary(column.type):
        return column.dictionary.take(column.indices)
    return column


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found
