"""Parquet: row groups are stretches, of which only the needed columns are read, in batches."""

import threading
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa

from losscli.data.block import Source
from losscli.data.columnar import columnar, explained
from losscli.data.reading import Reading
from losscli.data.storage import Stored
from losscli.data.storage.compressed import FREE, MOST
from losscli.data.storage.seekable import Seekable, seekable
from losscli.errors import DataError, UsageError

KIND = "a Parquet file"
_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
_BUFFER = 1 << 20
_OF_THREAD = threading.local()


def holds(head: bytes) -> bool:
    """Tell whether a file begins as Parquet does."""
    return head.startswith((_MAGIC, _ENCRYPTED))


def opened(files: Sequence[Stored], reading: Reading) -> Source:
    """Return the rows of Parquet files as one data set."""
    for flag in reading.of_text:
        raise UsageError(f"{flag} is for delimited text", where=files[0].name, remedy="leave it")
    return columnar([_File(seekable(kept), reading.max_unpacked or MOST) for kept in files])


class _File:
    """One file: how many rows each group has, and the types of the columns."""

    def __init__(self, kept: Stored, most: float) -> None:
        self.kept = kept
        with explained(kept):
            found = self._opened([])
            meta = found.metadata
            self.schema = found.schema_arrow.remove_metadata()
            groups = [meta.row_group(k) for k in range(meta.num_row_groups)]
            self._ends = [0, *accumulate(group.num_rows for group in groups)]
        size = kept.size or 1
        if meta.num_row_groups and sum(g.total_byte_size for g in groups) > max(FREE, most * size):
            raise DataError(
                f"unpacks to more than {most:g} times its size, which no table of predictions "
                "should",
                where=kept.name,
                remedy=f"if it is sound, allow it: --max-unpacked {most * 10:g}",
            )

    def parts(self) -> int:
        return len(self._ends) - 1

    def rows(self) -> int | None:
        return int(self._ends[-1])

    def start(self, part: int) -> int:
        return int(self._ends[part])

    def batches(self, part: int, names: Sequence[str], rows: int) -> Iterator[Any]:
        words = [name for name in names if pa.types.is_string(self.schema.field(name).type)]
        found = self._opened(words)
        yield from found.iter_batches(
            rows, row_groups=[part], columns=list(names), use_threads=False
        )

    def _opened(self, words: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Open the file; its footer is read once while a thread goes through its groups."""
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - only for these files

        known = getattr(_OF_THREAD, "footer", (None, None))
        found = ParquetFile(
            pa.PythonFile(Seekable(self.kept), "r"),
            metadata=known[1] if known[0] is self.kept else None,
            read_dictionary=list(words),
            buffer_size=_BUFFER,
            pre_buffer=False,
            page_checksum_verification=True,
        )
        _OF_THREAD.footer = (self.kept, found.metadata)
        return found
