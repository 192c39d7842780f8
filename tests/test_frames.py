"""Frames of many kinds: the same numbers as the file of the same rows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask.dataframe
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from process import python

import losscli
from losscli.engine.dask import cluster
from losscli.errors import DataError, UsageError

RANDOM = np.random.default_rng(1)
FRAME = pd.DataFrame(
    {
        "y_true": RANDOM.normal(size=5000),
        "y_pred": RANDOM.normal(size=5000),
        "city": RANDOM.choice(["Oslo", "Bergen", "007", "NA"], 5000),
        "floor": RANDOM.integers(0, 4, 5000),
    }
)
WORDS: Any = {"losses": "mse,huber,log_cosh", "by": ["city", "floor"], "top": 5}


def numbers(data: Any, **words: Any) -> dict[str, Any]:
    """Return the report but for the names of files and what was noted of them."""
    found: dict[str, Any] = losscli.evaluate(data, **{**WORDS, **words}).to_dict()
    found["data"].pop("files")
    for row in found["outliers"]["worst"]:
        row.pop("file")
    return found


@pytest.fixture(scope="module")
def of_file(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("frames") / "p.csv"
    FRAME.to_csv(path, index=False)
    return numbers(path)


def _parts() -> Iterator[pd.DataFrame]:
    return (FRAME[start : start + 700] for start in range(0, len(FRAME), 700))


def _mixed(*kinds: Callable[[pd.DataFrame], Any]) -> Callable[[], list[Any]]:
    return lambda: [kinds[k % len(kinds)](part) for k, part in enumerate(_parts())]


def _objects(part: pd.DataFrame) -> pd.DataFrame:
    return part.astype({"city": object})


def _categories(part: pd.DataFrame) -> pd.DataFrame:
    return part.astype({"city": "category", "floor": "int8"})


MIXED = (
    _mixed(_objects, pl.DataFrame),
    _mixed(pl.DataFrame, _categories, _objects),
    _mixed(pa.Table.from_pandas, _objects, pd.DataFrame.convert_dtypes, pl.DataFrame),
)
"""Frames of several libraries, one after the other."""


class Stream:
    """Anything that Arrow can read from."""

    def __arrow_c_stream__(self, schema: object = None) -> object:
        return pa.table(FRAME).__arrow_c_stream__(schema)


@pytest.mark.parametrize(
    "make",
    [
        lambda: FRAME,
        lambda: FRAME.astype({"y_pred": np.dtype(">f8"), "floor": np.dtype(">i4")}),
        lambda: pa.table(FRAME),
        lambda: pa.table(FRAME).to_reader(max_chunksize=999),
        lambda: iter(pa.table(FRAME).to_batches(max_chunksize=999)),
        _parts,
        lambda: list(_parts()),
        lambda: (pl.DataFrame(part) for part in _parts()),
        *MIXED,
        lambda: pl.DataFrame(FRAME),
        lambda: pl.DataFrame(FRAME).with_columns(pl.col("city").cast(pl.Categorical)),
        Stream,
        lambda: dask.dataframe.from_pandas(FRAME, npartitions=7),
    ],
)
def test_frames_have_the_bits_of_the_file(make: Callable[[], Any], of_file: dict[str, Any]) -> None:
    assert numbers(make()) == of_file


def test_partitions_are_judged_where_they_are(of_file: dict[str, Any]) -> None:
    frame = dask.dataframe.from_pandas(FRAME, npartitions=3)
    with cluster.connected("local:2") as client, client.as_current():
        held = client.persist(frame)
        assert numbers(held) == of_file
        assert numbers(frame, engine="dask", scheduler=client) == of_file
        broken = frame.assign(y_pred=frame.y_pred.where(frame.floor < 3, np.nan))
        with pytest.raises(DataError, match=r"^partition 1, row .*: y_pred is empty"):
            numbers(broken)


def test_polars_is_not_imported() -> None:
    code = (
        "import sys, losscli, pyarrow as pa;"
        "losscli.evaluate(pa.table({'y_true': [1.5, 2], 'y_pred': [1, 2.5]}));"
        "assert not {'polars', 'dask', 'distributed'} & sys.modules.keys()"
    )
    assert python(code).returncode == 0


def test_an_error_names_the_frame() -> None:
    frames = [FRAME, FRAME.assign(y_pred="x")]
    with pytest.raises(DataError, match=r"^frame 2, row 1: y_pred is 'x', which is not a number"):
        numbers(frames)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (FRAME.drop(columns="city"), "^frame 2: there is no column city, as in the first frame"),
        (FRAME.assign(floor=0.5), "^frame 2: floor is float64 here and integers in the first"),
        (pl.DataFrame(FRAME.assign(floor=0.5)), "^frame 2: floor is float64 here and integers in"),
        (FRAME.assign(city=[1, *["x"] * (len(FRAME) - 1)]), "^frame 2: city is objects here and t"),
    ],
)
def test_frames_must_be_alike(other: pd.DataFrame, words: str) -> None:
    with pytest.raises(DataError, match=words):
        numbers([FRAME, other])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (iter([]), "no rows"),
        ([FRAME[:0]], "no rows"),
        (pl.LazyFrame({"y": [1]}), "a lazy frame has no rows yet; collect it"),
        (iter([3]), "cannot read predictions from a int"),
        (7, "cannot read predictions from a int"),
        (pd.Series([1.5]), "cannot read predictions from a Series"),
        (pl.Series([1.5]), "cannot read predictions from a Series"),
        (dask.dataframe.from_pandas(FRAME, npartitions=2).floor, "predictions from a Series"),
        (pl.DataFrame({"y": [1]}, {"y": pl.Int128}), r"from a DataFrame \(.*_pli128"),
    ],
)
def test_what_is_no_frame_is_refused(data: Any, words: str) -> None:
    with pytest.raises((DataError, UsageError), match=words):
        numbers(data)


def test_floats_of_any_width_are_those_that_are_written(tmp_path: Path) -> None:
    wide = RANDOM.normal(size=500)
    frame = pl.DataFrame(
        {
            "y_true": wide.astype(np.float32),
            "y_pred": wide.round(2).astype(np.float32),
            "level": pl.Series(RANDOM.choice([0.1, 0.7, 1.5], 500), dtype=pl.Float32),
        }
    )
    words: Any = {"losses": "mse,mae", "by": "level"}
    frame.write_csv(tmp_path / "p.csv")
    frame.write_parquet(tmp_path / "p.parquet")
    expected = numbers(tmp_path / "p.csv", **words)
    table = frame.to_arrow()
    for data in (frame, table, iter(table.to_batches()), tmp_path / "p.parquet"):
        assert numbers(data, **words) == expected
    half = pa.table({"y_true": wide.astype(np.float16), "y_pred": wide.astype(np.float16) / 3})
    pq.write_table(half, tmp_path / "half.parquet")
    words = {"losses": "mse,mae", "by": None}
    assert numbers(half, **words) == numbers(tmp_path / "half.parquet", **words)


def test_columns_of_a_table_that_cannot_be_used_are_refused() -> None:
    twice = pa.table([pa.array([1.5]), pa.array([2.5]), pa.array([1.0])], ["y", "y", "pred"])
    with pytest.raises(DataError, match="DataFrame: the header has the column y 2 times; give"):
        losscli.evaluate(twice, true="y", pred="pred", losses="mae")
    nested = pa.table({"y_true": [1.5], "y_pred": [[2]]})
    with pytest.raises(DataError, match=r"^DataFrame: y_pred holds list<.*>, which is not a numb"):
        losscli.evaluate(nested, losses="mae")


def test_null_is_missing_and_nan_is_a_number() -> None:
    frame = pl.DataFrame({"y_true": [1.5, 2.5, 3.5], "y_pred": [1.0, None, float("nan")]})
    with pytest.raises(DataError, match=r"^row 2: y_pred is empty"):
        losscli.evaluate(frame)
    report = losscli.evaluate(frame, missing="drop", losses="mae")
    assert "left out: y_pred empty" in str(report.warnings)
    assert "left out: y_pred not finite" in str(report.warnings)


def test_an_integer_that_no_double_holds_is_told_with_its_frame() -> None:
    table = pa.table({"y_true": [1.5, 2.5], "y_pred": [1, 2**53 + 1]})
    for data, place in ((table, "row 2"), ([table[:1], table], "frame 2, row 2")):
        (warning,) = [one for one in losscli.evaluate(data).warnings if "2^53" in one]
        assert warning.startswith(f"{place}: y_pred 9007199254740993 is an integer above 2^53")


def test_an_iterator_that_needs_a_second_reading_says_so() -> None:
    wide = FRAME[["y_true", "y_pred"]] * 1e-9 + 1e6
    many = pd.concat([wide] * 210)
    found = losscli.evaluate(iter([many]), losses="mse")
    again = losscli.evaluate([many], losses="mse")
    assert found.losses[0].estimate == again.losses[0].estimate
    assert len(found.warnings) == len(again.warnings) + 1
