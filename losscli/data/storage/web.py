"""Files of web servers: HTTP requests for ranges, which every answer must keep to."""

import base64
import http.client
import re
import urllib.error
import urllib.request
from urllib.parse import unquote, urlsplit, urlunsplit

from losscli import __version__
from losscli.data.storage.remote import ChangedError, Stamp, TransientError, shown
from losscli.errors import DataError

_TIMEOUT = 30
_PARTIAL, _NOT_FOUND, _GONE, _TOO_MANY, _SERVER = 206, 404, 410, 429, 500
_NO_RANGE = 416
_DENIED = (401, 403)
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def far(url: str) -> "Page":
    """Return the file behind a URL."""
    return Page(url)


class Page:
    """One file of a web server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        user, at, host = parts.netloc.rpartition("@")
        self._url = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
        self._login = base64.b64encode(unquote(user).encode()).decode() if at else ""
        self._name = shown(url)

    def stamp(self) -> Stamp:
        """Ask for the first byte, which tells the size, and for what changes with the file."""
        _, found = self._ask(0, 1)
        return found

    def range(self, start: int, stop: int, stamp: Stamp) -> bytes:
        """Return the bytes from `start` to `stop` of the file that has the stamp."""
        found, now = self._ask(start, stop)
        if now != stamp:
            raise ChangedError
        return found

    def _ask(self, start: int, stop: int) -> tuple[bytes, Stamp]:
        request = urllib.request.Request(  # noqa: S310 - only http and https come here
            self._url,
            headers={
                "Range": f"bytes={start}-{stop - 1}",
                "Accept-Encoding": "identity",
                "User-Agent": f"losscli/{__version__}",
            },
        )
        if self._login:
            # not sent along to where the server may point
            request.add_unredirected_header("Authorization", f"Basic {self._login}")
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - as above
                stamp = self._stamp(answer, start, stop)
                return answer.read(), stamp
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error.code) from None
        except urllib.error.URLError as error:
            raise TransientError(f"no answer ({error.reason})") from None
        except http.client.IncompleteRead as error:
            text = f"the connection was closed after {len(error.partial)} of {stop - start} bytes"
            raise TransientError(text) from None
        except (OSError, http.client.HTTPException) as error:
            raise TransientError(f"the connection broke ({type(error).__name__})") from None

    def _stamp(self, answer: http.client.HTTPResponse, start: int, stop: int) -> Stamp:
        """Return what the answer says of the file; refuse one that is not the range asked for."""
        if answer.status != _PARTIAL:
            raise DataError(
                "the server does not send parts of files",
                where=self._name,
                remedy="download it first: curl -fLO URL",
            )
        match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if match is None or int(match[1]) != start or int(match[2]) != stop - 1:
            raise TransientError("the server sent another part than it was asked for")
        headers = answer.headers
        tag = headers.get("ETag") or headers.get("Last-Modified") or ""
        return Stamp(int(match[3]), tag)

    def _refused(self, code: int) -> Exception:
        if code in (_NOT_FOUND, _GONE):
            return FileNotFoundError()
        if code in _DENIED:
            return PermissionError()
        if code == _NO_RANGE:
            return DataError("is empty", where=self._name, remedy="check the address")
        if code == _TOO_MANY or code >= _SERVER:
            return TransientError(f"the server answers {code}")
        return DataError(f"the server answers {code}", where=self._name, remedy="check the address")
