"""One delimited text: its columns, how it is written, and the stretches it is read in."""

import shlex
import unicodedata
from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

from losscli.data.text.records import Cell, line_ends
from losscli.data.text.textfile import TextFile
from losscli.dataclass import dataclass
from losscli.errors import DataError
from losscli.visible import visible


@dataclass(frozen=True)
class Sheet:
    """What is known of a delimited text once its first rows were seen.

    `names` are the columns in order; `header` is the physical line of the header (0: there is
    none, and the columns are numbered), `line` and
    `body` the physical line and the byte (of the text as UTF-8, without a mark) behind it.
    `sample` are the first rows. `guessable` says that the text can be cut at line feeds and
    read in any order.
    """

    text: TextFile
    names: tuple[str, ...]
    delimiter: str
    decimal: str
    header: int
    line: int
    body: int
    guessable: bool = False
    sample: Sequence[list[Cell]] = field(default=(), repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Travel without the first rows, which are looked at where the file is opened."""
        return {**vars(self), "sample": ()}

    @property
    def widest(self) -> str:
        """What says how many fields a row has."""
        return "the header" if self.header else "the first row"

    @property
    def mark(self) -> bytes:
        """The delimiter as it stands in the text."""
        return self.delimiter.encode()

    def without_sample(self, names: tuple[str, ...]) -> "Sheet":
        """Return the same without its first rows; names that are equal are not kept twice."""
        return replace(self, sample=(), names=names if names == self.names else self.names)

    def index_of(self, name: str) -> int:
        """Return the place of the one column of that name; two that look the same are refused."""
        plain = unicodedata.normalize("NFC", name)
        alike = [i for i, n in enumerate(self.names) if unicodedata.normalize("NFC", n) == plain]
        if name in self.names and len(alike) == 1:
            return alike[0]
        where = self.place(self.header)
        if name not in self.names:
            raise DataError(f"there is no column {visible(name)}", where=where)
        numbers = " and ".join(str(index + 1) for index in alike)
        what = f"columns {numbers} are all named {visible(name)}"
        if any(self.names[index] != name for index in alike):
            what = f"the names of columns {numbers} look the same, {visible(name)} (NFC and NFD)"
        raise DataError(what, where=where, remedy="rename all but one of them in the header")

    def place(self, line: int) -> str:
        """Return the words for a physical line."""
        if not line:
            return visible(self.text.name, 200)
        return f"{visible(self.text.name, 200)}, line {line}"

    def sed(self, script: str) -> str:
        """Return the end of a remedy that edits the file in place, nothing for what has no size."""
        if self.text.size is None:
            return ""
        return f": sed -i '{script}' {shlex.quote(self.text.path)}"


@dataclass(frozen=True)
class Stretch:
    """Whole records of a text; `line` and `offset` tell where in the text they begin."""

    text: bytes
    line: int
    offset: int

    def line_at(self, place: int) -> int:
        """Return the physical line of a byte of the stretch."""
        return self.line + line_ends(self.text, 0, place)


def spoken(delimiter: str) -> str:
    """Return the words for a delimiter."""
    return "tab" if delimiter == "\t" else f"'{delimiter}'"
