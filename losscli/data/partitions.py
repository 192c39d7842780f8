"""Dask DataFrames as a source: each partition is judged where it is."""

import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from losscli.data.block import Piece, Source, Stretch
from losscli.data.frame import SAMPLED, FrameSource
from losscli.errors import DataError


def is_partitioned(data: object) -> bool:
    """Tell whether these are the partitions of a Dask DataFrame."""
    table = getattr(data, "ndim", 1) > 1 and hasattr(data, "columns")
    return table and hasattr(data, "to_delayed") and hasattr(data, "npartitions")


def on_cluster(data: object) -> bool:
    """Tell whether a client of a cluster is in use, which is where its partitions are."""
    if not is_partitioned(data) or "distributed" not in sys.modules:
        return False
    from distributed import get_client  # noqa: PLC0415 - somebody uses it

    try:
        return bool(get_client())
    except ValueError:
        return False


class Partitions:
    """The rows of a Dask DataFrame, a stretch for each partition."""

    def __init__(self, frame: Any) -> None:  # noqa: ANN401 - Dask is an extra
        self.files: tuple[str, ...] = ("DataFrame",)
        self.rereadable = True
        self.independent = True
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self._frame = frame
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the first partition has fewer rows
            head = frame.head(SAMPLED)
            head = head if len(head) else frame.head(SAMPLED, npartitions=-1)
        if not len(head):
            raise DataError("no rows", where="DataFrame")
        self._head = FrameSource(head)
        self.names = self._head.names

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows by column."""
        return self._head.sample()

    def stretches(self, types: Mapping[str, pa.DataType]) -> Iterator[Stretch]:
        """Return one call a partition."""
        names = [one for one in self._frame.columns if str(one) in types]
        parts = self._frame[names].to_delayed()
        for number, part in enumerate(parts):
            yield Partition(part, types, number)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        return self._head.rows_per_piece()

    def in_pieces_of(self, rows: int) -> None:
        """Return None: partitions end where they end."""

    def in_order(self) -> Source:
        """Return the source itself: its pieces never begin at a wrong row."""
        return self

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Do nothing: a Dask DataFrame does not change."""


class Partition:
    """One call: `needs` is what a cluster hands to `of`, where the call is made."""

    def __init__(self, needs: Any, types: Mapping[str, pa.DataType], number: int) -> None:  # noqa: ANN401
        self.needs = needs
        self._types = types
        self._number = number

    def __getstate__(self) -> dict[str, Any]:
        """Travel without the partition, which is where it is."""
        return {**vars(self), "needs": None}

    def __call__(self) -> Iterator[Piece]:
        """Compute the partition in this thread and give its pieces."""
        return self.of(self.needs.compute(scheduler="sync"))

    def of(self, frame: Any) -> Iterator[Piece]:  # noqa: ANN401 - pandas
        """Give the pieces of the partition."""
        from losscli.data.frames import placed, same_columns  # noqa: PLC0415 - brings pandas

        where = f"partition {self._number + 1}"
        source = FrameSource(frame)
        same_columns(source, source, self._types, where)
        for at, read in enumerate(source.stretches(self._types)):
            for piece in placed(read, where, (0, (self._number << 20) + at)):
                told = source.rounded.get
                yield replace(
                    piece,
                    rounded={n: f"{where}, {text}" for n in self._types if (text := told(n))},
                )
