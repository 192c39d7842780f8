"""Files behind a URL: what a store of objects or a web server holds, read by ranges."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from losscli.data.storage.peekable import Peekable
from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.visible import visible

SCHEMES = {
    **dict.fromkeys(("http", "https"), "losscli.data.storage.web"),
    **dict.fromkeys(("s3", "gs", "gcs", "az", "abfs"), "losscli.data.storage.bucket"),
}
"""The module that reads each kind of URL."""
_TRIES = 4
_PAUSE = 0.25
"""Seconds before the second try; each later one waits twice as long."""
_ENOUGH = 20
"""Seconds after which no other try begins: what works below may have tried for long itself."""
_AHEAD = 1 << 18
"""The fewest bytes of a request while a file is read from its start."""

T = TypeVar("T")


def is_url(path: str) -> bool:
    """Tell whether a path is a URL."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path) is not None


def shown(url: str) -> str:
    """Return a URL without what may be secret: a user with a password, and the query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class TransientError(Exception):
    """Something that may go well the next time; the message holds no secret."""


@dataclass(frozen=True)
class Stamp:
    """What tells that a remote file is still the one that was looked at first."""

    size: int
    tag: str


class Far(Protocol):
    """One remote file, as the module of its scheme makes it; it pickles.

    Both raise OSError, or TransientError for what may go well the next time.
    """

    def stamp(self) -> Stamp:
        """Ask for the size and for what changes when the file does."""
        ...

    def range(self, start: int, stop: int, stamp: Stamp) -> bytes:
        """Return the bytes from `start` to `stop` of the file that has the stamp, all of them.

        Raises ChangedError where it is seen that the file has another one.
        """
        ...


class ChangedError(Exception):
    """The file is not the one that was looked at first."""


def stored(url: str) -> "Remote":
    """Return the file behind a URL; UsageError for a scheme that is not known."""
    return Remote(url, _module(url).far(url))


def _module(url: str) -> Any:  # noqa: ANN401 - a module
    scheme = url.partition("://")[0].lower()
    if scheme not in SCHEMES:
        what = f"{visible(scheme)}:// is not read"
        remedy = f"name a file, or a URL of {', '.join(f'{one}://' for one in SCHEMES)}"
        raise UsageError(what, where=visible(shown(url), 200), remedy=remedy)
    return import_module(SCHEMES[scheme])


def listed(url: str) -> list[str]:
    """Return the URLs of the files that a pattern or a folder of a bucket holds.

    Anything else is returned as it is.
    """
    if not is_url(url):
        return [url]
    module = _module(url)
    if not hasattr(module, "listed"):
        return [url]
    found: list[str] = tried(lambda: module.listed(url), shown(url))
    return found


class Remote:
    """The bytes of a remote file; every request is for a range of them.

    A file that changes between two requests is refused, and so is an answer of another length
    than was asked for.
    """

    rereadable = True

    def __init__(self, url: str, far: Far) -> None:
        self.path = self.name = shown(url)
        self._far = far
        self._stamp = tried(far.stamp, self.name)
        self.size: int | None = self._stamp.size
        self.weight: float = self._stamp.size

    @contextmanager
    def opened(self) -> Iterator[Peekable]:
        """Give the bytes from their start."""
        yield Peekable(_InTurn(self).read)

    def fill(self, view: memoryview, offset: int) -> None:
        """Fill `view` with the bytes at `offset`."""
        if len(view):
            view[:] = self.range(offset, offset + len(view))

    def range(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` to `stop`."""

        def ask() -> bytes:
            found = self._far.range(start, stop, self._stamp)
            if len(found) != stop - start:
                raise TransientError(f"{len(found)} bytes came where {stop - start} were asked for")
            return found

        if stop > self._stamp.size:
            raise _changed(self.name)
        return tried(ask, self.name)

    def check(self) -> None:
        """Refuse a file that is no longer the one that was looked at first."""
        if tried(self._far.stamp, self.name) != self._stamp:
            raise _changed(self.name)


class _InTurn:
    """Reads a file from its start, at least so much at a time as is worth a request."""

    def __init__(self, kept: Remote) -> None:
        self._kept = kept
        self._at = 0
        self._ahead = b""

    def read(self, size: int) -> bytes:
        if not self._ahead:
            stop = min(self._at + max(size, _AHEAD), self._kept.size or 0)
            self._ahead = self._kept.range(self._at, stop) if stop > self._at else b""
            self._at += len(self._ahead)
        taken, self._ahead = self._ahead[:size], self._ahead[size:]
        return taken


def tried(call: Callable[[], T], name: str) -> T:
    """Return what a call returns, trying again a few times what may go well then."""
    pause, since = _PAUSE, time.monotonic()
    for count in range(1, _TRIES + 1):
        try:
            return call()
        except TransientError as error:
            seconds = time.monotonic() - since
            if count == _TRIES or seconds > _ENOUGH:
                how = f"{count} times in a row" if count > 1 else f"for {seconds:.0f} seconds"
                what = f"cannot be read: {visible(str(error), 200)}, {how}"
                raise DataError(what, where=name, remedy="run it again later") from None
        except UsageError as error:
            raise UsageError(error.what, where=error.where or name, remedy=error.remedy) from None
        except ChangedError:
            raise _changed(name) from None
        except FileNotFoundError:
            remedy = "check the address, and that you may read it"
            raise DataError("there is no such file", where=name, remedy=remedy) from None
        except PermissionError:
            remedy = "check the credentials that are in the environment, and the rights"
            raise DataError("access is denied", where=name, remedy=remedy) from None
        time.sleep(pause)
        pause *= 2
    raise AssertionError


def _changed(name: str) -> DataError:
    remedy = "run again once nothing writes to it"
    return DataError("changed while it was read", where=name, remedy=remedy)
