"""Where row losses go, and which of them: what --rows and --only-worst say."""

import math
import os
import re
import shlex
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from losscli.data.block import Source
from losscli.data.covered import is_read
from losscli.data.row_file import check_suffix
from losscli.data.storage.remote import is_url
from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.chosen import Chosen
from losscli.visible import visible

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{0,15})?|\.\d{1,15})%")
_COUNT = re.compile(r"\d{1,18}")
_HOW = "such as --only-worst 1% or --only-worst 100"


@dataclass(frozen=True)
class RowsOut:
    """The file, and which rows: all, so many of the worst, or the worst part of them."""

    path: Path
    worst: int | Fraction | None = None

    @classmethod
    def of(cls, path: Any, worst: Any) -> "RowsOut | None":  # noqa: ANN401 - as the user has them
        """Read both; UsageError, before any work, where rows could not be written so."""
        if path is None:
            if worst is not None:
                what = "--only-worst tells which rows are written, and none are"
                raise UsageError(what, remedy="name a file for them: --rows worst.csv")
            return None
        name = os.fspath(path)
        if not name:
            what, remedy = "the file name is empty", "name a file: rows.parquet"
            raise UsageError(what, where="--rows ''", remedy=remedy)
        if is_url(name):
            what, remedy = "rows are written to files of this machine", "name one: rows.parquet"
            raise UsageError(what, where="--rows", remedy=remedy)
        found = cls(Path(os.path.realpath(name)), _worst(worst))
        _check_place(found.path, visible(name, limit=500))
        return found

    @property
    def shown(self) -> str:
        """The name of the file, as people see it."""
        return visible(self.path.name, limit=500)

    def refuse_inputs(self, *inputs: Any) -> None:  # noqa: ANN401 - paths, lists of them, or data
        """Raise UsageError where the file is one that is read, or would be by the next run."""
        for one in inputs:
            if isinstance(one, list | tuple):
                self.refuse_inputs(*one)
            elif isinstance(one, str | os.PathLike) and is_read(self.path, [os.fspath(one)]):
                what = f"{self.shown} is a file to read, or in a folder of such files"
                raise UsageError(what, where="--rows", remedy="write to another file")

    def check(self, source: Source) -> None:
        """Raise UsageError where the source cannot be read once more, or has this file."""
        self.refuse_inputs(list(source.files))
        if not source.rereadable:
            what = f"{visible(source.files[0], limit=500)} cannot be read twice, as --rows needs"
            raise UsageError(what, remedy="save it to a file first, and name that")

    def check_losses(self, chosen: Sequence[Chosen]) -> None:
        """Raise UsageError where a loss is a value of many rows, of which a row has no part."""
        for one in chosen:
            if one.combine.empty is not None:
                what = f"{visible(one.label)} is a value of many rows together, and a row has none"
                remedy = "leave --rows out, or judge another loss"
                raise UsageError(what, where="--rows", remedy=remedy)

    def kept(self, rows: int) -> int | None:
        """Return how many of so many rows are written; None for all."""
        if isinstance(self.worst, Fraction):
            return math.ceil(self.worst * rows)
        return self.worst


def _check_place(path: Path, shown: str) -> None:
    if path.is_dir():
        raise UsageError(f"{shown} is a folder", where="--rows", remedy="name a file in it")
    check_suffix(path)
    folder = visible(str(path.parent), limit=500)
    if not path.parent.is_dir():
        remedy = f"mkdir -p {shlex.quote(folder)}"
        raise UsageError(f"there is no folder {folder}", where="--rows", remedy=remedy)
    if path.exists() and not path.is_file():
        what = f"{shown} is no plain file"
        raise UsageError(what, where="--rows", remedy="name another file")
    if not os.access(path.parent, os.W_OK):
        what = f"nothing can be written in {folder}"
        raise UsageError(what, where="--rows", remedy="name a file in another folder")


def _worst(given: Any) -> int | Fraction | None:  # noqa: ANN401 - as the user has it
    if given is None:
        return None
    text = str(given).strip()
    count, percent = _COUNT.fullmatch(text), _PERCENT.fullmatch(text)
    if isinstance(given, bool) or not (count or percent):
        what = f"{visible(text)!r} is neither a part of the rows nor a number of them"
        raise UsageError(what, where="--only-worst", remedy=_HOW)
    found = Fraction(percent[1]) / 100 if percent else Fraction(int(text))
    if not found or (percent and found > 1):
        what = f"{visible(text)} of the rows cannot be had"
        raise UsageError(what, where="--only-worst", remedy=_HOW)
    return found if percent else int(text)
