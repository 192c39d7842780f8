"""Clusters: the same bits as one process, each stretch once, and one clear error."""

import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import distributed
import pytest
from csv_reading import open_csv
from process import SAMPLES, shell
from pyarrow import float64, table
from pyarrow import parquet as pq

import losscli
from losscli.engine import Scheduler
from losscli.engine.dask import alike, cluster
from losscli.engine.dask.fold import folding
from losscli.errors import DataError, UsageError
from losscli.losses.spec import LOSSES

ROWS = 120_000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("dask") / "p.csv"
    rows = (f"{k},{k % 97 / 7},{k % 89 / 3},c{k % 7}" for k in range(ROWS))
    found.write_text("id,y_true,y_pred,city\n" + "\n".join(rows) + "\n")
    return found


class _Set(frozenset[int]):
    def __add__(self, other: "_Set") -> "_Set":
        assert not self & other, "a stretch was added twice"
        return _Set(self | other)


def _number(number: int) -> tuple[int]:
    return (number,)


def _reads(count: int) -> Iterator[Callable[[], tuple[int]]]:
    return iter([partial(_number, number) for number in range(count)])


def _add(read: int, before: _Set) -> _Set:
    return _Set(before | {read})


@pytest.mark.parametrize("count", [0, 1, 3, 200, 3000])
def test_every_stretch_is_folded_once(client: distributed.Client, count: int) -> None:
    told: list[tuple[int, int]] = []
    found = folding(client)(_reads(count), _add, _Set(), None, lambda *done: told.append(done))
    assert found == _Set(range(count))
    assert told[-1:] == ([(count, count)] if count else [])


def test_parts_without_rows_are_no_rows(client: distributed.Client, tmp_path: Path) -> None:
    whole = table({"y_true": [float(k % 97) for k in range(ROWS)], "y_pred": [0.5] * ROWS})
    pq.write_table(whole, tmp_path / "whole.parquet")
    (tmp_path / "out").mkdir()
    for number, (start, count) in enumerate([(0, 0), (0, 70_000), (0, 0), (70_000, ROWS)]):
        pq.write_table(whole.slice(start, count), tmp_path / f"out/{number}.parquet")
    one, two = (
        losscli.evaluate(data, losses="mse,mae", engine="dask", scheduler=client).to_dict()
        for data in (tmp_path / "whole.parquet", tmp_path / "out")
    )
    assert two["data"].pop("rows") == one["data"].pop("rows") == ROWS
    assert two["losses"] == one["losses"]


def _fail_late(read: int, before: int) -> int:
    if read in (40, 50, 60):
        time.sleep((61 - read) / 40)  # the first to be taken is the last to fail
        raise DataError(f"stretch {read}", where="here", remedy="mend it")
    return before + 1


def test_the_first_error_in_the_order_of_the_source_is_raised(client: distributed.Client) -> None:
    with pytest.raises(DataError) as caught:
        folding(client)(_reads(100), _fail_late, 0)
    assert str(caught.value) == "here: stretch 40; mend it"


def _die_once(marker: Path, read: int, before: _Set) -> _Set:
    if read == 30 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return _add(read, before)


def _die(read: int, before: int) -> int:
    if read == 30:
        os.kill(os.getpid(), signal.SIGKILL)
    return before + read


def test_what_a_killed_worker_did_is_done_again(client: distributed.Client, tmp_path: Path) -> None:
    found = folding(client)(_reads(60), partial(_die_once, tmp_path / "dead"), _Set())
    assert (tmp_path / "dead").exists()
    assert found == _Set(range(60))


def test_a_stretch_that_kills_three_workers_is_named(client: distributed.Client) -> None:
    with pytest.raises(DataError, match=r"3 workers were lost.* while they read stretch") as caught:
        folding(client)(_reads(60), _die, 0)
    # how many are read at once depends on how many workers are there
    named = re.search(r"stretch(?:es)? (\d+)(?: to (\d+))? of 60", str(caught.value))
    assert named
    first, last = named.group(1), named.group(2) or named.group(1)
    assert int(first) <= 31 <= int(last)


@pytest.mark.parametrize(
    "words",
    [
        {"losses": "mse,huber,medae", "by": "city"},
        {"losses": "log_cosh", "cluster": "city", "id": "id"},
        {"losses": "mape,mae", "compat": "sklearn", "weight": "id"},
    ],
)
def test_workers_and_threads_give_the_same_bits(
    client: distributed.Client, path: Path, words: Any
) -> None:
    ours = losscli.evaluate(path, **words)
    theirs = losscli.evaluate(path, engine="dask", scheduler=client, **words)
    assert theirs.to_json() == ours.to_json()


def test_a_comparison_has_the_same_bits(client: distributed.Client, path: Path) -> None:
    words: Any = {"losses": "mse,rmse", "by": "city", "id": "id"}
    ours = losscli.compare(path, path, **words)
    theirs = losscli.compare(path, path, engine="dask", scheduler=client, **words)
    assert theirs == ours


def test_an_error_in_a_file_arrives_as_it_is(client: distributed.Client, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_pred\n1.5,2\n2,x\n")
    with pytest.raises(DataError) as caught:
        losscli.evaluate(path, engine="dask", scheduler=client)
    with pytest.raises(DataError) as other:
        losscli.evaluate(path)
    assert str(caught.value) == str(other.value)


def test_a_file_that_a_worker_cannot_see_is_named(
    client: distributed.Client, tmp_path: Path
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_pred\n1.5,2\n")
    source = open_csv([str(path)])
    reads: Any = source.stretches({"y_true": float64()})
    path.rename(tmp_path / "elsewhere.csv")
    with pytest.raises(DataError) as caught:
        folding(client)(reads, _add, _Set())
    what = str(caught.value)
    assert "p.csv: worker tcp://127.0.0.1:" in what
    assert "cannot be read (No such file or directory)" in what
    assert f"put it where all of them have {path}" in what


def test_of_a_damaged_file_a_worker_says_what_to_do(
    client: distributed.Client, tmp_path: Path
) -> None:
    path = tmp_path / "p.parquet"
    numbers = {"y_true": [k / 7 for k in range(999)], "y_pred": [k / 3 for k in range(999)]}
    plain: dict[str, Any] = {"compression": "none", "use_dictionary": False}
    pq.write_table(table(numbers), path, write_page_checksum=True, **plain)
    rows = bytearray(path.read_bytes())
    rows[4000] ^= 1
    path.write_bytes(rows)
    with pytest.raises(DataError) as caught:
        losscli.evaluate(path, engine="dask", scheduler=client)
    what = str(caught.value)
    assert "p.parquet: worker tcp://127.0.0.1:" in what
    assert what.endswith("; write or copy it again")


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("losscli", "losscli is 0.1.0 .* there and other here; install the same losscli"),
        ("numpy", "numpy is .* there and other here; install the same numpy"),
        ("processor", "level that numpy uses is .* there and other here; .*NPY_DISABLE_CPU_"),
        ("arithmetic", "what exp, log and other functions return is .* there and other here"),
    ],
)
def test_a_worker_that_computes_otherwise_is_refused(
    client: distributed.Client, monkeypatch: pytest.MonkeyPatch, fact: str, words: str
) -> None:
    here = {**alike.here(), fact: "other"}
    monkeypatch.setattr(cluster, "here", lambda: here)
    with pytest.raises(UsageError, match=f"^worker tcp://127.0.0.1:.*: .*{words}"):
        losscli.evaluate(SAMPLES / "breast_cancer.csv", engine="dask", scheduler=client)


WITHOUT = """
import asyncio, sys
sys.modules["losscli"] = None
from distributed import Worker
async def main():
    async with Worker(sys.argv[1], dashboard=False) as worker:
        await worker.finished()
asyncio.run(main())
"""


def test_a_worker_without_losscli_is_refused(client: distributed.Client) -> None:
    words = [sys.executable, "-c", WITHOUT, client.scheduler_info()["address"]]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        client.wait_for_workers(3, timeout=20)
        with pytest.raises(UsageError) as caught:
            losscli.evaluate(SAMPLES / "breast_cancer.csv", engine="dask", scheduler=client)
        process.kill()
    assert "there is no losscli; install the same losscli on all machines" in str(caught.value)
    while len(client.nthreads()) > 2:
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("scheduler", "words"),
    [
        (Scheduler("host:8786"), "'host:8786' is no address of a scheduler"),
        (Scheduler("tcp://me:secret@host:8786"), "is no address of a scheduler"),
        (Scheduler("local:0"), "local:0 has no workers"),
        (Scheduler("local:1", "x.pem", None, "k.pem"), "so --tls-ca, --tls-key would be of no use"),
        (Scheduler("tcp://10.0.0.1:8786"), "not encrypted: .* or say --insecure"),
        (Scheduler("tcp://127.0.0.1.example.org:8786"), "not encrypted"),
        (Scheduler("tcp://[::2]:8786"), "not encrypted"),
        (Scheduler("tls://host:8786"), "--tls-ca: tls:// needs this file"),
        (Scheduler("tls://host:8786", "no.pem"), "--tls-ca: there is no file no.pem"),
        (Scheduler("tls://host:8786", __file__, __file__, __file__), "--tls-ca: the certificates"),
        (Scheduler("tcp://127.0.0.1:8786", "ca.pem"), "of no use; write tls://127.0.0.1:8786"),
    ],
)
def test_a_scheduler_that_cannot_be_asked_is_refused(scheduler: Scheduler, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        losscli.evaluate(SAMPLES / "breast_cancer.csv", engine="dask", scheduler=scheduler)


def test_a_scheduler_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 0.5)
    with pytest.raises(UsageError, match=r"no scheduler answers at tcp://127.0.0.1:9 .*"):
        losscli.evaluate(
            SAMPLES / "breast_cancer.csv", engine="dask", scheduler="tcp://127.0.0.1:9"
        )


def test_the_deepest_cause_that_says_something_is_told() -> None:
    middle, top = OSError("[Errno 111] Connection refused"), TimeoutError("timed out")
    middle.__cause__ = CancelledError()
    top.__cause__ = middle
    assert cluster._reason(top) == "[Errno 111] Connection refused"  # noqa: SLF001 - rare in life
    assert cluster._reason(CancelledError()) == "CancelledError"  # noqa: SLF001 - as above


def test_without_a_scheduler_there_is_no_cluster() -> None:
    with pytest.raises(UsageError, match="there is no cluster; such as --scheduler tcp://"):
        losscli.evaluate(SAMPLES / "breast_cancer.csv", engine="dask")


def test_the_command_line_starts_workers_and_ends_them() -> None:
    file = str(SAMPLES / "breast_cancer.csv")
    words = [file, "--loss", "mse,mae", "--format", "json", "--quiet"]
    done = shell("eval", *words, "--engine", "dask", "--scheduler", "local:1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == shell("eval", *words).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--engine", "dask"], "--engine dask needs a cluster; such as --scheduler local:2"),
        (["--scheduler", "local:2"], "--scheduler is for a cluster; ask for one: --engine dask"),
        (["--insecure"], "--insecure is for a cluster; ask for one: --engine dask"),
    ],
)
@pytest.mark.parametrize("command", ["eval", "compare"])
def test_words_about_a_cluster_belong_together(command: str, words: list[str], said: str) -> None:
    done = shell(command, SAMPLES / "breast_cancer.csv", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_configuration_names_no_scheduler(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.losscli]\nscheduler = "tcp://127.0.0.1:1"\n')
    done = shell("eval", SAMPLES / "breast_cancer.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "tool.losscli.scheduler: there is no such setting" in done.stderr


def test_a_loss_of_ones_own_does_not_travel() -> None:
    with pytest.raises(UsageError, match="mine is a loss of your own, which does not travel"):
        pickle.dumps(replace(LOSSES["mse", "regression"], name="mine"))
    for loss in LOSSES.values():
        assert pickle.loads(pickle.dumps(loss)) is loss  # noqa: S301 - our own
