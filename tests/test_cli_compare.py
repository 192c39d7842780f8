"""`losscli compare` as a process: what it prints, how it exits, what it refuses."""

import csv
import io
import json
import pickle
from pathlib import Path

import pytest
from handmade import HOSTILE
from process import shell

ROWS = [("a", 1.5, 2.0), ("b", 2.5, 3.0), ("c", 3.5, 3.0), ("d", 4.5, 4.0), ("e", 5.5, 6.0)]


def write(path: Path, rows: list[tuple[str, float, float]], head: str = "id,y_true,y_pred") -> Path:
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write(tmp_path / "old.csv", ROWS)


def worse(by: float) -> list[tuple[str, float, float]]:
    """Return the rows with errors that are larger by a little more in each row."""
    moves = [by + 0.01 * k for k in range(len(ROWS))]
    return [
        (name, y, round(pred + (move if pred > y else -move), 6))
        for (name, y, pred), move in zip(ROWS, moves, strict=True)
    ]


def test_the_join_comes_first_and_a_regression_fails(old: Path, tmp_path: Path) -> None:
    write(tmp_path / "new.csv", worse(0.5))
    done = shell("compare", "old.csv", "new.csv", "--loss", "mae", cwd=tmp_path)
    title, _, head, line = done.stdout.splitlines()[:4]
    assert title == (
        "old.csv → new.csv · 5 rows joined by position · regression · y_true against y_pred"
    )
    assert head.split()[:4] == ["loss", "old", "new", "change"]
    # moves of 0.50, 0.51 … 0.54, so 0.52 on average
    assert line.split()[:4] == ["mae", "0.5000", "1.020", "+0.5200"]
    assert line.endswith("regressed")
    assert "low(change of mae)   0.5004     > 0     0.5000      5   failed" in done.stdout
    assert done.returncode == 1
    assert shell("compare", old, tmp_path / "new.csv", "--exit-zero").returncode == 0


def test_the_other_way_round_passes(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", worse(0.5))
    done = shell("compare", new, old, "--loss", "mae", "-q")
    assert "improved" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_ids_in_another_order(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", [*reversed(worse(0.5)), ("x", 1.0, 1.0)])
    done = shell("compare", old, new, "--id", "id", "--format", "json")
    found = json.loads(done.stdout)
    assert found["join"] == {"by": "id", "matched": 5, "only_old": 0, "only_new": 1}
    assert found["losses"][0]["rows"] == 5
    assert "1 row of the new file without a partner" in found["warnings"]
    assert found["rows"][0]["id"] == "e"


def test_two_models_in_one_file(tmp_path: Path) -> None:
    rows = [(y, a, b) for (_, y, a), (_, _, b) in zip(ROWS, worse(0.5), strict=True)]
    path = tmp_path / "both.csv"
    path.write_text("y_true,model_a,model_b\n" + "".join(f"{y},{a},{b}\n" for y, a, b in rows))
    done = shell("compare", path, "--old", "model_a", "--new", "model_b", "--loss", "mae")
    assert "y_true against model_a → model_b" in done.stdout
    assert done.returncode == 1


def test_formats(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", worse(0.1))
    words = ("compare", old, new, "--loss", "mse,mae", "--by", "id", "-q")
    records = list(csv.DictReader(io.StringIO(shell(*words, "--format", "csv").stdout)))
    assert [(r["loss"], r["by"]) for r in records[:2]] == [("mse", ""), ("mae", "")]
    assert len(records) == 2 + 5 * 2
    found = json.loads(shell(*words, "--format", "json").stdout)
    assert float(records[0]["change"]) == found["losses"][0]["change"]
    page = shell(*words, "--format", "markdown").stdout
    assert page.count("| mse |") == 1
    target = tmp_path / "report.json"
    shell(*words, "--output", target)
    assert json.loads(target.read_text()) == found


def test_a_narrow_terminal_cuts_no_number(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", worse(0.5))
    done = shell("compare", old, new, "--loss", "mae", "-q", env={"COLUMNS": "30"})
    assert "change: +0.5200" in done.stdout
    assert "verdict: regressed" in done.stdout


def test_hostile_cells_stay_on_their_line(tmp_path: Path) -> None:
    texts = [text.replace('"', '""') for text in HOSTILE if text and text.isascii()]
    rows = [(f'"{text}"', 1.5, 2.0) for text in texts]
    old, new = write(tmp_path / "o.csv", rows), tmp_path / "n.csv"
    write(new, [(name, y, pred + k) for k, (name, y, pred) in enumerate(rows)])
    for form in ("table", "markdown", "csv", "json"):
        done = shell("compare", old, new, "--id", "id", "--by", "id", "--format", form)
        assert done.returncode in (0, 1, 2)
        assert "\x1b" not in done.stdout
        assert "\n::" not in done.stdout


@pytest.mark.parametrize(
    ("text", "words", "what"),
    [
        ("a,1.5,2\nb,2.6,3\n", [], "old.csv, line 3: y_true is 2.5, but 2.6 in new.csv, line 3"),
        ("a,1.5,2\nb,2.6,3\n", [], "--id COLUMN"),
        ("a,1.5,2\nb,2.5,3\n", [], "old.csv: 5 rows, but 2 in new.csv"),
        ("a,1.5,2\na,2.5,3\n", ["--id", "id"], "new.csv, line 2: the id 'a' stands in two rows"),
        ("x,1.5,2\ny,2.5,3\n", ["--id", "id"], "old.csv: no row has an id of new.csv"),
        (",1.5,2\nb,2.5,3\n", ["--id", "id"], "new.csv, line 2: id is empty"),
        ("e,5.6,6\n", ["--id", "id"], "old.csv, line 6: y_true is 5.5, but 5.6 in new.csv, line 2"),
        ("a,1.5,\n", [], "new.csv, line 2: y_pred is empty; --missing drop"),
        ("a,1.5,2\n", ["--id", "name"], "no column 'name'"),
        ("a,1.5,2\n", ["--group", "nobody"], "no column 'nobody'"),
        ("a,1.5,2\n", ["--mode", "pont"], "--mode takes one of"),
        ("a,1.5,2\n", ["--tolerance", "mse=x"], "'x' is no tolerance"),
        ("a,1.5,2\n", ["--loss", "mbe"], "mbe is signed"),
        ("a,1.5,2\n", ["--loss", "mss"], "unknown loss 'mss'"),
    ],
)
def test_refusals(old: Path, text: str, words: list[str], what: str) -> None:
    new = old.with_name("new.csv")
    new.write_text("id,y_true,y_pred\n" + text)
    done = shell("compare", "old.csv", "new.csv", *words, cwd=old.parent)
    assert what in done.stderr
    assert done.stderr.splitlines()[-1].startswith("losscli: ")
    assert (done.returncode, done.stdout) == (2, "")


def test_ids_that_repeat_in_both_files_are_found(tmp_path: Path) -> None:
    rows = [(f"r{k % 4}", 1.5, 2.0) for k in range(5)]
    path = write(tmp_path / "o.csv", rows)
    done = shell("compare", path, path, "--id", "id")
    assert "line 2: the id 'r0' stands in two rows, the other is" in done.stderr
    assert done.returncode == 2


def test_one_file_and_no_models(old: Path) -> None:
    done = shell("compare", old)
    assert "--old COLUMN --new COLUMN" in done.stderr
    assert done.returncode == 2
    assert shell("compare").returncode == 2
    assert "compare takes two files, not 3" in shell("compare", old, old, old).stderr


def test_standard_input_is_one_of_the_two(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", worse(0.5))
    with new.open() as stream:
        done = shell("compare", old, "-", "--loss", "mae", "-q", stdin=stream)
    assert "+0.5200" in done.stdout
    assert "named twice" in shell("compare", "-", "-").stderr


def test_what_cannot_be_judged_exits_with_2(old: Path) -> None:
    done = shell("compare", old, old, "--loss", "medae")
    assert "--mode point takes the numbers" in done.stdout
    assert done.returncode == 2
    assert shell("compare", old, old, "--loss", "medae", "--mode", "point").returncode == 0


@pytest.mark.parametrize("longer", ["new.csv", "old.csv"])
def test_the_rows_expected_are_those_of_both_files(longer: str, old: Path, tmp_path: Path) -> None:
    write(tmp_path / "new.csv", ROWS)
    write(tmp_path / longer, [*ROWS, ("f", 6.5, 6.0)])
    words = ("compare", "old.csv", "new.csv", "--id", "id", "--expect-rows")
    done = shell(*words, "5", cwd=tmp_path)
    assert f"{longer}: there are 6 rows, not 5" in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    write(old, ROWS)
    write(tmp_path / "new.csv", ROWS)
    assert shell(*words, "5", cwd=tmp_path).returncode == 0


def test_an_only_class_that_did_not_move_is_said_to_have_stayed(old: Path) -> None:
    constant = write(old.with_name("one.csv"), [("a", y, pred) for _, y, pred in ROWS])
    page = shell("compare", constant, constant, "--loss", "mae", "--by", "id", "-q").stdout
    assert "the only class did not move more than chance explains" in page
    page = shell("compare", old, old, "--loss", "mae", "--by", "id", "-q").stdout
    assert "none of 5 classes moved more than chance explains" in page


@pytest.mark.usefixtures("old")
def test_limits_are_judged_and_may_be_set(tmp_path: Path) -> None:
    write(tmp_path / "new.csv", worse(0.5))
    (tmp_path / "pyproject.toml").write_text(
        "[tool.losscli]\nfail-if = ['mae > baseline + 50%']\ntolerance = 'mae=5'\n"
        "mode = 'point'\nagainst = 'base.json'\nstrict = true\n"
    )
    words = ("compare", "old.csv", "new.csv", "--loss", "mae", "--top", "0")
    env = {"LOSSCLI_WARN_IF": "mse > 1"}
    done = shell(*words, cwd=tmp_path, env=env)
    # the mean error rises from 0.5 to 1.02, and the squared one to 1.0406
    assert [line.split()[0] for line in done.stdout.splitlines()[-3:]] == ["change", "mae", "mse"]
    assert [line.split()[-1] for line in done.stdout.splitlines()[-3:]] == [
        "passed",
        "failed",
        "failed",
    ]
    assert done.returncode == 1
    assert "not used by compare: against (pyproject.toml)" in done.stderr
    assert "not used" not in shell("eval", "old.csv", "--id", "id", cwd=tmp_path).stderr
    more = ("--no-strict", "--fail-if", "mae > baseline + 105%", "--tolerance", "1")
    done = shell(*words, *more, cwd=tmp_path, env=env)
    assert [line.split()[-1] for line in done.stdout.splitlines()[-3:]] == [
        "passed",
        "passed",
        "warned",
    ]
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--fail-if", "mae > 0.4"], 1),
        (["--fail-if", "mae > 0.6"], 0),
        (["--fail-if", "mae > 0.4", "--exit-zero"], 0),
        (["--warn-if", "mae > 0.4"], 0),
        (["--warn-if", "mae > 0.4", "--strict"], 1),
        (["--fail-if", "mae > baseline"], 0),
        (["--fail-if", "p90(mae) > 0.4"], 1),
        (["--fail-if", "skill(mae) < 1"], 1),
        (["--fail-if", "mae > 0.4", "--fail-if", "low(medae) > 1"], 2),
        (["--fail-if", "low(medae) > 1", "--exit-zero"], 2),
        (["--fail-if", "mae[id=z] > 1", "--by", "id"], 2),
        (["--fail-if", "hubr > 1"], 2),
        (["--fail-if", "mae =! 1"], 2),
        (["--against", "base.json"], 2),
    ],
)
def test_exit_codes_of_limits(words: list[str], code: int, old: Path) -> None:
    done = shell("compare", old, old, "--loss", "mae", "-q", *words)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_groups(tmp_path: Path) -> None:
    rows = [(f"{name}{k % 3}", y, pred) for k, (name, y, pred) in enumerate(ROWS * 3)]
    old = write(tmp_path / "old.csv", rows)
    new = write(tmp_path / "new.csv", [(name, y, pred + 1) for name, y, pred in rows])
    words = ("compare", old, new, "--loss", "rmse,mae", "--group", "id", "-q")
    page = shell(*words, env={"COLUMNS": "250"}).stdout
    assert "15 rows joined by position in 15 groups of id" in page
    assert "groups better / same / worse" in page
    found = json.loads(shell(*words, "--format", "json", "--top", "2").stdout)
    assert found["groups"]["count"] == 15
    assert len(found["groups"]["moved"]) == 2
    assert found["rows"] == []


def test_the_balanced_mean_is_shown(tmp_path: Path) -> None:
    lines = "".join(f"{k % 5 == 0:d},0.{k % 9 + 1}\n" for k in range(40))
    old = tmp_path / "old.csv"
    old.write_text(f"y_true,prob\n{lines}")
    page = shell("compare", old, old, "-q", "--loss", "brier").stdout
    value = json.loads(shell("eval", old, "--loss", "brier", "--format", "json").stdout)
    assert f"balanced   brier {value['losses'][0]['balanced']:.4f} → " in page


def test_what_holds_no_rows_is_no_side_of_a_comparison(old: Path, tmp_path: Path) -> None:
    assert shell("eval", old, "-q", "--save", tmp_path / "b.json").returncode == 0
    (tmp_path / "b.pkl").write_bytes(pickle.dumps({"mse": 1}))
    for name, kind in (("b.json", "a saved report"), ("b.pkl", "a pickle")):
        for words in ((name, "old.csv"), ("old.csv", name)):
            done = shell("compare", *words, cwd=tmp_path)
            assert f"losscli: {name}: is {kind}, which has no rows to pair" in done.stderr
            assert (done.returncode, done.stdout) == (2, "")
    done = shell("eval", "b.json", cwd=tmp_path)
    said = "is a saved report, without rows; hold predictions against it: losscli eval PREDS"
    assert done.stderr == f"losscli: b.json: {said} --against b.json\n"
