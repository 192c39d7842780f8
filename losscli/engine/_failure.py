"""What a worker hands back where a stretch fails: the error, and the number of the stretch."""

import os
import pickle
import traceback
from typing import Any, NamedTuple

from losscli.errors import DataError, LosscliError


class Failure(NamedTuple):
    """The error of a stretch, which counts if no stretch before it has one."""

    number: int
    error: BaseException

    @classmethod
    def of(cls, number: int, error: BaseException) -> "Failure":
        """Keep the traceback of an error that is a defect: it does not travel by itself."""
        if not isinstance(error, LosscliError):
            error.add_note(traceback.format_exc())
        return cls(number, error)


def pickled(found: Any) -> bytes:  # noqa: ANN401 - what is sent, or a Failure
    """Return what is sent as bytes; an error that cannot travel is told in words."""
    try:
        return pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        if not isinstance(found, Failure):
            raise
        told = RuntimeError("".join(traceback.format_exception(found.error)))
        told.add_note(f"(in a worker process; the error itself cannot travel: {error})")
        return pickle.dumps(Failure(found.number, told))


def received(pipe: int) -> Any:  # noqa: ANN401 - what was sent, or a Failure
    """Return what another process wrote to a pipe and closed, in the form of `pickled`."""
    with os.fdopen(pipe, "rb") as stream:
        written = stream.read()
    try:
        return pickle.loads(written)  # noqa: S301 - from a process of our own
    except (EOFError, pickle.UnpicklingError):
        what = "a worker process was ended from outside (was there too little memory?)"
        return Failure(-1, DataError(what, remedy="use fewer: --jobs 1"))
