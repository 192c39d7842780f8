"""What pyarrow refuses of a file, said as an error that names the file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from losscli.errors import DataError
from losscli.visible import visible

_UNKNOWN = "Not yet implemented"
"""What pyarrow says of a file that it cannot read, though there is nothing wrong with it."""


class Kept(Protocol):
    """Where the columns are kept: what `Stored` has, too."""

    name: str
    rereadable: bool

    def check(self) -> None:
        """Raise DataError where they are no longer those that were looked at first."""
        ...


@contextmanager
def explained(kept: Kept, made: Callable[[str], str] = str) -> Iterator[None]:
    """Say of what a library refuses which file it is."""
    import pyarrow as pa  # noqa: PLC0415 - the caller has it already

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, EOFError) as error:
        kept.check()  # a file that is gone, or another one, is not corrupt
        if "decrypt" in str(error):
            remedy = "write it again without encryption where its key is known"
            raise DataError("is encrypted", where=kept.name, remedy=remedy) from None
        if isinstance(error, pa.ArrowNotImplementedError) or _UNKNOWN in str(error):
            raise DataError(
                f"is written in a way that pyarrow {pa.__version__} does not read "
                f"({visible(made(str(error)), 300)})",
                where=kept.name,
                remedy="write it again with the usual settings, or as CSV",
            ) from None
        raise DataError(
            f"is cut or corrupt ({visible(made(str(error)), 300)})",
            where=kept.name,
            remedy="write or copy it again",
        ) from None
