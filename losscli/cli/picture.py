"""What a loss costs, for people: its curve with some typical errors, or a few rows."""

import math
from collections.abc import Iterator, Mapping

from losscli.cli.curve import Curve, curve, situations
from losscli.cli.losses import value_of
from losscli.cli.plot import drawn
from losscli.errors import UsageError
from losscli.losses.spec import Loss, Value


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
        yield f"  row loss against {found.against}{given}"
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
    heads = ("at", "row loss")
    pairs = zip(found.few.tolist(), found.costs.tolist(), strict=True)
    cells = [(f"{at:.4g}", f"{cost:.4g}") for at, cost in pairs if not math.isnan(cost)]
    lead = len(heads[1])
    wide = max(len(cell) for pair in cells for cell in pair) + 2
    most = max((width - lead - 2) // wide, 1)
    for start in range(0, len(cells), most):
        for head, line in zip(heads, zip(*cells[start : start + most], strict=True), strict=True):
            yield f"  {head:<{lead}}" + "".join(f"{cell:>{wide}}" for cell in line)
