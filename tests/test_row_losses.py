"""The losses of every row, in a file of their own."""

import json
import os
import resource
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from process import SAMPLES, shell
from pyarrow import feather

import losscli
from losscli.data import row_worst
from losscli.errors import DataError, UsageError

DIABETES = SAMPLES / "diabetes.csv"


def put(folder: Path, text: str, name: str = "p.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def frame_of(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, keep_default_na=False, na_values=[""])
    if path.suffix == ".jsonl":
        return pd.DataFrame([json.loads(line) for line in path.read_text().splitlines()])
    return pd.read_parquet(path) if path.suffix == ".parquet" else feather.read_feather(path)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", ["csv", "parquet", "arrow", "feather", "jsonl"])
def test_every_row_has_its_place_its_columns_and_its_losses(tmp_path: Path, suffix: str) -> None:
    data = put(tmp_path, "name,y_true,y_pred,city\na,1,3,x\nb,2,1.5,\nc,4,0,z\n")
    out = tmp_path / f"rows.{suffix}"
    losscli.evaluate(data, losses="mse,mae", id="name", by="city", rows=out)
    found = frame_of(out)
    assert [*found.columns] == ["file", "row", "name", "y_true", "y_pred", "city", "mse", "mae"]
    assert found["file"].tolist() == [str(data)] * 3
    assert found["row"].tolist() == [1, 2, 3]
    assert found["name"].tolist() == ["a", "b", "c"]
    assert found["city"].isna().tolist() == [False, True, False]
    assert found["mse"].tolist() == [4.0, 0.25, 16.0]
    assert found["mae"].tolist() == [2.0, 0.5, 4.0]
    assert left_in(tmp_path) == ["p.csv", out.name]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_the_numbers_are_those_of_numpy_whatever_the_reader(tmp_path: Path, suffix: str) -> None:
    given = pd.read_csv(DIABETES)
    error = given["y_true"] - given["y_pred"]
    tables = []
    for name, data in {"file": DIABETES, "frame": given}.items():
        out = tmp_path / f"{name}.{suffix}"
        report = losscli.evaluate(data, losses=["mae", "rmse"], id="id", rows=out, jobs=2)
        found = frame_of(out)
        assert found["mae"].tolist() == error.abs().tolist()
        assert found["rmse"].tolist() == (error * error).tolist()
        exact = sum(map(Fraction, found["mae"])) / len(found)
        assert report.losses[0].estimate.value == float(exact)
        tables.append(found.drop(columns="file"))
    assert tables[0].equals(tables[1])


def test_classes_have_the_logarithm_of_what_was_given_to_the_truth(tmp_path: Path) -> None:
    data, out = SAMPLES / "digits.csv", tmp_path / "rows.parquet"
    losscli.evaluate(data, losses="cross_entropy", rows=out)
    given, found = pd.read_csv(data), pd.read_parquet(out)
    said = [row[f"prob_{int(row['y_true'])}"] for _, row in given.iterrows()]
    assert found["cross_entropy"].to_numpy() == pytest.approx(-np.log(said), rel=1e-14)
    assert found["y_true"].tolist() == given["y_true"].astype(str).tolist()


def test_rows_of_several_files_are_counted_file_by_file_and_stay_in_order(tmp_path: Path) -> None:
    rows = 70_001  # more than one stretch of a file
    for name in ("b", "a"):
        pred = np.arange(rows) * (0.5 if name == "a" else 0.25)
        frame = pd.DataFrame({"y_true": np.arange(rows), "y_pred": pred, "text": "x" * 60})
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    out = tmp_path / "rows.parquet"
    losscli.evaluate([tmp_path / "b.csv", tmp_path / "a.csv"], losses="mae", rows=out)
    found = pd.read_parquet(out)
    assert found["row"].tolist() == [*range(1, rows + 1)] * 2
    assert found["file"].str[-5:].tolist() == ["b.csv"] * rows + ["a.csv"] * rows
    assert found["mae"].tolist() == [*(np.arange(rows) * 0.75), *(np.arange(rows) * 0.5)]


def test_a_row_that_is_not_judged_is_not_written_and_said(tmp_path: Path) -> None:
    data = put(tmp_path, "y_true,y_pred,w\n1,2,1\n,5,1\n3,3,0\n4,7,2\n")
    out = tmp_path / "rows.csv"
    words = ("--loss", "mae", "--missing", "drop", "--weight", "w", "--rows", out)
    done = shell("eval", data, *words)
    assert done.returncode == 0
    assert "losscli: 2 rows written to rows.csv\n" in done.stderr
    assert "not judged, and so not in rows.csv: 1 weight 0, 1 y_true empty\n" in done.stderr
    assert frame_of(out)[["row", "mae"]].to_numpy().tolist() == [[1, 1.0], [4, 3.0]]


def test_a_loss_that_leaves_a_row_out_has_an_empty_cell_there(tmp_path: Path) -> None:
    data = put(tmp_path, "y_true,y_pred\n0,2\n2,3\n4,3\n")
    for name in ("rows.csv", "rows.parquet"):
        out = tmp_path / name
        losscli.evaluate(data, losses=["mape(zero=skip)", "mae"], rows=out)
        found = frame_of(out)
        assert found.iloc[:, -2].isna().tolist() == [True, False, False]
        assert found.iloc[1:, -2].tolist() == [0.5, 0.25]
        assert found["mae"].tolist() == [2.0, 1.0, 1.0]
    losscli.evaluate(data, losses="mape(zero=skip)", rows=out, only_worst="50%")
    assert frame_of(out)["row"].tolist() == [2]  # half of the two rows that have the loss


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("1%", [4]),  # ceil(0.08) = 1
        ("25%", [4, 8]),
        ("26%", [2, 4, 8]),  # ceil(2.08) = 3: of the losses 2 that with the least truth
        (3, [2, 4, 8]),
        (4, [2, 4, 7, 8]),  # then that with the least prediction
        (5, [2, 4, 5, 7, 8]),  # then that with the first id
        ("100%", [1, 2, 3, 4, 5, 6, 7, 8]),
        (1000, [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_the_worst_rows_are_told_apart_as_in_the_report(
    tmp_path: Path, asked: str | int, rows: list[int]
) -> None:
    cells = ["k,9,7", "c,1,3", "h,9,7", "z,0,10", "b,6,4", "j,6,8", "i,3,1", "y,0,9"]
    data = put(tmp_path, "id,y_true,y_pred\n" + "\n".join(cells) + "\n")
    out = tmp_path / "rows.parquet"
    report = losscli.evaluate(
        data, losses="mae", id="id", rows=out, only_worst=asked, top=len(rows)
    )
    found = pd.read_parquet(out)
    assert found["row"].tolist() == rows
    assert report.outliers is not None
    assert sorted(row.row for row in report.outliers.worst) == rows


def test_a_percentage_is_no_double() -> None:
    # 0.07 * 100 is above 7 in doubles
    from losscli.row_losses import RowsOut  # noqa: PLC0415

    for percent in range(1, 101):
        asked = RowsOut.of("rows.csv", f"{percent}%")
        assert asked is not None
        assert asked.kept(100) == percent


def test_the_worst_of_many_pieces_are_those_of_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_worst, "_MANY", 10)
    random = np.random.default_rng(5)
    for kept in (1, 7, 60, 399, 500):
        keys = pd.DataFrame(
            {
                "0": random.integers(0, 9, 400).astype(float),
                "1": random.integers(0, 3, 400) / 2,
                "2": random.choice(["a", "B", "é", ""], 400),
                "row": np.arange(400),
            }
        )
        keys.loc[random.choice(400, 30, replace=False), "0"] = np.nan
        worst = row_worst.WorstTable(kept)
        for start in range(0, 400, 9):
            table = pa.Table.from_pandas(keys.iloc[start : start + 9], preserve_index=False)
            worst.add(table.select(["row"]), table.select(["0", "1", "2"]))
        order = keys.dropna().sort_values(
            ["0", "1", "2", "row"], ascending=[False, True, True, True]
        )
        assert worst.table()["row"].to_pylist() == sorted(order["row"][:kept])


def test_no_cell_of_csv_is_a_formula_and_no_other_file_is_touched(tmp_path: Path) -> None:
    hostile = ["=1+1", "-5", "+cmd|' /C calc'!A0", '@x"y', "a\n=b", "\t=z", "\uff0dx", "plain"]
    frame = pd.DataFrame(
        {"=id": hostile, "y_true": range(8), "y_pred": [x - 1.5 for x in range(8)]}
    )
    out = tmp_path / "rows.csv"
    losscli.evaluate(frame, losses="mbe", id="=id", rows=out)
    found = pd.read_csv(out, dtype={"'=id": str})
    wanted = [f"'{text}" if text[0] in "=+@\t\uff0d" else text for text in hostile]
    assert found["'=id"].tolist() == wanted
    assert found["mbe"].tolist() == [-1.5] * 8
    out = tmp_path / "rows.parquet"
    losscli.evaluate(frame, losses="mbe", id="=id", rows=out)
    assert pd.read_parquet(out)["=id"].tolist() == hostile


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    data = put(tmp_path, "row,y_true,mae,file\na,1,3,x\nb,2,1,y\n")
    out = tmp_path / "rows.parquet"
    losscli.evaluate(data, losses="mae", id="row", pred="mae", by="file", rows=out)
    found = pd.read_parquet(out)
    assert [*found.columns] == ["file_2", "row_2", "row", "y_true", "mae", "file", "mae_2"]
    assert found["mae_2"].tolist() == [2.0, 1.0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rows", "r.txt"], "--rows: no kind of file is called 'r.txt'; end it in .parquet"),
        (["--rows", "p.csv"], "--rows: p.csv is a file to read"),
        (["--rows", "./none/r.csv"], "there is no folder "),
        (["--rows", "d.csv"], "--rows: d.csv is a folder"),
        (["--rows", "s3://b/r.csv"], "--rows: rows are written to files of this machine; name one"),
        (["--rows", ""], "--rows '': the file name is empty"),
        (["--rows", "r.csv", "-o", "r.csv"], "--rows: r.csv is named twice"),
        (["--rows", "r.csv", "--only-worst", "0"], "--only-worst: 0 of the rows cannot be had"),
        (["--rows", "r.csv", "--only-worst", "101%"], "--only-worst: 101% of the rows"),
        (["--rows", "r.csv", "--only-worst", "0.01"], "neither a part of the rows nor a number"),
        (["--only-worst", "1%"], "--only-worst tells which rows are written, and none are"),
        (["--rows", "r.csv", "--expect-rows", "9"], "there are 2 rows, not 9"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    tmp_path: Path, words: list[str], said: str
) -> None:
    put(tmp_path, "y_true,y_pred\n1,2\n2,4\n")
    (tmp_path / "d.csv").mkdir()
    done = shell("eval", "p.csv", "-q", "--loss", "mae", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("losscli: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert left_in(tmp_path) == ["d.csv", "p.csv"]


def test_standard_input_cannot_be_read_again(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    with DIABETES.open() as file:
        done = shell("eval", "-", "-q", "--rows", out, stdin=file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be read twice, as --rows needs; save it to a file first" in done.stderr
    assert left_in(tmp_path) == []
    frames = iter([pd.read_csv(DIABETES)])
    with pytest.raises(UsageError, match="cannot be read twice"):
        losscli.evaluate(frames, rows=out)


def test_a_folder_that_is_read_is_not_written_to(tmp_path: Path) -> None:
    put(tmp_path, "y_true,y_pred\n1,2\n2,4\n")
    with pytest.raises(UsageError, match="in a folder of such files"):
        losscli.evaluate(tmp_path, rows=tmp_path / "r.csv")


@pytest.mark.parametrize("name", ["r.csv", "r.parquet", "r.arrow"])
def test_a_full_disk_is_one_error_and_keeps_what_was_there(tmp_path: Path, name: str) -> None:
    out = put(tmp_path, "old", name)

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))

    done = shell("eval", DIABETES, "-q", "--rows", out, preexec_fn=little_room)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"losscli: {out}: File too large\n"
    assert (left_in(tmp_path), out.read_text()) == ([name], "old")


def test_a_file_that_changes_meanwhile_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = put(tmp_path, "y_true,y_pred\n1,2\n2,4\n")
    from losscli import row_losses  # noqa: PLC0415

    write = row_losses.write_rows

    def changed(*arguments: Any) -> Any:
        data.write_text("y_true,y_pred\n1,2\n2,4\n5,5\n")
        os.utime(data, (1, 1))
        return write(*arguments)

    monkeypatch.setattr(row_losses, "write_rows", changed)
    with pytest.raises(DataError):
        losscli.evaluate(data, losses="mae", rows=tmp_path / "r.csv")
    assert left_in(tmp_path) == ["p.csv"]


def test_a_value_of_many_rows_has_no_rows_but_other_losses_of_groups_do(tmp_path: Path) -> None:
    data = put(tmp_path, "img,y_true,y_prob\na,1,0.5\na,0,0.25\nb,1,1\n")
    out = tmp_path / "r.csv"
    done = shell("eval", data, "-q", "--loss", "dice", "--group", "img", "--rows", out)
    assert (done.returncode, done.stdout) == (2, "")
    assert "dice is a value of many rows together, and a row has none" in done.stderr
    assert left_in(tmp_path) == ["p.csv"]
    losscli.evaluate(data, losses="brier", group="img", rows=out, only_worst="34%")
    assert frame_of(out)[["img", "brier"]].to_numpy().tolist() == [["a", 0.25], ["a", 0.0625]]


@pytest.mark.parametrize("command", ["compare", "suggest", "improve"])
def test_only_eval_writes_rows(command: str) -> None:
    done = shell(command, DIABETES, DIABETES, "--rows", "r.csv")
    assert done.returncode == 2
    assert "--rows is an option of losscli eval, not of" in done.stderr
