"""Clusters as they run: what listens, whom TLS lets in, a worker that is killed, and Ctrl-C."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import distributed
import pandas as pd
import pytest
from distributed.security import Security
from process import CALM, PROGRAM, ROOT, SAMPLES, shell
from test_sources import WRITE, frame, numbers

import losscli
from losscli.data import joined
from losscli.engine import Scheduler
from losscli.errors import UsageError

ENVIRONMENT = {**CALM, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
LOCAL = ("--engine", "dask", "--scheduler", "local:2")
LOOPBACK = "0100007F"
"""127.0.0.1, as /proc/net/tcp writes it."""
linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks into /proc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("parts")
    for part in range(60):
        rows = (f"{part}-{k},{k % 97 / 7 + part},{k % 89 / 3},c{k % 7}" for k in range(2000))
        text = "id,y_true,y_pred,city\n" + "\n".join(rows) + "\n"
        (found / f"{part:02}.csv").write_text(text)
    return found


def sockets(process: int) -> set[str]:
    """Return the addresses at which a process listens, as hexadecimal digits."""
    own = set()
    for file in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(OSError):  # it was closed in the meantime
            own.add(str(file.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = set()
    for kind in ("tcp", "tcp6"):
        rows = Path(f"/proc/{process}/net/{kind}").read_text().splitlines()[1:]
        for _, local, _, state, *rest in map(str.split, rows):
            if state == "0A" and rest[5] in own:
                found.add(local.split(":")[0])
    return found


@linux
def test_a_local_cluster_listens_on_loopback_alone(client: distributed.Client) -> None:
    workers = client.run(os.getpid).values()
    assert {*map(tuple, map(sockets, (os.getpid(), *workers)))} == {(LOOPBACK,)}


def test_a_local_cluster_shows_no_pages(client: distributed.Client) -> None:
    info = client.scheduler_info()
    for one in (info, *info["workers"].values()):
        for port in one["services"].values():
            for page in ("status", "info/main/workers.html", "metrics"):
                with pytest.raises(urllib.error.HTTPError, match="404"):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=10)


def pem(folder: Path, security: Any) -> dict[str, Any]:
    """Write certificates that Dask made for a moment into files."""
    folder.mkdir()
    files = {
        "tls_ca": security.tls_ca_file,
        "tls_cert": security.tls_client_cert,
        "tls_key": security.tls_client_key,
    }
    for name, text in files.items():
        (folder / f"{name}.pem").write_text(text)
    return {name: str(folder / f"{name}.pem") for name in files}


def test_tls_lets_in_who_has_its_certificates(tmp_path: Path) -> None:
    security, other = Security.temporary(), Security.temporary()
    path = SAMPLES / "breast_cancer.csv"
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        security=security,
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
    ) as running:
        address = running.scheduler_address
        assert address.startswith("tls://127.0.0.1:")
        files = pem(tmp_path / "ours", security)
        found = losscli.evaluate(path, engine="dask", scheduler=Scheduler(address, **files))
        assert found.to_json() == losscli.evaluate(path).to_json()
        words = [f"--{name.replace('_', '-')}={file}" for name, file in files.items()]
        done = shell("eval", path, "--quiet", "--engine", "dask", "--scheduler", address, *words)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == shell("eval", path, "--quiet").stdout
        theirs = pem(tmp_path / "theirs", other)
        with pytest.raises(UsageError, match=f"no scheduler answers at {address} .*certificate"):
            losscli.evaluate(path, engine="dask", scheduler=Scheduler(address, **theirs))


def test_a_worker_that_is_killed_changes_no_bit(
    client: distributed.Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined, "MOST", 1)
    words: Any = {"losses": "mse,huber,medae", "by": "city", "id": "id"}
    killed: list[int] = []

    def kill(done: int, total: int | None = None) -> None:
        assert total == 60
        if not killed:
            assert done < total
            killed.extend(client.run(os.getpid).values())
            os.kill(killed[0], signal.SIGKILL)

    found = losscli.evaluate(folder, engine="dask", scheduler=client, progress=kill, **words)
    assert killed
    assert found.to_json() == losscli.evaluate(folder, **words).to_json()


def put(form: str, data: pd.DataFrame, folder: Path) -> None:
    if form == "partitions":
        data.to_parquet(folder / "table", partition_cols=["city"])
    elif form in WRITE:
        WRITE[form](data, folder / f"p.{form}")
    else:
        data.to_csv(folder / f"p.csv.{form}", index=False)


@pytest.mark.parametrize("form", [*WRITE, "gz", "bz2", "xz", "partitions"])
def test_a_cluster_gives_the_bits_of_the_frame_from_every_format(
    client: distributed.Client, tmp_path: Path, form: str
) -> None:
    data = frame()
    for part in range(5):
        folder = tmp_path / f"{part}"
        folder.mkdir()
        put(form, data.iloc[part * 600 : (part + 1) * 600].reset_index(drop=True), folder)
    whole = f"{tmp_path}/*/table" if form == "partitions" else tmp_path
    assert numbers(whole, engine="dask", scheduler=client) == numbers(data)


@pytest.mark.parametrize("command", ["suggest", "improve"])
def test_commands_say_the_same_on_a_cluster(
    client: distributed.Client, folder: Path, command: str
) -> None:
    words: Any = {"engine": "dask", "scheduler": client}
    call = getattr(losscli, command)
    assert call(folder, **words).to_json() == call(folder).to_json()


def test_a_bar_shows_the_stretches_of_a_cluster(folder: Path) -> None:
    leader, follower = pty.openpty()
    words = [*PROGRAM, "eval", str(folder), *LOCAL]
    with subprocess.Popen(
        words, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=follower
    ) as run:
        os.close(follower)
        sent = b""
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed
            while more := os.read(leader, 65536):
                sent += more
        assert run.wait(60) == 0
    os.close(leader)
    assert re.search(rb"[1-9][0-9]*%", sent)
    assert sent.count(b"\x1b[?25l") == sent.count(b"\x1b[?25h") == 1


def of_session(leader: int) -> Mapping[int, str]:
    """Return the processes of a session with what they are."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            session = (process / "stat").read_text().rpartition(")")[2].split()[3]
            if int(session) == leader:
                found[int(process.name)] = (process / "cmdline").read_text()
    return found


def spawned(leader: int) -> int:
    return sum("spawn_main" in line for line in of_session(leader).values())


def until(found: Any) -> None:
    """Wait for something, a minute at most."""
    end = time.monotonic() + 60
    while not found():
        assert time.monotonic() < end
        time.sleep(0.05)


@linux
@pytest.mark.parametrize("ready", [False, True])
def test_ctrl_c_ends_a_cluster(tmp_path: Path, ready: bool) -> None:  # noqa: FBT001 - a case
    folder, data = tmp_path / "tmp", tmp_path / "a.csv"
    folder.mkdir()
    data.write_text("y_true,y_pred\n1,2\n")
    os.mkfifo(tmp_path / "never")
    # what is compared with never comes: the cluster is there, and waits
    words = [*PROGRAM, "eval", str(data), *LOCAL, "--against", str(tmp_path / "never")]
    words += ["--fail-if", "mse > baseline"]
    with subprocess.Popen(
        words,
        env={**ENVIRONMENT, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as run:
        until(lambda: run.poll() or spawned(run.pid) == 2)
        if ready:
            until(lambda: run.poll() or len([*folder.glob("losscli-*/*/worker-*")]) >= 2)
        os.killpg(run.pid, signal.SIGINT)
        out, error = run.communicate(timeout=60)
    assert (run.returncode, out, error) == (130, b"", b"")
    until(lambda: not of_session(run.pid))
    assert not [*folder.glob("losscli-*/")]
