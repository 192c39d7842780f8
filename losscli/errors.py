"""What went wrong, where, and what to try; the exit codes."""

from enum import IntEnum
from functools import partial
from typing import Any

from losscli.visible import visible


class Exit(IntEnum):
    """The exit codes of the command line."""

    PASSED = 0
    FAILED = 1
    UNJUDGED = 2
    DEFECT = 3
    INTERRUPTED = 130


class LosscliError(Exception):
    """Something the user can mend: one line that says where, what and a remedy to paste.

    `where` names the place (a file and line, an option), `remedy` what to type instead.
    Text that came from a file is passed through `visible` by whoever puts it into `what`;
    the finished line is made harmless once more when it is shown.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the error travel between processes."""
        return partial(type(self), self.what, where=self.where, remedy=self.remedy), ()

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}" if self.where else self.what
        if self.remedy:
            line += f"; {self.remedy}"
        return visible(line, limit=2000)


class UsageError(LosscliError):
    """The words of the command line, or the arguments of a call, do not fit."""


class DataError(LosscliError):
    """The data cannot be judged as they are."""
