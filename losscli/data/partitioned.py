"""A source whose files are partitions: the keys of their folders are columns, too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from typing import Any

import numpy as np
import pyarrow as pa

from losscli.data import cells
from losscli.data.block import Piece, Source, Stretch
from losscli.data.folder import refuse_different_keys
from losscli.data.joined import Joined
from losscli.data.spelled import number
from losscli.data.text.numerals import instead_of, is_number
from losscli.errors import DataError, UsageError
from losscli.visible import visible

Keys = Mapping[str, str | None]


def partitioned(source: Source, keys: Sequence[Keys]) -> Source:
    """Return a source with the keys of each of its files as columns; itself if there are none.

    Raises DataError where files have different keys, or a key is a column of the files as well.
    """
    if not any(keys):
        return source
    refuse_different_keys(keys, source.files)
    for name in keys[0]:
        if name in source.names:
            raise DataError(
                f"{visible(name)} is a column, and a key in the name of the folder",
                where=source.files[0],
                remedy="rename one of them, or name the files one folder at a time",
            )
    values = {name: list(dict.fromkeys(one[name] for one in keys)) for name in keys[0]}
    if not isinstance(source, Joined):
        return Partitioned(source, keys[0], values)
    found = [Partitioned(one, own, values) for one, own in zip(source.sources, keys, strict=True)]
    return Joined(found, source.weights, source.first)


class Partitioned:
    """The rows of a file with the keys of its partition; `values` are those of all partitions."""

    def __init__(self, source: Source, keys: Keys, values: Mapping[str, list[str | None]]) -> None:
        self.files = source.files
        self.names = (*source.names, *keys)
        self.rereadable, self.independent = source.rereadable, source.independent
        self._source = source
        self._keys = keys
        self._values = values

    def __getstate__(self) -> dict[str, Any]:
        """Travel without the keys of all partitions, which are looked at where it is opened."""
        return {**vars(self), "_values": {}}

    @property
    def notes(self) -> list[str]:
        """What was chosen."""
        return self._source.notes

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know."""
        return self._source.warnings

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows, and the keys of all files in turn."""
        found = dict(self._source.sample())
        rows = len(next(iter(found.values()), []))
        keys = {name: list(islice(cycle(own), rows)) for name, own in self._values.items()}
        return found | keys

    def stretches(self, types: Mapping[str, Any]) -> Iterator[Stretch]:
        """Return the stretches of the source, with the keys that are asked for."""
        own = {name: kind for name, kind in types.items() if name not in self._keys}
        if not own:
            what = f"{', '.join(map(visible, types))}: each is a key of folders"
            raise UsageError(what, remedy="name a column of the files")
        for read in self._source.stretches(own):
            yield partial(_with_keys, types, self._keys, self.files[0], read)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        return self._source.rows_per_piece()

    def in_pieces_of(self, rows: int) -> Source | None:
        """Return the same in pieces of `rows`, where the source can be cut so."""
        found = self._source.in_pieces_of(rows)
        return Partitioned(found, self._keys, self._values) if found else None

    def in_order(self) -> Source:
        """Return the same, read without guesses."""
        return Partitioned(self._source.in_order(), self._keys, self._values)

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Raise DataError where the source changed, or a file had no rows."""
        self._source.check(rows)


def _with_keys(types: Mapping[str, Any], keys: Keys, where: str, read: Stretch) -> Iterator[Piece]:
    for piece in read():
        rows = piece.table.num_rows
        columns = {
            name: _repeated(name, keys[name], kind, rows, where)
            if name in keys
            else piece.table.column(name)
            for name, kind in types.items()
        }
        yield replace(piece, table=pa.table(columns))


def _repeated(name: str, text: str | None, kind: Any, rows: int, where: str) -> Any:  # noqa: ANN401
    if text is None:
        return pa.nulls(rows, kind)
    if pa.types.is_dictionary(kind):
        return cells.codes_into(np.zeros(rows, np.int32), [text])
    named = pa.types.is_string(kind)
    if not (named or is_number(text.encode(), ".")):
        what = f"{visible(name)} is '{visible(text)}' in the name of its folder, which is no number"
        raise DataError(what, where=where, remedy=instead_of(text, ".", ","))
    return pa.repeat(pa.scalar(text if named else number(text), kind), rows)
