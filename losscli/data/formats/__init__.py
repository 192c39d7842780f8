"""The formats of files: one module each, which knows its kind by the first bytes."""

import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from losscli.data.block import Source
from losscli.data.reading import Reading
from losscli.data.storage import Stored

_ANY = "csv"
"""What a file is that is of no other format."""


class Format(Protocol):
    """What the module of a format holds."""

    KIND: str
    """What the user is told that a file is: "a Parquet file"."""

    def holds(self, head: bytes) -> bool:
        """Tell whether a file with these first bytes is of this format."""
        ...

    def opened(self, files: Sequence[Stored], reading: Reading) -> Source:
        """Return the rows of files of this format as one data set."""
        ...


def format_of(head: bytes, name: str) -> Format:
    """Return the format of a file by its first bytes; what is of no other is delimited text."""
    # the one that the name speaks of comes first: the others need not be imported if it is that
    names = sorted(_names(), key=lambda one: (one == _ANY, not name.endswith(one)))
    return next(one for one in map(_named, names) if one.holds(head))


def _named(name: str) -> Format:
    return cast("Format", import_module(f"{__name__}.{name}"))


@cache
def _names() -> tuple[str, ...]:
    return tuple(module.name for module in pkgutil.iter_modules(__path__))
