"""`losscli losses`: every registered loss, by family."""

import sys
from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from losscli.cli import terminal

if TYPE_CHECKING:
    from losscli.losses.spec import Loss

_INDENT = 30
_LEAST_SUMMARY = 30
_MOST = 100
"""Longer lines are harder to read than more of them."""


def list_losses() -> None:
    """List the losses by family; `losscli explain NAME` tells more of one."""
    style = terminal.style()
    sys.stdout.write(
        terminal.shown(
            "\n".join(_lines(max(min(style.width, _MOST), _LEAST_SUMMARY))) + "\n", style
        )
    )


def call_of(loss: "Loss") -> str:
    """Return the loss as it is called, with the defaults of its parameters."""
    said = (p.name if p.required else f"{p.name}={value_of(p.default)}" for p in loss.parameters)
    return f"{loss.name}({', '.join(said)})" if loss.parameters else loss.name


def value_of(value: object) -> str:
    """Return the value of a parameter as it is typed."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lines(width: int) -> Iterator[str]:
    import losscli.losses.spec  # noqa: PLC0415 - fills the registry, and brings numpy

    known = losscli.losses.spec.LOSSES
    indent = _INDENT if width - _INDENT >= _LEAST_SUMMARY else 4
    found = sorted(known.values(), key=_place)
    for module, family in groupby(found, key=lambda loss: loss.function.__module__):
        yield (sys.modules[module].__doc__ or module).partition("\n")[0]
        for loss in family:
            yield from _loss(loss, indent, width)
        yield ""
    yield f"{len(known)} losses; as in --loss 'mse,huber(delta=2)'; more: losscli explain huber"


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
