"""How the values of the groups lie, and the worst groups."""

import math
from collections.abc import Iterator

from losscli.render._breakdown import class_name
from losscli.render._digits import count, level, number, percent
from losscli.render._grid import Column, Facts, Grid
from losscli.report import Groups, Report
from losscli.visible import visible

_TOLD = (0.5, 0.9, 0.99)


def parts(report: Report) -> Iterator[Facts | Grid]:
    """Return what is said of the groups, then the worst of them by the first loss."""
    found = report.groups
    if found is None:
        return
    known = [(q, value) for q, value in found.quantiles if q in _TOLD and math.isfinite(value)]
    if known:
        said = ", ".join(f"{level(q)} at most {number(value)}" for q, value in known)
        yield Facts(f"groups ({visible(found.label)})", (f"groups lose: {said}",))
    if found.worst:
        yield _worst(found)


def _worst(found: Groups) -> Grid:
    columns = (
        Column(visible(found.column), "text"),
        Column("rows"),
        Column(visible(found.label)),
        Column("share"),
    )
    rows = tuple(
        (class_name(group.group), count(group.rows), number(group.value), percent(group.share))
        for group in found.worst
    )
    return Grid(columns, rows)
