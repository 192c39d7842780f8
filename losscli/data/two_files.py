"""Which columns of two files make one data set, and what they are called there."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from losscli.data.flags import shown
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

    def remedy(self, name: str = "", *, truth_only: bool = False) -> str:
        """Return how to name the truth of the file of truths, where the other has it as `name`.

        Unless the truth alone is wanted, the prediction may be any other column: if there is one
        only, it is named as the truth is.
        """
        name = name or (self.both[0] if len(self.both) == 1 else "")
        if name not in self.both:
            return f"name it, --true COLUMN (one of {shown(self.theirs)}), or leave --truth out"
        true = f"--true {shlex.quote(PREFIX + visible(name, 200))}"
        if truth_only:
            return true
        own = [n for n in self.names if n not in self.theirs and n not in (self.ids or ())[:1]]
        if len(own) == 1:
            return f"{true} --pred {shlex.quote(visible(own[0], 200))}"
        return f"{true} --pred COLUMN (one of {shown(own)})"

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
