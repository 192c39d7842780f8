"""The rows with the largest losses, to be written: tables of which the worst rows are kept."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells

_MANY = 100_000
"""So many rows wait at least before the worst of them are looked for."""


class WorstTable:
    """Keeps the `kept` rows with the largest losses, in the order in which they come.

    `keys` are tables of what rows are ordered by: the loss from the largest, then each column
    from its least value, then the order in which they come. At most twice as many rows are held
    as are kept, and some.
    """

    def __init__(self, kept: int) -> None:
        self.kept = kept
        self._lots: list[tuple[Any, Any]] = []
        self._none: Any = None
        self._count = 0
        self._least = -np.inf

    def add(self, table: Any, keys: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        """Take the next rows; one without a loss is never among the worst."""
        self._none = table.slice(0, 0)
        losses = cells.numbers(keys.column(0)).values  # NaN where it is empty
        rows = np.flatnonzero(losses >= self._least)
        if not len(rows):
            return
        places = cells.places(rows)
        self._lots.append((table.take(places), keys.take(places)))
        self._count += len(rows)
        if self._count > self.kept + max(self.kept, _MANY):
            self._settle()

    def table(self) -> Any:  # noqa: ANN401 - as above
        """Return the worst rows; None where no rows came."""
        self._settle()
        return self._lots[0][0] if self._lots else self._none

    def _settle(self) -> None:
        if not self._lots:
            return
        table = pa.concat_tables([table for table, _ in self._lots]).combine_chunks()
        keys = pa.concat_tables([keys for _, keys in self._lots]).combine_chunks()
        if table.num_rows > self.kept:
            places = cells.places(_worst(keys, self.kept))
            table, keys = table.take(places), keys.take(places)
            self._least = float(cells.numbers(keys.column(0)).values.min())
        self._lots, self._count = [(table, keys)], table.num_rows


def _worst(keys: Any, kept: int) -> NDArray[np.int64]:  # noqa: ANN401 - as above
    """Return which rows are the `kept` worst, in the order of the rows."""
    losses = cells.numbers(keys.column(0)).values
    cut = np.partition(losses, len(losses) - kept)[len(losses) - kept]
    sure, ties = np.flatnonzero(losses > cut), np.flatnonzero(losses == cut)
    others = keys.take(cells.places(ties)).append_column("row", cells.places(ties))
    ordered = others.sort_by([(name, "ascending") for name in others.column_names[1:]])
    first = cells.values(cells.array(ordered.column("row")), np.int64)[: kept - len(sure)]
    return np.sort(np.concatenate([sure, first]))
