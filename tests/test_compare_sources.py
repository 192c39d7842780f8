"""Two files of any format compared: the bits of two frames, by any number of workers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import losscli
from losscli.data import columnar
from losscli.data.columns import GROUP
from losscli.data.dataset import open_files
from losscli.data.pairs import SideBySide
from losscli.data.reading import Reading
from losscli.errors import DataError

ROWS = 3000
BY: dict[str, Any] = {"losses": "mse,mae", "by": "city"}
SMALL: dict[str, Any] = {"block_bytes": 20_000}


def frames() -> list[pd.DataFrame]:
    random = np.random.default_rng(11)
    y = random.normal(size=ROWS).round(4)
    city = random.choice(["Oslo", "Bonn", "", "Rio"], ROWS)
    keys = [f"k{k:05}" for k in range(ROWS)]
    found = []
    for _ in range(2):
        pred = (y + random.normal(size=ROWS)).round(9)
        found.append(pd.DataFrame({"key": keys, "y_true": y, "y_pred": pred, "city": city}))
    return found


def written(folder: Path, form: str, data: pd.DataFrame, rows: int = 700) -> Path:
    path = folder / f"{len(list(folder.iterdir()))}.{form}"
    if form == "parquet":
        data.to_parquet(path, row_group_size=rows)
    elif form == "jsonl":
        data.to_json(path, orient="records", lines=True, double_precision=15)
    elif form == "feather":
        data.to_feather(path)
    else:
        data.to_csv(path, index=False)
    return path


def numbers(old: Any, new: Any, **words: Any) -> dict[str, Any]:
    found = losscli.compare(old, new, **BY, **words).to_dict()
    for name in ("old", "new"):
        del found["data"][name]
    for row in found["rows"]:
        del row["file"]
    return found


@pytest.mark.parametrize("ids", [None, "key"])
@pytest.mark.parametrize(
    "forms",
    [
        ("parquet", "parquet"),
        ("jsonl", "jsonl"),
        ("parquet", "csv"),
        ("jsonl", "parquet"),
        ("feather", "parquet"),
    ],
)
def test_any_two_formats_give_the_bits_of_frames(
    tmp_path: Path, forms: tuple[str, str], ids: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar, "ROWS", 450)
    data = frames()
    paths = [
        written(tmp_path, form, one, rows)
        for form, one, rows in zip(forms, data, (700, 310), strict=True)
    ]
    expected = numbers(*data, id=ids, jobs=1)
    for engine in ("threads", "processes"):
        assert numbers(*paths, id=ids, engine=engine, jobs=2) == expected


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_pairs_are_cut_at_the_same_rows(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar, "ROWS", 450)
    types = {"y_true": pa.float64(), "city": GROUP}
    old, new = frames()
    sources = [
        open_files([str(written(tmp_path, form, one, rows))], Reading(**SMALL))
        for one, rows in ((old, 700), (new, 310))
    ]
    pairs = SideBySide(sources[0], sources[1], types, types)
    assert pairs.apart
    calls = [*pairs.stretches()]
    assert len(calls) > 4
    found = [pair for read in reversed(calls) for pair in read()][::-1]
    for side in ("old", "new"):
        tables = [getattr(pair, side).table for pair in found]
        for name in types:
            cells = [cell for table in tables for cell in table[name].to_pylist()]
            assert cells == [cell if cell != "" else None for cell in old[name]]


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_another_count_of_rows_is_refused(tmp_path: Path, form: str) -> None:
    old, new = frames()
    for one, other in ((old, new.iloc[:-1]), (old.iloc[:700], new)):
        paths = [written(tmp_path, form, data.reset_index(drop=True)) for data in (one, other)]
        with pytest.raises(DataError, match=rf"{len(one)} rows, but {len(other)} in"):
            losscli.compare(*paths, **BY)


def test_blank_lines_of_json_hold_no_row(tmp_path: Path) -> None:
    data = frames()
    expected = numbers(*data)
    old, new = (written(tmp_path, "jsonl", one) for one in data)
    lines = old.read_text().splitlines()
    for text in ("\n".join([*lines[:9], "", " ", *lines[9:]]), "\n".join([*lines, "", "", ""])):
        old.write_text(text)
        assert numbers(old, new, jobs=2) == expected


def test_texts_of_several_dictionaries_make_one_piece(tmp_path: Path) -> None:
    data = pa.table({"city": [f"c{k % 7}{k // 100}" for k in range(1000)]})
    pq.write_table(data, tmp_path / "p.parquet", row_group_size=90)
    source = open_files([str(tmp_path / "p.parquet")]).in_pieces_of(400)
    assert source is not None
    pieces = [piece for read in source.stretches({"city": GROUP}) for piece in read()]
    assert [piece.table.num_rows for piece in pieces] == [400, 400, 200]
    assert [c for p in pieces for c in p.table["city"].to_pylist()] == data["city"].to_pylist()
    assert pieces[1].place(3).endswith("p.parquet, row 404")
