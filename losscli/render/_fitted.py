"""What was found from data for the parameters that are auto."""

from collections.abc import Iterator, Sequence

from losscli.render._digits import count, number
from losscli.render._grid import Facts
from losscli.report import Fit
from losscli.visible import visible

_MOST = 10
"""More values than these are in the JSON alone."""


def parts(fits: Sequence[Fit]) -> Iterator[Facts]:
    """Say for each loss that adapts what was found, from where, and by which rule."""
    if fits:
        yield Facts("adapted", tuple(map(_said, fits)))


def _said(fit: Fit) -> str:
    shown = list(fit.parameters.items())[:_MOST]
    values = ", ".join(f"{visible(name)} = {number(value)}" for name, value in shown)
    if len(fit.parameters) > _MOST:
        values += f" and {count(len(fit.parameters) - _MOST)} more"
    data = f"{count(fit.rows)} rows of {', '.join(map(visible, fit.files))}"
    whence = "these rows" if fit.origin == "judged" else data
    frozen = " (frozen)" if fit.origin == "frozen" else ""
    return f"{visible(fit.loss)}: {values} from {whence}{frozen}: {visible(fit.rule, limit=500)}"
