"""Several sources of one file each as one data set."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from losscli.data.block import Piece, Source, Stretch
from losscli.data.folder import alike
from losscli.errors import DataError
from losscli.visible import first_of, visible


def joined(sources: Sequence[Source], *, same: bool = True, first: int = 0) -> Source:
    """Return sources of one file each, with the same columns in any order, as one.

    Unless they are to be the `same`, the columns are those of any; DataError where they differ.
    The rows that are looked at first are those of the source `first`.
    """
    if len(sources) == 1:
        return sources[0]
    for other in sources[1:] if same else ():
        same_columns(sources[0].names, other.names, sources[0].files[0], other.files[0])
    return Joined(sources, first)


def same_columns(ours: Sequence[str], theirs: Sequence[str], first: str, other: str) -> None:
    """Raise DataError where two files have different columns; their order may differ."""
    one, two = Counter(ours), Counter(theirs)
    if one == two:
        return
    parts = [
        f"{verb} {', '.join(visible(name) for name in names)}"
        for verb, names in (("lacks", one - two), ("adds", two - one))
        if names
    ]
    both = (other, first) if len(theirs) > len(ours) else (first, other)  # one may be a README
    raise DataError(
        f"the columns are not those of {visible(first, 200)}: it {' and '.join(parts)}",
        where=other,
        remedy=f"give all files the same columns, or {alike(*both)}",
    )


class Joined:
    """The rows of several sources, each a file of its own."""

    def __init__(self, sources: Sequence[Source], first: int = 0) -> None:
        self.files = tuple(name for source in sources for name in source.files)
        self.names = tuple(dict.fromkeys(name for source in sources for name in source.names))
        if len(self.names) < len(sources[0].names):  # one name twice is refused where it is used
            self.names = sources[0].names
        self.rereadable = all(source.rereadable for source in sources)
        self.independent = all(source.independent for source in sources)
        self.sources = sources
        self.first = first
        self._empty: list[str] = []

    @property
    def notes(self) -> list[str]:
        """What was chosen for each, and which were found to have no rows."""
        notes = list(dict.fromkeys(note for source in self.sources for note in source.notes))
        return [*notes, f"there are no rows in {first_of(self._empty)}"] if self._empty else notes

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know of each."""
        return [warning for source in self.sources for warning in source.warnings]

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows."""
        return self.sources[self.first].sample()

    def stretches(self, types: Mapping[str, Any]) -> Iterator[Stretch]:
        """Return the stretches of each in turn."""
        for file, source in enumerate(self.sources):
            for read in source.stretches(types):
                yield partial(_renumbered, file, read)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        return self.sources[self.first].rows_per_piece()

    def in_pieces_of(self, rows: int) -> Source | None:  # noqa: ARG002 - the protocol
        """Return None: pieces end where files do."""
        return None

    def in_order(self) -> Source:
        """Return the same, read without guesses."""
        return Joined([source.in_order() for source in self.sources], self.first)

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Raise DataError where a source changed, or had no rows and may not be so."""
        for file, source in enumerate(self.sources):
            source.check(None if rows is None else {0: rows.get(file, 0)})
        if rows is not None:
            self._empty = [name for file, name in enumerate(self.files) if not rows.get(file)]


def _renumbered(file: int, read: Stretch) -> Iterable[Piece]:
    return (replace(piece, part=(file, piece.part[1])) for piece in read())
