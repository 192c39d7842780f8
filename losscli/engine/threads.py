"""Map over the stretches of a source with the threads of this machine, and add up."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, Self, TypeVar


class Mergeable(Protocol):
    """What a stretch is turned into: it adds."""

    def __add__(self, other: Self) -> Self: ...


S = TypeVar("S", bound=Mergeable)
Call = Callable[[S], S]
"""Reads and judges one stretch; it is given what its thread has so far, as a hint."""


def fold(
    calls: Iterator[Call[S]],
    zero: S,
    jobs: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> S:
    """Return the sum of all calls, made in `jobs` threads (default: as many as processors).

    Addition is commutative to the bit, so each thread adds up what it happens to get. Where
    calls fail, the error of the first of them in the order of the source is raised.
    `progress` is told, in this thread, how many calls are done.
    """
    folder = _Folder(calls, zero)
    count = jobs or len(os.sched_getaffinity(0))
    if count == 1 and progress is None:
        folder.work()
    else:
        threads = [threading.Thread(target=folder.work, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_TICK)
                if progress:
                    progress(folder.done)
    return folder.total()


_TICK = 0.1


class _Folder(Generic[S]):
    def __init__(self, calls: Iterator[Call[S]], zero: S) -> None:
        self._calls = calls
        self._taken = 0
        self._zero = zero
        self._lock = threading.Lock()
        self._sums: list[S] = []
        self._failures: list[tuple[int, BaseException]] = []
        self.done = 0

    def work(self) -> None:
        mine = self._zero
        while True:
            number = self._taken
            try:
                with self._lock:
                    if self._failures:
                        break
                    number = self._taken
                    call = next(self._calls, None)
                    self._taken += 1
                if call is None:
                    break
                mine = call(mine)
                self.done += 1
            except BaseException as error:  # noqa: BLE001 - handed to the calling thread
                self._failures.append((number, error))
                break
        self._sums.append(mine)

    def total(self) -> S:
        if self._failures:
            raise min(self._failures, key=lambda failure: failure[0])[1]
        total = self._zero
        for one in self._sums:
            total = total + one
        return total
