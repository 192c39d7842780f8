"""Which columns of two files make one data set, and what they are called there."""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from os.path import commonprefix
from typing import Any

import pyarrow as pa

from losscli.data.flags import Header, flag, given, shown
from losscli.data.names import OFFERED, fold
from losscli.data.roles import Candidate, Named
from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.visible import visible

PREFIX = "truth."
"""Stands before a column of the file of truths whose name the other file has, too."""


@dataclass(frozen=True)
class Layout:
    """The columns of a file and those of the file of its truths.

    `names` are all in order, `theirs` maps those of the truths to their names in their file,
    `ids` is what names the rows in each, `files` are the names of both, `both` the columns that
    both have.
    """

    names: tuple[str, ...]
    theirs: Mapping[str, str]
    ids: tuple[str, str] | None
    files: tuple[str, str]
    both: tuple[str, ...]

    @classmethod
    def of(
        cls,
        ours: Sequence[str],
        theirs: Sequence[str],
        ids: tuple[str, str] | None,
        files: tuple[str, str],
    ) -> "Layout":
        """Put the columns together; DataError where a name cannot be told apart."""
        found: dict[str, str] = {}
        names = [name for name in theirs if not ids or name != ids[1]]
        for name in names:
            called = PREFIX + name if name in ours else name
            if called in found or called in ours:
                what = f"the columns of both files make {visible(called)} twice"
                raise DataError(what, where=files[1], remedy="give each column its own name")
            found[called] = name
        both = tuple(name for name in names if name in ours)
        return cls((*ours, *found), found, ids, files, both)

    @property
    def notes(self) -> list[str]:
        """How rows find their partners, and what the columns are called that both files have."""
        one = shlex.quote(visible(self.both[0], 200)) if len(self.both) == 1 else "COLUMN"
        how = f"the position of its rows (--id {one} matches by what names them)"
        found = [f"{self.files[1]} is matched by {visible(self.ids[0]) if self.ids else how}"]
        if self.both:
            theirs = shown(PREFIX + name for name in self.both)
            found.append(
                f"both files have {shown(self.both)}: in {self.files[1]} it is called {theirs}"
            )
        return found

    def truth(self, named: Named) -> Candidate:
        """Return what is named for the truth: of the file of truths, if it has such a column.

        Raises UsageError where there is none in either file.
        """
        called = {own: name for name, own in self.theirs.items()}
        try:
            found = given(Header(tuple(called), self.files[1]), "y", named, ())
        except UsageError:
            return given(Header(self.names, self.files[0]), "y", named, ())
        return replace(found, columns=tuple(called[name] for name in found.columns))

    def refuse_roles(self, columns: Mapping[str, str | tuple[str, ...]]) -> None:
        """Raise DataError where the truth is none of the file of truths, or the predictions are."""
        of = {role: {n} if isinstance(n, str) else {*n} for role, n in columns.items()}
        truths = of.pop("y", set())
        stray = sorted(truths - self.theirs.keys())
        judged = set().union(*of.values())
        if judged and not judged - self.theirs.keys():
            what = f"what is judged, {shown(sorted(judged))}, is of {self.files[1]}"
            raise DataError(what, where=self.files[0], remedy=self._of_prediction(truths))
        if stray:
            what = f"the truth {shown(stray)} is a column of this file, not of {self.files[1]}"
            raise DataError(what, where=self.files[0], remedy=self._of_truth(stray))

    def _of_prediction(self, truths: Collection[str]) -> str:
        """Return what to do where all that is judged is of the file of truths."""
        here = {self.theirs.get(name, name) for name in truths} & {*self._own()}
        if len(here) == 1:
            files = f"{shlex.quote(self.files[1])} --truth {shlex.quote(self.files[0])}"
            return f"name them the other way round: {files} {flag('y', here.pop())}"
        return f"name the prediction, --pred COLUMN (one of {shown(self._own())})"

    def _of_truth(self, found: Sequence[str]) -> str:
        """Return how to name the truth, for which `found` was taken: one column, or several."""
        names = [*self.theirs.values()]
        if len(found) > 1 and {*found} <= {*names}:
            return flag("y", f"{commonprefix(found)}*")  # noqa: RUF071 - of names
        if len(found) == 1 and found[0] in names:
            return flag("y", found[0])
        if len(names) == 1:
            return flag("y", names[0])
        return f"name it, --true COLUMN (one of {shown(names)}), or leave --truth out"

    def refusal(self) -> DataError:
        """Return the error where a column that both files have could be truth or prediction."""
        what = f"both files have {shown(self.shared)}, so the truth must be named"
        remedy, own = self._of_truth(self.shared[:1] if len(self.shared) == 1 else ()), self._own()
        if remedy.startswith("--true"):
            one = len(own) == 1
            remedy += f" {flag('pred', own[0])}" if one else f" --pred COLUMN (one of {shown(own)})"
        if own == self.shared:
            remedy = f"if {shown(own)} of this file is the prediction: {remedy}"
        return DataError(what, where=self.files[0], remedy=remedy)

    @property
    def shared(self) -> list[str]:
        """The columns that both files have, but for what names the rows."""
        return [name for name in self.both if not _is_id(name)]

    def _own(self) -> list[str]:
        """Return the columns of the file of predictions, but for what names the rows."""
        ids = (self.ids or ())[:1]
        return [n for n in self.names if n not in (*self.theirs, *ids) and not _is_id(n)]

    def parted(self, types: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what to read of each file; UsageError where it is nothing."""
        own = {name: kind for name, kind in types.items() if name not in self.theirs}
        theirs = {self.theirs[name]: kind for name, kind in types.items() if name in self.theirs}
        if self.ids:
            own.setdefault(self.ids[0], pa.string())
            theirs[self.ids[1]] = pa.string()
        for name, found in zip(self.files, (own, theirs), strict=True):
            if not found:
                raise UsageError(f"no column of {name} is used", remedy="leave it out")
        return own, theirs

    def table(self, types: Mapping[str, Any], ours: Any, theirs: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the columns that are asked for, from a table of each with the same rows."""
        return pa.table(
            {
                name: theirs.column(self.theirs[name]) if name in self.theirs else ours.column(name)
                for name in types
            }
        )

    def rounded(self, ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
        """Return what was said of rounded integers by the names that columns have here."""
        called = {own: name for name, own in self.theirs.items()}
        return {**ours, **{called[own]: text for own, text in theirs.items() if own in called}}


def _is_id(name: str) -> bool:
    return fold(name) in map(fold, OFFERED["id"])


class Samples(Mapping[str, "list[str | None]"]):
    """The texts of the first rows of two files by column, looked at when they are asked for.

    Rows of the two need not belong together; what one has fewer of is filled with empty cells.
    """

    def __init__(
        self,
        layout: Layout,
        ours: Mapping[str, Sequence[str | None]],
        theirs: Mapping[str, Sequence[str | None]],
    ) -> None:
        self._layout, self._ours, self._theirs = layout, ours, theirs
        self._rows = max(len(next(iter(one.values()), [])) for one in (ours, theirs))

    def __getitem__(self, name: str) -> list[str | None]:
        theirs = self._layout.theirs.get(name)
        found = self._ours[name] if theirs is None else self._theirs[theirs]
        return [*found, *[None] * (self._rows - len(found))]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self._layout.names))

    def __len__(self) -> int:
        return len(set(self._layout.names))
