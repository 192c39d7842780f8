"""Plugins that reach for the process: it lives on, says so in one line, and stdout stays clean."""

import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest
from process import CALM, PROGRAM, ROOT, shell

from losscli.data.joined import MOST

HEAD = "import ctypes, os, sys, threading, losscli\n@losscli.loss\ndef mine(y, pred):\n"
WORDS = ("eval", "p.csv", "--plugin", "mine.py", "--loss", "mine", "--format", "json", "-q")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.csv").write_text("y_true,y_pred\n3,2.5\n1,1.5\n4,3\n2,2.25\n")
    return tmp_path


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("os.abort()", "mine.py, line 4: what the plugin runs ends the program (SIGABRT)"),
        ("ctypes.string_at(0)", "mine.py, line 4: what the plugin runs ends the program (SIGSEGV)"),
        ("os.kill(os.getpid(), 9)", "mine.py: what the plugin runs ends the program (SIGKILL)"),
        (
            "t = threading.Thread(target=os._exit, args=(0,)); t.start(); t.join()",
            "mine.py: what the plugin runs ends the program (code 0)",
        ),
    ],
)
def test_the_death_of_the_process_is_said(folder: Path, code: str, said: str) -> None:
    (folder / "mine.py").write_text(f"{HEAD}    {code}\n")
    done = shell(*WORDS, "--output", "r.xml", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"losscli: {said} with nothing judged; mend it there\n"
    assert said in (folder / "r.xml").read_text()


def test_the_death_of_a_process_that_helps_is_said(folder: Path) -> None:
    (folder / "mine.py").write_text(
        f"import os, time\nhere, slept = os.getpid(), []\n{HEAD}"
        "    if os.getpid() != here:\n        os.abort()\n"
        "    if not slept:\n        slept.append(time.sleep(1))\n    return abs(y - pred)\n"
    )
    files = [f"p{k}.csv" for k in range(4 * MOST)]  # more than one stretch
    for file in files:
        (folder / file).write_text((folder / "p.csv").read_text())
    done = shell("eval", *files, *WORDS[2:], "--jobs", "2", cwd=folder)
    said = "mine.py, line 7: what the plugin runs ends the program (it crashed) with nothing judged"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"losscli: {said}; mend it there\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("os.write(1, b'junk\\n')", "junk"),
        ("print('junk', file=sys.__stdout__, flush=True)", "junk"),
        ("os.system('echo junk')", "junk"),
        ("sys.__stdout__.close()", ""),
        ("sys.__stdout__ = sys.stdout = None", ""),
        ("os.chdir('/')", ""),
    ],
)
def test_stdout_is_for_the_report(folder: Path, code: str, said: str) -> None:
    (folder / "mine.py").write_text(f"{HEAD}    {code}\n    return abs(y - pred)\n")
    done = shell(*WORDS, cwd=folder)
    assert json.loads(done.stdout)["losses"][0]["value"] == 2.25 / 4
    assert {*done.stderr.splitlines()} == ({said} if said else set())
    assert done.returncode == 0


def test_stdout_can_be_named(folder: Path) -> None:
    (folder / "mine.py").write_text(f"{HEAD}    os.write(1, b'junk')\n    return abs(y - pred)\n")
    done = shell(*WORDS[:-2], "csv", "--output", "json:/dev/stdout", cwd=folder)
    assert done.stdout.startswith('{\n  "schema": 1')
    assert "junk" not in done.stdout


def test_what_is_set_on_import_holds_for_the_plugin_alone(folder: Path) -> None:
    (folder / "mine.py").write_text(
        "import os, warnings, numpy\nnumpy.seterr(all='raise')\nwarnings.simplefilter('error')\n"
        f"os.chdir('/')\n{HEAD}    warnings.warn('odd')\n    return abs(y - pred)\n"
    )
    done = shell(*WORDS, cwd=folder)
    assert json.loads(done.stdout)["losses"][0]["value"] == 2.25 / 4


def test_a_process_that_is_forked_goes_no_further(folder: Path) -> None:
    (folder / "mine.py").write_text(
        f"{HEAD}    child = os.fork()\n    if not child:\n        os._exit(0)\n"
        "    os.waitpid(child, 0)\n    return abs(y - pred)\n"
    )
    done = shell(*WORDS, cwd=folder)
    assert json.loads(done.stdout)["losses"][0]["value"] == 2.25 / 4
    assert done.stderr == ""


def test_what_is_no_error_of_ours_is_the_plugins(folder: Path) -> None:
    """Wherever the plugin was called; what is raised like Ctrl-C is none."""
    patch = "from losscli.losses import chosen\nchosen._terms = lambda *_: 1 / 0\n"
    (folder / "mine.py").write_text(f"{patch}{HEAD}    return abs(y - pred)\n")
    done = shell(*WORDS, cwd=folder)
    said = "mine.py, line 2: the plugin fails: ZeroDivisionError: division by zero; mend it there"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"losscli: {said}\n")
    (folder / "mine.py").write_text(f"{HEAD}    raise KeyboardInterrupt\n")
    done = shell(*WORDS, cwd=folder)
    said = "mine.py, line 4: mine fails: KeyboardInterrupt; mend it there"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"losscli: {said}\n")


@pytest.mark.parametrize("meant", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_both_processes(folder: Path, meant: signal.Signals) -> None:
    (folder / "mine.py").write_text(
        f"{HEAD}    print('here', flush=True)\n    threading.Event().wait(50)\n"
    )
    env = {**CALM, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*PROGRAM, *WORDS], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stderr
        assert running.stderr.readline() == b"here\n"
        running.send_signal(meant)
        # the pipes are closed once both have ended
        assert running.communicate(timeout=40) == (b"", b"")
    assert running.returncode == {signal.SIGINT: 130, signal.SIGTERM: -15}[meant]


def test_a_terminal_is_one_for_plugins_too(folder: Path) -> None:
    (folder / "mine.py").write_text(f"{HEAD}    return abs(y - pred)\n")
    ours, theirs = pty.openpty()
    env = {**CALM, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    words = [*PROGRAM, *WORDS[:-2], "table", "-q"]
    with subprocess.Popen(words, cwd=folder, env=env, stdout=theirs) as running:
        assert b"\x1b[1m" in os.read(ours, 1000)
        running.kill()
    os.close(theirs)
    os.close(ours)
