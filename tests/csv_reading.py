"""Reading a source to its end the way an evaluation does, for the tests of the reader."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from losscli.data import dataset
from losscli.data.block import MisreadError, Piece, Source
from losscli.data.dataset import open_files
from losscli.data.reading import Reading
from losscli.errors import DataError

NUMBER = pa.float64()
TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass
class Seen:
    """All rows of a source: the columns, what was said, and the place of each row."""

    columns: dict[str, list[Any]]
    notes: list[str]
    warnings: list[str]
    place: Callable[[int], str]
    guessed_wrong: bool


def open_csv(paths: Sequence[str], **options: Any) -> Source:
    return open_files(paths, Reading(**options))


def in_small_blocks(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let files be read in stretches of about `size` bytes from here on."""
    opened = dataset.open_files
    monkeypatch.setattr(
        dataset, "open_files", lambda paths, how: opened(paths, replace(how, block_bytes=size))
    )


def declared(names: Sequence[str]) -> dict[str, pa.DataType]:
    """Declare names that begin with t as text, the others as numbers."""
    return {name: TEXT if name.startswith("t") else NUMBER for name in names}


def read_all(source: Source, names: Sequence[str] | None = None, jobs: int = 1) -> Seen:
    types = declared(source.names if names is None else names)
    wrong = False
    while True:
        try:
            with ThreadPoolExecutor(jobs) as pool:
                calls = pool.map(lambda call: list(call()), source.stretches(types))
                pieces: list[Piece] = [piece for call in calls for piece in call]
        except MisreadError:
            assert not wrong, "reading in order guesses nothing"
            source, wrong = source.in_order(), True
            continue
        break
    rows_of_files: Counter[int] = Counter()
    rounded: dict[str, str] = {}
    for piece in pieces:
        rows_of_files[piece.part[0]] += piece.table.num_rows
        rounded = {**piece.rounded, **rounded}
    source.check(rows_of_files)
    for piece in pieces:
        assert piece.table.column_names == list(types)
        assert piece.table.schema.types == list(types.values())
        assert all(column.num_chunks == 1 for column in piece.table.columns)
    assert [piece.part for piece in pieces] == sorted(piece.part for piece in pieces)
    columns = {
        name: [value for piece in pieces for value in piece.table.column(name).to_pylist()]
        for name in types
    }
    rows = [(piece, row) for piece in pieces for row in range(piece.table.num_rows)]

    def place(row: int) -> str:
        piece, within = rows[row]
        return piece.place(within)

    return Seen(columns, list(source.notes), [*source.warnings, *rounded.values()], place, wrong)


def read_text(path: Path, text: str | bytes, **options: Any) -> Seen:
    """Write `text` to `path` and read it."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_all(open_csv([str(path)], **options))


def refusal(path: Path, text: str | bytes, **options: Any) -> str:
    """Return the words with which `text` is refused."""
    with pytest.raises(DataError) as caught:
        read_text(path, text, **options)
    return str(caught.value).replace(str(path), path.name)
