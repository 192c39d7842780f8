"""Short pieces, as many small files have them, taken together: judging a block has a price."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from losscli.data.block import Piece, Source, Stretch

ENOUGH = 1 << 18
"""Pieces are taken together up to so many cells: more would only take memory."""


def together(source: Source, types: Mapping[str, Any]) -> Iterator[Stretch]:
    """Return the stretches of a source; of several files, with short pieces taken together."""
    reads = source.stretches(types)
    return (partial(gathered, read) for read in reads) if len(source.files) > 1 else reads


def gathered(read: Stretch) -> Iterator[Piece]:
    """Give the pieces of a stretch, short ones as one."""
    held: list[Piece] = []
    cells = 0
    try:
        for piece in read():
            count = piece.table.num_rows * piece.table.num_columns
            if held and cells + count > ENOUGH:
                yield _as_one(held)
                held, cells = [], 0
            held.append(piece)
            cells += count
            del piece
            if cells >= ENOUGH:
                yield _as_one(held)
                held, cells = [], 0
    except Exception:
        if held:  # what is wrong in earlier rows is told first
            yield _as_one(held)
        raise
    if held:
        yield _as_one(held)


def _as_one(held: Sequence[Piece]) -> Piece:
    if len(held) == 1:
        return held[0]
    names = held[0].table.column_names
    table = pa.concat_tables([piece.table.select(names) for piece in held])
    parts = {piece.part: piece.table.num_rows for piece in held}
    return Piece(
        table.unify_dictionaries().combine_chunks(),
        held[0].part,
        partial(_place, [piece.place for piece in held], np.cumsum([0, *parts.values()])),
        {name: words for piece in reversed(held) for name, words in piece.rounded.items()},
        parts,
    )


def _place(places: Sequence[Callable[[int], str]], starts: Any, row: int) -> str:  # noqa: ANN401
    at = int(np.searchsorted(starts, row, side="right")) - 1
    return places[at](row - int(starts[at]))
