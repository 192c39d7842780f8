"""The command line: what each command prints, and how it refuses."""

import json
import re
import shlex
from pathlib import Path

import pytest
from handmade import HOSTILE
from process import SAMPLES, python, shell

import losscli.losses  # noqa: F401 - fills the registry
from losscli import __version__
from losscli.losses.spec import LOSSES

DIABETES = SAMPLES / "diabetes.csv"
FORMATS = ["table", "json", "csv", "markdown", "jsonl", "junit", "openmetrics"]
HEAVY = ("numpy", "pandas", "pyarrow", "scipy", "rich", "pydantic")
LOADED = f"""
import sys
from losscli.cli import run
code = run(sys.argv[1:])
print("LOADED", *(name for name in {HEAVY!r} if name in sys.modules))
sys.exit(code)
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "preds.csv"
    path.write_text("y_true,y_pred,city\n1.5,2.5,a\n3.5,5.5,a\n10.5,6.5,b\n")
    return path


# What is printed


def test_the_main_job(small: Path) -> None:
    done = shell("eval", small.name, "--loss", "mse,mae", "--by", "city", cwd=small.parent)
    assert done.returncode == 0
    title, _, head, mse, mae = done.stdout.splitlines()[:5]
    assert title == "preds.csv · 3 rows · regression · y_true against y_pred"
    assert head.split() == ["loss", "value", "95", "%", "interval", "best", "constant", "skill"]
    assert mse.split()[:2] == ["mse", "7"]  # (1 + 4 + 16) / 3
    assert mae.split()[:2] == ["mae", "2.333"]  # (1 + 2 + 4) / 3
    assert re.search(r"^ b +1 +16 ", done.stdout, re.MULTILINE)
    assert "--true y_true --pred y_pred" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_quiet_says_nothing_but_the_report(small: Path) -> None:
    loud, quiet = shell("eval", small), shell("eval", small, "--quiet")
    assert quiet.stdout == loud.stdout
    assert quiet.stderr == ""
    assert shell("eval", small, "-q", "--loss", "msee").stderr.count("\n") == 1


def test_every_format_on_stdout_is_what_a_file_gets(small: Path, tmp_path: Path) -> None:
    names = ["r.txt", "r.json", "r.csv", "r.md", "r.jsonl", "r.xml", "r.prom"]
    outputs = [word for name in names for word in ("--output", str(tmp_path / name))]
    assert shell("eval", small, *outputs, "-o", f"json:{tmp_path / 'plain'}").returncode == 0
    for name, form in zip(names, FORMATS, strict=True):
        done = shell("eval", small, "--format", form)
        assert done.stdout == (tmp_path / name).read_text(encoding="utf-8")
    assert json.loads((tmp_path / "plain").read_text())["data"]["rows"] == 3


def test_several_files_and_stdin_are_read(small: Path) -> None:
    both = shell("eval", small, small, "--format", "json")
    assert json.loads(both.stdout)["data"]["rows"] == 6
    with small.open() as file:
        done = shell("eval", "-", "--format", "json", stdin=file)
    assert json.loads(done.stdout)["losses"][0]["value"] == 7.0


def test_the_words_for_a_tab_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("y_true\ty_pred\n1.5\t2.5\n3.5\t5.5\n")
    for word in ("tab", "\\t", "\t"):
        done = shell("eval", path, "--delimiter", word, "--format", "json")
        assert json.loads(done.stdout)["losses"][0]["value"] == 2.5


def test_options_reach_the_evaluation(small: Path) -> None:
    words = ["--top", "1", "--level", "0.9", "--expect-rows", "3", "--jobs", "1", "--task"]
    done = shell("eval", small, *words, "regression", "--format", "json", "--id", "city")
    found = json.loads(done.stdout)
    assert [row["id"] for row in found["outliers"]["worst"]] == ["b"]
    assert found["losses"][0]["level"] == 0.9
    assert shell("eval", small, "--expect-rows", "4").returncode == 2


def test_version_and_help() -> None:
    assert shell("--version").stdout == f"losscli {__version__}\n"
    for words in ([], ["eval"], ["losses"], ["explain"]):
        short, long = shell(*words, "-h"), shell(*words, "--help")
        assert short.stdout == long.stdout
        assert short.stdout.startswith(f"Usage: {' '.join(['losscli', *words])} ")
        assert short.stderr == ""
        assert max(map(len, short.stdout.splitlines())) <= 80


def test_the_list_has_every_loss() -> None:
    done = shell("losses")
    listed = re.findall(r"^  ([a-z]\w*)", done.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(name for name, _ in LOSSES)
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_a_page_has_all_that_is_known() -> None:
    page = shell("explain", "l2").stdout
    for said in ("mse  (regression)", "(y - pred)**2", "prediction of the mean", "--true, --pred"):
        assert said in page
    for said in ("squared_error", "sklearn.metrics.mean_squared_error", "against y - pred"):
        assert said in page
    assert "default 1; in (0, inf)" in shell("explain", "huber").stdout
    assert "(binary)" in shell("explain", "zero_one").stdout


def test_pages_and_lists_stand_any_width() -> None:
    for width in ("1", "20", "40"):
        assert shell("explain", "huber", env={"COLUMNS": width}).returncode == 0
        done = shell("losses", env={"COLUMNS": width})
        assert done.returncode == 0
        assert "\n  mse\n" in done.stdout


def test_every_loss_has_a_page_with_a_picture() -> None:
    code = """
import sys
from losscli.cli import explain
import losscli.losses
from losscli.losses.facts import typical
from losscli.losses.spec import LOSSES
for loss in LOSSES.values():
    for ascii_only in (False, True):
        lines = list(explain._page(loss, typical(loss), 80, ascii_only=ascii_only))
        assert any(line.strip().startswith("row loss") for line in lines[-15:]), loss
        assert all(line.isprintable() for line in lines)
        assert not any("nan" in line for line in lines[-9:]), loss
        assert max(map(len, lines)) <= 100, lines
"""
    done = python(code)
    assert done.stderr == ""


def test_a_curve_shows_where_it_bends() -> None:
    lines = shell("explain", "within", env={"LANG": "C"}).stdout.splitlines()
    top = next(line for line in lines if line.lstrip().startswith("1 |"))
    left, right = re.findall(r"\*+", top.partition("|")[2])
    assert (len(left), len(right)) == (16, 16)  # |e| > 1 is the outer third on each side of ±3


# What is loaded


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        ("--help", ""),
        ("--version", ""),
        ("eval --help", ""),
        ("losses", "numpy"),
        ("explain huber", "numpy"),
        ("explain hubr", "numpy"),
        ("eval x.csv --nope", ""),
        ("eval x.csv --format xml", ""),
        ("eval x.csv --output a.doc", ""),
        ("eval x.csv --level 2", ""),
        ("eval x.csv --loss hubr", "numpy"),
        ("eval x.csv --loss huber(delta=-1) --task regression", "numpy"),
        ("eval x.csv --loss mse --task binary", "numpy"),
        ("eval x.csv --loss mse,log_loss", "numpy"),
    ],
)
def test_nothing_heavy_is_loaded_for_little(arguments: str, loaded: str) -> None:
    done = python(LOADED, *arguments.split())
    assert done.stdout.rpartition("LOADED")[2].strip() == loaded
    assert done.returncode == (2 if "x.csv" in arguments or "hubr" in arguments else 0)


# What is refused


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("", "missing command; losscli --help shows how it is used"),
        ("evl", "no such command 'evl'; did you mean 'eval'?"),
        ("preds.csv --loss mse", "no such command 'preds.csv'; losscli eval preds.csv"),
        ("eval", "there is no file to judge; losscli eval preds.csv"),
        ("explain", "there is no loss to explain; losscli losses lists them"),
        ("eval x.csv --los mse", "no such option --los; did you mean --loss?"),
        ("improve x.csv --by city", "--by is an option of losscli eval, not of losscli improve;"),
        ("eval x.csv --zzz", "no such option: --zzz; losscli eval --help shows how it is used"),
        ("eval x.csv --loss", "option '--loss' requires an argument; losscli --help shows how"),
        (
            "eval x.csv --top -1",
            "--top takes a whole number of at least 0, not '-1'; such as --top 10",
        ),
        (
            "eval x.csv --jobs 0",
            "--jobs takes a whole number of at least 1, not '0'; such as --jobs 1",
        ),
        ("eval x.csv --jobs 1_0", "--jobs takes a whole number of at least 1, not '1_0'"),
        ("eval x.csv --level x", "--level takes a number, not 'x'; such as --level 0.95"),
        ("eval x.csv --max-unpacked 0", "--max-unpacked takes a number of at least 1, not '0'"),
        ("eval x.csv --max-unpacked nan", "--max-unpacked takes a number of at least 1, not 'nan'"),
        (
            "eval x.csv --class-weights x",
            "--class-weights takes a number, not 'x'; --help says what it is for",
        ),
        ("eval x.csv --level 1", "--level 1 is not between 0 and 1; such as --level 0.95"),
        ("eval x.csv --level nan", "--level nan is not between 0 and 1; such as --level 0.95"),
        ("eval x.csv --missing no", "--missing takes one of 'error', 'drop', not 'no'; such as"),
        ("eval x.csv --format jsn", "there is no format 'jsn'; did you mean json?"),
        (
            "eval x.csv --loss hubr",
            "loss 'hubr', character 1: unknown loss 'hubr'; did you mean huber?",
        ),
        ("eval x.csv -o a.doc", "--output: no format has the suffix '.doc'; end it in .txt, .csv,"),
        (
            "eval x.csv -o plain",
            "--output: no format has the file name without a suffix; end it in",
        ),
        ("eval x.csv -o ''", "--output '': the file name is empty; name a file: json:FILE"),
        ("eval x.csv --save ''", "--save '': the file name is empty; name a file: b.json"),
        (
            "eval x.csv -o markdown:",
            "--output 'markdown:': the file name is empty; name a file: markdown:FILE",
        ),
        ("eval x.csv -o jsn:a", "--output: there is no format 'jsn'; did you mean json?"),
        ("eval x.csv -o a.json -o ./a.json", "--output: a.json is named twice; write to another"),
        ("eval x.csv --rows a.csv --rows b.csv", "--rows is given twice, but takes one value;"),
        ("eval x.csv --id a --id=b -q -q", "--id is given twice, but takes one value;"),
        ("eval x.csv --loss mse --es a --es b", "--column es is given twice, but is one column;"),
        ("eval ''", "the name of a file is empty; name one, or . for this folder"),
        ("eval x.csv --truth ''", "the name of a file is empty; name one, or . for this folder"),
        ("compare x.csv ''", "the name of a file is empty; name one, or . for this folder"),
        ("eval x.csv --config ''", "there is no such configuration; --config FILE names one"),
        ("eval x.csv --plugin ''", "the plugin cannot be read: "),
        ("eval x.csv --id ''", "x.csv: --id: there is no column ''; the columns are y_true, y_"),
        ("eval x.csv --weight ''", "x.csv: --weight: there is no column ''; the columns are y_"),
        ("eval x.csv --group ''", "x.csv: --group: there is no column ''; the columns are y_tr"),
        ("eval x.csv -o x.csv", "--output: x.csv is one of the files to judge; write to another"),
        ("eval x.csv --truth t.csv -o t.csv", "--output: t.csv would be, the next time, one of"),
        (
            "eval *.csv -o r.csv",
            "--output: r.csv would be, the next time, one of the files",
        ),
        ("eval . -o r.csv", "--output: r.csv would be, the next time, one of the files"),
        ("eval '**/*.csv' --save a.csv", "--save: a.csv would be, the next time, one of the files"),
        ("eval x.csv --rows y.csv '?.csv'", "--rows: y.csv is a file to read, or in a folder of"),
        ("eval x.csv -o /nope/a.md", "--output: there is no folder /nope; mkdir -p /nope"),
        ("eval x.csv -o json:.", "--output: . is a folder; name a file in it"),
        ("losses huber", "got unexpected extra argument(s) (huber); losscli losses --help shows"),
        ("eval no-such-file.csv", "no-such-file.csv: "),
    ],
)
def test_a_refusal_is_one_line_with_a_remedy(arguments: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("y_true,y_pred\n1,2\n")
    before = sorted(tmp_path.iterdir())
    done = shell(*shlex.split(arguments), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"losscli: {line}")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("y_true y_pred|1.5 2", "; or say what parts the columns: --delimiter space"),
        (
            "y_true   y_pred|1.5      2",
            "; or say what parts the columns: put it through tr -s ' ' ','",
        ),
        ("# by x, 2026|y_true,y_pred|1.5,2", "; or remove the lines before the header"),
        ("a,-0.5,1.25|b,2,3", "; or say that the first line is a row: --no-header"),
        ("# by x|y_true,y_pred|1.5,2", "note and no header; remove the line: sed -i '1d' x.csv"),
        ("sep=;|y_true;y_pred|1.5;2", "note and no header; remove the line: sed -i '1d' x.csv"),
        (
            "y_true,y_pred|50%,20%|10%,30%",
            "y_true is '50%', which is not a number; write 0.5 instead",
        ),
        ("y_true,y_pred|$4,$5|$6,$7", "y_true is '$4', which is not a number; write 4 instead"),
    ],
)
def test_what_is_no_table_yet_is_refused_with_the_way_to_one(
    text: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text(text.replace("|", "\n") + "\n")
    done = shell("eval", "x.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"{words}\n")


def test_a_header_may_begin_with_a_mark_of_comments(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("#id,y_true,y_pred\n1,2.5,3\n")
    assert shell("eval", "x.csv", "--id", "#id", cwd=tmp_path).returncode == 0


def test_bad_cells_are_one_line_and_debug_shows_where(tmp_path: Path) -> None:
    path = tmp_path / "preds.csv"
    path.write_text("y_true,y_pred\n1,2\n2,\x1b[31mx\n")
    done = shell("eval", path, "--format", "json", "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"losscli: \S*preds\.csv, line 3: .*\\x1b\[31mx.*\n", done.stderr)
    debug = shell("eval", path, "--debug")
    assert debug.returncode == 2
    assert debug.stderr.startswith("Traceback")
    assert debug.stderr.splitlines()[-1].startswith("losscli: ")
    assert shell("--debug", "eval", path).stderr == debug.stderr


DEFECT = """
import sys, losscli.evaluation
from losscli.cli import run
def evaluate(*_, **__):
    raise {error}
losscli.evaluation.evaluate = evaluate
sys.exit(run(sys.argv[1:]))
"""


def test_a_defect_is_3_and_asks_for_debug(small: Path) -> None:
    code = DEFECT.format(error=r"RuntimeError('odd \x1b[31m\n')")
    done = python(code, "eval", str(small))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        r"losscli: a defect of losscli itself: RuntimeError: odd \x1b[31m\x0a; "
        "run it again as losscli --debug … and report what it says\n"
    )
    debug = python(code, "--debug", "eval", str(small))
    assert debug.returncode == 3
    assert "Traceback" in debug.stderr


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("MemoryError()", "losscli: there is not enough memory; fewer --jobs need less\n"),
        ("PermissionError(13, 'Permission denied', 'a')", "losscli: a: Permission denied\n"),
        ("OSError(5, 'Input/output error')", "losscli: Input/output error\n"),
    ],
)
def test_what_the_system_refuses_is_2(error: str, line: str, small: Path) -> None:
    done = python(DEFECT.format(error=error), "eval", str(small))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


# What a file can say


def test_hostile_cells_are_shown_harmless_in_every_format(tmp_path: Path) -> None:
    names = [name for name in HOSTILE if name.isprintable() or name.startswith(("\x1b", "\u202e"))]
    rows = [f'{n},{n + 1},"{name.replace(chr(34), chr(34) * 2)}"\n' for n, name in enumerate(names)]
    path = tmp_path / "::error::[red].csv"
    path.write_text("y_true,y_pred,city\n" + "".join(rows), encoding="utf-8")
    for form in FORMATS:
        done = shell("eval", path, "--by", "city", "--id", "city", "--format", form)
        assert done.returncode == 0
        for line in (done.stdout + done.stderr).split("\n"):
            assert line.isprintable()
            assert not line.lstrip().startswith("::")
            assert not re.search(r"##\w*\[", line)


def test_a_loss_that_several_tasks_have_is_that_of_the_columns() -> None:
    done = shell("eval", SAMPLES / "wine_labels.csv", "--loss", "zero_one", "--format", "json")
    found = json.loads(done.stdout)
    assert (found["task"], found["losses"][0]["value"]) == ("labels", 29 / 178)
