"""What a reader of a comparison must know, in words."""

import math
from collections.abc import Iterator, Sequence

from losscli.comparison.difference import Shape
from losscli.comparison.records import Join, LossChange
from losscli.comparison.summary import PairedSummary
from losscli.comparison.trust import TAIL
from losscli.report.warn import TRUSTWORTHY, counted, rows


def warnings(
    summary: PairedSummary,
    changes: Sequence[LossChange],
    shapes: Sequence[Shape],
    join: Join,
    mode: str,
) -> Iterator[str]:
    """Return one sentence for each thing that the numbers do not say themselves."""
    for count, where in ((join.only_old, "old"), (join.only_new, "new")):
        if count:
            yield f"{rows(count)} of the {where} file without a partner"
    yield from counted(summary.census)
    yield from _tails(changes, shapes)
    if mode != "point":
        yield from _doubts(changes)
    for change in changes:
        if change.status == "infinite":
            yield f"{change.label} is infinite: there is no change to speak of"
        elif change.status == "undefined":
            yield f"{change.label} is not defined on these rows"
        elif math.isnan(change.low) and mode != "point":
            yield f"the change of {change.label} has no interval: --mode point takes the numbers"


def _tails(changes: Sequence[LossChange], shapes: Sequence[Shape]) -> Iterator[str]:
    heavy: dict[tuple[float, bool], list[str]] = {}
    for change, shape in zip(changes, shapes, strict=True):
        if shape.index < TRUSTWORTHY:
            heavy.setdefault((shape.index, shape.shaky or change.doubt == TAIL), []).append(
                change.label
            )
    for (index, shaky), labels in heavy.items():
        what = f"the tail of the differences of {', '.join(labels)} is heavy (index {index:.1f})"
        if shaky:
            yield f"{what}: a few rows decide, and no interval can be trusted"
        else:
            yield f"{what}: the interval may be too narrow"


def _doubts(changes: Sequence[LossChange]) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for change in changes:
        if change.doubt not in ("", TAIL):
            found.setdefault(change.doubt, []).append(change.label)
    for why, labels in found.items():
        yield f"the change of {', '.join(labels)} is not judged: {why}"
