"""Objects in buckets, through the file systems of fsspec."""

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from losscli.data.storage.remote import ChangedError, Stamp, TransientError, shown
from losscli.errors import DataError, LosscliError, UsageError

_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
_TAGS = ("ETag", "etag", "md5Hash", "LastModified", "last_modified", "updated", "mtime")
_MEANT = {"NoCredentialsError": PermissionError, "NoSuchBucket": FileNotFoundError}
"""Errors that are no OSErrors, by name: their packages are not imported here."""


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
        if pattern:
            found = [one for one in files.glob(path) if not files.isdir(one)]
        elif not path.endswith("/") and files.isfile(path):
            return [url]
        else:
            found = [one for one in files.find(path) if _counts(one, path)]
    if not found:
        remedy = "check the address, the bucket and the pattern"
        raise DataError("there is no such file", where=shown(url), remedy=remedy)
    return [f"{scheme}://{one}" for one in sorted(found, key=lambda one: str(one).split("/"))]


def _counts(path: str, folder: str) -> bool:
    """Tell whether an object is data: not hidden, no mark such as _SUCCESS."""
    names = path.removeprefix(folder.rstrip("/")).strip("/").split("/")
    return not any(n.startswith(".") or (n.startswith("_") and "=" not in n) for n in names)


def _filesystem(url: str) -> Any:  # noqa: ANN401 - fsspec has no types
    """Return the file system of a URL; fsspec makes one for each process and thread."""
    scheme = urlsplit(url).scheme
    try:
        import fsspec  # noqa: PLC0415 - an extra

        kind = fsspec.get_filesystem_class(scheme)
    except ImportError:
        what = f"{scheme}:// needs {_PACKAGES[scheme]}, which is not installed"
        raise UsageError(what, remedy="pip install 'losscli[remote]'") from None
    return kind(use_listings_cache=False)


@contextmanager
def _told() -> Iterator[None]:
    """Say in our words what the libraries below raise, whose texts may hold secrets."""
    try:
        yield
    except (LosscliError, FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        name = type(error).__name__
        if name in _MEANT:
            raise _MEANT[name] from None
        if type(error).__module__ == "builtins" and not isinstance(error, OSError):
            raise
        raise TransientError(f"the store does not answer ({name})") from None


class Object:
    """One object in a bucket."""

    def __init__(self, url: str) -> None:
        self._url = url

    def stamp(self) -> Stamp:
        """Ask for the size and for what changes with the object."""
        with _told():
            found = _filesystem(self._url).info(self._url.partition("://")[2])
        if found.get("type") == "directory" or found.get("size") is None:
            raise FileNotFoundError
        return Stamp(int(found["size"]), str(next((found[t] for t in _TAGS if found.get(t)), "")))

    def range(self, start: int, stop: int, stamp: Stamp) -> bytes:
        """Return the bytes from `start` to `stop`."""
        path = self._url.partition("://")[2]
        with _told():
            found: bytes = _filesystem(self._url).cat_file(path, start=start, end=stop)
        if len(found) != stop - start and self.stamp() != stamp:
            raise ChangedError
        return found
