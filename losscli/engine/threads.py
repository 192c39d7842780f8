"""Read the stretches of a source in the threads of this machine, and add them up in turn."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from losscli.processors import processors

P = TypeVar("P")
S = TypeVar("S")

_TICK = 0.1


def fold(
    reads: Iterator[Callable[[], Iterable[P]]],
    judge: Callable[[P, S], S],
    zero: S,
    jobs: int | None = None,
    progress: Callable[..., None] | None = None,
) -> S:
    """Fold as `losscli.engine.Fold` says, in threads.

    Judging is one thread's turn at a time: it is many short calls of numpy, which in several
    threads spend their time waiting for the interpreter.
    """
    folder = _Folder(reads, judge, zero)
    count = jobs or processors()
    threads = [threading.Thread(target=folder.work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(_TICK)
            if progress:
                progress(folder.done)
    return folder.result()


class _Folder(Generic[P, S]):
    def __init__(
        self, reads: Iterator[Callable[[], Iterable[P]]], judge: Callable[[P, S], S], zero: S
    ) -> None:
        self._reads = reads
        self._judge = judge
        self._total = zero
        self._taken = 0
        self._taking = threading.Lock()
        self._turn = threading.Lock()
        self._failures: list[tuple[int, BaseException]] = []
        self.done = 0

    def work(self) -> None:
        number = self._taken
        try:
            while not self._failures:
                with self._taking:
                    number = self._taken
                    read = next(self._reads, None)
                    self._taken += 1
                if read is None:
                    break
                for piece in read():
                    with self._turn:
                        self._total = self._judge(piece, self._total)
                    del piece
                self.done += 1
        except BaseException as error:  # noqa: BLE001 - handed to the calling thread
            self._failures.append((number, error))

    def result(self) -> S:
        if self._failures:
            raise min(self._failures, key=lambda failure: failure[0])[1]
        return self._total
