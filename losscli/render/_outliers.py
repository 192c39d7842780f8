"""The outlier diagnostics: sentences, and the table of the worst rows."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from losscli.render._breakdown import class_name
from losscli.render._digits import NONE, count, level, number, percent, told_apart, value_as_read
from losscli.render._grid import Column, Facts, Grid
from losscli.render._losses import NO_PREDICTION
from losscli.report import Concentration, Outliers, Prediction, Report, Residuals, WorstRow
from losscli.visible import visible

_TOLD = (0.5, 0.9, 0.99, 0.999)
_FEW = 4
"""More classes or roles than this are not all shown in one cell."""


def parts(report: Report) -> Iterator[Facts | Grid]:
    """Return what is said of the first loss's outliers, then its worst rows."""
    if report.outliers is None:
        return
    yield Facts(f"outliers ({visible(report.outliers.label)})", tuple(_facts(report.outliers)))
    if report.outliers.worst:
        yield _worst(report, report.outliers.worst)


def _facts(found: Outliers) -> Iterator[str]:
    yield from (_concentration(line) for line in found.concentration if line.share >= 0)
    known = [(q, value) for q, value in found.quantiles if q in _TOLD and math.isfinite(value)]
    if known:
        said = ", ".join(f"{level(q)} at most {number(value)}" for q, value in known)
        yield f"rows lose: {said}" + ("" if found.exact_quantiles else " (within 0.2 %)")
    if math.isfinite(found.trimmed):
        yield f"mean without the worst {level(found.trimmed_cut)}: {number(found.trimmed)}"
    if found.residuals:
        yield _residuals(found.residuals)


def _concentration(line: Concentration) -> str:
    said = f"the worst {level(line.worst)} of rows carry {percent(line.share)} of the loss"
    return f"{said} (normal errors: {percent(line.normal)})" if line.normal >= 0 else said


def _residuals(found: Residuals) -> str:
    centre = f"residuals: median {number(found.median)}, MAD {number(found.mad)}"
    if found.mad == 0:
        return f"{centre}: half of them are equal, so none can be called far off"
    if found.flagged is None:
        return centre
    rows = "row has" if found.flagged == 1 else "rows have"
    ratio = f"RMSE/MAE {number(found.rmse_over_mae)} (normal errors: 1.253)"
    return f"{centre}; {ratio}; {count(found.flagged)} {rows} a {found.rule}"


def _worst(report: Report, worst: tuple[WorstRow, ...]) -> Grid:
    columns, cells = zip(*_cells(report, worst), strict=True)
    return Grid(columns, tuple(tuple(cell(row) for cell in cells) for row in worst))


def _cells(
    report: Report, worst: tuple[WorstRow, ...]
) -> Iterator[tuple[Column, Callable[[WorstRow], str]]]:
    truth, prediction = _heads(report)
    yield Column("row"), lambda row: str(row.row)
    if len(report.files) > 1:
        yield Column("file", "text"), lambda row: visible(row.file)
    if any(row.id is not None for row in worst):
        yield Column("id", "text"), lambda row: NONE if row.id is None else visible(row.id)
    by_size = report.task != "distribution"
    if report.columns.get("y") is not None:
        yield Column(truth, _kind(worst[0].y)), lambda row: _seen(row, by_size=by_size)[0]
    yield Column(prediction, _kind(worst[0].pred)), lambda row: _seen(row, by_size=by_size)[1]
    yield Column("loss"), lambda row: number(row.loss)
    yield Column("share"), lambda row: percent(row.share)
    if any(row.reason for row in worst):
        yield Column("why", "text", drop=1, wraps=True), lambda row: visible(row.reason, limit=200)


def _heads(report: Report) -> tuple[str, str]:
    """Name the columns of truth and prediction; several prediction columns by their roles."""
    predictions = {r: c for r, c in report.columns.items() if r not in NO_PREDICTION and c}
    named = [visible(c) if isinstance(c, str) else role for role, c in predictions.items()]
    truth = report.columns.get("y")
    return visible(truth) if isinstance(truth, str) else "y", ", ".join(named)


def _kind(value: Prediction) -> Literal["text", "number"]:
    return "number" if isinstance(value, float) else "text"


def _seen(row: WorstRow, *, by_size: bool) -> tuple[str, str]:
    if isinstance(row.y, float) and isinstance(row.pred, float):
        return told_apart(row.y, row.pred)
    return _cell(row.y, by_size=by_size), _cell(row.pred, by_size=by_size)


def _cell(value: Prediction, *, by_size: bool) -> str:
    if isinstance(value, dict):
        return _several(value, by_size=by_size)
    return value_as_read(value) if isinstance(value, float) else class_name(value)


def _several(values: Mapping[str, float], *, by_size: bool) -> str:
    """Show a few named numbers; of many, the two largest, or the ends and the middle."""
    shown, digits = list(values.items()), 6
    if len(shown) > _FEW:
        largest, digits = sorted(shown, key=lambda item: -item[1])[:2], 4
        shown = largest if by_size else [shown[0], shown[len(shown) // 2], shown[-1]]
    return ", ".join(f"{class_name(name)}: {value_as_read(v, digits)}" for name, v in shown)
