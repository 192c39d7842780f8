"""Objects in buckets, through the file systems of fsspec."""

import glob
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from losscli.data.storage.remote import ChangedError, Stamp, TransientError, shown
from losscli.data.storage.stores import STORES
from losscli.errors import DataError, LosscliError, UsageError

_MEANT = {"NoCredentialsError": PermissionError, "NoSuchBucket": FileNotFoundError}
"""Errors that are no OSErrors, by name: their packages are not imported here."""
_DENIED = (401, 403)
_OF_SETTINGS = re.compile("Profile|Config|Credential|Region")
"""In the names of errors about what the environment says."""


def far(url: str) -> "Object":
    """Return the object behind a URL; UsageError where the package for it is missing."""
    _filesystem(url)
    return Object(url)


def listed(url: str) -> list[str]:
    """Return the URLs of the objects that a pattern or a folder holds, in the order of names."""
    scheme, _, path = url.partition("://")
    pattern = glob.has_magic(path)
    with _told():
        files = _filesystem(url)
        found = [one for one in files.glob(path) if not files.isdir(one)] if pattern else []
        if not found and not path.endswith("/") and files.isfile(path):
            return [url]
        if not pattern:
            found = [one for one in files.find(path) if _counts(one, path)]
    if not found:
        remedy = "check the address, the bucket and the pattern"
        raise DataError("there is no such file", where=shown(url), remedy=remedy)
    return [f"{scheme}://{one}" for one in sorted(found, key=lambda one: str(one).split("/"))]


def _counts(path: str, folder: str) -> bool:
    """Tell whether an object is data: not hidden, no mark such as _SUCCESS or of a folder."""
    if path.endswith("/"):
        return False
    names = path.removeprefix(folder.rstrip("/")).strip("/").split("/")
    return not any(n.startswith(".") or (n.startswith("_") and "=" not in n) for n in names)


def _filesystem(url: str) -> Any:  # noqa: ANN401 - fsspec has no types
    scheme = urlsplit(url).scheme
    with _told():
        return STORES[scheme].files(scheme)


@contextmanager
def _told() -> Iterator[None]:
    """Say in our words what the libraries below raise, whose texts may hold secrets."""
    try:
        yield
    except (LosscliError, TransientError, ChangedError, FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        name = type(error).__name__
        if name in _MEANT:
            raise _MEANT[name] from None
        if _is_denied(error):
            raise PermissionError from None
        if isinstance(error, ValueError) or _OF_SETTINGS.search(name):
            what = f"the store cannot be asked with what is in the environment ({name})"
            remedy = "check its address and the credentials there"
            raise UsageError(what, remedy=remedy) from None
        # botocore goes round in circles where a redirection does not say where to
        if type(error).__module__ == "builtins" and not isinstance(error, OSError | RecursionError):
            raise
        code = _code(error)
        what = f"the store answers {code}" if code else f"the store does not answer ({name})"
        raise TransientError(what) from None


def _code(error: Exception) -> str:
    """Return the code of what a store of the kind of S3 answered, which holds no secret."""
    answer = getattr(error.__cause__, "response", None)
    found = answer.get("Error") if isinstance(answer, dict) else None
    return str(found.get("Code", "")) if isinstance(found, dict) else ""


def _is_denied(error: Exception) -> bool:
    code = getattr(error, "status_code", None) or getattr(error, "code", None)
    return code in _DENIED or (isinstance(error, OSError) and str(error).startswith("Forbidden"))


class Object:
    """One object in a bucket."""

    def __init__(self, url: str) -> None:
        self._url = url
        scheme, _, self._path = url.partition("://")
        self._scheme = scheme.lower()

    def stamp(self) -> Stamp:
        """Ask for the size and for what changes with the object."""
        with _told():
            found = _filesystem(self._url).info(self._path)
        if found.get("type") == "directory" or found.get("size") is None:
            raise FileNotFoundError
        return Stamp(int(found["size"]), str(found[STORES[self._scheme].tag]))

    def range(self, start: int, stop: int, stamp: Stamp) -> bytes:
        """Return the bytes from `start` to `stop`, where the object still has the stamp."""
        try:
            with _told():
                part = STORES[self._scheme].part
                return part(_filesystem(self._url), self._path, start, stop, stamp.tag)
        except (OSError, TransientError):
            # each store has its own way to say that the condition does not hold
            if self.stamp() != stamp:
                raise ChangedError from None
            raise
