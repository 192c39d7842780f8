"""Where output goes: pipes, full disks, closed streams, terminals, files, and Ctrl-C."""

import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import stat
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from process import CALM, PROGRAM, ROOT, SAMPLES, python, shell

DIABETES = SAMPLES / "diabetes.csv"
FULL = Path("/dev/full")
ENVIRONMENT = {**CALM, "PYTHONPATH": str(ROOT)}

needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


# Streams that take nothing


@pytest.mark.parametrize("words", [["eval", str(DIABETES)], ["losses"], ["eval", "--help"]])
def test_a_closed_pipe_is_quiet_and_no_success(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = shell(*words, "-q" if words[-1].endswith("csv") else "--debug", stdout=writing)
    finally:
        os.close(writing)
    if "--debug" not in done.args:
        assert (done.returncode, done.stderr) == (2, "")
    assert done.returncode == 2


def test_a_reader_that_leaves_early_is_no_trouble() -> None:
    command = f"{sys.executable} -m losscli eval {DIABETES} -q --format json | head -c 10"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[1]}}"],  # noqa: S607 - any bash will do
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b'{\n  "schem', b"")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="there is no /dev/fd here")
@pytest.mark.parametrize("goal", ["/dev/stdout", "/dev/stderr", ">(cat)"])
def test_a_pipe_is_a_file_to_write(goal: str) -> None:
    command = f"{sys.executable} -m losscli eval {DIABETES} -q --format csv -o json:{goal} | cat"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],  # noqa: S607 - any bash will do
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    text = (done.stderr if goal == "/dev/stderr" else done.stdout).decode()
    assert json.JSONDecoder().raw_decode(text[text.index("{\n") :])[0]["losses"]


@needs_full
@pytest.mark.parametrize("words", [["eval", str(DIABETES)], ["losses"], ["--version"], ["-h"]])
def test_a_full_disk_is_no_success(words: list[str]) -> None:
    with FULL.open("w") as full:
        done = shell(*words, stdout=full)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "losscli: stdout: No space left on device"


@pytest.mark.parametrize("words", [f"eval {DIABETES}", "losses", "--help"])
def test_a_closed_stdout_is_no_success(words: str) -> None:
    done = bash(f"{words} >&-")
    assert done.returncode == 2
    assert done.stderr.startswith("losscli: stdout is closed; ")
    assert done.stderr.count("\n") == 1


def test_stderr_may_be_closed_or_full() -> None:
    assert bash(f"eval {DIABETES} 2>&-").returncode == 0
    assert bash("eval no-such-file.csv 2>&-").returncode == 2
    if FULL.exists():
        done = bash(f"eval {DIABETES} 2>/dev/full")
        assert done.returncode == 0
        assert done.stdout.startswith("/")


def bash(words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"exec {sys.executable} -m losscli {words}"],  # noqa: S607 - as above
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )


# Terminals


def on_terminal(*words: str, **env: str) -> str:
    """Return what a terminal of 100 columns is sent."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        words, env={**ENVIRONMENT, "TERM": "xterm", **env}, stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        sent = b"".join(read_all(leader))
        assert process.wait(30) == 0
    os.close(leader)
    return sent.decode()


def read_all(leader: int) -> Iterator[bytes]:
    while select.select([leader], [], [], 30)[0]:
        try:
            found = os.read(leader, 65536)
        except OSError:  # Linux says so when the other end is closed
            return
        if not found:
            return
        yield found


def test_colour_on_a_terminal_unless_it_is_not_wanted() -> None:
    words = [*PROGRAM, "eval", str(DIABETES), "--quiet"]
    assert "\x1b[1m" in on_terminal(*words)
    assert "\x1b" not in on_terminal(*words, NO_COLOR="1")
    assert "\x1b" not in on_terminal(*words, TERM="dumb")


SLOW = """
import sys, time, losscli.evaluation
from handmade import REPORT
from losscli.cli import run
def evaluate(*_, progress, **__):
    for done in range(int(sys.argv[1])):
        progress(done)
        time.sleep(0.1)
    return REPORT
losscli.evaluation.evaluate = evaluate
sys.exit(run(sys.argv[2:]))
"""


def test_a_bar_shows_after_a_second_and_goes_again() -> None:
    words = [sys.executable, "-c", SLOW]
    both = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    assert "\x1b[?25l" not in on_terminal(*words, "3", "eval", "x.csv", **both)
    slow = on_terminal(*words, "14", "eval", "x.csv", **both)
    assert slow.count("\x1b[?25l") == slow.count("\x1b[?25h") == 1
    assert slow.index("\x1b[?25h") < slow.index("rows")


def test_the_width_is_that_of_columns() -> None:
    words = ["eval", DIABETES.name, "--loss", "mse"]
    wide = shell(*words, env={"COLUMNS": "300"}, cwd=SAMPLES).stdout
    narrow = shell(*words, env={"COLUMNS": "38"}, cwd=SAMPLES).stdout
    assert max(map(len, wide.splitlines())) > 100
    assert max(map(len, narrow.splitlines())) <= 38
    assert "95 % interval" in wide
    assert "95 % interval" not in narrow


@pytest.mark.parametrize(
    "env", [{"LANG": "C"}, {"LC_ALL": "POSIX"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}]
)
def test_ascii_where_only_that_is_shown(env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "é.csv"
    path.write_text("y_true,y_pred,city\n1.5,2.5,Zürich\n3.5,4.5,日本\n", encoding="utf-8")
    done = shell("eval", path, "--by", "city", env=env)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert r"Z\xfcrich" in done.stdout


def test_pages_are_ascii_where_only_that_is_shown() -> None:
    assert shell("explain", "huber", env={"LANG": "C"}).stdout.isascii()
    assert shell("losses", env={"LANG": "C"}).stdout.isascii()


# Files: whole or not at all


def test_a_file_keeps_its_rights_and_its_link(tmp_path: Path) -> None:
    real, link, fresh = tmp_path / "real.json", tmp_path / "link.json", tmp_path / "fresh.json"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    done = shell("eval", DIABETES, "-o", link, "-o", fresh, umask=0o027)
    assert done.returncode == 0
    assert link.is_symlink()
    assert json.loads(real.read_text())["schema"] == 1
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o640  # 666 without the umask
    assert len(list(tmp_path.iterdir())) == 3


def test_what_cannot_be_judged_leaves_files_alone(tmp_path: Path) -> None:
    old = tmp_path / "report.json"
    old.write_text("old")
    done = shell("eval", DIABETES, "--true", "nope", "-o", old)
    assert (done.returncode, old.read_text()) == (2, "old")


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.json"
    second.write_text("old")
    no_bytecode = {"PYTHONDONTWRITEBYTECODE": "1"}  # it would be cut short, too
    done = shell(
        "eval", DIABETES, "-o", first, "-o", second, preexec_fn=small_files, env=no_bytecode
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == f"losscli: {second}: File too large"
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]
    assert second.read_text() == "old"


@needs_full
def test_a_device_is_written_and_never_replaced() -> None:
    done = shell("eval", DIABETES, "-o", f"json:{FULL}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "losscli: /dev/full: No space left on device"
    assert stat.S_ISCHR(FULL.stat().st_mode)
    assert shell("eval", DIABETES, "-o", "csv:/dev/null", "-o", "json:/dev/null").returncode == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    folder = Path("/proc/self") if Path("/proc/self").is_dir() else tmp_path / "missing"
    done = shell("eval", DIABETES, "-o", f"json:{folder / 'report'}")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r"^losscli: .*report: |no folder", done.stderr.splitlines()[-1])


# Ctrl-C


def start(*words: str, stdin: int | None = None) -> subprocess.Popen[bytes]:
    def listen() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background ignores it

    return subprocess.Popen(
        words,
        env=ENVIRONMENT,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=listen,  # noqa: PLW1509 - there are no threads here
    )


def wait_until_read(pipe: int) -> None:
    left = bytearray(4)
    for _ in range(600):
        fcntl.ioctl(pipe, termios.FIONREAD, left)
        if not any(left):
            return
        time.sleep(0.05)
    pytest.fail("nothing reads this pipe")


def test_ctrl_c_while_stdin_is_silent(tmp_path: Path) -> None:
    words = [*PROGRAM, "eval", "-", "-o", str(tmp_path / "r.json")]
    with start(*words, stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(b"y_true,y_pred\n1.5,2.5\n")
        process.stdin.flush()
        wait_until_read(process.stdin.fileno())
        assert process.poll() is None
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert time.monotonic() - begun < 1
        assert process.stdout
        assert process.stderr
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")
    assert list(tmp_path.iterdir()) == []


BUSY = """
import sys, threading, time
import losscli.cli, losscli.cli.delivery, losscli.cli.interrupt, losscli.evaluation
draft = losscli.cli.delivery._draft
def half_written(path, data):
    draft(path, data[:10])
    work()
def evaluate(*_, **__):
    work()
def work():
    for _ in range(3):
        threading.Thread(target=time.sleep, args=(60,)).start()
    print("ready", file=sys.stderr, flush=True)
    threading.Event().wait()
if sys.argv.pop(1) == "evaluating":
    losscli.evaluation.evaluate = evaluate
else:
    losscli.cli.delivery._draft = half_written
losscli.cli.main()
"""


@pytest.mark.parametrize("when", ["evaluating", "writing"])
def test_ctrl_c_waits_for_no_thread_and_leaves_no_draft(when: str, tmp_path: Path) -> None:
    command = ["eval", str(DIABETES), "-q", "-o", str(tmp_path / "r.json")]
    with start(sys.executable, "-c", BUSY, when, *command) as process:
        assert process.stderr
        assert process.stderr.readline() == b"ready\n"
        assert bool(list(tmp_path.iterdir())) == (when == "writing")
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert time.monotonic() - begun < 1
        assert process.stdout
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")
    assert list(tmp_path.iterdir()) == []


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    code = """
import signal
from losscli.cli import interrupt
signal.signal(signal.SIGINT, signal.SIG_IGN)
interrupt.watch()
print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)
"""
    assert python(code).stdout == "True\n"
