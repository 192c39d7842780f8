"""Files of any format, folders and globs: the bits of one CSV, and what is refused."""

import gzip
import json
import os
import pickle
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from process import shell

import losscli
from losscli.data.dataset import open_files
from losscli.data.storage import stored
from losscli.errors import DataError, UsageError

ROWS = 3000
NEEDS: dict[str, Any] = {"losses": "mse,mae,huber", "by": "city", "id": "id", "weight": "w"}


def frame() -> pd.DataFrame:
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "id": [f"r{k:04}" for k in range(ROWS)],
            "y_true": random.normal(size=ROWS).round(4),
            "y_pred": random.normal(size=ROWS).round(9),
            "city": random.choice(["São Paulo", "Berlin", "a/b=c"], ROWS),
            "w": random.integers(1, 5, ROWS),
        }
    )


def stream(data: pd.DataFrame) -> bytes:
    table, sink = pa.Table.from_pandas(data), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=700)
    return bytes(sink.getvalue().to_pybytes())


WRITE: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "csv": lambda data, path: data.to_csv(path, index=False),
    "tsv": lambda data, path: data.to_csv(path, index=False, sep="\t"),
    "jsonl": lambda data, path: data.to_json(
        path, orient="records", lines=True, double_precision=15
    ),
    "parquet": lambda data, path: data.to_parquet(path, row_group_size=700),
    "feather": lambda data, path: data.to_feather(path, compression="zstd"),
    "arrows": lambda data, path: path.write_bytes(stream(data)),
}
formats = pytest.mark.parametrize("form", WRITE)


def numbers(data: Any, **options: Any) -> dict[str, Any]:
    found = losscli.evaluate(data, **{**NEEDS, **options}).to_dict()
    found["data"].pop("files")
    for row in found["outliers"]["worst"]:
        del row["file"], row["row"]
    return found


def written(folder: Path, form: str, data: pd.DataFrame | None = None) -> Path:
    path = folder / f"preds.{form}"
    WRITE[form](frame() if data is None else data, path)
    return path


@formats
@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_every_format_gives_the_bits_of_the_frame(tmp_path: Path, form: str, engine: str) -> None:
    data = frame()
    path = written(tmp_path, form, data)
    for jobs in (1, 2):
        assert numbers(path, engine=engine, jobs=jobs) == numbers(data)


@formats
def test_every_format_is_read_from_a_pipe(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, form)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(path.read_bytes())))
    assert numbers("-") == numbers(path)


@formats
def test_every_format_is_read_compressed(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, form)
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert numbers(packed) == numbers(path)


def parts(folder: Path, form: str) -> Path:
    """Write rows to some files of a folder, and none to others, the first among them."""
    data = frame()
    folder.mkdir()
    for number, stop in enumerate((0, 1000, 1000, ROWS, ROWS)):
        start = (0, 0, 1000, 1000, ROWS)[number]
        part = data.iloc[start:stop].reset_index(drop=True)
        WRITE[form](part, folder / f"part-{number}.{form}")
    return folder


@pytest.mark.parametrize("form", ["parquet", "feather", "arrows"])
@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_parts_without_rows_are_no_rows(tmp_path: Path, form: str, engine: str) -> None:
    folder = parts(tmp_path / "out", form)
    assert numbers(folder, engine=engine, jobs=2) == numbers(frame())
    assert numbers(f"{folder}/*", engine=engine, jobs=2) == numbers(frame())
    report = losscli.evaluate(folder, **NEEDS)
    assert len(report.files) == 5
    assert report.notes[0] == f"there are no rows in {folder}/part-0.{form} and 2 more"
    hive = tmp_path / "hive"
    for name in ("part=x", "part=y"):
        (hive / name).mkdir(parents=True)
    for number in range(5):
        name = f"part-{number}.{form}"
        (folder / name).rename(hive / ("part=y" if number > 1 else "part=x") / name)
    by_part = losscli.evaluate(hive, losses="mse", by="part").to_dict()["breakdown"]
    assert {row["class"]: row["rows"] for row in by_part} == {"x": 1000, "y": ROWS - 1000}


@pytest.mark.parametrize("form", ["parquet", "feather", "arrows"])
def test_a_file_or_a_folder_without_any_rows_is_refused(tmp_path: Path, form: str) -> None:
    empty = frame().iloc[:0]
    WRITE[form](empty, tmp_path / f"a.{form}")
    with pytest.raises(DataError, match=r"a\.\w+: no rows; check the program that wrote it$"):
        losscli.evaluate(tmp_path / f"a.{form}", losses="mse")
    WRITE[form](empty, tmp_path / f"b.{form}")
    with pytest.raises(DataError, match=r"a\.\w+: no rows; check the program that wrote it"):
        losscli.evaluate(tmp_path, losses="mse")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_text_without_rows_may_be_cut_and_is_refused_with_a_remedy(
    tmp_path: Path, form: str
) -> None:
    folder = parts(tmp_path / "out", form)
    for number, content in ((0, b""), (2, b"\n"), (4, b"")):
        (folder / f"part-{number}.{form}").write_bytes(content)
    if form == "csv":
        (folder / f"part-2.{form}").write_text("id,y_true,y_pred,city,w\n")
    for _ in range(3):
        with pytest.raises(DataError, match=r"no rows: .* let it be passed over: mv") as told:
            losscli.evaluate(folder, losses="mse")
        subprocess.run(shlex.split(told.value.remedy.rpartition(": ")[2]), check=True)
    assert losscli.evaluate(folder, losses="mse").rows == ROWS


def test_nothing_is_said_of_a_pipe_that_only_a_file_in_a_folder_can_be_told() -> None:
    done = shell("eval", "-", stdin=subprocess.DEVNULL)
    words = "standard input: no rows: the file is empty; check the program that wrote it"
    assert done.stderr == f"losscli: {words}\n"


@pytest.mark.skipif(shutil.which("jq") is None, reason="the remedy is for those who have jq")
def test_the_remedy_for_an_array_can_be_pasted(tmp_path: Path) -> None:
    path = tmp_path / "my rows.json"
    path.write_text('[{"y_true": 1.5, "y_pred": 2}, {"y_true": 3, "y_pred": 3}]')
    with pytest.raises(DataError, match="one JSON array") as told:
        losscli.evaluate(path)
    command = told.value.remedy.replace("| losscli eval -", "")
    done = subprocess.run(shlex.split(command), check=True, capture_output=True)
    assert done.stdout.count(b"\n") == 2


def test_an_array_from_a_pipe_is_told_of_no_file() -> None:
    done = shell("eval", "-", stdin=None, input='[{"y_true": 1.5, "y_pred": 2}]')
    assert done.stderr.endswith("are read; put it through jq -c '.[]' first\n")


@formats
def test_a_folder_is_read_in_name_order(tmp_path: Path, form: str) -> None:
    data = frame()
    folder = tmp_path / "out"
    for number in range(12):
        part = folder / ("late" if number > 9 else "early") / f"part-{number % 10}.{form}"
        part.parent.mkdir(parents=True, exist_ok=True)
        WRITE[form](data.iloc[number * 250 : (number + 1) * 250].reset_index(drop=True), part)
    for name in ("_SUCCESS", ".part-0.crc", "_metadata"):
        (folder / name).write_bytes(b"no rows")
    (folder / "_temporary").mkdir()
    (folder / "_temporary" / f"part-0.{form}").write_bytes(b"unfinished")
    assert numbers(folder) == numbers(f"{folder}/*/*") == numbers(f"{folder}/**/*") == numbers(data)
    names = [Path(name).name for name in open_files([str(folder)]).files]
    assert names == [f"part-{k}.{form}" for k in (*range(10), 0, 1)]


def test_partitions_are_columns(tmp_path: Path) -> None:
    data = frame()
    data["city"] = data["city"].where(data["id"] < "r2900", None)
    data.to_parquet(tmp_path / "hive", partition_cols=["city"])
    assert (tmp_path / "hive" / "city=a%2Fb%3Dc").is_dir()
    assert (tmp_path / "hive" / "city=__HIVE_DEFAULT_PARTITION__").is_dir()
    whole = numbers(data)
    assert None in {row["class"] for row in whole["breakdown"]}
    assert numbers(tmp_path / "hive") == numbers(f"{tmp_path}/hive/*/*.parquet") == whole
    assert numbers(sorted(map(str, (tmp_path / "hive").glob("*/*")))) == whole
    data["w"] = data["w"].astype(str)
    data["city"] = data["city"].fillna("x")
    data.to_parquet(tmp_path / "two", partition_cols=["w", "city"])
    assert numbers(tmp_path / "two") == numbers(frame().assign(city=data["city"]))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (b"city=\xff", r"^city=\\udcff: the name of the folder is not UTF-8; rename it"),
        (b"city=%FF", "^city=%FF: the name of the folder is not UTF-8; rename it"),
        (b"city=a/day=1/city=b", "^city=a/day=1/city=b: two folders .* are named city=; rename"),
        (b"y_pred=1", "y_pred is a column, and a key in the name of the folder; rename one"),
    ],
)
def test_partitions_whose_keys_are_not_sure_are_refused(
    tmp_path: Path, name: bytes, words: str
) -> None:
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/" + name))
    folder.mkdir(parents=True)
    (folder / "p.csv").write_text("y_true,y_pred\n1.5,2\n")
    with pytest.raises(DataError, match=words):
        losscli.evaluate(tmp_path)


def test_keys_of_partitions_are_read_as_they_were_meant(tmp_path: Path) -> None:
    meant = {"a b": "a b", "x=y": "x=y", "%1B[2J": "\x1b[2J", "Z%C3%BCrich": "Zürich", "%": "%"}
    for name in (*meant, "__HIVE_DEFAULT_PARTITION__", "%zz", "007"):
        (tmp_path / f"city={name}").mkdir()
        (tmp_path / f"city={name}" / "p.csv").write_text("y_true,y_pred\n1.5,2\n")
    found = losscli.evaluate(tmp_path, losses="mae", by="city")
    assert {one.cls for one in found.breakdown} == {*meant.values(), None, "%zz", "007"}
    assert "\x1b" not in shell("eval", tmp_path, "--by", "city").stdout


def test_types_are_read_as_to_csv_writes_them(tmp_path: Path) -> None:
    data = pd.DataFrame(
        {
            "y_true": np.array([0.1, -2.5, 3e30, 7], np.float32),
            "y_pred": np.array([0.1, 2.5, -4, 0.333], np.float16),
            "city": pd.Categorical(["b", "a", None, "b"], ["z", "a", "b"]),
            "flag": [True, False, True, True],
            "real": [1.0, 2.5, -0.0, np.nan],
            "w": np.array([1, 2, 3, 4], np.uint8),
        }
    )
    path = tmp_path / "t.parquet"
    data.to_parquet(path)
    for by in ("city", "flag", "real"):
        found = [losscli.evaluate(one, losses="mae", by=by, weight="w") for one in (path, data)]
        assert found[0].to_dict()["losses"] == found[1].to_dict()["losses"]
        assert found[0].to_dict()["breakdown"] == found[1].to_dict()["breakdown"]


def times(*texts: Any, **options: Any) -> Any:
    given: Any = [*texts, None]
    return pd.to_datetime(given, **options)


def of_each_class(data: Any) -> dict[str | None, int]:
    found = losscli.evaluate(data, losses="mae", by="x").breakdown
    return {one.cls: one.estimate.rows for one in found}


@pytest.mark.parametrize(
    "column",
    [
        times("2024-01-01 10:00", "2024-01-02", format="mixed"),
        times(1, 1_000_000_001),
        times(250_001, 86_400_500_000, unit="us"),
        times("2024-01-01 10:00", "2024-07-02", format="mixed").tz_localize("CET"),
        times("2024-01-01", "2024-07-02").tz_localize("UTC"),
        [date(2024, 1, 2), None, date(2024, 1, 1)],
        [time(1, 2), time(1, 2, 3), time(1, 2, 3, 500)],
        [UUID(int=7), UUID(int=2**99), None],
        pd.Categorical([True, False, None]),
    ],
    ids=["s", "ns", "us", "tz", "utc", "date", "time", "uuid", "truth values"],
)
def test_times_and_uuids_are_classes_as_pandas_writes_them(tmp_path: Path, column: Any) -> None:
    data = pd.DataFrame({"y_true": [1.5, 2, 3], "y_pred": [1.0, 2, 3], "x": column})
    data.to_csv(tmp_path / "t.csv", index=False)
    data.to_parquet(tmp_path / "t.parquet")
    data.to_feather(tmp_path / "t.feather")
    written = {None if pd.isna(one) else str(one): 1 for one in data["x"]}
    for name in ("t.csv", "t.parquet", "t.feather"):
        assert of_each_class(tmp_path / name) == written


@pytest.mark.parametrize(
    "kind",
    [
        *(pa.int8(), pa.uint64(), pa.decimal32(9, 2), pa.decimal128(9, 2), pa.decimal256(50, 3)),
        *(pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.int64())),
        pa.dictionary(pa.int32(), pa.string()),
    ],
    ids=str,
)
def test_numbers_of_any_type_are_read(tmp_path: Path, kind: Any) -> None:
    column = pa.array([1, 2, None, 4], pa.int64())
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type).dictionary_encode().cast(kind)
    else:
        column = column.cast(pa.string()).cast(kind)
    table = pa.table({"y_true": column, "y_pred": [1.0, 1.0, 1.0, 1.0]})
    for path, write in ((tmp_path / "t.parquet", pq.write_table), (tmp_path / "t.arrow", ipc)):
        write(table, str(path))
        found = losscli.evaluate(path, losses="mae", missing="drop").to_dict()
        assert found["losses"][0]["value"] == 4 / 3
        assert found["data"]["dropped"] == 1


def ipc(table: Any, path: str) -> None:
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


def test_nan_is_not_finite_and_null_is_missing(tmp_path: Path) -> None:
    table = pa.table({"y_true": [1.0, 2.0, 3.0], "y_pred": pa.array([1.0, None, float("nan")])})
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"t\.parquet, row 2: y_pred is empty"):
        losscli.evaluate(tmp_path / "t.parquet", losses="mae")
    report = losscli.evaluate(tmp_path / "t.parquet", losses="mae", missing="drop")
    assert "left out: y_pred empty" in str(report.warnings)
    assert "left out: y_pred not finite" in str(report.warnings)


def test_an_integer_that_no_double_holds_is_told(tmp_path: Path) -> None:
    table = pa.table({"y_true": [1, 2, 2**53 + 1], "y_pred": [1.0, 2.0, 3.0]})
    pq.write_table(table, tmp_path / "t.parquet")
    (tmp_path / "t.jsonl").write_text(
        '{"y_true": 1, "y_pred": 1}\n\n{"y_true": 9007199254740993, "y_pred": 1.0}\n'
    )
    for name, place in (("t.parquet", "row 3"), ("t.jsonl", "line 3")):
        warnings = losscli.evaluate(tmp_path / name, losses="mae", task="regression").warnings
        words = f"{place}: y_true 9007199254740993 is an integer above 2^53"
        assert any(words in warning for warning in warnings)


@pytest.mark.parametrize("bits", ["32", "64", "128", "256"])
def test_decimals_are_classes_with_their_places(tmp_path: Path, bits: str) -> None:
    kind = getattr(pa, f"decimal{bits}")(5, 2)
    table = pa.table({"y_true": [1.5], "y_pred": [2.5], "x": pa.array([Decimal("0.1")], kind)})
    pq.write_table(table, tmp_path / "t.parquet")
    ipc(table, str(tmp_path / "t.arrow"))
    for name in ("t.parquet", "t.arrow"):
        assert of_each_class(tmp_path / name) == {"0.10": 1}


def coded(values: list[Any], words: list[Any]) -> Any:
    codes = pa.array([words.index(one) for one in values], pa.int8())
    return pa.DictionaryArray.from_arrays(codes, pa.array(words))


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (pa.array([0], pa.timestamp("s")), r"y_pred holds timestamp\[ms\], which is not a number"),
        (pa.array([[1]]), "y_pred holds list<.*>, which is not a number"),
        (pa.array([b"1"]), "y_pred holds binary, which is not a number"),
        (pa.array([True]), "row 1: y_pred is 'True', which is not a number; write 1 instead"),
        (coded([True], [False, True]), "row 1: y_pred is 'True', which is not a number"),
        (pa.array(["1,5"]), "row 1: y_pred is '1,5', which is not a number"),
        (pa.array(["1e400"]), "row 1: y_pred is '1e400', beyond the largest double"),
    ],
)
def test_what_is_no_number_is_refused(tmp_path: Path, column: Any, words: str) -> None:
    pq.write_table(pa.table({"y_true": [1.5], "y_pred": column}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=rf"t\.parquet.*{words}"):
        losscli.evaluate(tmp_path / "t.parquet", losses="mae", pred="y_pred")


@pytest.mark.parametrize(
    "column",
    [pa.array([[1]]), pa.array([{"a": 1}]), pa.array([1], pa.duration("s")), pa.array([b"1"])],
    ids=lambda column: str(column.type),
)
@pytest.mark.parametrize("words", [{"by": "x"}, {"id": "x"}], ids=str)
def test_what_is_no_class_is_refused(tmp_path: Path, column: Any, words: Any) -> None:
    table = pa.table({"y_true": [1.5], "y_pred": [2.5], "x": column})
    for path, write in ((tmp_path / "t.parquet", pq.write_table), (tmp_path / "t.arrow", ipc)):
        write(table, str(path))
        with pytest.raises(DataError, match=r"x holds .*, which is not a class or a text; name an"):
            losscli.evaluate(path, losses="mae", **words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"y_true": 1, "y_pred": "2"}', r"y_pred is the text '2', not a number"),
        ('{"y_true": 1, "y_pred": true}', r"y_pred is true, not a number; write 1 instead"),
        ('{"y_true": 1, "y_pred": [2]}', "y_pred is an array, not a number"),
        ('{"y_true": 1, "y_pred": 1e400}', "y_pred is 1e400, beyond the largest double"),
        ('{"y_true": 1, "y_true": 2}', "the key y_true stands twice"),
        ('{"y_true": 1, "y_pred": 2}{"y_true": 1}', "is no JSON object"),
        ('{"y_true": 1, "y_pred": 2', "is no JSON object"),
        ('{"y_true": 1,\n"y_pred": 2}', "is no JSON object"),
        ("null", "is null, not an object"),
        ("[1, 2]", "is an array, not an object"),
        ('{"y_true": 1, "y_pred": 2, "c": 1}', "c is the number 1, but the first rows hold texts"),
        ('{"y_true": 1, "y_pred": 2, "c": {"d": 1}}', "c is an object, not a class"),
        ('{"y_true": 1, "y_pred": 2, "c": "\\ud83d"}', "half of a surrogate pair"),
        ('{"y_true": 1, "y_pred": null, "c": "x"}', "y_pred is empty"),
        ('{"y_true": 1, "c": "x"}', "y_pred is empty"),
    ],
)
@pytest.mark.parametrize("before", [3, 2000], ids=["sampled", "later"])
def test_a_wrong_line_is_refused_with_its_number(
    tmp_path: Path, line: str, words: str, before: int
) -> None:
    good = '{"y_true": 1.5, "y_pred": 2.5, "c": "a"}\n'
    path = tmp_path / "p.jsonl"
    path.write_text(good * before + "\n" + line + "\n" + good)
    with pytest.raises(DataError, match=rf"p\.jsonl, line {before + 2}: .*{words}"):
        losscli.evaluate(path, losses="mae", by="c")


def test_numbers_of_json_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    lines = [
        '{"y_true": 0.1, "y_pred": -1E-2, "c": 1, "x": {"y_pred": 7}}',
        '{"y_pred": 3, "c": 2, "y_true": 1}\r',
        '  {"y_true": 2, "y_pred": 3.5, "c": 10}',
        '{"y_true": -0, "y_pred": 1, "c": null}',
    ]
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode())
    found = losscli.evaluate(path, losses="mae", by="c").to_dict()
    by_hand = {"1": 0.11, "2": 2.0, "10": 1.5, None: 1.0}
    assert {row["class"]: row["value"] for row in found["breakdown"]} == by_hand
    path.write_text('{"y_true": NaN, "y_pred": 1}\n{"y_true": 1, "y_pred": 1.5}\n')
    with pytest.raises(DataError, match="y_true is nan, which is not finite"):
        losscli.evaluate(path, losses="mae")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", ['{"y_true": 1.5, "y_pred": 2}\n' * 9, '[{"y_true": 1.5}]'])
def test_json_in_another_encoding_is_refused_as_json(
    tmp_path: Path, encoding: str, text: str
) -> None:
    path = tmp_path / "p 1.jsonl"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(DataError, match=r"is JSON in UTF-.*, and JSON is UTF-8") as told:
        losscli.evaluate(path)
    assert told.value.remedy == f"iconv -f {encoding} -t utf-8 '{path}' | losscli eval -"
    path.write_bytes('{"y_true": 1.5, "city": "é"}\n'.encode("latin-1"))
    with pytest.raises(DataError, match="is not UTF-8, as JSON is; convert the file: iconv -f lat"):
        losscli.evaluate(path)


def test_a_stretch_of_json_ends_where_a_line_does(tmp_path: Path) -> None:
    from losscli.data.reading import Reading  # noqa: PLC0415 - for this test only

    path = tmp_path / "p.jsonl"
    lines = [json.dumps({"y": k + 0.5, "t": "x" * (k % 13)}) for k in range(300)]
    path.write_text("\n".join(lines))
    for block in (1, 7, 64, 1000, 1 << 20):
        source = open_files([str(path)], Reading(block_bytes=block))
        calls = source.stretches({"y": pa.float64()})
        read = [cell for call in calls for piece in call() for cell in piece.table["y"].to_pylist()]
        assert read == [k + 0.5 for k in range(300)]


@pytest.mark.parametrize("form", ["parquet", "feather", "arrows"])
@pytest.mark.parametrize("cut", [0.3, 0.9, 0.999])
def test_a_cut_file_is_refused(tmp_path: Path, form: str, cut: float) -> None:
    path = written(tmp_path, form)
    data = path.read_bytes()
    path.write_bytes(data[: int(cut * len(data))])
    with pytest.raises(DataError, match=f"preds.{form}: is cut or corrupt .*; write or copy it"):
        losscli.evaluate(path, **NEEDS)


def test_the_checksums_of_pages_are_verified(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    values = np.arange(10_000) * 1.5
    table = pa.table({"y_true": values, "y_pred": values + 1})
    plain = {"compression": "none", "use_dictionary": False}
    pq.write_table(table, path, write_page_checksum=True, **plain)
    data = bytearray(path.read_bytes())
    at = data.find(np.float64(7500.0).tobytes())
    data[at + 3] ^= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"is cut or corrupt .*CRC checksum"):
        losscli.evaluate(path, losses="mae")


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_texts_of_parquet_may_be_written_as_deltas(tmp_path: Path, encoding: str) -> None:
    random = np.random.default_rng(3)
    y = random.normal(size=500).round(4)
    cities = np.array(["Oslo", "Quito", "Bonn"])[random.integers(0, 3, len(y))]
    data = pd.DataFrame({"y_true": y, "y_pred": y + random.normal(size=len(y)), "city": cities})
    table, path = pa.Table.from_pandas(data), tmp_path / "p.parquet"
    words: dict[str, Any] = {"use_dictionary": False, "column_encoding": {"city": encoding}}
    pq.write_table(table, path, row_group_size=100, **words)
    needs: dict[str, Any] = {"id": None, "weight": None}
    assert numbers(path, **needs) == numbers(data, **needs)
    coded = table.set_column(2, "city", table["city"].dictionary_encode())
    pq.write_table(coded, path, **words)  # which pyarrow itself does not read
    with pytest.raises(DataError, match=r"written in a way that pyarrow .* does not read .*Delta"):
        losscli.evaluate(path, losses="mae", by="city")


@pytest.mark.parametrize("form", ["feather", "arrows", "parquet"])
def test_a_table_that_unpacks_to_very_much_is_refused(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from losscli.data.formats import arrow, parquet  # noqa: PLC0415 - for this test only

    for module in (arrow, parquet):
        monkeypatch.setattr(module, "FREE", 1 << 20)
    path, zeros = tmp_path / f"p.{form}", np.zeros(200_000)
    table = pa.table({"y_true": zeros, "y_pred": zeros})
    if form == "parquet":
        pq.write_table(table, path, compression="zstd", use_dictionary=False)
    else:
        new = pa.ipc.new_file if form == "feather" else pa.ipc.new_stream
        with new(path, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_table(table, max_chunksize=50_000)
    with pytest.raises(DataError, match=rf"p.{form}: unpacks to more than 200 times its") as told:
        losscli.evaluate(path, losses="mae", task="regression")
    most = float(told.value.remedy.rpartition(" ")[2])
    report = losscli.evaluate(path, losses="mae", task="regression", max_unpacked=most)
    assert report.rows == len(zeros)


def test_the_size_of_what_is_compressed_is_read_from_its_messages(tmp_path: Path) -> None:
    from losscli.data.ipc import unpacked_size  # noqa: PLC0415 - for this test only

    path, data = tmp_path / "p.feather", frame()
    data["city"] = data["city"].astype("category")
    for compression in ("zstd", "lz4"):
        options = pa.ipc.IpcWriteOptions(compression=compression)
        table = pa.Table.from_pandas(data)
        with pa.ipc.new_file(path, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=700)
        with pa.ipc.open_file(path) as found:
            batches = [found.get_batch(k) for k in range(found.num_record_batches)]
        buffers = [b for batch in batches for column in batch.columns for b in column.buffers()]
        expected = sum(b.size for b in buffers if b)
        words = batches[0].column("city").dictionary
        expected += sum(b.size for b in words.buffers() if b)
        assert unpacked_size(stored(str(path)), 8) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("plaintext_footer", [True, False])
def test_an_encrypted_file_is_not_called_corrupt(tmp_path: Path, plaintext_footer: bool) -> None:  # noqa: FBT001
    from pyarrow.parquet import encryption  # noqa: PLC0415 - not in every pyarrow

    class Keys(encryption.KmsClient):  # type: ignore[misc]
        def __init__(self, _: Any) -> None:
            encryption.KmsClient.__init__(self)

        def wrap_key(self, key: bytes, _: str) -> str:
            return key.hex()

    factory, settings = encryption.CryptoFactory(Keys), encryption.KmsConnectionConfig()
    how = encryption.EncryptionConfiguration(
        footer_key="k", column_keys={"k": ["y_pred"]}, plaintext_footer=plaintext_footer
    )
    table, path = pa.table({"y_true": [1.5, 2.5], "y_pred": [1.0, 2.0]}), tmp_path / "t.parquet"
    properties = factory.file_encryption_properties(settings, how)
    with pq.ParquetWriter(path, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    with pytest.raises(DataError, match=r"t\.parquet: is encrypted; write it again without encr"):
        losscli.evaluate(path, losses="mae")


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    data = frame()
    data.to_parquet(tmp_path / "a.parquet")
    data.to_csv(tmp_path / "b.csv", index=False)
    words = r"b.csv: is delimited text, but .*a.parquet is a Parquet .* such as \S*/\*\.parquet"
    with pytest.raises(DataError, match=words):
        losscli.evaluate(tmp_path, losses="mse")
    (tmp_path / "b.csv").write_text("")
    with pytest.raises(DataError, match=r"b.csv: no rows: the file is empty; check the program"):
        losscli.evaluate(tmp_path, losses="mse")
    (tmp_path / "b.csv").unlink()
    data.rename(columns={"w": "weight"}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"b.parquet: the columns are not .* lacks w and adds wei"):
        losscli.evaluate(tmp_path, losses="mse")
    data.assign(y_pred="1").to_parquet(tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"b.parquet: y_pred holds text, but numbers in .*a.parq"):
        losscli.evaluate(tmp_path, losses="mse")
    data[["w", "city", "y_pred", "y_true", "id"]].to_parquet(tmp_path / "b.parquet")
    assert losscli.evaluate(tmp_path, losses="mse").rows == 2 * ROWS
    with pytest.raises(DataError, match="is named twice"):
        losscli.evaluate([tmp_path, tmp_path / "a.parquet"], losses="mse")


def test_an_error_of_many_files_names_one_of_them(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"part-{number:03}.csv").write_text("y_true,y_pred\n1.5,2\n")
    done = shell("eval", ".", "--pred", "nope", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    words = "losscli: part-000.csv and 299 more: --pred: there is no column 'nope'; the columns"
    assert done.stderr.startswith(words)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "a.csv", index=False)
    os.mkfifo(tmp_path / "b.csv")
    with pytest.raises(DataError, match=r"b\.csv: is a pipe or a device among files"):
        losscli.evaluate(tmp_path, losses="mse")
    (tmp_path / "b.csv").unlink()
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone.csv")
    with pytest.raises(DataError, match=r"b\.csv: cannot be read"):
        losscli.evaluate(tmp_path, losses="mse")


def test_a_folder_of_data_and_words_is_refused_with_the_pattern_to_name(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# A card\n\nSome words.\n")
    (tmp_path / "part 1.csv").write_text("y_true,y_pred,z\n1.5,2,3\n")
    with pytest.raises(DataError, match=r"the columns are not those of") as caught:
        losscli.evaluate(tmp_path, losses="mse")
    assert caught.value.remedy.endswith(f"such as '{tmp_path}/*.csv'")
    assert losscli.evaluate(f"{tmp_path}/*.csv", losses="mse").rows == 1
    (tmp_path / "README.md").unlink()
    (tmp_path / "table.jsonl").write_text('{"y_true": 1.5, "y_pred": 2}\n')
    with pytest.raises(DataError, match=rf"such as '{tmp_path}/\*\.jsonl'"):
        losscli.evaluate(tmp_path, losses="mse")


def test_what_the_system_does_not_let_us_look_at_has_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("y_true,y_pred\n1.5,2\n")
    (tmp_path / "round").symlink_to("round")
    words = r"round: cannot be read \(Too many levels of symbolic links\); .* ls -l \S*/round"
    with pytest.raises(DataError, match=words):
        losscli.evaluate(tmp_path, losses="mse")
    with pytest.raises(DataError, match=r"cannot be read \(File name too long\); check its name"):
        losscli.evaluate(tmp_path / ("long" * 100), losses="mse")


def test_folders_and_globs_without_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file in the folder"):
        losscli.evaluate(tmp_path, losses="mse")
    with pytest.raises(DataError, match=r"\*\.parquet: no file matches"):
        losscli.evaluate(tmp_path / "*.parquet", losses="mse")
    (tmp_path / "_delta_log").mkdir()
    with pytest.raises(DataError, match="is a Delta table, whose log says which files count"):
        losscli.evaluate(tmp_path, losses="mse")


def test_a_name_that_looks_like_a_pattern_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "p[1].csv"
    path.write_text("y_true,y_pred\n1.5,2\n")
    assert losscli.evaluate(path, losses="mae").rows == 1


def test_files_without_a_header_have_numbered_columns(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("1.5,2.5,a\n2,2,b\n")
    found = losscli.evaluate(path, losses="mae", no_header=True, true="1", pred="2", by="3")
    values = {row["class"]: row["value"] for row in found.to_dict()["breakdown"]}
    assert values == {"a": 1.0, "b": 0.0}
    path.write_text("1.5,2.5\n2,2,b\n")
    with pytest.raises(DataError, match=r"p\.csv, line 2: 3 fields where the first row has 2"):
        losscli.evaluate(path, losses="mae", no_header=True, true="1", pred="2")
    path.write_text("1.5,2.5\n2,2\n")
    with pytest.raises(DataError, match="--no-header names the columns"):
        losscli.evaluate(path, losses="mae")


def test_options_of_text_are_refused_for_other_formats(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--delimiter is for delimited text"):
        losscli.evaluate(written(tmp_path, "parquet"), delimiter=";")


@formats
def test_a_source_pickles(tmp_path: Path, form: str) -> None:
    source = open_files([str(written(tmp_path, form))])
    copy = pickle.loads(pickle.dumps(source))  # noqa: S301 - our own
    types = {"y_true": pa.float64(), "city": pa.dictionary(pa.int32(), pa.string())}
    ours, theirs = (
        [piece for call in one.stretches(types) for piece in call()] for one in (source, copy)
    )
    assert [piece.part for piece in ours] == [piece.part for piece in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert one.table.to_pydict() == other.table.to_pydict()
        assert pickle.loads(pickle.dumps(one.table)).num_rows == one.table.num_rows  # noqa: S301


@formats
@pytest.mark.parametrize("keys", ["", "part={}"])
def test_what_travels_does_not_grow_with_the_files(tmp_path: Path, form: str, keys: str) -> None:
    data = frame().head(40)
    types = {"y_true": pa.float64(), "city": pa.dictionary(pa.int32(), pa.string())}
    sizes = []  # for each file
    for count in (2, 40):
        for number in range(count):
            part = tmp_path / f"{count:02}" / keys.format(f"{number:02}") / f"{number:02}.{form}"
            part.parent.mkdir(parents=True, exist_ok=True)
            WRITE[form](data, part)
        source = open_files([str(tmp_path / f"{count:02}")])
        assert source.independent
        sizes.append(sum(len(pickle.dumps(call)) for call in source.stretches(types)) / count)
    assert sizes[1] < sizes[0] < 8000


@pytest.mark.parametrize(("rows", "count"), [(1500, 1 + 4 + 1), (20, 52)])
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_row_groups_are_read_in_parts_or_lots_in_any_order(
    tmp_path: Path, rows: int, count: int, seed: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from losscli.data import columnar  # noqa: PLC0415 - for this test only
    from losscli.data.columns import GROUP  # noqa: PLC0415 - as above
    from losscli.data.formats import parquet  # noqa: PLC0415 - as above

    path = tmp_path / "p.parquet"
    table = pa.table({"y": np.arange(3100.0), "city": [f"c{k % 900}" for k in range(3100)]})
    pq.write_table(table, path, row_group_size=rows, dictionary_pagesize_limit=999)
    monkeypatch.setattr(parquet, "_FEWEST", 128)
    monkeypatch.setattr(parquet, "processors", lambda: 2)
    for module in (columnar, parquet):
        monkeypatch.setattr(module, "ROWS", 70)
    calls = [*open_files([str(path)]).stretches({"y": pa.float64(), "city": GROUP})]
    assert len(calls) == count
    order = range(count) if seed is None else np.random.default_rng(seed).permutation(count)
    read = {int(k): [piece.table for piece in calls[k]()] for k in order}
    tables = [table for k in sorted(read) for table in read[k]]
    for name in ("y", "city"):
        found = [cell for table in tables for cell in table[name].to_pylist()]
        assert found == table[name].to_pylist()
    assert max(table.num_rows for table in tables) <= 70


@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_one_row_group_of_many_rows_is_shared(tmp_path: Path, engine: str) -> None:
    random = np.random.default_rng(3)
    y = random.normal(size=300_000).round(4)
    cities = np.array(["Oslo", "Quito", "Bonn"])[random.integers(0, 3, len(y))]
    data = pd.DataFrame({"y_true": y, "y_pred": y + random.normal(size=len(y)), "city": cities})
    data.to_parquet(tmp_path / "p.parquet")
    words: dict[str, Any] = {"id": None, "weight": None}
    found = numbers(tmp_path / "p.parquet", engine=engine, jobs=2, **words)
    assert found == numbers(data, jobs=1, **words)


def test_a_file_that_is_replaced_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "parquet")
    calls = open_files([str(path)]).stretches({"y_true": pa.float64()})
    frame().iloc[:2000].to_parquet(tmp_path / "other", row_group_size=700)
    (tmp_path / "other").rename(path)
    with pytest.raises(DataError, match=r"preds.parquet: changed while it was read"):
        list(next(calls)())


def test_ids_of_any_text_are_read(tmp_path: Path) -> None:
    for ids in (["a", "", None], [7, 8, None], ["é", "e", "x" * 300]):
        table = pa.table({"y_true": [1.5, 2, 3], "y_pred": [1.0, 2, 3], "key": ids})
        texts = [None if one in ("", None) else str(one) for one in ids]
        kinds = [pa.int64()] if 7 in ids else [pa.string(), pa.large_string(), pa.string_view()]
        for kind in kinds:
            column = table["key"].cast(kind)
            pq.write_table(table.set_column(2, "key", column), tmp_path / "p.parquet")
            (call,) = open_files([str(tmp_path / "p.parquet")]).stretches({"key": pa.string()})
            assert [one for piece in call() for one in piece.table["key"].to_pylist()] == texts
