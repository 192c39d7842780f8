"""What kind of bytes an input holds: its encoding, or a kind that is not read."""

import codecs
import shlex
from contextlib import suppress

from losscli.data.storage.codecs import codec_of
from losscli.data.storage.peekable import Read
from losscli.errors import DataError, UsageError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_KINDS = (
    (b"\x5d\x00\x00", "lzma-compressed", "xz -dc"),
    (b"\x1f\x9d", "compressed by compress", "gzip -dc"),
    (b"\x04\x22\x4d\x18", "lz4-compressed", "lz4 -dc"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "unzip -p"),
)
_WITHOUT_MARK = ((1, "utf-16-le"), (0, "utf-16-be"))
# Header and first row of a UTF-16 text in a Latin alphabet are half NUL bytes.
_NUL_SHARE = 0.5
_FEW_NULS = 0.05


def refuse_other_kinds(head: bytes, path: str, name: str) -> None:
    """Refuse bytes that begin like a zip archive, or a compressed file in a compressed file."""
    found = [(kind, tool) for magic, kind, tool in _OTHER_KINDS if head.startswith(magic)]
    if codec := codec_of(head):
        found = [(f"{codec.name}-compressed twice", codec.unpack)]
    for kind, tool in found:
        raise DataError(
            f"is {kind}, which is not read yet",
            where=name,
            remedy=f"unpack it first: {tool} {shlex.quote(path)} | losscli eval -",
        )


def encoding_of(head: bytes, wanted: str | None, name: str) -> tuple[str | None, int]:
    """Return the encoding to convert from (None: UTF-8) and the length of a UTF-8 mark."""
    mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    if wanted is not None:
        encoding = _known(wanted)
        return (None, mark) if encoding in {"utf-8", "utf-8-sig"} else (encoding, 0)
    found = marked(head)
    if found:
        return (None, mark) if found == "utf-8" else (found, 0)
    if found := unmarked(head):
        raise DataError(
            "seems to be UTF-16 without a byte order mark",
            where=name,
            remedy=f"say so: --encoding {found}",
        )
    if head.count(0) > max(1, _FEW_NULS * len(head)):
        raise DataError(
            f"is no text: {head.count(0)} of its first {len(head)} bytes are zero",
            where=name,
            remedy="give delimited text, JSON lines, Parquet or Arrow",
        )
    return None, mark


def marked(head: bytes) -> str | None:
    """Return the encoding whose byte order mark a text begins with."""
    return next((encoding for bom, encoding in _MARKS if head.startswith(bom)), None)


def unmarked(head: bytes) -> str | None:
    """Return the kind of UTF-16 that a text without a mark seems to be: every other byte is 0."""
    for start, encoding in _WITHOUT_MARK:
        half, other = head[start::2], head[1 - start :: 2]
        if half.count(0) > _NUL_SHARE * len(half) and other.count(0) <= _FEW_NULS * len(other):
            return encoding
    return None


# Encodings of names and of source code: they are known, but no file is written in them.
_NOT_FOR_FILES = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")


def _known(wanted: str) -> str:
    with suppress(LookupError):
        name = codecs.lookup(wanted).name
        "".encode(name)
        if name not in _NOT_FOR_FILES:
            return name
    raise UsageError(
        f"{wanted!r} is not an encoding of text files that Python knows",
        where="--encoding",
        remedy="try --encoding latin-1, cp1252, utf-16 or utf-8",
    )


class Recoder:
    """Reads bytes in some encoding and gives them as UTF-8."""

    def __init__(self, read: Read, encoding: str, name: str) -> None:
        self._read = read
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._name = name
        self._fed = 0
        self._first = True

    def read(self, size: int) -> bytes:
        """Return about `size` bytes of UTF-8; none only at the end."""
        while True:
            raw = self._read(size)
            self._fed += len(raw)
            text = self._decode(raw)
            if self._first and text:
                self._first = False
                text = text.removeprefix("\ufeff")
            if text or not raw:
                return text.encode()

    def _decode(self, raw: bytes) -> str:
        try:
            return self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            # error.object is what was left of the last read with this read behind it.
            offset = self._fed - len(error.object) + error.start
            raise not_in_encoding(
                error.object[error.start], offset, self._encoding, self._name
            ) from None


def not_in_encoding(byte: int, offset: int, encoding: str, where: str) -> DataError:
    """Return the error for a byte that the encoding does not have."""
    other = "utf-8" if encoding == "latin-1" else "latin-1"
    return DataError(
        f"byte {offset} (0x{byte:02x}) is not {encoding.upper()}",
        where=where,
        remedy=f"name the encoding it was written in, such as --encoding {other}",
    )
