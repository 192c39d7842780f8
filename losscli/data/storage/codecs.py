"""The ways to compress: known by their first bytes, each with who unpacks it."""

from collections.abc import Callable
from typing import Any

from losscli.data.storage.peekable import Read
from losscli.dataclass import dataclass

_CHUNK = 1 << 18
_XZ_MEMORY = 1 << 29
MAGIC_BYTES = 6
Magic = tuple[bytes, ...]


@dataclass(frozen=True)
class Codec:
    """One way to compress: its first bytes (at most `MAGIC_BYTES`), and who unpacks them.

    `name` is that of its program, and `unpack` a command that unpacks any of its files.
    """

    name: str
    magic: Magic
    reader: Callable[[Read, Magic], Read]
    unpack: str


def codec_of(head: bytes) -> Codec | None:
    """Return how bytes are compressed that begin so, or are cut there; None where they are not."""
    text = head.isascii() and head.decode("ascii").isprintable()
    for one in CODECS:
        if head.startswith(one.magic) or (_is_cut(head, one.magic) and not text):
            return one
    return None


def _is_cut(head: bytes, magic: Magic) -> bool:
    """Tell whether bytes end within the first bytes of something compressed."""
    return any(one.startswith(head) for one in magic)


class _Members:
    """The members of a stream one after the other, each unpacked by an object of its own."""

    def __init__(self, take: Read, magic: Magic, make: Callable[[], Any]) -> None:
        self._take = take
        self._magic = magic
        self._make = make
        self._member = make()
        self._fed = False

    def read(self, size: int) -> bytes:
        while True:
            if self._member.eof and not self._next():
                return b""
            more = b""
            if self._member.needs_input:
                more = self._take(_CHUNK)
                if not more:
                    raise EOFError
            found: bytes = self._member.decompress(more, size)
            if found:
                return found

    def _next(self) -> bool:
        """Begin the next member; tell whether there is one. Zeros may pad the end."""
        rest = self._member.unused_data.lstrip(b"\0")
        while len(rest) < MAGIC_BYTES and (more := self._take(_CHUNK)):
            rest = (rest + more).lstrip(b"\0")
        if not rest:
            return False
        if not rest.startswith(self._magic):
            if _is_cut(rest, self._magic):
                raise EOFError
            raise ValueError("something else follows its end")
        self._member = self._make()
        self._member.feed(rest)
        return True


class _Decoder:
    """One member: the same interface over zlib, bz2 and lzma."""

    def __init__(self, decoder: Any) -> None:  # noqa: ANN401 - three classes without a name in common
        self._decoder = decoder
        self._ahead = b""

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._decoder.unused_data)

    @property
    def needs_input(self) -> bool:
        return not self._ahead and getattr(self._decoder, "needs_input", True)

    def feed(self, data: bytes) -> None:
        self._ahead = data

    def decompress(self, data: bytes, size: int) -> bytes:
        data, self._ahead = self._ahead + data, b""
        found: bytes = self._decoder.decompress(data, size)
        # only zlib hands back what it has not used yet
        self._ahead = bytes(getattr(self._decoder, "unconsumed_tail", b""))
        return found


def _gzip(take: Read, magic: Magic) -> Read:
    import zlib  # noqa: PLC0415 - needed for these files only

    return _Members(take, magic, lambda: _Decoder(zlib.decompressobj(16 + zlib.MAX_WBITS))).read


def _bzip2(take: Read, magic: Magic) -> Read:
    import bz2  # noqa: PLC0415 - likewise

    return _Members(take, magic, lambda: _Decoder(bz2.BZ2Decompressor())).read


def _xz(take: Read, magic: Magic) -> Read:
    import lzma  # noqa: PLC0415 - likewise

    def make() -> _Decoder:
        return _Decoder(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY))

    return _Members(take, magic, make).read


def _zstd(take: Read, magic: Magic) -> Read:  # noqa: ARG001 - pyarrow knows frames
    import pyarrow as pa  # noqa: PLC0415 - likewise

    stream = pa.CompressedInputStream(pa.PythonFile(_Raw(take), "r"), "zstd")
    return lambda size: bytes(stream.read(size))


class _Raw:
    """A file that can only be read from, as pyarrow wants one."""

    closed = False

    def __init__(self, take: Read) -> None:
        self._take = take

    def readable(self) -> bool:
        return True

    def read(self, size: int) -> bytes:
        return self._take(size)

    def close(self) -> None:
        """Leave the stream to who opened it."""


CODECS = (
    Codec("gzip", (b"\x1f\x8b",), _gzip, "gzip -dc"),
    Codec("bzip2", tuple(b"BZh%d" % size for size in range(1, 10)), _bzip2, "bzip2 -dc"),
    Codec("xz", (b"\xfd7zXZ\x00",), _xz, "xz -dc"),
    Codec(
        "zstd",
        # pzstd puts a frame to be skipped before each frame of data
        (b"\x28\xb5\x2f\xfd", *(b"%c\x2a\x4d\x18" % first for first in range(0x50, 0x60))),
        _zstd,
        "zstd -dc --long=31",
    ),
)
