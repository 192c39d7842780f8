"""DataFrames: the same classes, numbers and refusals as the file that to_csv writes."""

import datetime as dt
import decimal
import io
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest
from csv_reading import open_csv
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.data.block import Source
from losscli.data.columns import GROUP, Wanted, plan
from losscli.data.frame import ROWS, open_frame
from losscli.errors import DataError, LosscliError, UsageError


def cells(source: Source, name: str, kind: Any) -> list[Any]:
    pieces = [one.table[name] for make in source.stretches({name: kind}) for one in make()]
    return [cell for piece in pieces for cell in piece.to_pylist()]


def as_file(frame: pd.DataFrame, name: str, kind: Any) -> list[Any]:
    """Return a column as pyarrow reads it from what pandas writes: the oracle."""
    text = frame.to_csv(index=False).encode()
    options = pyarrow.csv.ConvertOptions(
        column_types={name: kind},
        include_columns=[name],
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    read = pyarrow.csv.read_csv(io.BytesIO(text), convert_options=options, parse_options=parse)
    return list(read[name].to_pylist())


def bits(values: list[Any]) -> list[Any]:
    return [None if value is None else np.float64(value).tobytes() for value in values]


def pair(values: Any) -> pd.DataFrame:
    return pd.DataFrame({"v": values, "other": "x"})


STAMPS = [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01 03:04"), pd.NaT]
NUMBERS = {
    "float64": pd.Series([1.0, 0.1, -0.0, math.nan, 1e300, 5e-324, math.inf, 123456.789]),
    "float32": pd.Series([0.1, 1 / 3, 16777217.0, math.nan, 1e-45], dtype="float32"),
    "float16": pd.Series([0.1, 1 / 3, 65504.0, math.nan], dtype="float16"),
    "int64": pd.Series([1, -2, 2**53 + 1, 2**63 - 1]),
    "uint64": pd.Series([1, 2**64 - 1], dtype="uint64"),
    "int8": pd.Series([1, -128], dtype="int8"),
    "Int64": pd.Series([1, None, 3], dtype="Int64"),
    "Float64": pd.Series([1.5, None, 0.1], dtype="Float64"),
    "Float32": pd.Series([0.1, None], dtype="Float32"),
    "int arrow": pd.Series([1, None, 2**60 + 1], dtype="int64[pyarrow]"),
    "double arrow": pd.Series([1.5, None, 0.1], dtype="double[pyarrow]"),
    "float arrow": pd.Series([0.375, None], dtype="float[pyarrow]"),
    "decimal arrow": pd.Series(
        [decimal.Decimal("0.10"), None], dtype=pd.ArrowDtype(pa.decimal128(9, 2))
    ),
    "sparse": pd.Series(pd.arrays.SparseArray([1.5, math.nan, 0.0])),
    "category of floats": pd.Series(pd.Categorical([1.5, None, 0.1])),
    "category of texts": pd.Series(pd.Categorical(["1.5", None, "0.1"])),
    "text": pd.Series(["1.5", None, " 2 ", "+1e3", "nan", "nan(1)", "", "-inf"]),
    "text arrow": pd.Series(["1.5", None, "2"], dtype=pd.ArrowDtype(pa.string())),
    "object": pd.Series(
        [1, 2.5, "3e2", None, decimal.Decimal("0.1"), 10**30, np.float32(0.1)], dtype=object
    ),
}
CLASSES = {
    **{
        name: NUMBERS[name]
        for name in ("int64", "float64", "float32", "Int64", "Float64", "object")
    },
    **{name: NUMBERS[name] for name in ("int arrow", "double arrow", "decimal arrow", "uint64")},
    "str": pd.Series(
        ["a", "NA", "nan", "None", None, "", " a", "007", "7", "a,b", 'say "x"', "1\n2", "é"]
    ),
    "string": pd.Series(["a", None, "b"], dtype="string"),
    "string arrow": pd.Series(["a", None, ""], dtype=pd.ArrowDtype(pa.string())),
    "bool": pd.Series([True, False]),
    "boolean": pd.Series([True, None], dtype="boolean"),
    "bool arrow": pd.Series([True, None], dtype="bool[pyarrow]"),
    "mixed": pd.Series(
        [1, 1.0, True, "x", None, math.nan, b"y", dt.date(2024, 1, 2), "1"], dtype=object
    ),
    "category": pd.Series(pd.Categorical(["b", "a", None, "b"], categories=["z", "a", "b"])),
    "category of ints": pd.Series(pd.Categorical([3, 1, None])),
    "category of floats": pd.Series(pd.Categorical([1.0, 2.5])),
    "category of bools": pd.Series(pd.Categorical([True, False])),
    "category of mixed": pd.Series(pd.Categorical([1, "1", None, "x"])),
    "category of dates": pd.Series(pd.Categorical(pd.to_datetime(["2024-01-01", "2025-01-01"]))),
    "dictionary arrow": pd.Series(
        pd.arrays.ArrowExtensionArray(pa.array(["x", None, "x"]).dictionary_encode())
    ),
    "days": pd.Series([pd.Timestamp("2024-01-01"), pd.NaT, pd.Timestamp("2024-03-01")]),
    "times": pd.Series(STAMPS),
    "zoned": pd.Series(pd.to_datetime(["2024-01-01 10:00"]).tz_localize("Europe/Berlin")),
    "spans": pd.Series(pd.to_timedelta(["1 days", "2 days 03:00:00"])),
    "periods": pd.Series(pd.period_range("2020", periods=2, freq="Y")),
    "intervals": pd.Series(pd.interval_range(0, 2)),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_have_the_bits_of_the_file(name: str) -> None:
    frame = pair(NUMBERS[name])
    found = cells(open_frame(frame), "v", pa.float64())
    assert bits(found) == bits(as_file(frame, "v", pa.float64()))


@pytest.mark.parametrize("name", CLASSES)
def test_classes_are_what_to_csv_writes(name: str) -> None:
    frame = pair(CLASSES[name])
    source = open_frame(frame)
    expected = as_file(frame, "v", pa.string())
    assert cells(source, "v", GROUP) == expected
    assert cells(source, "v", pa.string()) == expected
    assert source.sample()["v"] == expected


# pandas does not quote a lone carriage return, so what it writes is not what it was given
TEXTS = st.text(st.characters(exclude_characters="\r", codec="utf-8"))


@given(st.lists(st.one_of(st.none(), TEXTS, st.integers(), st.floats(), st.booleans()), min_size=1))
@settings(max_examples=50, deadline=None)
def test_any_objects_are_what_to_csv_writes(values: list[Any]) -> None:
    clean = [v.replace("\x00", "0") if isinstance(v, str) else v for v in values]
    clean = [v.encode(errors="ignore").decode() if isinstance(v, str) else v for v in clean]
    frame = pair(pd.Series(clean, dtype=object))
    assert cells(open_frame(frame), "v", GROUP) == as_file(frame, "v", pa.string())


@given(st.lists(st.one_of(st.none(), st.floats()), min_size=1))
@settings(max_examples=50, deadline=None)
def test_any_doubles_have_the_bits_of_the_file(values: list[float | None]) -> None:
    frame = pair(pd.Series(values, dtype="float64"))
    assert bits(cells(open_frame(frame), "v", pa.float64())) == bits(
        as_file(frame, "v", pa.float64())
    )
    assert cells(open_frame(frame), "v", GROUP) == as_file(frame, "v", pa.string())


@given(st.lists(st.floats(width=32), min_size=1))
@settings(max_examples=50, deadline=None)
def test_any_singles_have_the_bits_of_the_file(values: list[float]) -> None:
    frame = pair(pd.Series(values, dtype="float32"))
    assert bits(cells(open_frame(frame), "v", pa.float64())) == bits(
        as_file(frame, "v", pa.float64())
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (pd.Series([1.5, "x"], dtype=object), "row 2: v is 'x', which is not a number"),
        (pd.Series(["1", "1_000"]), "row 2: v is '1_000', which is not a number"),
        (pd.Series(["1", "0x10"]), "row 2: v is '0x10', which is not a number"),
        (pd.Series(["1", "\uff11"]), "row 2: v is '\uff11', which is not a number"),
        (pd.Series(["1e400"]), "row 1: v is '1e400', beyond"),
        (pd.Series([1.5, 10**400], dtype=object), "beyond the largest double"),
        (pd.Series([True, False]), "row 1: v is 'True', which is not a number"),
        (
            pd.Series(pd.to_datetime(["2024-01-01"])),
            "row 1: v is '2024-01-01', which is not a number",
        ),
        (pd.Series([None, 1 + 2j], dtype=object), "row 2: v is '(1+2j)', which is not a number"),
    ],
)
def test_what_is_no_number_is_refused_with_its_row(values: Any, said: str) -> None:
    with pytest.raises(DataError) as caught:
        cells(open_frame(pair(values)), "v", pa.float64())
    assert said in str(caught.value)


def test_rows_are_counted_from_one_in_every_piece() -> None:
    frame = pd.DataFrame({"v": np.arange(11.0), "c": "x"}, index=np.arange(11) * 7)
    types = {"v": pa.float64(), "c": GROUP}
    pieces = [one for make in open_frame(frame, rows=4).stretches(types) for one in make()]
    assert [piece.part for piece in pieces] == [(0, 0), (0, 1), (0, 2)]
    assert [piece.table.num_rows for piece in pieces] == [4, 4, 3]
    assert (pieces[0].place(0), pieces[2].place(2)) == ("row 1", "row 11")
    assert [piece.table["v"][0].as_py() for piece in pieces] == [0.0, 4.0, 8.0]
    assert all(piece.table["v"].num_chunks == 1 for piece in pieces)
    bad = frame.assign(v=frame["v"].astype(object))
    bad.iloc[6, 0] = "x"
    with pytest.raises(DataError, match="row 7: v is 'x'"):
        cells(open_frame(bad, rows=4), "v", pa.float64())


def test_a_piece_has_as_many_rows_as_the_processor_likes() -> None:
    calls = open_frame(pair(np.zeros(ROWS + 1))).stretches({"v": pa.float64()})
    assert [piece.table.num_rows for call in calls for piece in call()] == [ROWS, 1]


def test_a_contiguous_double_column_is_not_copied_and_a_strided_one_is_straightened() -> None:
    values = np.arange(10.0)
    frame = pd.DataFrame({"v": values}, copy=False)
    (make,) = open_frame(frame).stretches({"v": pa.float64()})
    (piece,) = make()
    buffers = piece.table["v"].chunk(0).buffers()
    assert buffers[1].address == frame["v"].to_numpy().ctypes.data
    strided = pd.DataFrame(np.arange(10.0).reshape(5, 2), columns=["v", "w"])
    assert cells(open_frame(strided), "w", pa.float64()) == [1.0, 3.0, 5.0, 7.0, 9.0]


def test_classes_that_no_row_of_a_piece_has_are_not_listed() -> None:
    series = pd.Series(pd.Categorical(["b"] * 5 + ["a"], categories=["z", "a", "b"]))
    calls = open_frame(pair(series), rows=5).stretches({"v": GROUP})
    pieces = [piece for call in calls for piece in call()]
    texts = [piece.table["v"].chunk(0).dictionary.to_pylist() for piece in pieces]
    assert texts == [["b"], ["a"]]


def test_integers_beyond_the_doubles_are_warned_of() -> None:
    source = open_frame(pair(pd.Series([2**53, 2**53 + 1, -(2**60) - 1])))
    assert cells(source, "v", pa.float64()) == [2.0**53, 2.0**53, -(2.0**60)]
    assert source.warnings == [
        (
            "row 2: v 9007199254740993 is an integer above 2^53 and was read as "
            "9007199254740992; there may be more (name ids with --id)"
        )
    ]


def test_columns_of_one_name_are_refused_when_used() -> None:
    frame = pd.DataFrame([[1.5, 2.5, 3.5]], columns=["a", "b", "b"])
    source = open_frame(frame)
    assert cells(source, "a", pa.float64()) == [1.5]
    with pytest.raises(DataError, match="one name"):
        cells(source, "b", pa.float64())


def test_names_that_are_no_texts_are_written_as_texts() -> None:
    frame = pd.DataFrame({"y_true": ["0", "1"], 0: [0.75, 0.5], 1: [0.25, 0.5]})
    found = plan(open_frame(frame), Wanted())
    assert found.columns["probs"] == ("0", "1")


def test_no_rows_and_other_things_are_refused() -> None:
    with pytest.raises(DataError, match="no rows"):
        open_frame(pd.DataFrame({"y_true": []}))
    for other in (17, [1, 2], np.arange(3), None):
        with pytest.raises(UsageError, match="cannot read predictions from a"):
            open_frame(other)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match="do not make a table"):
        open_frame({"y_true": [1.5, 2.5], "y_pred": [1.5]})


def test_dicts_and_arrow_tables_are_read_like_frames() -> None:
    columns = {"y_true": np.array([1.5, math.nan]), "c": np.array(["a", "b"])}
    table = pa.table({"y_true": pa.array([1.5, None]), "c": pa.array(["a", "b"])})
    for frame in (columns, table, pd.DataFrame(columns)):
        assert cells(open_frame(frame), "y_true", pa.float64()) == [1.5, None]
        assert cells(open_frame(frame), "c", GROUP) == ["a", "b"]


def test_a_frame_that_changes_while_it_is_read_is_refused() -> None:
    frame = pd.DataFrame({"v": [1.5, 2.5]})
    source = open_frame(frame)
    source.check()
    frame.loc[2] = [3.5]
    with pytest.raises(DataError, match="changed"):
        source.check()


def test_a_source_can_be_read_twice_and_samples_its_first_rows() -> None:
    source = open_frame(pair(np.arange(3000)))
    assert source.rereadable
    assert source.in_order() is source
    assert cells(source, "v", pa.float64()) == cells(source, "v", pa.float64())
    sample = source.sample()
    assert list(sample) == ["v", "other"]
    assert sample["v"] == [str(i) for i in range(1000)]


def judged(source: Source, **wanted: Any) -> Any:
    """Return everything that a run would see of a source, in plain Python."""
    try:
        found = plan(source, Wanted(**wanted))
        rows: list[Any] = []
        dropped: dict[str, int] = {}
        for piece in (one for make in source.stretches(found.types) for one in make()):
            block = found.block(piece)
            groups = {n: [t[c] for c in codes] for n, (codes, t) in block.groups.items()}
            for i in range(len(block.columns["y"])):
                numbers = {
                    role: values[i].tobytes()
                    if values.dtype == np.float64
                    else block.classes[values[i]]
                    for role, values in block.columns.items()
                }
                rows.append((numbers, {name: texts[i] for name, texts in groups.items()}))
            for reason, count in block.dropped.items():
                dropped[reason] = dropped.get(reason, 0) + count
    except LosscliError as error:
        return error.what
    return found.task, found.columns, found.classes, rows, dropped


TEXTS = st.sampled_from(["cat", "dog", "NA", "nan", "", None, "7", "007"])
REALS = st.sampled_from([None, 0.1, 1.0, -2.5, 1 / 3, math.inf])
DAYS = [pd.Timestamp(text) for text in ("2024-01-01", "2024-02-01", "2024-01-01 03:04")]
COLUMNS: dict[str, Any] = {
    "float64": REALS,
    "float32": REALS,
    "Float64": st.sampled_from([None, 0.1, 1.0]),
    "int64": st.integers(-3, 3),
    "Int64": st.sampled_from([None, 1, 2**54 + 1]),
    "object": TEXTS,
    "category": TEXTS,
    "bool": st.booleans(),
    "datetime64[ns]": st.sampled_from(DAYS),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    size = draw(st.integers(1, 12))
    kinds = {
        "y_true": draw(st.sampled_from(["float64", "int64", "float32", "object", "category"])),
        "y_pred": draw(st.sampled_from(["float64", "Int64", "object"])),
        "segment": draw(st.sampled_from(["object", "bool", "Float64", "datetime64[ns]"])),
    }
    return pd.DataFrame(
        {
            name: pd.Series(draw(st.lists(COLUMNS[kind], min_size=size, max_size=size)), dtype=kind)
            for name, kind in kinds.items()
        }
    )


@given(
    frames(),
    st.sampled_from(["error", "drop"]),
    st.sampled_from([None, "regression", "labels"]),
    st.integers(1, 12),
)
@settings(max_examples=80, deadline=None)
def test_a_frame_and_its_file_are_judged_alike(
    frame: pd.DataFrame, missing: str, task: str | None, rows: int
) -> None:
    wanted: dict[str, Any] = {"missing": missing, "by": ("segment",), "task": task}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.csv"
        frame.to_csv(path, index=False)
        of_file = judged(open_csv([str(path)], delimiter=",", decimal="."), **wanted)
    of_frame = judged(open_frame(frame, rows=rows), **wanted)
    if isinstance(of_file, str):
        # Of several faults another may come first: a file is searched row by row.
        assert isinstance(of_frame, str)
    else:
        assert of_frame == of_file
