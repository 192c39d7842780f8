"""Whether an id stands in two rows of a source that was read in stretches."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from losscli.data import cells
from losscli.data.block import MisreadError, Source, Stretch
from losscli.data.ids import Ids, all_rise, told
from losscli.data.matched import MOST_ROWS, Loaded
from losscli.visible import visible

Part = tuple[int, int]


def look_for_twice(source: Source, name: str, rows: int) -> list[str]:
    """Raise DataError where an id is there twice; return what is to be said if it is unknown.

    Ids that rise through the source are read once more in bounded memory, others are held.
    """
    try:
        found = _told(source, name, None)
    except MisreadError:
        found = _told(source.in_order(), name, 1)
    if all_rise(found):
        return []
    if rows > MOST_ROWS:
        return [
            f"whether an {visible(name)} is there twice was not looked for: sort the rows by it"
        ]
    Loaded.of(source, {name: pa.string()}, name, None)
    return []


def _told(source: Source, name: str, jobs: int | None) -> Mapping[Part, Ids]:
    def read(call: Stretch) -> dict[Part, Ids]:
        found = ((piece.part, piece.table.column(name)) for piece in call())
        return {part: told(cells.texts(ids, None)) for part, ids in found if len(ids)}

    with ThreadPoolExecutor(jobs) as pool:
        parts = pool.map(read, source.stretches({name: pa.string()}))
        return {part: ids for some in parts for part, ids in some.items()}
