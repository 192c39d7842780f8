"""`losscli check-loss`: whether losses of one's own keep the laws of the house."""

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from losscli.cli import terminal
from losscli.cli.losses import Plugins, call_of
from losscli.errors import Exit, UsageError
from losscli.visible import visible

if TYPE_CHECKING:
    from losscli.losses.spec import Loss

_WORDS = {"holds": "holds", "broken": "BROKEN", "open": "open"}
_INDENT = 10


def check_losses(
    name: Annotated[str | None, typer.Argument(metavar="NAME", hidden=True)] = None,
    *,
    plugin: Plugins = None,
) -> None:
    """Say which laws the losses of a plugin break, or NAME alone: losscli check-loss --plugin FILE.

    One number a row, whichever rows stand beside it; its floor where the prediction is perfect; a
    number wherever it is defined; its formula. Exits with 1 where a law is broken, with 2 where
    a loss cannot be judged.
    """
    style = terminal.style()
    with redirect_stdout(sys.stderr):  # what a plugin prints is no part of the page
        found = _asked(name, plugin or [])
        lines, broken = [], 0
        for loss in found:
            said, breaks = _judged(loss, max(style.width, 40))
            lines += [*said, ""]
            broken += breaks
    count = "1 loss" if len(found) == 1 else f"{len(found)} losses"
    lines.append(f"{count}: {broken or 'none'} {'breaks' if broken <= 1 else 'break'} a law")
    sys.stdout.write(terminal.shown("\n".join(lines) + "\n", style))
    if broken:
        raise typer.Exit(Exit.FAILED)


def _asked(name: str | None, plugins: list[str]) -> "list[Loss]":
    from losscli.losses.names import find  # noqa: PLC0415 - brings numpy
    from losscli.losses.plugin.load import load  # noqa: PLC0415 - likewise

    if name is not None:
        return list(find(name))
    found = [loss for path in plugins for loss in load(path)]
    if not found:
        raise UsageError("there is no loss to check", remedy="losscli check-loss --plugin FILE.py")
    return found


def _judged(loss: "Loss", width: int) -> tuple[list[str], bool]:
    from losscli.laws.laws import check  # noqa: PLC0415 - brings numpy
    from losscli.losses.facts import typical  # noqa: PLC0415 - likewise

    findings = list(check(loss, typical(loss)))
    lines = [f"{call_of(loss)}  ({loss.task})"]
    for one in findings:
        text = f"{one.law}: {one.said}" if one.said else one.law
        lines += _line(_WORDS[one.status], visible(text, limit=1000), width)
    return lines, any(one.status == "broken" for one in findings)


def _line(word: str, text: str, width: int) -> Iterator[str]:
    first, *others = wrap(text, width - _INDENT)
    yield f"  {word:{_INDENT - 2}}{first}"
    yield from (" " * _INDENT + line for line in others)
