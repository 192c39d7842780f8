"""What a loss costs, for people: its curve with some typical errors, or a few rows."""

import math
from collections.abc import Iterator, Mapping
from textwrap import wrap

from losscli.cli.curve import Curve, curve, situations
from losscli.cli.losses import value_of
from losscli.cli.plot import drawn
from losscli.errors import UsageError
from losscli.losses.parameter import Value
from losscli.losses.spec import Loss


def picture(
    loss: Loss, values: Mapping[str, Value], width: int, *, ascii_only: bool
) -> Iterator[str]:
    """Yield the lines that show what errors cost: a curve with typical errors, or a few rows."""
    said = [
        f"{p.name}={value_of(values[p.name])}"
        for p in loss.parameters
        if p.required or values[p.name] != p.default
    ]
    given = f", with {', '.join(said)}" if said else ""
    try:
        found = curve(loss, values)
        rows = [] if found else situations(loss, values)
    except UsageError:  # a plugin's loss may not take what is drawn
        return
    if found:
        yield ""
        alone = "" if found.alone is None else "; value: that of a file of such rows"
        yield from wrap(
            f"row loss against {found.against}{given}{alone}",
            width,
            initial_indent="  ",
            subsequent_indent="  ",
        )
        yield ""
        yield from (f"  {line}" for line in drawn(found.at, found.loss, ascii_only=ascii_only))
        yield ""
        yield from _few(found, width)
    elif rows:
        yield ""
        yield f"  row loss{given}"
        yield ""
        wide = max(len(text) for text, _ in rows)
        yield from (f"  {text:<{wide}}   {value:>6.4g}" for text, value in rows)


def _few(found: Curve, width: int) -> Iterator[str]:
    """Yield what some typical errors cost, in lines that fit the width."""
    heads = ("at", "row loss", "value")
    rows = [found.few, found.costs, *([] if found.alone is None else [found.alone])]
    some = zip(*(row.tolist() for row in rows), strict=True)
    cells = [[f"{value:.4g}" for value in one] for one in some if not math.isnan(one[1])]
    lead = len(heads[1])
    wide = max(len(cell) for one in cells for cell in one) + 2
    most = max((width - lead - 2) // wide, 1)
    for start in range(0, len(cells), most):
        for head, line in zip(heads, zip(*cells[start : start + most], strict=True), strict=False):
            yield f"  {head:<{lead}}" + "".join(f"{cell:>{wide}}" for cell in line)
