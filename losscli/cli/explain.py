"""`losscli explain`: one loss, on one page."""

import sys
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from losscli.cli import terminal
from losscli.cli.losses import call_of, value_of

if TYPE_CHECKING:
    from losscli.losses.spec import Loss, Parameter, Value

_MOST = 100
_LEAST = 30
_INDENT = 14
_TYPICAL = 1.0
"""What a curve takes for a parameter that has no default."""


def explain(name: Annotated[str, typer.Argument(metavar="NAME", hidden=True)]) -> None:
    """Explain the loss NAME: formula, what it rewards, parameters, names elsewhere, a curve."""
    from losscli.losses.names import find  # noqa: PLC0415 - brings numpy

    style = terminal.style()
    width = max(min(style.width, _MOST), _LEAST)
    losses = find(name.partition("(")[0].strip())
    pages = ("\n".join(_page(loss, width, ascii_only=style.ascii)) for loss in losses)
    sys.stdout.write(terminal.shown("\n\n\n".join(pages) + "\n", style))


def _page(loss: "Loss", width: int, *, ascii_only: bool) -> Iterator[str]:
    yield f"{call_of(loss)}  ({loss.task})"
    for paragraph in loss.doc.split("\n\n"):
        yield ""
        yield from wrap(paragraph, width - 2, initial_indent="  ", subsequent_indent="  ")
    yield ""
    for head, text in _facts(loss):
        lead = f"  {head}"
        lines = wrap(text, max(width - _INDENT, 20), break_long_words=False) or [""]
        for line in lines:
            yield f"{lead:<{_INDENT - 1}} {line}"
            lead = ""
    yield from _picture(loss, ascii_only=ascii_only)


def _facts(loss: "Loss") -> Iterator[tuple[str, str]]:
    from losscli.losses.domain import REAL  # noqa: PLC0415 - brings numpy

    values = _typical(loss)
    heads = ["row loss"] + ["and"] * len(loss.formula[1:])
    yield from zip(heads, loss.formula, strict=False)
    yield "value", loss.combine(**values).name
    if loss.elicits not in ("", "-"):
        yield "rewards", f"a prediction of the {loss.elicits}"
    flags = ("--true" if role == "y" else f"--{role}" for role in loss.roles if role != "levels")
    yield "columns", ", ".join(flags)
    yield from ((r, f"in {legal}") for r, legal in loss.domain(**values).items() if legal != REAL)
    yield from ((parameter.name, _parameter(parameter)) for parameter in loss.parameters)
    if loss.aka:
        yield "also called", ", ".join(loss.aka)
    for peer in loss.peers:
        yield peer.written, f"{peer.name}. {peer.differs}" if peer.differs else peer.name
    if loss.differs:
        yield "elsewhere", loss.differs


def _parameter(parameter: "Parameter") -> str:
    default = "must be given" if parameter.required else f"default {value_of(parameter.default)}"
    legal = parameter.legal
    if legal is None:
        return f"{default}; True or False"
    return f"{default}; {legal}" if hasattr(legal, "words") else f"{default}; in {legal}"


def _typical(loss: "Loss") -> Mapping[str, "Value"]:
    return {
        p.name: _TYPICAL if p.required or p.default is None else p.default for p in loss.parameters
    }


def _picture(loss: "Loss", *, ascii_only: bool) -> Iterator[str]:
    from losscli.cli.curve import curve, situations  # noqa: PLC0415 - brings numpy
    from losscli.cli.plot import drawn  # noqa: PLC0415 - likewise

    values = _typical(loss)
    required = [f"{p.name}={value_of(values[p.name])}" for p in loss.parameters if p.required]
    given = f", with {', '.join(required)}" if required else ""
    if found := curve(loss, values):
        yield ""
        yield f"  row loss against {found.against}{given}"
        yield ""
        yield from (f"  {line}" for line in drawn(found.at, found.loss, ascii_only=ascii_only))
    elif rows := situations(loss, values):
        yield ""
        yield f"  row loss{given}"
        yield ""
        wide = max(len(text) for text, _ in rows)
        yield from (f"  {text:<{wide}}   {value:>6.4g}" for text, value in rows)
