"""Whether a file to write would be one to read: by its name, in a folder, or by a pattern."""

import glob
import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path


def is_read(path: Path, names: Iterable[str]) -> bool:
    """Tell whether a path is one of the named files, in a named folder, or fits a pattern.

    It need not exist yet: the next run would read it. URLs and standard input are no files.
    """
    places = {Path(os.path.realpath(path)), path.absolute()}
    return any(
        _covers(name, place)
        for name in names
        if name != "-" and "://" not in name
        for place in places
    )


def _covers(name: str, place: Path) -> bool:
    for named in {Path(os.path.realpath(name)), Path(name).absolute()}:
        if place == named or (named in place.parents and named.is_dir()):
            return True
        if glob.has_magic(name) and _fits(named.parts, place.parts):
            return True
    return False


def _fits(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether a path fits a pattern, or is in a folder that does."""
    if not pattern or not parts:
        return not pattern
    if pattern[0] == "**":
        return _fits(pattern[1:], parts) or _fits(pattern, parts[1:])
    return fnmatchcase(parts[0], pattern[0]) and _fits(pattern[1:], parts[1:])
