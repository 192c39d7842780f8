"""A function of the user's as a loss: its input cannot be changed, its failures are explained."""

import os
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from losscli.errors import LosscliError, UsageError
from losscli.roles import SHARED
from losscli.visible import visible

_NUMBERS = "fiub"


_leave = os._exit
_inside = threading.local()
"""`here` tells that this thread runs a plugin."""


@contextmanager
def staying() -> Iterator[None]:
    """Let what a plugin runs here not end the program by os._exit, with nothing judged or said."""
    os._exit = _only_outside
    before, _inside.here = getattr(_inside, "here", False), True
    try:
        yield
    finally:
        _inside.here = before


def _only_outside(status: int) -> NoReturn:
    if getattr(_inside, "here", False):
        raise SystemExit(f"os._exit({status}) would end the program with nothing judged")
    _leave(status)


class NotOneNumberError(UsageError):
    """A function does not give one number a row, or changes its columns."""


class Guarded:
    """Calls a function with read-only columns and returns float64[n], or a tuple of them.

    Raises UsageError, with the line of the function's file, where it fails or returns anything
    else than one number a row.
    """

    def __init__(self, function: Any, name: str, arguments: Sequence[str]) -> None:  # noqa: ANN401
        self.function = function
        self.name = name
        self.arguments = tuple(arguments)
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self._by_row = [k for k, argument in enumerate(arguments) if argument not in SHARED]

    @property
    def file(self) -> str:
        """The file that holds the function."""
        return str(self.function.__code__.co_filename)

    @property
    def line(self) -> int:
        """The line on which the function begins."""
        return int(self.function.__code__.co_firstlineno)

    def __call__(self, *columns: NDArray[Any], **parameters: Any) -> Any:  # noqa: ANN401
        """Call the function; see the class."""
        rows = len(columns[self._by_row[0]]) if self._by_row else 0
        try:
            with staying():
                found = self.function(*map(_sealed, columns), **parameters)
        except (LosscliError, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - also sys.exit: nothing was judged then
            raise self._failure(error) from None
        if isinstance(found, tuple):
            return tuple(self._checked(one, rows) for one in found)
        return self._checked(found, rows)

    def _checked(self, found: Any, rows: int) -> NDArray[np.float64]:  # noqa: ANN401
        try:
            array = np.asarray(found)
        except (ValueError, TypeError):
            array = np.empty((), object)
        if np.ma.is_masked(found):
            raise self._wrong(f"{self.name} returns masked numbers, not one a row", self.line)
        if array.dtype.kind not in _NUMBERS:
            kind = type(found).__name__ if array.dtype == object else f"an array of {array.dtype}"
            raise self._wrong(f"{self.name} returns {kind}, not numbers", self.line)
        if array.shape != (rows,):
            what = f"{self.name} returns {_shape(array)} for {rows} rows, not one number a row"
            raise self._wrong(what, self.line)
        return np.ascontiguousarray(array, np.float64)

    def _failure(self, error: BaseException) -> UsageError:
        line = line_in(self.file, error) or self.line
        if isinstance(error, ValueError) and "read-only" in str(error):
            what = f"{self.name} changes its columns, which other losses need"
            return self._wrong(what, line, "work on a copy, as in y = y.copy()")
        what = f"{self.name} fails: {described(error)}"
        return UsageError(what, where=self._where(line), remedy="mend it there")

    def _wrong(self, what: str, line: int, remedy: str = "") -> UsageError:
        check = f"losscli check-loss --plugin {visible(self.file, limit=500)}"
        return NotOneNumberError(what, where=self._where(line), remedy=remedy or check)

    def _where(self, line: int) -> str:
        return f"{visible(self.file, limit=500)}, line {line}"


def described(error: BaseException) -> str:
    """Return the kind of an error with what it says, in one line."""
    try:
        said = visible(str(error), limit=300)
    except Exception:  # noqa: BLE001 - what it says is the user's to compute, too
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def line_in(file: str, error: BaseException) -> int | None:
    """Return the line of a file on which an error arose, the innermost one."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((one.lineno for one in reversed(frames) if one.filename == file), None)


def _sealed(column: NDArray[Any]) -> NDArray[Any]:
    view = column.view()
    view.flags.writeable = False
    return view


def _shape(array: NDArray[Any]) -> str:
    if array.ndim == 0:
        return "one number"
    if array.ndim == 1:
        return f"{len(array)} numbers"
    return f"an array of shape {array.shape}"
