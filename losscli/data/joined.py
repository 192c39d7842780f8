"""Several sources of one file each as one data set."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from losscli.data.block import Piece, Source, Stretch
from losscli.data.folder import alike
from losscli.data.reading import BLOCK_BYTES
from losscli.errors import DataError
from losscli.visible import first_of, visible

MOST = 64
"""So many small files, of at most `BLOCK_BYTES` together, are one stretch."""


def joined(sources: Sequence[Source], weights: Sequence[float], first: int = 0) -> Source:
    """Return sources of one file each as one, whose columns are those of any.

    `weights` are about how many bytes are read for each. The rows that are looked at first are
    those of the source `first`.
    """
    return Joined(sources, weights, first) if len(sources) > 1 else sources[0]


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
    """The rows of several sources, each a file of its own; small ones are one stretch together."""

    def __init__(self, sources: Sequence[Source], weights: Sequence[float], first: int = 0) -> None:
        self.files = tuple(name for source in sources for name in source.files)
        self.names = tuple(dict.fromkeys(name for source in sources for name in source.names))
        if len(self.names) < len(sources[0].names):  # one name twice is refused where it is used
            self.names = sources[0].names
        self.rereadable = all(source.rereadable for source in sources)
        self.independent = all(source.independent for source in sources)
        self.sources = sources
        self.weights = weights
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
        for lot in _lots(self.weights):
            if len(lot) > 1:
                yield partial(_in_turn, lot, self.sources[lot.start : lot.stop], types)
                continue
            for read in self.sources[lot.start].stretches(types):
                yield partial(_renumbered, lot.start, read)

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        return self.sources[self.first].rows_per_piece()

    def in_pieces_of(self, rows: int) -> Source | None:  # noqa: ARG002 - the protocol
        """Return None: pieces end where files do."""
        return None

    def in_order(self) -> Source:
        """Return the same, read without guesses."""
        return Joined([one.in_order() for one in self.sources], self.weights, self.first)

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Raise DataError where a source changed, or had no rows and may not be so."""
        for file, source in enumerate(self.sources):
            source.check(None if rows is None else {0: rows.get(file, 0)})
        if rows is not None:
            self._empty = [name for file, name in enumerate(self.files) if not rows.get(file)]


def _lots(weights: Sequence[float]) -> Iterator[range]:
    """Give the numbers of the files in lots: some small ones that follow each other, or one."""
    first, held = 0, 0.0
    for file, weight in enumerate(weights):
        if file > first and (held + weight > BLOCK_BYTES or file - first == MOST):
            yield range(first, file)
            first, held = file, 0.0
        held += weight
    yield range(first, len(weights))


def _in_turn(
    files: Sequence[int], sources: Sequence[Source], types: Mapping[str, Any]
) -> Iterator[Piece]:
    for file, source in zip(files, sources, strict=True):
        for read in source.stretches(types):
            yield from _renumbered(file, read)


def _renumbered(file: int, read: Stretch) -> Iterable[Piece]:
    return (replace(piece, part=(file, piece.part[1])) for piece in read())
