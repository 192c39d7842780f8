"""The baseline: a saved JSON report, checked before anything is held against it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from json import JSONDecodeError
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from losscli import __version__
from losscli.dataclass import dataclass
from losscli.errors import DataError
from losscli.gates.numbers import Numbers
from losscli.report import Report
from losscli.report.report import SCHEMA
from losscli.visible import visible

_ALIKE = {
    "weight": "weighted",
    "class_weights": "weighted by class",
    "group": "judged by group",
    "train": "scaled by --train",
}
"""What must be so in both or in neither, and how it is said."""
_AGAIN = "save it again: losscli eval OLD.csv --save baseline.json"
_LARGEST = 1 << 30
"""A baseline of more bytes is a file that was named by mistake."""
_HEAD = 64


@dataclass(frozen=True)
class Baseline:
    """The numbers of the run before; `where` names it."""

    where: str
    found: Mapping[str, Any]
    numbers: Numbers

    def differences(self, report: Report) -> list[str]:
        """Say in which ways the baseline was judged on other data; empty where it was not."""
        data, columns = self.found["data"], self.found["columns"]
        said = []
        if data["judged"] != report.judged:
            said.append(f"it has {data['judged']} rows, these are {report.judged}")
        elif bool(columns.get("id")) != bool(report.columns.get("id")):
            with_, without = ("it", "this run") if columns.get("id") else ("this run", "it")
            said.append(f"{with_} was made with --id, {without} was not")
        elif not (columns.get("y") or columns.get("id")):
            said.append("without a truth, only --id tells its rows from others")
        elif data["digest"] != report.digest:
            what = "truths or ids" if columns.get("id") else "truths"
            said.append(f"its {what} are others")
        for role, how in _ALIKE.items():
            if bool(columns.get(role)) != bool(report.columns.get(role)):
                said.append(f"only one of the two is {how}")
        if _library(self.found.get("compat")) != _library(report.compat):
            said.append("only one of the two is as another library computes it (--compat)")
        return said

    def check(self, report: Report, *, other_data: bool) -> tuple[str, ...]:
        """Refuse a baseline of other data; warn instead where that is accepted.

        Raises DataError where it cannot be a baseline of this report.
        """
        if self.found["task"] != report.task:
            what = f"the baseline judged {visible(self.found['task'])}, this run {report.task}"
            raise DataError(what, where=self.where, remedy=_AGAIN)
        said = self.differences(report)
        if not said:
            return ()
        what = f"the baseline is of other data: {'; '.join(said)}"
        if other_data:
            return (f"{self.where}: {what}",)
        remedy = "save a baseline of these rows, or accept that: --baseline-other-data"
        raise DataError(what, where=self.where, remedy=remedy)


def _library(compat: object) -> object:
    return compat.get("library") if isinstance(compat, Mapping) else None


def from_report(report: Report, name: str = "") -> Baseline:
    """Return the baseline that another report is; `name` is what it is called."""
    found = report.to_dict()
    where = visible(name or ", ".join(report.files), limit=500)
    return Baseline(where, found, Numbers(found))


def is_report(path: str) -> bool:
    """Tell a saved report, whole or broken, from a file of predictions; OSError if unreadable.

    What begins as JSON or as a pickle, or is called so, is none of predictions.
    """
    if path == "-" or not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        head = file.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
    named = Path(path).suffix.lower() in (".json", *_PICKLES)
    return named or head[:1] in (b"{", b"\x80")


_PICKLES = (".pkl", ".pickle", ".joblib", ".npy", ".npz")


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


def read_baseline(path: str, name: str = "") -> Baseline:
    """Read a saved report; DataError where it is none, or one of another schema.

    `name` is what it is called, where that is not the path.
    """
    found = read_report(path, "baseline", _AGAIN, name)
    return Baseline(visible(name or path, limit=500), found, Numbers({"measures": [], **found}))


def read_report(path: str, noun: str, again: str, name: str = "") -> Mapping[str, Any]:
    """Read a saved report, which is wanted as a `noun`; `again` says how to make one.

    `name` is as for `read_baseline`, and so are the errors.
    """
    where = visible(name or path, limit=500)
    raw = Path(path).read_bytes()[: _LARGEST + 1]
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
