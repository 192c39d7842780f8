"""`losscli explain`: one loss, on one page."""

import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from losscli.cli import terminal
from losscli.cli.losses import Plugins, call_of, value_of
from losscli.errors import UsageError
from losscli.visible import visible

if TYPE_CHECKING:
    from losscli.losses.parameter import Parameter, Value
    from losscli.losses.spec import Loss

_MOST = 100
_LEAST = 30
_INDENT = 15
_PROPER = {
    "strictly": "strictly: on average nothing is as good as honest forecasts",
    "yes": "yes: on average nothing is better than honest forecasts, but others are as good",
    "no": "no: on average other forecasts than the honest ones are better",
}
_CONVEX = {True: "yes, in the prediction", False: "no: a fit can stop at a minimum that is not it"}
_INFLUENCE = {
    True: "bounded: a single row, however wrong, pulls a fit only so far",
    False: "unbounded: a single row can pull a fit as far as it likes",
}
_COST = {
    True: "bounded: a single row, however wrong, costs only so much",
    False: "unbounded: a single row can cost any amount",
}


def explain(
    name: Annotated[str, typer.Argument(metavar="NAME", hidden=True)],
    *,
    plugin: Plugins = None,  # noqa: ARG001 - read before the command is
) -> None:
    """Explain the loss NAME, such as huber or 'huber(delta=2)', or a formula.

    Its formula, when to use it and when not, what it rewards, its parameters, what other
    libraries call it and where their numbers differ, a curve and some typical errors.
    """
    style = terminal.style()
    width = max(min(style.width, _MOST), _LEAST)
    with redirect_stdout(sys.stderr):  # what a plugin prints is no part of the page
        pages = [
            "\n".join(_page(loss, values, width, ascii_only=style.ascii))
            for loss, values in _asked(name.strip())
        ]
    sys.stdout.write(terminal.shown("\n\n\n".join(pages) + "\n", style))


def _named(text: str) -> str:
    """Return what a configuration gives a name to, where no loss has it."""
    from losscli.losses.names import is_known  # noqa: PLC0415 - brings numpy

    if not text.isidentifier() or is_known(text):
        return text
    from losscli.cli.settings import in_force  # noqa: PLC0415 - few names are those of sums
    from losscli.losses.hybrids import hybrids_of  # noqa: PLC0415 - likewise

    sums = in_force(None).values.get("hybrid")
    return hybrids_of(sums.value).get(text, text) if sums else text


def _asked(text: str) -> "Iterator[tuple[Loss, Mapping[str, Value]]]":
    """Yield the losses of that name, one a task, with the parameters that are given."""
    from losscli.losses.facts import typical  # noqa: PLC0415 - brings numpy
    from losscli.losses.language import parse, resolve, tasks  # noqa: PLC0415 - likewise
    from losscli.losses.names import find  # noqa: PLC0415 - likewise

    text = _named(text)
    if text.isidentifier():
        yield from ((loss, typical(loss)) for loss in find(text))
        return
    requests = parse([text])
    for task in sorted(tasks(requests)):
        for chosen in resolve(requests, task):
            if chosen.single is None or len(requests) > 1:
                what = f"{visible(text)} is more than one loss"
                raise UsageError(what, remedy="losscli explain NAME, as in losscli explain huber")
            part = chosen.single
            for parameter, column in part.columns.items():
                what = f"{parameter} is the column {visible(column)}, and there is no file here"
                raise UsageError(what, remedy=f"give a number, as in {parameter}=5")
            loss, usual = part.loss, typical(part.loss)
            if loss.origin and requests[0].name:
                loss = replace(loss, name=f"{requests[0].name} = {loss.name}")
            # without data there is nothing to find a parameter from
            yield loss, {**part.parameters, **{name: usual[name] for name in part.auto}}


def _page(
    loss: "Loss", values: "Mapping[str, Value]", width: int, *, ascii_only: bool
) -> Iterator[str]:
    yield from wrap(f"{call_of(loss)}  ({loss.task})", width, subsequent_indent="  ")
    for paragraph in filter(None, loss.doc.split("\n\n")):
        yield ""
        yield from wrap(paragraph, width - 2, initial_indent="  ", subsequent_indent="  ")
    for facts in (_advice(loss), _facts(loss, values), _elsewhere(loss)):
        yield from _listed(facts, width)
    from losscli.cli.picture import picture  # noqa: PLC0415 - brings numpy

    yield from picture(loss, values, width, ascii_only=ascii_only)


def _listed(facts: Iterator[tuple[str, str]], width: int) -> Iterator[str]:
    gap = [""]
    for head, text in facts:
        yield from gap
        gap = []
        lead = f"  {head}"
        lines = wrap(text, max(width - _INDENT, 20), break_long_words=False) or [""]
        for line in lines:
            yield f"{lead:<{_INDENT - 1}} {line}"
            lead = ""


def _advice(loss: "Loss") -> Iterator[tuple[str, str]]:
    if loss.use:
        yield "use it", loss.use[:1].lower() + loss.use[1:]
    if loss.avoid:
        yield "avoid it", loss.avoid[:1].lower() + loss.avoid[1:]


def _facts(loss: "Loss", values: "Mapping[str, Value]") -> Iterator[tuple[str, str]]:
    from losscli.losses.domain import REAL  # noqa: PLC0415 - brings numpy
    from losscli.losses.traits import traits  # noqa: PLC0415 - likewise

    heads = ["row loss"] + ["and"] * len(loss.formula[1:])
    yield from zip(heads, loss.formula, strict=False)
    yield "value", loss.combine(**values).name
    if loss.elicits not in ("", "-"):
        yield "rewards", f"a prediction of the {loss.elicits}"
    like = traits(loss, values)
    no = {trait: f"does not apply: {reason}" for trait, reason in like.why.items()}
    yield "proper", _PROPER.get(like.proper) or no["proper"]
    yield "convex", no["convex"] if like.convex is None else _CONVEX[like.convex]
    bounded = like.bounded_influence
    said = _COST if {"prob", "probs", "logprob", "label"} & set(loss.roles) else _INFLUENCE
    yield "influence", no["influence"] if bounded is None else said[bounded]
    if loss.bound != math.inf:
        yield "at most", f"{loss.bound} a row"
    if loss.floor != "0":
        yield "at best", f"{loss.floor} a row" if loss.floor else "no limit that is reached"
    yield "columns", ", ".join(loss.flags)
    yield from ((r, f"in {legal}") for r, legal in loss.domain(**values).items() if legal != REAL)
    yield from ((parameter.name, _parameter(parameter)) for parameter in loss.parameters)
    if loss.aka:
        yield "also called", ", ".join(loss.aka)


def _elsewhere(loss: "Loss") -> Iterator[tuple[str, str]]:
    last = ""
    for peer in loss.peers:
        said = f"{peer.name}. {peer.differs}" if peer.differs else peer.name
        said += f" (--compat {peer.library} prints it.)" if peer.rows else ""
        yield ("" if peer.written == last else peer.written), said
        last = peer.written
    if loss.differs:
        yield "elsewhere", loss.differs


def _parameter(parameter: "Parameter") -> str:
    default = "must be given" if parameter.required else f"default {value_of(parameter.default)}"
    legal = parameter.legal
    if legal is None:
        return f"{default}; {parameter.range}"
    if hasattr(legal, "words"):
        return f"{default}; {legal}"
    auto = f"; auto: {parameter.auto.words}" if parameter.auto else ""
    return f"{default}; {'a whole number ' if legal.whole else ''}in {legal}{auto}"
