"""Records as the plain objects of the JSON contract: NaN and inf are None."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losscli.report.diagnostics import Groups, Outliers
    from losscli.report.records import (
        ClassResult,
        Estimate,
        Fit,
        Gate,
        LossResult,
        PartResult,
        RowMeasure,
    )


def number(value: float) -> float | None:
    """Return a finite number as it is, anything else as None."""
    return value if math.isfinite(value) else None


def _spelled(value: object) -> object:
    """Return a parameter as JSON can hold it."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _plain(record: object) -> dict[str, Any]:
    return {
        key: number(value) if isinstance(value, float) else value
        for key, value in vars(record).items()
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    found = _plain(estimate)
    if estimate.status != "infinite":
        del found["infinite_rows"]
    for units in ("clusters", "groups"):
        if not found[units]:
            del found[units]
    return found


def plain_loss(result: LossResult, level: float) -> dict[str, Any]:
    """Return a loss over all rows as JSON has it."""
    estimate = _estimate(result.estimate)
    parameters = {name: _spelled(value) for name, value in result.parameters.items()}
    head = {"loss": result.loss, "name": result.name, "parameters": parameters}
    constant = result.best_constant
    tail: dict[str, Any] = {
        "best_constant": _plain(constant) if constant else None,
        "skill": number(result.skill),
        "balanced": number(result.balanced),
    }
    if result.empty_groups is not None:
        tail["empty_groups"] = result.empty_groups
    if result.adapted:
        tail["adapted"] = result.adapted
    if result.parts:
        tail["parts"] = [_part(part) for part in result.parts]
    return {**head, "status": estimate.pop("status"), **estimate, "level": level, **tail}


def plain_fit(fit: Fit) -> dict[str, Any]:
    """Return what was found from data as JSON has it."""
    return {**vars(fit), "parameters": dict(fit.parameters), "files": list(fit.files)}


def _part(part: PartResult) -> dict[str, Any]:
    found = _plain(part)
    if part.weight is None:
        del found["weight"]
    return found


def plain_class(result: ClassResult) -> dict[str, Any]:
    """Return a loss over the rows of a class as JSON has it."""
    estimate = _estimate(result.estimate)
    status = estimate.pop("status")
    return {
        "by": result.by,
        "class": result.cls,
        "loss": result.loss,
        **estimate,
        "share": number(result.share),
        "lift": number(result.lift),
        "status": status,
    }


def plain_groups(groups: Groups) -> dict[str, Any]:
    """Return the groups as JSON has it."""
    return {
        **_plain(groups),
        "quantiles": _quantiles(groups.quantiles),
        "worst": [_plain(group) for group in groups.worst],
    }


def _quantiles(found: tuple[tuple[float, float], ...]) -> list[dict[str, float | None]]:
    return [{"q": q, "value": number(value)} for q, value in found]


def plain_measure(measure: RowMeasure) -> dict[str, Any]:
    """Return a measure of the row losses as JSON has it."""
    status = "ok" if math.isfinite(measure.value) else "infinite"
    return {**_plain(measure), "status": "undefined" if math.isnan(measure.value) else status}


def plain_gate(gate: Gate) -> dict[str, Any]:
    """Return a gate as JSON has it."""
    return {"class" if key == "cls" else key: value for key, value in _plain(gate).items()}


def plain_outliers(outliers: Outliers) -> dict[str, Any]:
    """Return the outlier diagnostics as JSON has it."""
    return {
        "loss": outliers.loss,
        "worst": [_plain(row) for row in outliers.worst],
        "concentration": [_plain(line) for line in outliers.concentration],
        "quantiles": _quantiles(outliers.quantiles),
        "residuals": _plain(outliers.residuals) if outliers.residuals else None,
        "trimmed": {"cut": outliers.trimmed_cut, "value": number(outliers.trimmed)},
        "tail_index": number(outliers.tail_index),
        "exact_quantiles": outliers.exact_quantiles,
    }
