"""Predictions and truths in two files: the bits of one joined file, and what is refused."""

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import losscli
from losscli.cli import run as program
from losscli.data import matched
from losscli.data.dataset import open_files
from losscli.data.reading import Reading
from losscli.data.truths import SideTruths, with_truths
from losscli.errors import DataError, UsageError

ROWS = 3000
PIECES = (("preds.csv", 9000), ("truth.csv", 14000))
PREDS = "id,pred\na,1\nb,2\nc,4\n"
TRUTH = "id,y,part\na,1,u\nb,4,v\nc,3,v\n"
"""The squared errors are 0, 4 and 1, those of part v 4 and 1."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(**texts: str) -> None:
    for name, text in texts.items():
        Path(f"{name}.csv").write_text(text)


def numbers(data: Any, **options: Any) -> dict[str, Any]:
    found = losscli.evaluate(data, **options).to_dict()
    found["columns"].pop("truth", None)
    found["data"].pop("files")
    for row in found["outliers"]["worst"]:
        row.pop("file")
    return found


def mse(data: Any, truth: Any, **options: Any) -> float | None:
    return losscli.evaluate(data, truth=truth, losses="mse", **options).losses[0].estimate.value


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(7)
    ids = [f"r{k:04}" for k in range(ROWS)]
    y = random.normal(size=ROWS).round(5)
    ours = pd.DataFrame({"id": ids, "pred": (y + random.normal(size=ROWS)).round(9)})
    theirs = pd.DataFrame(
        {"id": ids, "y": y, "part": random.choice(["u", "v", 'quo"ted\nline', ""], ROWS)}
    )
    return ours, theirs


@pytest.mark.parametrize("order", [["a", "b", "c"], ["c", "a", "b"]])
def test_hand_made_rows(order: list[str]) -> None:
    rows = dict(zip("abc", TRUTH.splitlines()[1:], strict=True))
    write(preds=PREDS, truth="\n".join(["id,y,part", *(rows[name] for name in order)]))
    report = losscli.evaluate("preds.csv", truth="truth.csv", id="id", losses="mse", by="part")
    assert report.losses[0].estimate.value == (0 + 4 + 1) / 3
    worst = report.to_dict()["outliers"]["worst"][:2]
    assert [(row["row"], row["file"], row["id"], row["y"], row["pred"]) for row in worst] == [
        (2, "preds.csv", "b", 4, 2),
        (3, "preds.csv", "c", 3, 4),
    ]
    of_v = [row for row in report.breakdown if row.cls == "v"]
    assert [row.estimate.value for row in of_v] == [(4 + 1) / 2]


def test_order_decides_without_an_id() -> None:
    write(preds=PREDS, truth="y\n1\n4\n3\n")
    report = losscli.evaluate("preds.csv", truth="truth.csv", losses="mse")
    assert report.losses[0].estimate.value == (0 + 4 + 1) / 3
    assert "truth.csv is matched by the position of its rows" in report.notes[0]
    assert report.columns["truth"] == {"files": ["truth.csv"], "id": None}


def test_both_orders_are_the_bits_of_the_joined_rows() -> None:
    ours, theirs = frames()
    joined = numbers(ours.merge(theirs), id="id", by="part")
    shuffled = theirs.sample(frac=1, random_state=3)
    for engine in ("threads", "processes"):
        for truth in (theirs, shuffled):
            ours.to_csv("preds.csv", index=False)
            truth.to_csv("truth.csv", index=False)
            found = numbers("preds.csv", truth="truth.csv", id="id", by="part", engine=engine)
            assert found == joined
    # two rows far from the beginning that changed places
    late = theirs.copy()
    late.iloc[[ROWS - 2, ROWS - 1]] = late.iloc[[ROWS - 1, ROWS - 2]].to_numpy()
    late.to_csv("truth.csv", index=False)
    assert numbers("preds.csv", truth="truth.csv", id="id", by="part") == joined


def test_any_format_and_frames_give_the_same_bits() -> None:
    ours, theirs = frames()
    shuffled = theirs.sample(frac=1, random_state=3)
    joined = numbers(ours.merge(theirs), id="id", by="part")
    ours.to_csv("preds.csv.gz", index=False)
    ours.to_parquet("preds.parquet", row_group_size=700)
    theirs.to_parquet("truth.parquet", row_group_size=1100)
    shuffled.to_json("truth.jsonl", orient="records", lines=True, double_precision=15)
    for preds in ("preds.csv.gz", "preds.parquet", ours):
        for truth in ("truth.parquet", "truth.jsonl", theirs, shuffled):
            assert numbers(preds, truth=truth, id="id", by="part") == joined
    assert numbers("preds.parquet", truth="truth.parquet", by="part") == numbers(
        ours.merge(theirs), by="part"
    )


def test_pieces_of_files_end_at_different_rows() -> None:
    ours, theirs = frames()
    ours.to_csv("preds.csv", index=False)
    theirs.to_csv("truth.csv", index=False)
    old, new = (open_files([n], Reading(block_bytes=b)).in_order() for n, b in PIECES)
    for name in ("id", None):
        layout = with_truths(old, new, name, drop=False).layout
        found = SideTruths(old, new, layout, drop=False, guess=False)
        types = {"pred": pa.float64(), "y": pa.float64(), "part": pa.string()}
        pieces = [piece for read in found.stretches(types) for piece in read()]
        assert len(pieces) > 1
        table = pa.concat_tables(piece.table for piece in pieces)
        assert table.column("pred").to_pylist() == ours["pred"].tolist()
        assert table.column("y").to_pylist() == theirs["y"].tolist()


def test_ids_without_a_partner_are_an_error_or_dropped_and_counted() -> None:
    write(preds=PREDS + "d,9\n", truth="id,y\ne,7\nc,3\na,1\nf,8\n")
    with pytest.raises(DataError, match=r"id 'b' is not in truth.csv: 2 rows of preds.csv") as told:
        mse("preds.csv", "truth.csv", id="id")
    assert "2 rows of truth.csv without a partner in preds.csv" in told.value.what
    assert told.value.where == "preds.csv, line 3"
    report = losscli.evaluate("preds.csv", truth="truth.csv", id="id", missing="drop", losses="mse")
    assert report.losses[0].estimate.value == (0 + 1) / 2
    assert (report.rows, report.judged) == (6, 2)
    assert {"2 of 6 rows left out: pred empty", "2 of 6 rows left out: y empty"} <= {
        *report.warnings
    }
    assert "2 rows of preds.csv without a partner in truth.csv" in report.warnings[0]
    write(preds="id,pred\nc,4\n")
    with pytest.raises(DataError, match=r"id 'e' is not in preds.csv: 3 rows of truth.csv"):
        mse("preds.csv", "truth.csv", id="id")


def test_both_files_name_a_column_alike() -> None:
    """As in a contest: the predictions are named as the truth is."""
    write(preds="id,target\na,1\nb,2\n", truth="id,target\nb,4\na,1\n")
    with pytest.raises(DataError, match="both files have target") as told:
        mse("preds.csv", "truth.csv", id="id")
    named = "--true target --pred target"
    assert told.value.remedy == f"if target of this file is the prediction: {named}"
    for true in ("target", "truth.target"):
        assert mse("preds.csv", "truth.csv", id="id", true=true, pred="target") == (0 + 4) / 2
    with pytest.raises(DataError, match=f"both files have target.* {named}"):
        losscli.compare("preds.csv", "preds.csv", truth="truth.csv", id="id", losses="mse")


def test_the_remedy_leaves_a_prediction_that_was_found() -> None:
    write(preds="id,y_true,y_pred\na,9,1\nb,9,2\n", truth="id,y_true\nb,4\na,1\n")
    with pytest.raises(DataError, match="the truth y_true is a column of this file") as told:
        mse("preds.csv", "truth.csv", id="id")
    assert told.value.remedy == "--true y_true"
    assert mse("preds.csv", "truth.csv", id="id", true="y_true") == (0 + 4) / 2
    write(preds="id,target,a,b\na,9,1,1\nb,9,2,2\n", truth="id,target\nb,4\na,1\n")
    with pytest.raises(DataError, match="both files have target") as told:
        mse("preds.csv", "truth.csv", id="id")
    assert told.value.remedy == "--true target --pred COLUMN (one of target, a, b)"


def test_models_of_which_one_has_a_truth_of_its_own_share_a_file_of_truths() -> None:
    write(
        old="id,y_pred\na,1\nb,2\n",
        new="id,y_true,y_pred\na,9,1\nb,9,3\n",
        truth="id,y_true\nb,4\na,1\n",
    )
    words: dict[str, Any] = {"truth": "truth.csv", "id": "id", "losses": "mse"}
    for pair in (("old.csv", "new.csv"), ("new.csv", "old.csv")):
        with pytest.raises(DataError, match=r"new\.csv: the truth y_true .*; --true y_true$"):
            losscli.compare(*pair, **words)
        found = losscli.compare(*pair, true="y_true", **words).losses[0]
        values = {"old.csv": (0 + 4) / 2, "new.csv": (0 + 1) / 2}
        assert (found.old, found.new) == tuple(values[name] for name in pair)


def test_the_remedy_is_about_what_is_wrong() -> None:
    write(preds="id,y_pred\n1,2\n2,4\n", truth="id,y_true,y_pred\n1,2,2\n2,3,3\n")
    with pytest.raises(UsageError, match="hold nothing but a few integers"):
        losscli.evaluate("preds.csv", truth="truth.csv", id="id")
    write(truth="id,y_true\n1,2.5\n2,3\n", preds="id,y_pred,other\n1,2,x\n2,4,y\n")
    with pytest.raises(UsageError, match=r"there is no column 'lower'|no column is known"):
        losscli.evaluate("preds.csv", truth="truth.csv", task="interval")
    write(preds="id,y_a,y_b,prob_a,prob_b\n1,0,0,.6,.2\n2,0,1,.3,.4\n")
    write(truth="id,y_a,y_b\n1,1,0\n2,0,1\n")
    with pytest.raises(DataError, match=r"the truth y_a, y_b is a column of this file.* 'y_\*'$"):
        losscli.evaluate("preds.csv", truth="truth.csv", id="id")
    words: dict[str, Any] = {"truth": "truth.csv", "id": "id", "losses": "hamming_loss"}
    found = losscli.evaluate("preds.csv", true="y_*", **words)
    # one of the four labels is wrong: that of b in the second row
    assert found.losses[0].estimate.value == 1 / 4


@pytest.mark.parametrize("truths", ["id,y_true,y_pred\na,9,1\nb,9,2\n", "id,y_pred\na,1\nb,2\n"])
def test_files_that_are_the_wrong_way_round(truths: str) -> None:
    write(preds="id,y_true\na,1\nb,4\n", truth=truths)
    for true in (None, "y_true"):
        with pytest.raises(DataError, match=r"what is judged, y_pred, is of truth\.csv") as told:
            mse("preds.csv", "truth.csv", id="id", true=true)
        remedy = "name them the other way round: truth.csv --truth preds.csv --true y_true"
        assert told.value.remedy == remedy
    assert mse("truth.csv", "preds.csv", id="id", true="y_true") == (0 + 4) / 2


def test_files_without_a_header() -> None:
    write(preds="a,1\nb,2\n", truth="b,4\na,1\n")
    names = {"true": "truth.2", "pred": "2", "no_header": True}
    assert mse("preds.csv", "truth.csv", id="1", **names) == (0 + 4) / 2


def test_a_limit_holds_the_predictions_of_before_against_the_same_truths() -> None:
    write(preds=PREDS, old="id,pred\nc,3\nb,4\na,2\n", truth=TRUTH)
    report = losscli.evaluate(
        "preds.csv", truth="truth.csv", id="id", fail_if="mse > baseline", against="old.csv"
    )
    assert report.gates[0].value == (0 + 4 + 1) / 3
    assert report.gates[0].baseline == (1 + 0 + 0) / 3


@pytest.mark.parametrize("name", ["preds", "truth"])
def test_one_side_from_a_pipe(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(preds=PREDS, truth="id,y\nc,3\na,1\nb,4\n")
    text = Path(f"{name}.csv").read_bytes()
    files = {"preds": "preds.csv", "truth": "truth.csv", name: "-"}
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text)))
    assert mse(files["preds"], files["truth"], id="id") == (0 + 4 + 1) / 3


REFUSED: dict[str, tuple[str, str, list[str], str]] = {
    "no id": (PREDS, "key,y\na,1\n", ["--id", "id"], "truth.csv: --id: there is no column 'id'"),
    "none shared": (PREDS, "id,y\nx,1\n", ["--id", "id"], "preds.csv: no row has an id of truth"),
    "empty": (PREDS, "", ["--id", "id"], "truth.csv: no rows"),
    "header only": (PREDS, "id,y\n", ["--id", "id"], "truth.csv: no rows"),
    "fewer truths": (PREDS, "y\n1\n4\n", [], "preds.csv, line 4: truth.csv has fewer rows"),
    "more truths": ("pred\n1\n", "y\n1\n4\n", [], "truth.csv, line 3: preds.csv has fewer rows"),
    "ids in another order": (PREDS, "id,y\nb,4\na,1\nc,3\n", [], "match the rows by it: --id id"),
    "truth here": (
        "id,y_pred,y_true\na,1,2\n",
        "id,outcome\na,1\n",
        ["--id", "id"],
        "preds.csv: the truth y_true is a column of this file, not of truth.csv",
    ),
    "twice in one": (PREDS, TRUTH + "a,1,u\n", ["--id", "id"], "the id 'a' stands in two rows"),
    "twice in both": (
        PREDS + "a,5\n",
        TRUTH + "a,1,u\n",
        ["--id", "id"],
        "preds.csv, line 2: the id 'a' stands in two rows, the other is preds.csv, line 5",
    ),
    "an empty id": (PREDS, TRUTH + ",1,u\n", ["--id", "id"], "truth.csv, line 5: id is empty"),
    "no number": (PREDS, "id,y\na,1\nb,4\nc,x3\n", ["--id", "id"], "truth.csv, line 4: y is 'x3'"),
    "an empty truth": (
        PREDS,
        "id,y\na,1\nb,\nc,3\n",
        ["--id", "id", "--true", "y"],
        "preds.csv, line 3 with truth.csv, line 3: y is empty",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    preds, truth, options, words = REFUSED[case]
    write(preds=preds, truth=truth)
    code = program(["eval", "preds.csv", "--truth", "truth.csv", "--loss", "mse", *options])
    out, err = capfd.readouterr()
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1


def test_standard_input_is_one_of_both(capfd: pytest.CaptureFixture[str]) -> None:
    assert program(["eval", "-", "--truth", "-"]) == 2
    assert "standard input is named twice" in capfd.readouterr().err


def test_too_many_rows_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    write(preds=PREDS, truth="id,y\nc,3\na,1\nb,4\n")
    monkeypatch.setattr(matched, "MOST_ROWS", 2)
    with pytest.raises(DataError, match="more than 2 rows") as told:
        mse("preds.csv", "truth.csv", id="id")
    assert "sort both files by the id" in told.value.remedy
    write(truth="id,y\na,1\nb,4\nc,3\n")
    assert mse("preds.csv", "truth.csv", id="id") == (0 + 4 + 1) / 3


def test_two_models_share_a_file_of_truths() -> None:
    ours, theirs = frames()
    other = ours.assign(pred=ours["pred"] * 0.9)[::-1]
    ours.to_csv("old.csv", index=False)
    other.to_csv("new.csv", index=False)
    theirs.to_csv("truth.csv", index=False)
    words: Any = {"losses": "mae,mse", "id": "id", "by": "part"}
    found = losscli.compare("old.csv", "new.csv", truth="truth.csv", **words).to_dict()
    joined = [one.merge(theirs, on="id") for one in (ours, other)]
    expected = losscli.compare(*joined, **words).to_dict()
    assert found["losses"] == expected["losses"]
    assert found["classes"] == expected["classes"]
    assert found["columns"]["new"]["truth"] == {"files": ["truth.csv"], "id": "id"}


@pytest.mark.parametrize("command", [losscli.suggest, losscli.improve])
def test_advice_is_that_of_the_joined_file(command: Any) -> None:
    ours, theirs = frames()
    found = command(ours, truth=theirs, id="id").to_dict()
    expected = command(ours.merge(theirs, on="id"), id="id").to_dict()
    assert found["columns"].pop("truth")["id"] == "id"
    told, said = (json.dumps(one).replace(" --truth=truth.csv", "") for one in (found, expected))
    assert told == said


def test_truths_of_two_models_are_not_read_from_standard_input() -> None:
    write(preds=PREDS)
    with pytest.raises(UsageError, match="--truth: the truths are read once for each model"):
        losscli.compare("preds.csv", "preds.csv", truth="-", losses="mae")
