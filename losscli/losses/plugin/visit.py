"""While code of a user's runs: it does not end the program, and leaves the folder as it was."""

import os
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NoReturn

_leave = os._exit
_tell = threading.excepthook
_visits: dict[int, "Visit"] = {}
"""Whose code runs now, by thread."""


class Visit:
    """Runs code of a file of the user's in this thread; raises what a thread of its own raises."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.failed: list[BaseException] = []

    def __enter__(self) -> None:
        """Remember what is to be put back."""
        os._exit, threading.excepthook = _exit_outside, _in_thread
        self._thread, self._process = threading.get_ident(), os.getpid()
        self._outer = _visits.get(self._thread)
        self._folder = _folder()
        _visits[self._thread] = self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put it back; a process that the code has forked goes no further."""
        if os.getpid() != self._process:
            _leave(1)
        if self._outer is None:
            del _visits[self._thread]
        else:
            _visits[self._thread] = self._outer
        if _folder() != self._folder:
            os.chdir(self._folder)
        if error is None and self.failed:
            raise self.failed[0]

    @property
    def here(self) -> bool:
        """Tell whether this is the process in which it began."""
        return os.getpid() == self._process


def line_in(file: str, error: BaseException) -> int | None:
    """Return the line of a file on which an error arose, the innermost one."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((one.lineno for one in reversed(frames) if one.filename == file), None)


def _folder() -> str:
    with suppress(OSError):  # it may have been removed
        return str(Path.cwd())
    return "."


def _exit_outside(status: int) -> NoReturn:
    visit = _visits.get(threading.get_ident())
    if visit and visit.here:
        raise SystemExit(f"os._exit({status}) would end the program with nothing judged")
    _leave(status)


def _in_thread(args: threading.ExceptHookArgs) -> None:
    error = args.exc_value
    visit = next((v for v in _visits.values() if error and line_in(v.file, error)), None)
    if visit and error:
        visit.failed.append(error)
    else:
        _tell(args)
