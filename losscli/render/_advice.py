"""The page of advice: the losses that fit, those that mislead, and what to run."""

from collections.abc import Iterator

from losscli.advice.records import FITS, MISLEADS, Advice
from losscli.render._digits import count
from losscli.render._grid import Column, Commands, Facts, Grid
from losscli.render._losses import against
from losscli.visible import visible


def title(found: Advice) -> str:
    """Return the line that says which rows were looked at as what."""
    files = ", ".join(visible(name) for name in found.files)
    rows = "1 row" if found.judged == 1 else f"{count(found.judged)} rows"
    return " · ".join([files, rows, found.task, against(found.columns)])


def parts(found: Advice, most: int) -> Iterator[Grid | Facts | Commands]:  # noqa: ARG001 - it is short
    """Return both lists with their reasons, and the commands."""
    heads = {FITS: "fits", MISLEADS: "misleads"}
    for verdict, head in heads.items():
        ours = [one for one in found.suggestions if one.verdict == verdict]
        if ours:
            columns = (Column(head, "text"), Column("why", "text", wraps=True))
            yield Grid(columns, tuple((visible(one.loss), visible(one.why, 300)) for one in ours))
    if not found.suggestions:
        yield Facts("advice", ("no rule knows these predictions: losscli losses lists the losses",))
    commands = [found.command, *(one.command for one in found.suggestions if one.verdict == FITS)]
    if kept := tuple(dict.fromkeys(visible(text, 4000) for text in commands if text)):
        yield Commands("run", kept)
