"""What a worker does: it reads some stretches, and hands back what it made of them."""

import pickle
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from losscli.engine._failure import Failure, pickled
from losscli.engine.dask.alike import difference, here
from losscli.errors import DataError, LosscliError
from losscli.visible import visible

_TURN = threading.Lock()
"""Judging is one thread's turn at a time: see `losscli.engine.threads`."""


def carry(judge: bytes) -> bytes:
    """Be where all workers get the judge from: it travels once, and again if it was lost."""
    return judge


def work(
    alike: Mapping[str, str],
    judge: bytes,
    stretches: bytes,
    first: int,
    *needs: Any,  # noqa: ANN401 - partitions
) -> bytes:
    """Return the summary of some stretches, or the Failure of the first that fails.

    `stretches` are the summary of no rows, to begin with, and the calls. `first` is the number of
    the first of them, `needs` what they are made of where the cluster holds that. Nothing is
    kept: it may be done over again.
    """
    if differs := difference(alike, here()):
        return pickled(Failure(-1, DataError(differs[0], where=_here(), remedy=differs[1])))
    number = first
    try:
        call = _judge(judge)
        total, reads = pickle.loads(stretches)  # noqa: S301 - our client's
        for read, need in zip_longest(reads, needs):
            for piece in read() if need is None else read.of(need):
                with _TURN:
                    total = call(piece, total)
                del piece
            number += 1
    except Exception as error:  # noqa: BLE001 - raised once it is known to be the first
        return pickled(Failure.of(number, _placed(error)))
    return pickled(total)


@lru_cache(maxsize=2)
def _judge(judge: bytes) -> Callable[[Any, Any], Any]:
    found: Callable[[Any, Any], Any] = pickle.loads(judge)  # noqa: S301 - as above
    return found


def _placed(error: Exception) -> Exception:
    """Say of a file that cannot be opened or read on which machine that is."""
    system = error.__context__
    if not (isinstance(error, LosscliError) and isinstance(system, OSError)):
        return error
    what, remedy = f"{_here()}: {error.what}", error.remedy
    if system.filename is not None:  # there is none where it was opened and is damaged
        path = visible(str(system.filename), 300)
        remedy = f"every worker opens the file itself: put it where all of them have {path}"
    return type(error)(what, where=error.where, remedy=remedy)


def _here() -> str:
    from distributed import get_worker  # noqa: PLC0415 - only where something is wrong

    return f"worker {visible(get_worker().address)}"
