"""`losscli losses`: every registered loss, by family."""

import json
import sys
from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from losscli.cli import terminal
from losscli.errors import UsageError
from losscli.visible import visible

if TYPE_CHECKING:
    from losscli.losses.spec import Loss

_INDENT = 30
_LEAST_SUMMARY = 30
_MOST = 100
"""Longer lines are harder to read than more of them."""


Task = Annotated[
    str | None, typer.Option(metavar="TASK", help="Only the losses of these predictions.")
]
Search = Annotated[
    str | None,
    typer.Option(
        metavar="WORD", help="Only those with it in their names, words or names elsewhere."
    ),
]
Shape = Annotated[
    Literal["table", "json"],
    typer.Option("--format", metavar="table|json", help="What stdout gets."),
]


Plugins = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin", metavar="FILE", help="Python with losses of your own; it is run; repeatable."
    ),
]


def list_losses(
    *,
    task: Task = None,
    search: Search = None,
    plugin: Plugins = None,  # noqa: ARG001 - read before the command is
    format: Shape = "table",  # noqa: A002 - the option's word
) -> None:
    """List the losses by family; `losscli explain NAME` tells more of one."""
    found = _found(task, search)
    if format == "json":
        from losscli.losses.facts import facts_of  # noqa: PLC0415 - brings numpy

        text = json.dumps([facts_of(loss) for loss in found], indent=2, ensure_ascii=False)
        sys.stdout.write(text + "\n")
        return
    style = terminal.style()
    lines = _lines(found, max(min(style.width, _MOST), _LEAST_SUMMARY))
    sys.stdout.write(terminal.shown("\n".join(lines) + "\n", style))


def _found(task: str | None, search: str | None) -> "list[Loss]":
    """Return the losses that are asked for, by family; UsageError where there are none."""
    from losscli.losses.names import (  # noqa: PLC0415 - brings numpy
        holding,
        nearest,
        with_installed,
    )
    from losscli.losses.spec import LOSSES  # noqa: PLC0415 - likewise

    with_installed()
    found = sorted(LOSSES.values(), key=_place)
    known = sorted({loss.task for loss in found})
    if task is not None and task not in known:
        what = f"there are no '{visible(task)}' predictions"
        raise UsageError(what, remedy=nearest(task, known) or f"one of {', '.join(known)}")
    found = [loss for loss in found if task in (None, loss.task)]
    return holding(search, found) if search is not None else found


def call_of(loss: "Loss") -> str:
    """Return the loss as it is called, with the defaults of its parameters."""
    said = (p.name if p.required else f"{p.name}={value_of(p.default)}" for p in loss.parameters)
    return f"{loss.name}({', '.join(said)})" if loss.parameters else loss.name


def value_of(value: object) -> str:
    """Return the value of a parameter as it is typed."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lines(found: "list[Loss]", width: int) -> Iterator[str]:
    from losscli.losses.facts import family_of  # noqa: PLC0415 - brings numpy

    indent = _INDENT if width - _INDENT >= _LEAST_SUMMARY else 4
    for heading, family in groupby(found, key=family_of):
        yield heading
        for loss in family:
            yield from _loss(loss, indent, width)
        yield ""
    count = "1 loss" if len(found) == 1 else f"{len(found)} losses"
    yield f"{count}; as in --loss 'mse,huber(delta=2)'; more: losscli explain {found[0].name}"


def _place(loss: "Loss") -> tuple[bool, str]:
    """Put the best known family first, the others in the order of their names."""
    return loss.family != "regression", loss.family


def _loss(loss: "Loss", indent: int, width: int) -> Iterator[str]:
    summary = loss.doc.partition("\n\n")[0]
    lines = wrap(summary, width - indent, break_long_words=False)
    head = f"  {call_of(loss)}"
    if len(head) >= indent:
        yield head
        head = ""
    yield f"{head:{indent}}{lines[0] if lines else ''}"
    yield from (" " * indent + line for line in lines[1:])
