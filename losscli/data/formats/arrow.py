"""Arrow IPC: files (Feather), whose record batches are stretches, and streams, read in order."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from losscli.data.block import Source
from losscli.data.columnar import Table, columnar
from losscli.data.explained import explained
from losscli.data.ipc import unpacked_size
from losscli.data.reading import Reading
from losscli.data.storage import Stored
from losscli.data.storage.compressed import FREE, MOST, bomb
from losscli.data.storage.local import LocalFile
from losscli.data.storage.peekable import Peekable
from losscli.data.storage.seekable import Seekable, Spooled
from losscli.errors import DataError, UsageError

KIND = "an Arrow file"
_FILE, _STREAM, _FEATHER_1 = b"ARROW1", b"\xff\xff\xff\xff", b"FEA1"
_START = 8
"""So many bytes stand before the stream in a file."""
_END = b"\xff\xff\xff\xff\0\0\0\0"


def holds(head: bytes) -> bool:
    """Tell whether bytes begin as an Arrow file or stream does."""
    schema = head.startswith(_STREAM) and 0 < int.from_bytes(head[4:8], "little") < 1 << 28
    return head.startswith((_FILE, _FEATHER_1)) or schema


def opened(files: Sequence[Stored], reading: Reading) -> Source:
    """Return the rows of Arrow files or streams as one data set."""
    for flag in reading.of_text:
        raise UsageError(f"{flag} is for delimited text", where=files[0].name, remedy="leave it")
    most = reading.max_unpacked or MOST
    return columnar(files, lambda kept: _table(kept, most))


def _table(kept: Stored, most: float) -> "_File | _Stream":
    if not kept.rereadable:
        kept = Spooled(kept)
    with kept.opened() as stream:
        head = stream.peek(_START)
    if head.startswith(_FEATHER_1):
        raise DataError(
            "is Feather version 1, which is no longer written",
            where=kept.name,
            remedy="write it again with a current pyarrow or pandas",
        )
    whole = head.startswith(_FILE)
    if isinstance(kept, LocalFile | Spooled):  # of a far file each look would be a request
        size, unpacked = kept.size or 1, unpacked_size(kept, _START if whole else 0)
        if unpacked > max(FREE, most * size):
            raise bomb(kept.name, most, unpacked / size)
    return _File(kept) if whole and kept.size is not None else _Stream(kept)


class _File:
    """One file, whose batches can be read in any order."""

    def __init__(self, kept: Stored) -> None:
        self.kept = kept
        with explained(kept):
            found = self._opened(None)
            self.schema = found.schema.remove_metadata()
            self._parts = int(found.num_record_batches)

    def parts(self) -> int:
        return self._parts

    def rows(self) -> int | None:
        return None if self._parts else 0

    def start(self, part: int) -> int:
        found = self._opened([0])
        return sum(found.get_batch(k).num_rows for k in range(part))

    def in_parts_of(self, rows: int) -> Table | None:  # noqa: ARG002
        return None

    def batches(self, part: int, types: Mapping[str, Any], rows: int) -> Iterator[Any]:  # noqa: ARG002
        batch = self._opened(sorted(map(self.schema.names.index, types))).get_batch(part)
        batch.validate(full=True)
        yield batch

    def _opened(self, fields: Sequence[int] | None) -> Any:  # noqa: ANN401 - pyarrow has no types
        options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
        return pa.ipc.open_file(pa.PythonFile(Seekable(self.kept), "r"), options=options)


class _Stream:
    """One stream, which is read from its start to its end mark."""

    def __init__(self, kept: Stored) -> None:
        self.kept = kept
        with explained(kept), self._reader(None) as (reader, _):
            self.schema = reader.schema.remove_metadata()

    def parts(self) -> int:
        return 1

    def rows(self) -> int | None:
        return None

    def start(self, part: int) -> int:  # noqa: ARG002 - there is one
        return 0

    def in_parts_of(self, rows: int) -> Table | None:  # noqa: ARG002
        return None

    def batches(self, part: int, types: Mapping[str, Any], rows: int) -> Iterator[Any]:  # noqa: ARG002
        fields = sorted(map(self.schema.names.index, types))
        with self._reader(fields) as (reader, raw):
            for batch in reader:
                batch.validate(full=True)
                yield batch
            if raw.last != _END:
                message = "there is no end mark: was it cut, or its writer not closed?"
                raise EOFError(message)

    @contextmanager
    def _reader(self, fields: Sequence[int] | None) -> Iterator[tuple[Any, "_Watched"]]:
        with self.kept.opened() as stream:
            if stream.peek(_START).startswith(_FILE):
                stream.read(_START)
            raw = _Watched(stream)
            options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
            yield pa.ipc.open_stream(pa.PythonFile(raw, "r"), options=options), raw


class _Watched:
    """A file that can only be read from, which remembers the last bytes."""

    closed = False

    def __init__(self, stream: Peekable) -> None:
        self._stream = stream
        self.last = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int) -> bytes:
        found = b""
        while len(found) < size and (more := self._stream.read(size - len(found))):
            found += more
        self.last = (self.last + found)[-len(_END) :]
        return found

    def close(self) -> None:
        """Leave the stream to who opened it."""
