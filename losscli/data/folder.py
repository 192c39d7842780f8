"""From the names of files, folders and globs to files, with the keys of their partitions."""

import glob
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from losscli.data.storage.local import unreadable
from losscli.errors import DataError
from losscli.visible import visible

_EMPTY_KEY = "__HIVE_DEFAULT_PARTITION__"
_TABLES = {"_delta_log": "a Delta table", ".hoodie": "a Hudi table"}
"""Folders beside data files of which some are no longer valid, as only a log tells."""


_NO_KEYS: Mapping[str, str | None] = {}


class Found(NamedTuple):
    """A file to read; `keys` are those of its partition, None where the value is empty."""

    path: str
    keys: Mapping[str, str | None] = _NO_KEYS


def files_of(paths: Sequence[str]) -> list[Found]:
    """Return the files that are named; DataError where there is none.

    A file that a folder or a glob brings in for the second time is a DataError, too.
    """
    try:
        found = [one for path in paths for one in _expanded(path)]
    except OSError as error:
        raise unreadable(str(error.filename), error) from None
    if len(paths) == len(found) > 1 and not any(one.keys for one in found):
        found = _with_common_keys(found)
    if [one.path for one in found] != list(paths):
        _refuse_twice(found)
    return found


def alike(path: str, other: str) -> str:
    """Return what to name instead of a folder of all sorts: the files beside `path`.

    That is a pattern where the suffix tells them from the `other` one.
    """
    what, suffix = "name the files that belong together", Path(path).suffix
    if suffix == Path(other).suffix:
        return what
    folder, slash, _ = path.rpartition("/")
    return f"{what}, such as {shlex.quote(f'{folder}{slash}*{suffix}')}"


def _refuse_twice(found: Sequence[Found]) -> None:
    seen: set[str] = set()
    folder_of = cache(os.path.realpath)
    for one in found:
        place = one.path if _is_elsewhere(one.path) else _real(one.path, folder_of)
        if place in seen:
            remedy = "name each file once: a folder or a pattern has it already"
            raise DataError("is named twice", where=one.path, remedy=remedy)
        seen.add(place)


def _real(path: str, folder_of: Callable[[str], str]) -> str:
    """Return where a file is; that of its folder is looked up once."""
    if os.path.islink(path):  # noqa: PTH114 - of many files, a path takes its time
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    return os.path.join(folder_of(folder), name)  # noqa: PTH118 - as above


def _is_elsewhere(path: str) -> bool:
    return path == "-" or "://" in path


def _expanded(path: str) -> list[Found]:
    if "://" in path:
        return _behind(path)
    if _is_elsewhere(path) or not (glob.has_magic(path) or Path(path).is_dir()):
        return [Found(path)]
    if Path(path).is_dir():
        root = str(Path(path))
        found = sorted(_within(root), key=_order)
        if not found:
            raise DataError(
                "there is no file in the folder",
                where=path,
                remedy=f"check what it holds: ls -R {shlex.quote(path)}",
            )
        depth = len(_order(_prefix(root))) - 1
        return [Found(one, _keys(_order(one)[depth:-1])) for one in found]
    if Path(path).exists():
        return [Found(path)]
    return _matched(path)


def _behind(url: str) -> list[Found]:
    """Return the files behind a URL, several where it is a folder or a pattern of a bucket."""
    from losscli.data.storage.remote import listed  # noqa: PLC0415 - seldom needed

    named = url.rstrip("/").split("/")
    fixed = next((k for k, part in enumerate(named) if glob.has_magic(part)), len(named))
    return [Found(one, _keys(one.split("/")[fixed:-1])) for one in listed(url)]


def _matched(pattern: str) -> list[Found]:
    named = Path(pattern).parts
    found: list[str] = []
    for name in glob.glob(pattern, recursive=True):  # noqa: PTH207 - pathlib knows no relative **
        one = Path(name)
        if any(_is_mark(part) for part in one.parts if part not in named):
            continue
        if not one.is_dir():
            found.append(str(one))
        elif "**" not in pattern:  # a folder that ** passes through has its files among the matches
            found += _within(str(one))
    if not found:
        raise DataError(
            "no file matches",
            where=pattern,
            remedy=f"check the pattern: ls {shlex.quote(str(Path(pattern).parent))}",
        )
    fixed = 0
    for part in named:
        if glob.has_magic(part):
            break
        fixed += 1
    return [Found(one, _keys(Path(one).parts[fixed:-1])) for one in sorted(set(found), key=_order)]


def _is_mark(name: str) -> bool:
    """Tell whether a name is that of a mark or of unfinished work, such as _SUCCESS."""
    return name.startswith("_") and "=" not in name


def _order(path: str) -> list[str]:
    """Return what paths are sorted by: folder by folder, character by character."""
    return path.split(os.sep)  # noqa: PTH206 - as above


def _prefix(folder: str) -> str:
    """Return what stands before the names of the files in a folder."""
    return "" if folder == os.curdir else os.path.join(folder, "")  # noqa: PTH118 - it ends in /


def _within(folder: str) -> Iterator[str]:
    """Give the files of a folder and of those in it; hidden ones and marks are passed over."""
    for name, kind in _TABLES.items():
        if Path(folder, name).is_dir():
            raise DataError(
                f"is {kind}, whose log says which files count",
                where=folder,
                remedy="export the table to Parquet or CSV first",
            )
    prefix = _prefix(folder)
    for entry in list(os.scandir(folder)):
        path = prefix + entry.name
        if entry.name.startswith(".") or _is_mark(entry.name):
            continue
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _within(path)
            continue
        if not entry.is_file() and Path(entry.path).exists():
            what = "is a pipe or a device among files, which might never end"
            remedy = "move it out of the folder, or name what to read one by one"
            raise DataError(what, where=path, remedy=remedy)
        yield path


def _keys(folders: Sequence[str]) -> Mapping[str, str | None]:
    """Return the keys of a partition: folders named key=value, percent-encoded."""
    found: dict[str, str | None] = {}
    for folder in folders:
        name, equals, value = folder.partition("=")
        if not (name and equals):
            continue
        try:
            key, text = unquote(name, errors="strict"), unquote(value, errors="strict")
            f"{key}{text}".encode()
        except UnicodeError:
            what, remedy = "the name of the folder is not UTF-8", "rename it"
            raise DataError(what, where=folder, remedy=remedy) from None
        if key in found:
            what = f"two folders on the way to the file are named {visible(key)}="
            raise DataError(what, where="/".join(folders), remedy="rename one of them")
        found[key] = None if value in ("", _EMPTY_KEY) else text
    return found or _NO_KEYS


def _with_common_keys(found: Sequence[Found]) -> list[Found]:
    """Take the folders of files that were named one by one (by a shell, say) for partitions."""
    keys = [_keys(Path(one.path).parent.parts) for one in found]
    if any(set(one) != set(keys[0]) for one in keys):
        return list(found)
    return [Found(one.path, own) for one, own in zip(found, keys, strict=True)]


def refuse_different_keys(found: Sequence[Mapping[str, str | None]], files: Sequence[str]) -> None:
    """Raise DataError where two files are in partitions by different keys."""
    for own, name in zip(found, files, strict=True):
        if set(own) != set(found[0]):
            words = [", ".join(map(visible, one)) or "nothing" for one in (own, found[0])]
            raise DataError(
                f"is in a partition by {words[0]}, but {visible(files[0], 200)} by {words[1]}",
                where=name,
                remedy="name the folders that belong together",
            )
