"""Saved reports, wherever they are kept: known by their bytes, and checked before use."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from json import JSONDecodeError
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from losscli import __version__
from losscli.data.storage import stored
from losscli.errors import DataError
from losscli.report.report import SCHEMA
from losscli.visible import visible

_LARGEST = 1 << 30
"""A report of more bytes is a file that was named by mistake."""
_HEAD = 1 << 16
_LINES = re.compile(rb"\{.*\}[ \t\r]*\n[ \t\r\n]*\{")
"""What objects line by line begin with, where they are predictions."""
_PICKLES = (".pkl", ".pickle", ".joblib", ".npy", ".npz")


def is_report(path: str) -> bool:
    """Tell a saved report, whole or broken, from predictions; DataError if unreadable.

    What begins as a report or as a pickle, or is called so and has no objects line by line, is
    none of predictions. Behind a URL the name decides.
    """
    if "://" in path:
        if not _is_called_so(path.partition("?")[0]):
            return False
    elif path == "-" or not Path(path).is_file():
        return False
    with stored(path).opened() as stream:
        head = stream.peek(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
    if _LINES.match(head):
        return False
    return _is_called_so(path) or head[:1] == b"\x80" or (head[:1] == b"{" and b'"schema"' in head)


def _is_called_so(path: str) -> bool:
    return PurePosixPath(path.partition("?")[0]).suffix.lower() in (".json", *_PICKLES)


def called(path: str) -> str:
    """Return what a path is called in messages: a URL without what may be secret."""
    from losscli.data.storage.remote import is_url, shown  # noqa: PLC0415 - seldom needed

    return visible(shown(path) if is_url(path) else path, limit=500)


@contextmanager
def unpiped(path: str) -> Iterator[str]:
    """Give a path that can be read twice: that of a copy, where a pipe is named."""
    if not Path(path).is_fifo():
        yield path
        return
    from shutil import copyfileobj  # noqa: PLC0415 - slow, and rarely used
    from tempfile import TemporaryFile  # noqa: PLC0415 - likewise

    with TemporaryFile() as copy, Path(path).open("rb") as pipe:
        copyfileobj(pipe, copy)
        copy.flush()
        yield f"/dev/fd/{copy.fileno()}"


def read_report(path: str, noun: str, again: str, name: str = "") -> Mapping[str, Any]:
    """Read a saved report, which is wanted as a `noun`; `again` says how to make one.

    `name` is as for `read_baseline`, and so are the errors.
    """
    where = called(name or path)
    raw = _bytes(path)
    if raw[:1] == b"\x80" or Path(path).suffix.lower() in _PICKLES:
        what = f"a {noun} is JSON; a pickle could run code, so it is not read"
        raise DataError(what, where=where, remedy=again)
    if not raw.strip() or len(raw) > _LARGEST:
        what = f"the file is too large for a {noun}" if raw.strip() else "the file is empty"
        raise DataError(what, where=where, remedy=again)
    try:
        found = json.loads(
            raw.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_once
        )
    except JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        what = "the JSON ends too soon: the file was cut" if cut else f"no JSON: {error.msg}"
        place = f"{where}, line {error.lineno}"
        raise DataError(what, where=place, remedy=again) from None
    except _TwiceError as error:
        what = f"the key {visible(str(error))!r} stands twice in one object"
        raise DataError(what, where=where, remedy=again) from None
    except (ValueError, RecursionError):
        raise DataError("this is no JSON report", where=where, remedy=again) from None
    return _checked(found, where, noun, again)


def _bytes(path: str) -> bytes:
    """Return a file, but for what is more than a report can be."""
    found = bytearray()
    with stored(path).opened() as stream:
        while len(found) <= _LARGEST and (chunk := stream.read(_HEAD)):
            found += chunk
    return bytes(found)


class _TwiceError(Exception):
    """A key stands twice, and nobody knows which value is meant."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _checked(found: Any, where: str, noun: str, again: str) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON
    schema = found.get("schema") if isinstance(found, dict) else None
    if type(schema) is not int:  # True and 1.0 are equal to 1
        raise DataError("no report", where=where, remedy=again)
    if schema != SCHEMA:
        what = f"the {noun} has schema {schema}, losscli {__version__} reads {SCHEMA}"
        raise DataError(what, where=where, remedy=f"{again}, with this version")
    if wrong := _wrong(found, _SHAPE) or _twice(found):
        what = f"this is no report of losscli: {wrong}"
        raise DataError(what, where=where, remedy=again)
    return dict(found)


_Text, _Real, _Class = (str,), (int, float, type(None)), (str, type(None))
_SHAPE: Mapping[str, Any] = {
    "data": {"judged": (int,), "digest": _Text},
    "columns": {},
    "task": _Text,
    "losses": [{"loss": _Text, "status": _Text, "rows": (int,), "value": _Real, "skill": _Real,
                "low": _Real, "high": _Real}],
    "breakdown": [{"by": _Text, "class": _Class, "loss": _Text, "status": _Text, "rows": (int,),
                   "value": _Real, "low": _Real, "high": _Real}],
    "measures": [{"measure": _Text, "value": _Real, "status": _Text}],
}  # fmt: skip
"""What a baseline must hold to be held against: keys, and the types of their values."""
_NOT_NEEDED = ("measures",)


def _wrong(found: Any, shape: Any, path: str = "") -> str:  # noqa: ANN401 - any JSON
    """Say what does not have the shape, or nothing."""
    if isinstance(shape, tuple):
        fits = isinstance(found, shape) and not isinstance(found, bool)
        return "" if fits and _is_double(found) else f"{path} is not what it should be"
    if not isinstance(found, type(shape)):
        return f"{path or 'it'} is no {'list' if isinstance(shape, list) else 'object'}"
    if isinstance(shape, list):
        told = (_wrong(one, shape[0], f"{path}[{k}]") for k, one in enumerate(found))
        return next(filter(None, told), "")
    for key, inner in shape.items():
        place = f"{path}.{key}".lstrip(".")
        if key not in found:
            if key in _NOT_NEEDED:
                continue
            return f"{place} is missing"
        if wrong := _wrong(found[key], inner, place):
            return wrong
    return ""


_NAMED_BY = {"losses": ("loss",), "breakdown": ("by", "class", "loss"), "measures": ("measure",)}
"""What tells the entries of a list apart."""


def _twice(found: Any) -> str:  # noqa: ANN401 - as above
    """Say which entry stands twice, so that nobody knows which is meant; or nothing."""
    for key, names in _NAMED_BY.items():
        seen = set()
        for entry in found.get(key, ()):
            name = tuple(entry[part] for part in names)
            if name in seen:
                shown = ", ".join(visible(str(part)) for part in name)
                return f"{key} has {shown} twice"
            seen.add(name)
    return ""


def _is_double(found: object) -> bool:
    try:
        return not isinstance(found, int | float) or isfinite(found)
    except OverflowError:
        return False
