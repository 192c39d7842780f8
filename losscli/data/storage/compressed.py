"""Compressed inputs, unpacked as a stream in bounded memory."""

import math
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakValueDictionary

from losscli.data.storage import Stored
from losscli.data.storage.codecs import Codec, codec_of
from losscli.data.storage.peekable import Peekable
from losscli.errors import DataError, LosscliError
from losscli.visible import visible

MOST = 200.0
"""How many times its size an input may unpack to, unless the user says more."""
FREE = 1 << 30
"""So many bytes may come out of any input, however small."""
_CHUNK = 1 << 18


def unpacked(kept: Stored, head: bytes, most: float | None = None) -> Stored:
    """Return what is kept, unpacked if its `head` is that of a compressed file."""
    codec = codec_of(head)
    return Unpacked(kept, codec, MOST if most is None else most) if codec else kept


class Unpacked:
    """The bytes behind a compressed input, one after the other."""

    size: int | None = None

    def __init__(self, kept: Stored, codec: Codec, most: float) -> None:
        self.path, self.name = kept.path, kept.name
        self.weight, self.rereadable = kept.weight, kept.rereadable
        self._kept = kept
        self._codec = codec
        self._most = most
        self._stream: Peekable | None = None
        _KNOWN[self.name] = self

    @contextmanager
    def opened(self) -> Iterator[Peekable]:
        """Give the unpacked bytes from their start; what can be read once goes on."""
        if self._stream:
            yield self._stream
            return
        with self._kept.opened() as raw:
            found = Peekable(_Unpacking(self._codec, raw, self.name, self._most).read)
            if not self.rereadable:
                self._stream = found
            yield found

    def fill(self, view: memoryview, offset: int) -> None:
        """Refuse to look for an offset: all before it would have to be unpacked."""
        raise NotImplementedError

    def check(self) -> None:
        """Refuse a file that is no longer the one that was looked at first."""
        self._kept.check()


_KNOWN: WeakValueDictionary[str, Unpacked] = WeakValueDictionary()
"""Those that are in use, by name; a file that was opened again stands for itself."""


_BEGUN = 1 << 24
"""So many bytes are tried where only the first rows were looked at."""


def cause(error: LosscliError, most: int = FREE) -> LosscliError:
    """Return what is wrong with the stream that an error of a row is about, else the error.

    A bit that is flipped makes rows that cannot be read long before a checksum tells why. Of a
    long stream only the first `most` bytes are tried.
    """
    told = error.where.removesuffix("…")  # a long name may be cut
    for one in list(_KNOWN.values()) if told else ():
        name = visible(one.name, 200)
        if one.rereadable and (told.startswith(name) or name.startswith(told)):
            try:
                with one.opened() as stream:
                    left = most
                    while left > 0 and (chunk := stream.read(_CHUNK)):
                        left -= len(chunk)
            except DataError as found:
                return found
    return error


@contextmanager
def begun() -> Iterator[None]:
    """Say of first rows that make no sense where it is their stream that is damaged."""
    try:
        yield
    except LosscliError as error:
        raise cause(error, _BEGUN) from None


class _Unpacking:
    """Bytes on their way out of a compressed stream, with a limit for how many they may be."""

    def __init__(self, codec: Codec, raw: Peekable, name: str, most: float) -> None:
        self._codec = codec
        self._name = name
        self._most = most
        self._given = 0
        self._taken = _Counted(raw)
        self._read = codec.reader(self._taken.read, codec.magic)

    def read(self, size: int) -> bytes:
        """Return at most `size` unpacked bytes; none only at the end."""
        try:
            found = self._read(size)
        except DataError:
            raise
        except Exception as error:  # noqa: BLE001 - each library has errors of its own
            raise self._corrupt(error) from None
        self._given += len(found)
        if self._given > max(FREE, self._most * self._taken.bytes):
            raise bomb(self._name, self._most, self._given / max(self._taken.bytes, 1))
        return found

    def _corrupt(self, error: Exception) -> DataError:
        if "emory" in str(error):  # what xz and zstd say of windows that are too large
            return DataError(
                f"the {self._codec.name} stream needs more memory than is given to one",
                where=self._name,
                remedy=f"{self._codec.unpack} {shlex.quote(self._name)} | losscli eval -",
            )
        cut = isinstance(error, EOFError) or "runcated" in str(error)
        why = "ends in the middle of its data" if cut else f"is corrupt ({error})"
        remedy = "copy or download it again"
        if Path(self._name).is_file():
            remedy += f", and test it: {self._codec.name} -t {shlex.quote(self._name)}"
        return DataError(f"the {self._codec.name} stream {why}", where=self._name, remedy=remedy)


class _Counted:
    """What goes into an unpacking, apart from it: in a circle it would outlive a short run."""

    def __init__(self, raw: Peekable) -> None:
        self._raw = raw
        self.bytes = 0

    def read(self, size: int) -> bytes:
        found = self._raw.read(size)
        self.bytes += len(found)
        return found


def bomb(name: str, most: float, times: float) -> DataError:
    """Return the error for what unpacks to so many times its size, more than the most."""
    return DataError(
        f"unpacks to more than {most:g} times its size, which no table of predictions should",
        where=name,
        remedy=f"if it is sound, allow it: --max-unpacked {10 ** len(str(math.ceil(times)))}",
    )
