"""The client's side: stretches out, summaries back, each added once."""

import pickle
import queue
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any, NamedTuple, TypeVar

import distributed
from dask.delayed import delayed
from distributed.scheduler import KilledWorker

from losscli.engine import Fold
from losscli.engine._failure import Failure
from losscli.engine.dask.alike import here
from losscli.engine.dask.worker import carry, work
from losscli.errors import DataError, UsageError

P = TypeVar("P")
S = TypeVar("S")

_PARTS = 16
"""Into so many lots each thread's share is cut, so that all end at about the same time."""
_LONGEST = 32
"""The most stretches of a lot at first: what a worker that is lost takes with it."""
_SHORT = 1.0
"""Where a lot is back within so many seconds, the next ones may have twice as many."""
_MOST = 2000
"""The most lots, so that adding them up stays quick; of very many stretches lots are longer."""
_AHEAD = 3
"""The lots that are handed out for each thread before it is done with one."""
_TICK = 0.5
_PATIENCE = 30.0
"""Seconds for which a cluster may be without workers before it is given up."""


def folding(client: distributed.Client) -> Fold:
    """Return the fold, as `losscli.engine.Fold` says, of a client; summaries must pickle."""

    def fold(
        reads: Iterator[Callable[[], Iterable[P]]],
        judge: Callable[[P, S], S],
        zero: S,
        jobs: int | None = None,  # noqa: ARG001 - the cluster has as many as it has
        progress: Callable[..., None] | None = None,
    ) -> S:
        folder = _Folder(client, list(reads), _pickled(judge), zero)
        try:
            total: S = folder.total(progress)
        finally:
            folder.close()
        return total

    return fold


def _pickled(found: Any) -> bytes:  # noqa: ANN401 - what is to be done
    try:
        return pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        what = f"what is asked cannot travel to the workers ({error})"
        raise UsageError(what, remedy="leave out --engine dask") from None


class _Lot(NamedTuple):
    """Stretches that are out: what will be back of them, and when they were handed out."""

    stretches: range
    future: Any
    since: float


class _Folder:
    """The lots of stretches that are out, and the sum of those that are back."""

    def __init__(
        self,
        client: distributed.Client,
        calls: Sequence[Callable[[], Any]],
        judge: bytes,
        zero: Any,  # noqa: ANN401 - a summary
    ) -> None:
        self._client = client
        self._calls = calls
        self._total = self._zero = zero
        self._token = uuid.uuid4().hex
        self._threads = max(sum(client.nthreads().values()), 1)
        self._share = max(len(calls) // (self._threads * _PARTS), 1)
        self._length = max(min(self._share, _LONGEST), -(-len(calls) // _MOST))
        self._handed = 0
        self._back: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._out: dict[int, _Lot] = {}
        self._failure: Failure | None = None
        self._judge = client.submit(carry, judge, key=f"losscli-judge-{self._token}")

    def total(self, progress: Callable[..., None] | None) -> Any:  # noqa: ANN401 - a summary
        """Hand out all lots and return the sum of what comes back."""
        done = 0
        while self._hand_out():
            lot = self._out.pop(self._next())
            if time.monotonic() - lot.since < _SHORT:
                self._length = max(min(2 * len(lot.stretches), self._share), self._length)
            found = self._found(lot)
            if isinstance(found, Failure):
                self._fail(found)
            elif self._failure is None:
                self._total = self._total + found
            done += len(lot.stretches)
            if progress:
                progress(done, len(self._calls))
        if self._failure:
            raise self._failure.error
        return self._total

    def close(self) -> None:
        """Take back what is still out."""
        out = [lot.future for lot in self._out.values()]
        self._client.cancel([self._judge, *out], force=True)

    def _hand_out(self) -> bool:
        """Keep enough lots out; tell whether any is."""
        while len(self._out) < _AHEAD * self._threads and self._failure is None:
            first = self._handed
            self._handed = min(first + self._length, len(self._calls))
            if first == self._handed:
                break
            future = self._sent(list(self._calls[first : self._handed]), first)
            self._out[first] = _Lot(range(first, self._handed), future, time.monotonic())
            future.add_done_callback(lambda _, first=first: self._back.put(first))
        return bool(self._out)

    def _sent(self, calls: list[Any], first: int) -> Any:  # noqa: ANN401 - a future
        known = self._total.emptied() if hasattr(self._total, "emptied") else self._zero
        key = f"losscli-{self._token}-{first}"
        data = here(), self._judge, _pickled((known, calls)), first
        needs = [call.needs for call in calls if hasattr(call, "needs")]
        if not needs:
            return self._client.submit(work, *data, key=key, priority=-first)
        # what a call needs is computed by the cluster, and the call is made where that is
        task = delayed(work, pure=False)(*data, *needs, dask_key_name=key)
        return self._client.compute(task, priority=-first)

    def _next(self) -> int:
        """Return the first number of a lot that is back, waiting for it."""
        alone: float | None = None
        while True:
            try:
                first = self._back.get(timeout=_TICK)
            except queue.Empty:
                alone = None if self._has_workers() else alone or time.monotonic()
                if alone and time.monotonic() - alone > _PATIENCE:
                    what = "the cluster has lost all its workers"
                    raise DataError(what, remedy="start workers, and run it again") from None
                continue
            if first in self._out:
                return first

    def _has_workers(self) -> bool:
        try:
            return bool(self._client.nthreads())
        except (OSError, TimeoutError) as error:
            raise _lost() from error

    def _found(self, lot: _Lot) -> Any:  # noqa: ANN401 - or Failure
        try:
            written: bytes = lot.future.result()
        except KilledWorker as error:
            times = error.allowed_failures + 1
            return Failure(lot.stretches.start, self._killed(lot.stretches, times))
        except (CancelledError, OSError, TimeoutError) as error:
            raise _lost() from error
        return pickle.loads(written)  # noqa: S301 - from the workers, which we trust

    def _killed(self, lost: range, times: int) -> DataError:
        which = f"stretches {lost.start + 1} to {lost.stop}"
        which = which if len(lost) > 1 else f"stretch {lost.stop}"
        return DataError(
            f"{times} workers were lost, one after the other, while they read {which} of "
            f"{len(self._calls)}",
            remedy="look into their logs: was there too little memory?",
        )

    def _fail(self, found: Failure) -> None:
        """Keep the first failure in the order of the source; what stands behind it is left."""
        if self._failure is None or found.number < self._failure.number:
            self._failure = found
        behind = [first for first in self._out if first > self._failure.number]
        self._client.cancel([self._out.pop(first).future for first in behind], force=True)


def _lost() -> DataError:
    what = "the connection to the scheduler was lost"
    return DataError(what, where="--scheduler", remedy="see that it runs, and run it again")
