"""What the reader hands on: pieces of typed columns, and blocks of columns by role."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.roles import SHARED

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Piece:
    """A stretch of a source as it was read.

    `table` has exactly the columns asked for, in their declared types, one chunk each.
    `part` is (number of the file, number of the piece in it); the second rises with the rows.
    `place` gives, for a row of the table, words that say where it stands: "preds.csv, line 17".
    `rounded` tells, for columns in which an integer was met that no double holds, of the first
    of them. `parts` has the rows of each part where the piece is made of several that follow one
    another, of which `part` is the first.
    """

    table: "pa.Table"
    part: tuple[int, int]
    place: Callable[[int], str]
    rounded: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[tuple[int, int], int] = field(default_factory=dict)


Stretch = Callable[[], Iterable[Piece]]


class Source(Protocol):
    """Where rows come from.

    `files` are the names shown, `names` the columns in order, `notes` what was found out and
    chosen (each with the flag that pins it), `warnings` what a reader of the numbers must
    know. `rereadable` says that `pieces` can be asked for again, `independent` that each call
    reads its stretch by itself, in any process. `sample` gives the text of the first rows of
    each column (None: empty cell).
    A stretch is what one worker reads by itself: a part of a CSV or JSON lines file, a row group
    of Parquet, a record batch of Arrow, a whole file that can only be read from its start, or
    several small files.
    `stretches` gives one call for each, in the order of the rows; a call gives the pieces of its
    stretch in turn, in bounded memory. The calls may run in any order and in any thread; where
    they are `independent` also in any process that has a copy of the source, which pickles: the
    n-th stretch is the same there.
    `check` is called once after the last piece and raises DataError where the source changed,
    or where a file had no rows.
    """

    rereadable: bool
    independent: bool

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that are shown."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in order."""
        ...

    @property
    def notes(self) -> list[str]:
        """What was found out and chosen."""
        ...

    @property
    def warnings(self) -> list[str]:
        """What a reader of the numbers must know."""
        ...

    def sample(self) -> Mapping[str, list[str | None]]:
        """Return the texts of the first rows by column."""
        ...

    def stretches(self, types: Mapping[str, "pa.DataType"]) -> Iterator[Stretch]:
        """Return one call a stretch; `types` are the columns to read."""
        ...

    def rows_per_piece(self) -> int:
        """Return about how many rows a piece has."""
        ...

    def in_pieces_of(self, rows: int) -> "Source | None":
        """Return the same rows, each stretch one piece of `rows` but for the last, or None.

        The calls may raise MisreadError where such pieces cannot be had after all.
        """
        ...

    def in_order(self) -> "Source":
        """Return the same source, read without guesses."""
        ...

    def check(self, rows: Mapping[int, int] | None = None) -> None:
        """Raise DataError where the source changed; `rows` were seen in each file, if told."""
        ...


class MisreadError(Exception):
    """A stretch did not begin or end where it was guessed to: read the source in order."""


@dataclass(frozen=True)
class Block:
    """The judged rows of a piece, by role.

    `columns` maps each role to a contiguous read-only array of n rows: float64[n] for a
    number, float64[n, k] for `probs`, `scores` and `quantiles`, intp[n] codes into `classes`
    for `y` and `label` of labels and for `y` of multiclass and of margins with `scores`;
    `y` of a binary file is 0.0 or 1.0, of a margin file -1.0 or 1.0; where there are several
    truths it is float64[n, k]. `keys` tell the columns of a role apart. `classes` are the texts
    behind codes (for binary and margin files: the negative, then the positive class).
    `groups` maps each breakdown, and the column of the group or cluster, to codes (int32[n])
    and the texts behind them (None: empty).
    `rows` are the positions of the judged rows in the piece (None: every row was judged);
    `seen` counts the rows of the piece, `parts` those of its parts where it has several;
    `dropped` maps a reason to the rows left out for it.
    """

    columns: Mapping[str, NDArray[Any]]
    part: tuple[int, int]
    place: Callable[[int], str]
    seen: int
    classes: tuple[str | None, ...] = ()
    groups: Mapping[str, tuple[NDArray[np.int32], tuple[str | None, ...]]] = field(
        default_factory=dict
    )
    weight: NDArray[np.float64] | None = None
    ids: "pa.Array | None" = None
    rows: NDArray[np.int64] | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)
    rounded: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[tuple[int, int], int] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """How many rows are judged."""
        return next(len(values) for role, values in self.columns.items() if role not in SHARED)

    def take(self, kept: NDArray[np.intp]) -> "Block":
        """Return some of the judged rows; `dropped` and `counted` stay as they are."""
        rows = kept if self.rows is None else self.rows[kept]
        groups = {name: (codes[kept], classes) for name, (codes, classes) in self.groups.items()}
        return replace(
            self,
            columns={r: v if r in SHARED else v[kept] for r, v in self.columns.items()},
            groups=groups,
            weight=None if self.weight is None else self.weight[kept],
            ids=None if self.ids is None else self.ids.take(kept),
            rows=rows.astype(np.int64),
        )
