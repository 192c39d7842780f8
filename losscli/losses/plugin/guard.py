"""A function of the user's as a loss: its input cannot be changed, its failures are explained."""

import inspect
import signal
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.errors import UsageError
from losscli.losses.plugin.visit import Visit, line_in
from losscli.roles import SHARED
from losscli.visible import visible

_NUMBERS = "fiub"


class NotOneNumberError(UsageError):
    """A function does not give one number a row, or changes its columns."""


class Guarded:
    """Calls a function with read-only columns and returns float64[n], or a tuple of them.

    A whole number is an int for a parameter whose default, or annotation, is one (for `range`).
    Raises UsageError, with the line of the function's file, where it fails or returns anything
    else than one number a row.
    """

    def __init__(self, function: Any, name: str, arguments: Sequence[str]) -> None:  # noqa: ANN401
        self.function = function
        self.name = name
        self.arguments = tuple(arguments)
        self.terms = range(1, 2)
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self._whole = frozenset(
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if type(parameter.default) is int or parameter.annotation in (int, "int")
        )
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
            with Visit(self.file):
                found = self.function(*map(_sealed, columns), **self._typed(parameters))
                terms = found if isinstance(found, tuple) else (found,)
                arrays = [_array(one) for one in terms]
        except BaseException as error:
            if is_interrupt(error):
                raise
            raise self._failure(error) from None
        if len(arrays) not in self.terms:
            given = f"a tuple of {len(arrays)}" if isinstance(found, tuple) else "one array"
            what = f"{self.name} returns {given}: its value takes {self.terms.start}"
            raise self._wrong(what, self.line)
        checked = [self._checked(*both, rows) for both in zip(terms, arrays, strict=True)]
        return tuple(checked) if isinstance(found, tuple) else checked[0]

    def _typed(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: int(v) if name in self._whole and isinstance(v, float) and v.is_integer() else v
            for name, v in parameters.items()
        }

    def _checked(self, found: Any, array: NDArray[Any], rows: int) -> NDArray[np.float64]:  # noqa: ANN401
        if np.ma.is_masked(found):
            raise self._wrong(f"{self.name} returns masked numbers, not one a row", self.line)
        if array.dtype.kind not in _NUMBERS:
            kind = type(found).__name__ if array.dtype == object else f"an array of {array.dtype}"
            raise self._wrong(f"{self.name} returns {kind}, not numbers", self.line)
        if array.shape != (rows,):
            many = (
                "1 row, not an array of one" if rows == 1 else f"{rows} rows, not one number a row"
            )
            what = f"{self.name} returns {_shape(array)} for {many}"
            raise self._wrong(what, self.line)
        return np.ascontiguousarray(array, np.float64)

    def _failure(self, error: BaseException) -> UsageError:
        line = line_in(self.file, error) or self.line
        if isinstance(error, ValueError) and (
            "read-only" in str(error) or "WRITEABLE" in str(error)
        ):
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


def _sealed(column: NDArray[Any]) -> NDArray[Any]:
    """Return a view that cannot be made writeable, as that of an array could."""
    return np.asarray(column.data.toreadonly())


def is_interrupt(error: BaseException) -> bool:
    """Tell Ctrl-C from a KeyboardInterrupt that a plugin raises, where the program says how."""
    by_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return isinstance(error, KeyboardInterrupt) and by_default


def _array(found: Any) -> NDArray[Any]:  # noqa: ANN401
    try:
        return np.asarray(found)
    except (ValueError, TypeError):  # rows of different lengths
        return np.empty((), object)


def _shape(array: NDArray[Any]) -> str:
    if array.ndim == 0:
        return "one number"
    if array.ndim == 1:
        return f"{len(array)} numbers"
    return f"an array of shape {array.shape}"
