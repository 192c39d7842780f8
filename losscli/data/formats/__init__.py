"""The formats of files: one module each, which knows its kind by the first bytes."""

import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from losscli.data.block import Source
from losscli.data.reading import Reading
from losscli.data.storage import Stored


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


def format_of(head: bytes) -> Format:
    """Return the format of a file by its first bytes; what is of no other is delimited text."""
    return next((one for one in _others() if one.holds(head)), None) or _named("csv")


def _named(name: str) -> Format:
    return cast("Format", import_module(f"{__name__}.{name}"))


@cache
def _others() -> tuple[Format, ...]:
    return tuple(_named(name) for name in _names() if name != "csv")


def _names() -> Iterator[str]:
    return (module.name for module in pkgutil.iter_modules(__path__))
