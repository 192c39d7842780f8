"""The title of a report and the table of its losses."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from losscli.render import _gates
from losscli.render._digits import NONE, count, level, number, percent
from losscli.render._grid import Column, Facts, Grid, estimate_cell, interval_cell
from losscli.report import LossResult, PartResult, Report
from losscli.visible import visible

NO_PREDICTION = (
    *("y", "by", "id", "weight", "group", "cluster", "train", "class_weights"),
    "truth",
)


def title(report: Report) -> str:
    """Return the line that says which rows were judged, as what, and by which columns."""
    files = visible(report.files[0]) if report.files else "data"
    if len(report.files) > 1:
        files += f" and {count(len(report.files) - 1)} more"
    rows = f"{count(report.rows)} {'row' if report.rows == 1 else 'rows'}"
    if report.judged != report.rows:
        rows = f"{count(report.judged)} of {rows}"
    if report.groups:
        one = report.groups.count == 1
        rows += f" in {count(report.groups.count)} {'group' if one else 'groups'}"
        rows += f" of {visible(report.groups.column)}"
    said = [files, rows, report.task, against(report.columns)]
    if truth := report.columns.get("truth"):
        by = "position" if truth["id"] is None else str(truth["id"])
        said.append(f"truths of {', '.join(map(visible, truth['files']))} by {visible(by)}")
    if train := report.columns.get("train"):
        said.append(f"scaled by {', '.join(map(visible, train['files']))}")
    if cluster := report.columns.get("cluster"):
        clusters = max((found.estimate.clusters for found in report.losses), default=0)
        of = visible(str(cluster))
        said.append(f"intervals by {count(clusters)} clusters of {of}")
    if weight := report.columns.get("weight"):
        said.append(f"weighted by {visible(str(weight))}")
    if (beta := report.columns.get("class_weights")) is not None:
        said.append(f"classes weighted by effective numbers (beta {beta:g})")
    if report.gates:
        said.append(_gates.verdict(report))
    return " · ".join(said)


def against(columns: Mapping[str, Any]) -> str:
    """Say which column is held against which predictions, from the columns by role."""
    if columns.get("y") is None:
        return predictions(columns)
    return f"{_columns(columns['y'])} against {predictions(columns)}"


def predictions(columns: Mapping[str, Any]) -> str:
    """Return the names of the columns of predictions."""
    return ", ".join(_columns(c) for r, c in columns.items() if r not in NO_PREDICTION and c)


def _columns(found: Any) -> str:  # noqa: ANN401 - a name, or names in any container
    if found is None:
        return NONE
    if isinstance(found, str):
        return visible(found)
    several = [str(name) for name in (found.values() if isinstance(found, dict) else found)]
    if len(several) > 3:  # noqa: PLR2004 - more names than a title has room for
        return f"{count(len(several))} columns {visible(several[0])} … {visible(several[-1])}"
    return ", ".join(map(visible, several))


def grid(report: Report) -> Grid:
    """Return the table of losses; a column that no loss needs is not there."""
    columns, cells = zip(*_cells(report), strict=True)
    rows = (tuple(cell(found) for cell in cells) for found in report.losses)
    return Grid(columns, tuple(rows))


def _cells(report: Report) -> Iterator[tuple[Column, Callable[[LossResult], str]]]:
    yield Column("loss", "text"), lambda found: visible(found.label)
    yield Column("value"), lambda found: estimate_cell(found.estimate)
    interval = Column(f"{level(report.level)} interval", drop=3)
    yield interval, lambda found: interval_cell(found.estimate)
    if report.groups is None:
        yield Column("best constant", drop=2), _constant
        yield Column("skill", "skill"), lambda found: percent(found.skill, 3)
    if not all(math.isnan(found.balanced) for found in report.losses):
        yield Column("balanced"), lambda found: number(found.balanced)
    if any(found.estimate.rows != report.judged for found in report.losses):
        yield Column("rows"), lambda found: count(found.estimate.rows)


def _constant(found: LossResult) -> str:
    return number(found.best_constant.value) if found.best_constant else NONE


def parts(report: Report) -> Iterator[Facts]:
    """Say how much each part of a hybrid loss contributes, and the parts that a loss has."""
    for found in report.losses:
        if found.parts:
            yield Facts(visible(found.label), (", ".join(map(_part, found.parts)),))


def _part(part: PartResult) -> str:
    name, value = visible(part.loss), number(part.value)
    if part.weight is None:
        carried = "" if math.isnan(part.share) else f" ({percent(part.share)} of it)"
        return f"{name} {value}{carried}"
    weighted = name if part.weight == 1 else f"{part.weight:g}*{name}"
    return f"{weighted} is {percent(part.share)} of it ({name} {value})"
