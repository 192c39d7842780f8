"""A file that is written whole or not at all: under another name until it is complete."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

_UNFINISHED: set[Path] = set()
_NUMBERS = count()


def draft_of(path: Path, write: Callable[[BinaryIO], None]) -> Path:
    """Return a file beside `path` that needs only its name, with the rights that `path` has.

    `write` puts everything into it. Raises OSError, which names `path`, and leaves nothing
    behind, where it cannot be written.
    """
    draft = path.with_name(f".losscli-{os.getpid()}-{next(_NUMBERS)}.tmp")
    _UNFINISHED.add(draft)
    try:
        with naming(path):
            file = draft.open("xb")
        try:
            write(file)
            with naming(path):
                file.flush()
                os.fsync(file.fileno())
        finally:
            with suppress(OSError):  # what could not be written was said before
                file.close()
        with suppress(FileNotFoundError), naming(path):
            shutil.copymode(path, draft)
    except BaseException:
        _remove(draft)
        raise
    return draft


def written(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write one file, and name it once it is complete on the disk."""
    draft = draft_of(path, write)
    try:
        with naming(path):
            draft.replace(path)
    finally:
        _remove(draft)


def discard() -> None:
    """Remove the files that are not complete."""
    while _UNFINISHED:
        _UNFINISHED.pop().unlink(missing_ok=True)


def _remove(draft: Path) -> None:
    _UNFINISHED.discard(draft)
    with suppress(OSError):
        draft.unlink(missing_ok=True)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an error name the file that the user named."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
