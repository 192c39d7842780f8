"""Limits on the command line: exit codes, what is said where, and baselines as files."""

import json
import os
import pickle
import signal
import subprocess
from pathlib import Path

import pytest
from process import CALM, PROGRAM, ROOT, python, shell

ROWS = "y_true,y_pred,city\n1.5,2.5,a\n3.5,5.5,a\n10.5,6.5,b\n"  # mse 7, mae 7/3
FULL = Path("/dev/full")


@pytest.fixture
def preds(tmp_path: Path) -> Path:
    path = tmp_path / "preds.csv"
    path.write_text(ROWS)
    return path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 0),
        (["--fail-if", "mse > 7"], 0),
        (["--fail-if", "mse >= 7"], 1),
        (["--fail-if", "mse > 8", "--fail-if", "mae > 2"], 1),
        (["--fail-if", "mae > 2", "--exit-zero"], 0),
        (["--warn-if", "mae > 2"], 0),
        (["--warn-if", "mae > 2", "--strict"], 1),
        (["--warn-if", "mae > 2", "--strict", "--exit-zero"], 0),
        (["--fail-if", "mae > 2", "--fail-if", "low(medae) > 2"], 2),
        (["--fail-if", "low(medae) > 2", "--exit-zero"], 2),
        (["--warn-if", "mae[class=zz] > 2", "--by", "city", "--exit-zero"], 2),
        (["--fail-if", "hubr > 2"], 2),
        (["--fail-if", "hubr > 2", "--exit-zero"], 2),
        (["--fail-if", "mse > baseline"], 2),
        (["--fail-if", "mse > baseline", "--against", "none.json"], 2),
        (["--fail-iff", "mse > 3"], 2),
    ],
)
def test_exit_codes_of_verdicts(words: list[str], code: int, preds: Path) -> None:
    done = shell("eval", preds, "--quiet", *words)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    if code == 2:
        assert done.stderr.startswith("losscli: ")
        assert done.stderr.count("\n") == 1
    else:
        assert done.stderr == ""


def test_a_defect_is_3_though_a_limit_failed(preds: Path) -> None:
    code = """
import sys, losscli.cli.limits
from losscli.cli import run
def code_of(*_, **__):
    raise RuntimeError("odd")
losscli.cli.limits.code_of = code_of
sys.exit(run(sys.argv[1:]))
"""
    done = python(code, "eval", str(preds), "--fail-if", "mse > 1")
    assert (done.returncode, done.stdout) == (3, "")


def test_an_interrupted_gate_is_130(preds: Path) -> None:
    words = [*PROGRAM, "eval", "-", "--fail-if", "mse > 1", "--against", str(preds)]
    with subprocess.Popen(
        words,
        env={**CALM, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(b"y_true,y_pred\n")
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130


@pytest.mark.parametrize("limit", ["mse > 1", "mse > 100"])
def test_what_nobody_reads_is_neither_passed_nor_failed(limit: str, preds: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = shell("eval", preds, "-q", "--fail-if", limit, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, "")
    closed = subprocess.run(
        ["bash", "-c", 'exec "$@" >&-', "-", *PROGRAM, "eval", str(preds), "--fail-if", limit],  # noqa: S607 - any bash will do
        env={**CALM, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert closed.returncode == 2
    if FULL.exists():
        with FULL.open("w") as full:
            done = shell("eval", preds, "-q", "--fail-if", limit, stdout=full)
        assert (done.returncode, done.stderr) == (2, "losscli: stdout: No space left on device\n")
        done = shell("eval", preds, "-q", "--fail-if", limit, "-o", f"json:{FULL}")
        assert (done.returncode, done.stdout) == (2, "")


def test_the_verdict_is_in_the_report_and_on_stderr(preds: Path) -> None:
    words = [
        "--by",
        "city",
        "--loss",
        "mse",
        "--fail-if",
        "mae[city=*] > 2",
        "--warn-if",
        "mse > 8",
    ]
    done = shell("eval", preds, *words, env={"COLUMNS": "300"})
    assert done.returncode == 1
    last = "of 3 gates 1 failed, 2 passed"
    assert done.stdout.splitlines()[0].endswith(f" · {last}")
    assert done.stderr.splitlines()[-1] == f"losscli: {last}: mae[city=b] is 4, > 2 (1 row)"
    table = [line.split() for line in done.stdout.splitlines() if line.startswith(" mae[")]
    assert table == [
        ["mae[city=b]", "4", ">", "2", "1", "failed"],
        ["mae[city=a]", "1.500", ">", "2", "2", "passed"],
    ]
    found = json.loads(shell("eval", preds, *words, "--format", "json").stdout)
    assert found["verdict"] == "failed"
    assert found["gates"][0] == {
        "limit": "mae[city=*] > 2",
        "severity": "fail",
        "value": 4.0,
        "bound": 2.0,
        "status": "failed",
        "measure": "mae[city=b]",
        "operator": ">",
        "loss": "mae",
        "by": "city",
        "class": "b",
        "rows": 1,
        "baseline": None,
        "why": "",
        "remedy": "",
        "hint": "",
    }


def test_what_could_not_be_judged_says_what_to_do(preds: Path) -> None:
    done = shell("eval", preds, "-q", "--by", "city", "--fail-if", "mae[city=B] > 1")
    assert done.returncode == 2
    assert done.stderr == (
        "losscli: 'mae[city=B] > 1' could not be judged for mae[city=B]: there is no such class; "
        "there are b, a\n"
    )
    assert "unjudged" in done.stdout


def test_a_baseline_is_saved_and_held_against(preds: Path, tmp_path: Path) -> None:
    base = tmp_path / "baseline.json"
    assert shell("eval", preds, "--save", base).returncode == 0
    assert json.loads(base.read_text())["verdict"] == "none"
    worse = tmp_path / "worse.csv"
    worse.write_text(ROWS.replace("2.5,a", "3.5,a"))  # errors 2, 2, 4: mse 8
    words: list[str | Path] = ["eval", worse, "--against", base, "--fail-if"]
    assert shell(*words, "mse > baseline + 15%").returncode == 0
    failed = shell(*words, "mse > baseline + 14%")
    assert failed.returncode == 1
    assert "mse is 8, > 7.98 (baseline 7, 3 rows)" in failed.stderr
    assert shell("eval", worse, "--against", preds, "--fail-if", "mse > baseline").returncode == 1


def test_a_baseline_may_come_through_a_pipe(preds: Path, tmp_path: Path) -> None:
    report = tmp_path / "base.json"
    assert shell("eval", preds, "-q", "--save", report).returncode == 0
    words = ("eval", preds, "-q", "--fail-if", "mae > baseline", "--against", "/dev/stdin")
    done = shell(*words, stdin=None, input=preds.read_text())
    assert done.returncode == 0
    done = shell(*words, stdin=None, input=report.read_text())
    assert (done.returncode, done.stderr) == (0, "")
    for text, why in (
        (report.read_text()[:90], "/dev/stdin, line 6: the JSON ends too soon: the file was cut"),
        (ROWS[:-10], "/dev/stdin, line 4: "),
        ("", "/dev/stdin: no rows: the file is empty"),
    ):
        done = shell(*words, stdin=None, input=text)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"losscli: {why}")


def test_a_failed_run_is_no_new_baseline(preds: Path, tmp_path: Path) -> None:
    base = tmp_path / "baseline.json"
    base.write_text("old")
    done = shell("eval", preds, "--save", base, "--fail-if", "mse > 1", "--exit-zero")
    assert (done.returncode, base.read_text()) == (0, "old")
    assert f"losscli: {base} is left as it was: the verdict is failed\n" in done.stderr
    limit = ["--fail-if", "mse > baseline"]
    base.unlink()
    assert shell("eval", preds, "--save", base).returncode == 0
    before = base.read_text()
    assert shell("eval", preds, "--save", base, "--against", base, *limit).returncode == 0
    assert json.loads(base.read_text())["losses"] == json.loads(before)["losses"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("--save x.csv", "--save: x.csv is one of the files to judge; write to another file"),
        ("--save .", "--save: . is a folder; name a file in it"),
        ("--save no/b.json", "--save: there is no folder "),
        ("--against b.json -o json:b.json", "--output: b.json is the baseline; write to another"),
        (
            "--against none.json",
            "none.json: there is no such baseline; the first one holds a file against itself",
        ),
        ("--against none.csv", "none.csv: cannot be read (No such file or directory); check"),
        ("--against cut.json", "cut.json, line 1: the JSON ends too soon: the file was cut; save"),
        ("--against old.pkl", "old.pkl: a baseline is JSON; a pickle could run code, so it is"),
        ("--against renamed.csv", "renamed.csv: a baseline is JSON; a pickle could run code"),
        ("--against twice.json", "twice.json: the key 'task' stands twice in one object; save it"),
        ("--against next.json", "next.json: the baseline has schema 2, losscli "),
    ],
)
def test_a_baseline_that_will_not_do(words: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(ROWS)
    assert shell("eval", "x.csv", "--save", "b.json", "-q", cwd=tmp_path).returncode == 0
    (tmp_path / "cut.json").write_text((tmp_path / "b.json").read_text()[:-9].replace("\n", ""))
    twice = (tmp_path / "b.json").read_text().replace('"task"', '"task": "labels", "task"', 1)
    (tmp_path / "twice.json").write_text(twice)
    (tmp_path / "next.json").write_text('{"schema": 2}')
    for name in ("old.pkl", "renamed.csv"):
        (tmp_path / name).write_bytes(pickle.dumps({"mse": 1}))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    limit = ["--fail-if", "mse > baseline"] if "--against" in words else []
    done = shell("eval", "x.csv", *limit, *words.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"losscli: {line}")
    assert done.stderr.count("\n") == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_typo_in_a_limit_imports_no_reader(preds: Path) -> None:
    code = """
import sys
from losscli.cli import run
code = run(sys.argv[1:])
print(code, *(name for name in ("pandas", "pyarrow") if name in sys.modules))
"""
    for limit in ("hubr > 1", "mse =! 1", "mse > baseline"):
        assert python(code, "eval", str(preds), "--fail-if", limit).stdout == "2\n"
