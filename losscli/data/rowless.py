"""Files without rows: refused, unless they are parts whose format tells that nothing is cut."""

import shlex
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from losscli.errors import DataError


class NoRowsError(DataError):
    """A file has no rows."""


def no_rows(name: str, why: str = "") -> NoRowsError:
    """Return the error for a file without rows."""
    what = f"no rows: {why}" if why else "no rows"
    return NoRowsError(what, where=name, remedy="check the program that wrote it")


@contextmanager
def set_aside(named: Collection[str]) -> Iterator[None]:
    """Say of a file that nobody `named`, but a folder or a pattern, how it is passed over."""
    try:
        yield
    except NoRowsError as error:
        if error.where in named or not Path(error.where).is_file():
            raise
        path = Path(error.where)
        words = shlex.join(["mv", error.where, str(path.with_name(f"_{path.name}"))])
        remedy = f"{error.remedy}; if it may have none, let it be passed over: {words}"
        raise NoRowsError(error.what, where=error.where, remedy=remedy) from None
