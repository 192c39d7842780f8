"""How a report looks: one file per format, found by its name.

A format is a module of this package with `render(report, style) -> str`, the tuple `SUFFIXES`
of the file endings that choose it (or none), and a docstring whose first line is its help line.
One that CI reads also has `refusal(sentence) -> str`, for what could not be judged at all.
One with `prepare()` has something slow to import, which can be done while others work.
One with `OF_GATES` is about losses and gates alone, and takes no other record than those.
A module whose name begins with an underscore is shared by formats and is none itself.
"""

import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import PurePath
from typing import Any

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.visible import visible


@dataclass(frozen=True)
class Style:
    """What a format may know of the place its text goes to.

    `width` counts character cells; `ascii` asks for text of ASCII characters alone.
    """

    width: int = 120
    colour: bool = False
    ascii: bool = False


@dataclass(frozen=True)
class Format:
    """One way to write a report; `suffixes` are the file endings that choose it."""

    name: str
    help: str
    suffixes: tuple[str, ...]
    render: "Callable[[Any, Style], str]"
    of_gates: bool = False
    refusal: Callable[[str], str] | None = None
    prepare: Callable[[], object] | None = None


def format_names() -> list[str]:
    """Return the names of the formats, the table first."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted((n for n in found if not n.startswith("_")), key=lambda n: (n != "table", n))


def format_named(name: str) -> Format:
    """Return the format of that name; UsageError lists the names where there is none."""
    known = format_names()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(known)}"
        raise UsageError(f"there is no format {visible(name)!r}", remedy=remedy)
    module = import_module(f"{__name__}.{name}")
    summary = (module.__doc__ or "").partition("\n")[0]
    return Format(
        name,
        summary,
        module.SUFFIXES,
        module.render,
        of_gates=getattr(module, "OF_GATES", False),
        refusal=getattr(module, "refusal", None),
        prepare=getattr(module, "prepare", None),
    )


def format_for(path: PurePath) -> Format:
    """Return the format that the suffix of a path chooses; UsageError where none does."""
    formats = [format_named(name) for name in format_names()]
    for found in formats:
        if path.suffix.lower() in found.suffixes:
            return found
    suffix = f"suffix {visible(path.suffix)!r}" if path.suffix else "file name without a suffix"
    endings = ", ".join(found.suffixes[0] for found in formats if found.suffixes)
    shown = visible(str(path), limit=500)
    remedy = f"end it in {endings}, or name the format: table:{shown}"
    raise UsageError(f"no format has the {suffix}", remedy=remedy)
