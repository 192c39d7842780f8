"""Worker processes: the same bits as threads, the first error, and no process left behind."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from csv_reading import open_csv

import losscli
from losscli.engine.processes import fold
from losscli.errors import DataError, UsageError


def _reads(count: int) -> Iterator[Callable[[], Iterable[int]]]:
    return iter([lambda number=number: (number,) for number in range(count)])


def _numbers(read: int, before: frozenset[int]) -> "_Set":
    return _Set(before | {read})


class _Set(frozenset[int]):
    def __add__(self, other: "_Set") -> "_Set":
        assert not self & other, "a stretch was folded twice"
        return _Set(self | other)


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_every_stretch_is_folded_once(jobs: int, count: int) -> None:
    assert fold(_reads(count), _numbers, _Set(), jobs) == _Set(range(count))


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_first_error_in_the_order_of_the_source_is_raised(jobs: int) -> None:
    def judge(read: int, before: int) -> int:
        if read in (4, 5, 6):
            # the first to be taken is the last to fail
            time.sleep((7 - read) / 20)
            raise DataError(f"stretch {read}", where="here", remedy="mend it")
        return before + 1

    with pytest.raises(DataError) as caught:
        fold(_reads(50), judge, 0, jobs)
    assert str(caught.value) == "here: stretch 4; mend it"


def test_an_error_that_cannot_travel_is_told() -> None:
    class Local(Exception):  # noqa: N818 - a class that no other process can find
        pass

    def judge(read: int, before: int) -> int:
        if os.getpid() != parent:
            raise Local(f"stretch {read}")
        time.sleep(0.05)
        return before + 1

    parent = os.getpid()
    with pytest.raises(RuntimeError, match="stretch") as caught:
        fold(_reads(20), judge, 0, 2)
    assert "Local" in str(caught.value)


def test_a_process_that_is_killed_is_an_error() -> None:
    def judge(_: int, before: int) -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05)
        return before + 1

    parent = os.getpid()
    with pytest.raises(DataError, match="worker process was ended"):
        fold(_reads(10), judge, 0, 2)


def test_processes_and_threads_give_the_same_bits(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    rows = (f"{k % 97 / 7},{k % 89 / 3},c{k % 7}" for k in range(400_000))
    path.write_text("y_true,y_pred,city\n" + "\n".join(rows) + "\n")
    found = {
        losscli.evaluate(path, losses="mse,huber", by="city", jobs=jobs, engine=name).to_json()
        for name in ("threads", "processes")
        for jobs in (1, 2, 3)
    }
    assert len(found) == 1


def test_an_engine_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="no engine 'x'; choose one of dask, processes, threads"):
        losscli.evaluate({"y_true": [1.5], "y_pred": [2.0]}, engine="x")


def test_only_a_source_that_can_be_read_anywhere_is_read_in_processes(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("y_true,y_pred\n1,2\n")
    source = open_csv([str(path)])
    assert source.independent
    assert not source.in_order().independent


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(signal.SIG_IGN, signal.SIG_IGN), (signal.default_int_handler, signal.SIG_DFL)],
)
def test_ctrl_c_ends_workers_unless_it_is_ignored(ours: Any, theirs: Any) -> None:
    def judge(_: int, before: list[Any]) -> list[Any]:
        time.sleep(0.02)
        return before if os.getpid() == parent else [*before, signal.getsignal(signal.SIGINT)]

    parent, held = os.getpid(), signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, ours)
    try:
        found: list[Any] = fold(_reads(8), judge, [], 2)
    finally:
        signal.signal(signal.SIGINT, held)
    assert set(found) == {theirs}
