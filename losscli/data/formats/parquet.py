"""Parquet: stretches are of row groups, of which the needed columns alone are read, in batches."""

import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from itertools import accumulate, pairwise
from typing import Any

import pyarrow as pa

from losscli.data.block import Source
from losscli.data.columnar import ROWS, Table, columnar
from losscli.data.explained import explained
from losscli.data.reading import Reading
from losscli.data.storage import Stored
from losscli.data.storage.compressed import FREE, MOST, bomb
from losscli.data.storage.local import LocalFile
from losscli.data.storage.seekable import Seekable, seekable
from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.processors import processors

KIND = "a Parquet file"
_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
_BUFFER = 1 << 18
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_DELTAS = frozenset({"DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"})
"""How texts are written that pyarrow does not read as codes."""
_FEWEST = 1 << 17
"""The rows of a stretch of a part of a lot are at least so many."""
_OF_THREAD = threading.local()


def holds(head: bytes) -> bool:
    """Tell whether a file begins as Parquet does."""
    return head.startswith((_MAGIC, _ENCRYPTED))


def opened(files: Sequence[Stored], reading: Reading) -> Source:
    """Return the rows of Parquet files as one data set."""
    for flag in reading.of_text:
        raise UsageError(f"{flag} is for delimited text", where=files[0].name, remedy="leave it")
    most, alone = reading.max_unpacked or MOST, len(files) == 1
    return columnar(files, lambda kept: _File(seekable(kept), most, alone=alone))


class _File:
    """One file: how many rows each group has, and the types of the columns."""

    def __init__(self, kept: Stored, most: float, *, alone: bool) -> None:
        self.kept = kept
        with explained(kept):
            found = self._opened([])
            meta = found.metadata
            self.schema = found.schema_arrow.remove_metadata()
            groups = [meta.row_group(k) for k in range(meta.num_row_groups)]
            rows = [group.num_rows for group in groups]
        size, unpacked = kept.size or 1, sum(group.total_byte_size for group in groups)
        if unpacked > max(FREE, most * size):
            raise bomb(kept.name, most, unpacked / size)
        # rows of a far file that are passed over would come through the network for nothing
        self._lots = _lots(rows)
        self._ends: list[int] = [0, *accumulate(sum(rows[k] for k in lot) for lot in self._lots)]
        near = alone and isinstance(kept, LocalFile)
        self._starts = _cut(self._ends, processors()) if near else self._ends

    def parts(self) -> int:
        return len(self._starts) - 1

    def rows(self) -> int | None:
        return self._ends[-1]

    def start(self, part: int) -> int:
        return self._starts[part]

    def in_parts_of(self, rows: int) -> Table | None:
        found = copy(self)
        vars(found).update(_starts=[*range(0, self._ends[-1], rows), self._ends[-1]])
        return found

    def batches(self, part: int, types: Mapping[str, Any], rows: int) -> Iterator[Any]:
        start, stop = self._starts[part : part + 2]
        lot = bisect_right(self._ends, start) - 1
        while start < stop:
            first, end = self._ends[lot : lot + 2]
            yield from self._within(lot, (start - first, min(stop, end) - first), types, rows)
            start, lot = end, lot + 1

    def _within(
        self, lot: int, ends: tuple[int, int], types: Mapping[str, Any], rows: int
    ) -> Iterator[Any]:
        """Give the batches of some rows of a lot, on from where the thread is in it."""
        start, stop = ends
        known: _Cursor | None = getattr(_OF_THREAD, "cursor", None)
        _OF_THREAD.cursor = None
        if not (known and known.fits(self.kept, lot, types) and known.at <= start):
            coded = [name for name in types if self._is_coded(name, types)]
            found = self._opened(coded)
            if whole := _without_codes(found, self._lots[lot], coded):
                found = self._opened([name for name in coded if name not in whole])
            pieces = -(-(stop - start) // rows)
            read = found.iter_batches(
                -(-(stop - start) // pieces),
                row_groups=self._lots[lot],
                column_indices=[
                    place for place, path in enumerate(found.column_paths) if path[0] in types
                ],
                use_threads=False,
            )
            known = _Cursor((self.kept, lot, types), read)
        yield from known.rows(start, stop)
        _OF_THREAD.cursor = known

    def _is_coded(self, name: str, types: Mapping[str, Any]) -> bool:
        """Tell whether a column is read as codes into its texts: few may be different."""
        kind = self.schema.field(name).type
        return types[name] != pa.string() and any(test(kind) for test in _TEXTS)

    def _opened(self, coded: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Open the file; its footer is read once while a thread goes through its lots."""
        # what pyarrow.parquet stands on, which imports file systems and encryption besides
        from pyarrow._parquet import ParquetReader  # noqa: PLC0415 - only for these files

        known = getattr(_OF_THREAD, "footer", (None, None))
        found = ParquetReader()
        found.open(
            self._bytes(),
            metadata=known[1] if known[0] is self.kept else None,
            read_dictionary=list(coded),
            buffer_size=_BUFFER,
            pre_buffer=False,
            page_checksum_verification=True,
            arrow_extensions_enabled=True,
        )
        _OF_THREAD.footer = (self.kept, found.metadata)
        return found

    def _bytes(self) -> Any:  # noqa: ANN401 - as above
        if not isinstance(self.kept, LocalFile):
            return pa.PythonFile(Seekable(self.kept), "r")
        found = pa.OSFile(self.kept.path)
        self.kept.check()  # what is open stays the file that it is
        return found


@dataclass
class _Cursor:
    """How far a thread has come in a lot of row groups."""

    of: tuple[Stored, int, Mapping[str, Any]]
    batches: Iterator[Any]
    at: int = 0
    left: Any = None

    def fits(self, kept: Stored, lot: int, types: Mapping[str, Any]) -> bool:
        """Tell whether it goes through these columns of a lot."""
        return self.of[0] is kept and self.of[1:] == (lot, types)

    def rows(self, start: int, stop: int) -> Iterator[Any]:
        """Give the batches of rows that lie further on; those before them are passed over."""
        while self.at < stop:
            batch = self.left or next(self.batches, None)
            if batch is None:
                return
            first = min(max(start - self.at, 0), batch.num_rows)
            some = batch.slice(first, stop - self.at - first)
            self.at += first + some.num_rows
            self.left = batch.slice(first + some.num_rows)
            if some.num_rows:
                yield some


def _without_codes(
    found: Any,  # noqa: ANN401 - pyarrow has no types
    groups: Sequence[int],
    names: Sequence[str],
) -> set[str]:
    """Return those of the columns whose texts pyarrow does not read as codes."""
    places = [(place, path[0]) for place, path in enumerate(found.column_paths) if path[0] in names]
    read = (found.metadata.row_group(k) for k in groups if places)
    return {
        name
        for group in read
        for place, name in places
        if not _DELTAS.isdisjoint(group.column(place).encodings)
    }


def _lots(rows: Sequence[int]) -> list[range]:
    """Return row groups in lots: one of many rows, or several of few rows, which cost time each."""
    lots: list[range] = []
    first, held = 0, 0
    for group, count in enumerate(rows):
        if held and held + count > ROWS:
            lots.append(range(first, group))
            first, held = group, 0
        held += count
    return [*lots, range(first, len(rows))] if held else lots


def _cut(ends: Sequence[int], workers: int) -> list[int]:
    """Return the first row of each stretch, and the end; lots are cut where not all get another.

    So several workers end at once. Who reads the second part of a lot has to pass over the
    first one, which takes a third of the time that judging it does.
    """
    starts: list[int] = []
    for first, end in pairwise(ends):
        count = end - first
        # half a lot more or less is no reason to decode one twice
        last = count * workers > ends[-1] - first + count // 2
        starts += range(first, end, max(-(-count // (2 * workers)), _FEWEST) if last else count)
    return [*starts, ends[-1]]
