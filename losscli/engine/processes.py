"""Processes forked from this one, which works with them, for a program that owns its process.

Several threads of Python that call numpy for short stretches wait for each other; processes do
not. Each folds the stretches that it takes, and only its summary travels.
"""

import ctypes
import operator
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import reduce
from typing import Any, Generic, TypeVar

from losscli.engine import threads
from losscli.engine._failure import Failure, pickled, received
from losscli.processors import processors

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""The names of options of mallopt(3)."""
_KEPT = 32 << 20
_ROOM = 1 << 20
"""The most bytes that Linux lets anybody keep in a pipe."""

P = TypeVar("P")
S = TypeVar("S")


def fold(
    reads: Iterator[Callable[[], Iterable[P]]],
    judge: Callable[[P, S], S],
    zero: S,
    jobs: int | None = None,
    progress: Callable[..., None] | None = None,
) -> S:
    """Fold as `losscli.engine.Fold` says, in processes; summaries and errors must pickle.

    Every read must stand for itself: any process calls it, and only one. Elsewhere than on
    Linux, where forking is safe with the libraries that we use, it is done in threads.
    """
    if not sys.platform.startswith("linux"):
        return threads.fold(reads, judge, zero, jobs, progress)
    _keep_freed_memory()
    calls = list(reads)
    return _Team(calls, judge, zero).fold(min(jobs or processors(), len(calls)), progress)


def _keep_freed_memory() -> None:
    """Let glibc keep what is freed: fresh megabytes for every block cost page faults."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        for option in (_MMAP_THRESHOLD, _TRIM_THRESHOLD):
            mallopt(option, _KEPT)


class _Next:
    """The number of the next stretch: it is in a pipe, so only one process has it at a time."""

    _BYTES = 8

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self._put(0)

    def take(self) -> int:
        number = self._get()
        self._put(number + 1)
        return number

    def skip_to(self, number: int) -> None:
        self._get()
        self._put(number)

    def _get(self) -> int:
        return int.from_bytes(os.read(self._read, self._BYTES))

    def _put(self, number: int) -> None:
        os.write(self._write, number.to_bytes(self._BYTES))

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


class _Team(Generic[P, S]):
    """The stretches, what is to be made of them, and who does it."""

    def __init__(
        self, calls: Sequence[Callable[[], Iterable[P]]], judge: Callable[[P, S], S], zero: S
    ) -> None:
        self._calls = calls
        self._judge = judge
        self._zero = zero
        self._next = _Next()

    def fold(self, count: int, progress: Callable[..., None] | None) -> S:
        helpers = [self._helper() for _ in range(count - 1)]
        try:
            total: S = _sum([self._work(progress), *(received(pipe) for _, pipe in helpers)])
            return total
        finally:
            self._next.close()
            for process, _ in helpers:  # which has been giving back its memory in the meantime
                os.waitpid(process, 0)

    def _helper(self) -> tuple[int, int]:
        """Start a process; return its number, and the end of the pipe that it will write to."""
        ours, theirs = _pipe()
        parent, process = os.getpid(), os.fork()
        if process:
            os.close(theirs)
            return process, ours
        try:
            if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
                # Ctrl-C reaches every process: whoever started this one says what there is to say
                signal.signal(signal.SIGINT, signal.SIG_DFL)
            written = pickled(self._work(lambda *_: _leave_without(parent)))
            with os.fdopen(theirs, "wb") as pipe:
                pipe.write(written)
        finally:
            os._exit(0)

    def _work(self, progress: Callable[..., None] | None) -> Any:  # noqa: ANN401 - S or Failure
        total, number = self._zero, 0
        try:
            while (number := self._next.take()) < len(self._calls):
                for piece in self._calls[number]():
                    total = self._judge(piece, total)
                if progress:
                    progress(number + 1, len(self._calls))
        except BaseException as error:  # noqa: BLE001 - raised once it is known to be the first
            self._next.skip_to(len(self._calls))
            return Failure.of(number, error)
        return total


def _pipe() -> tuple[int, int]:
    """Return the ends of a pipe that takes most of a summary before it is read."""
    import fcntl  # noqa: PLC0415 - not on every system

    ends = os.pipe()
    with suppress(OSError):
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _ROOM)
    return ends


def _sum(found: Sequence[Any]) -> Any:  # noqa: ANN401 - S or Failure, and S
    """Add what was found; raise the error of the first stretch that has one."""
    failures = [one for one in found if isinstance(one, Failure)]
    if failures:
        raise min(failures, key=lambda failure: failure.number).error
    return reduce(operator.add, found)


def _leave_without(parent: int) -> None:
    if os.getppid() != parent:
        os._exit(1)
