"""Many small files: several are read and judged together, and each row is still one of its file."""

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import losscli
from losscli.data.block import Piece
from losscli.data.dataset import open_files
from losscli.data.gathered import ENOUGH, gathered
from losscli.data.joined import Joined
from losscli.errors import DataError

FILES, ROWS = 150, 3
forms = pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "feather", "csv.gz"])


def frames() -> list[pd.DataFrame]:
    """Return frames in which row r of file f is off by f + r / 10, but for the largest, 500."""
    found = [
        pd.DataFrame(
            {
                "y_true": [0.0] * ROWS,
                "y_pred": [file + row / 10 for row in range(ROWS)],
                "city": [f"c{(file + row) % 70}" for row in range(ROWS)],
            }
        )
        for file in range(FILES)
    ]
    found[70].loc[1, "y_pred"] = 500.0
    return found


def to_csv(data: pd.DataFrame, path: Path) -> None:
    data.to_csv(path, index=False)


def written(folder: Path, form: str, data: list[pd.DataFrame]) -> Path:
    write: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
        "jsonl": lambda one, path: one.to_json(path, orient="records", lines=True),
        "parquet": pd.DataFrame.to_parquet,
        "feather": pd.DataFrame.to_feather,
    }
    for number, one in enumerate(data):
        write.get(form, to_csv)(one, folder / f"{number:03}.{form}")
    return folder


@forms
@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_rows_of_small_files_are_those_of_their_file(
    tmp_path: Path, form: str, engine: str
) -> None:
    data = frames()
    folder = str(written(tmp_path, form, data))
    report = losscli.evaluate(folder, losses="mae,medae", by="city", engine=engine, jobs=2)
    whole = losscli.evaluate(pd.concat(data, ignore_index=True), losses="mae,medae", by="city")
    assert report.losses == whole.losses
    assert report.breakdown == whole.breakdown
    assert report.outliers
    assert report.rows == FILES * ROWS
    worst = [(Path(str(one.file)).name, one.row, one.loss) for one in report.outliers.worst[:3]]
    assert worst == [
        (f"070.{form}", 2, 500.0),
        (f"149.{form}", 3, 149.2),
        (f"149.{form}", 2, 149.1),
    ]


def test_two_models_in_small_files_are_compared_row_by_row(tmp_path: Path) -> None:
    data = [one.assign(second=one.y_pred + 1) for one in frames()]
    data[100].loc[2, "second"] = 9000.0
    named: Any = {"old_pred": "y_pred", "new_pred": "second", "losses": "mae", "true": "y_true"}
    found = losscli.compare(str(written(tmp_path, "csv", data)), **named)
    whole = losscli.compare(pd.concat(data, ignore_index=True), **named)
    assert found.losses == whole.losses
    moved = found.rows[0]
    assert (Path(str(moved.file)).name, moved.row, moved.new) == ("100.csv", 3, 9000.0)


@forms
def test_small_files_are_read_a_few_at_a_time(tmp_path: Path, form: str) -> None:
    source = open_files([str(written(tmp_path, form, frames()))])
    types = {"y_true": pa.float64(), "city": pa.dictionary(pa.int32(), pa.string())}
    calls = list(source.stretches(types))
    assert len(calls) == 3
    pieces = [piece for call in calls for piece in call()]
    assert [piece.part[0] for piece in pieces] == list(range(FILES))


@pytest.mark.parametrize(("columns", "rows"), [(4, 10_000), (4, 200_000), (1000, 100)])
def test_pieces_are_taken_together_up_to_so_many_cells(columns: int, rows: int) -> None:
    table = pa.table({f"c{k}": np.zeros(rows) for k in range(columns)})
    pieces = [Piece(table, (file, 0), str) for file in range(9)]
    found = list(gathered(lambda: pieces))
    assert sum(piece.table.num_rows for piece in found) == 9 * rows
    assert [part for piece in found for part in (piece.parts or {piece.part: rows})] == [
        (file, 0) for file in range(9)
    ]
    most = max(ENOUGH, columns * rows)
    assert all(piece.table.num_rows * columns <= most for piece in found)
    assert len(found) < 9 or columns * rows > ENOUGH / 2


@forms
def test_what_is_wrong_in_a_small_file_is_told_with_its_name(tmp_path: Path, form: str) -> None:
    data = frames()
    data[5].loc[1, "y_pred"] = None
    if form not in ("parquet", "feather"):  # where all rows of a column have one type
        data[6]["y_true"] = "x"
    written(tmp_path, form, data)
    with pytest.raises(DataError, match="y_pred is empty") as told:
        losscli.evaluate(tmp_path, losses="mae")
    line = {"csv": "line 3", "csv.gz": "line 3", "jsonl": "line 2"}.get(form, "row 2")
    assert str(told.value.where).endswith(f"005.{form}, {line}")


@forms
def test_little_is_kept_of_each_file(tmp_path: Path, form: str) -> None:
    (tmp_path / "few").mkdir()
    (tmp_path / "many").mkdir()
    written(tmp_path / "few", form, frames()[:50])
    written(tmp_path / "many", form, frames())
    kept = {}
    for folder in ("few", "few", "many"):  # what is imported at first is not counted
        gc.collect()
        tracemalloc.start()
        source = open_files([str(tmp_path / folder)])
        calls = list(source.stretches({"y_true": pa.float64()}))
        gc.collect()
        kept[folder] = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert calls
    assert (kept["many"] - kept["few"]) / 100 < 1500
    assert isinstance(source, Joined)
    if form in ("parquet", "feather"):  # which are not Python's, and are not counted by it
        assert len({id(one._table.schema) for one in source.sources}) == 1  # type: ignore[attr-defined] # noqa: SLF001
