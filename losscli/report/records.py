"""The report: a frozen record of finished numbers and verdicts, and the JSON contract."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from losscli import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

SCHEMA = 1

Prediction = float | str | dict[str, float] | None
"""What a model said, or the best constant: a number, a class, or numbers by class or role."""


@dataclass(frozen=True)
class Estimate:
    """A value with what is known of its sampling error.

    `status` is "ok", or why there is no number: "infinite" (then `infinite_rows` counts the
    rows), "undefined", "empty". Numbers that are not there are NaN here and null in JSON.
    `low` and `high` are the ends of the interval at the report's `level`. `clusters` and
    `groups` count those whose spread the standard error is taken from; 0 where it is that of
    rows.
    """

    value: float
    rows: int
    stderr: float = math.nan
    low: float = math.nan
    high: float = math.nan
    status: str = "ok"
    infinite_rows: int = 0
    clusters: int = 0
    groups: int = 0


@dataclass(frozen=True)
class BestConstant:
    """The loss of the best constant prediction on the same rows."""

    prediction: Prediction
    value: float


@dataclass(frozen=True)
class LossResult:
    """One loss over all judged rows; `label` is what people see, `loss` the full spelling.

    `empty_groups` counts the groups with nothing to be found and nothing predicted, for losses
    that such groups are perfect for; None for the others.
    """

    loss: str
    label: str
    name: str
    parameters: Mapping[str, float | str | bool]
    estimate: Estimate
    best_constant: BestConstant | None
    skill: float
    balanced: float
    parts: tuple[Mapping[str, Any], ...] = ()
    empty_groups: int | None = None


@dataclass(frozen=True)
class ClassResult:
    """One loss over the rows of one class; `cls` is None for the class of empty cells.

    `share` is the class's part of the total loss, `lift` its value over the overall value.
    """

    by: str
    cls: str | None
    loss: str
    label: str
    estimate: Estimate
    share: float
    lift: float


@dataclass(frozen=True)
class WorstRow:
    """A row with a large loss: `row` counts data rows from 1 within its file."""

    row: int
    file: str
    id: str | None
    y: Prediction
    pred: Prediction
    loss: float
    share: float
    reason: str


@dataclass(frozen=True)
class Concentration:
    """The share of the total loss that the worst rows carry; `normal` for normal errors."""

    worst: float
    share: float
    normal: float


@dataclass(frozen=True)
class Residuals:
    """Signed residuals y - pred: their median, MAD and the rows beyond the rule.

    `flagged` is None where the MAD is 0. `rmse_over_mae` is 1.253 for normal errors.
    """

    median: float
    mad: float
    flagged: int | None
    rule: str
    rmse_over_mae: float


@dataclass(frozen=True)
class Outliers:
    """The outlier diagnostics of the first loss."""

    loss: str
    label: str
    worst: tuple[WorstRow, ...]
    concentration: tuple[Concentration, ...]
    quantiles: tuple[tuple[float, float], ...]
    residuals: Residuals | None
    trimmed_cut: float
    trimmed: float
    tail_index: float
    exact_quantiles: bool


@dataclass(frozen=True)
class WorstGroup:
    """A group with a large value of the first loss; `share` is its part of their sum."""

    group: str
    rows: int
    value: float
    share: float


@dataclass(frozen=True)
class Groups:
    """The groups whose values are averaged, by the first loss; `column` names them."""

    column: str
    count: int
    loss: str
    label: str
    quantiles: tuple[tuple[float, float], ...]
    worst: tuple[WorstGroup, ...]


@dataclass(frozen=True)
class Gate:
    """A limit and its verdict: passed, failed, warned or unjudged.

    `limit` is in the user's words, `measure` what was measured (of one class, where the limit
    is about classes: `cls` of the breakdown `by`). It is broken where `value operator bound`.
    `bound` is NaN where it is not judged; then `why` and `remedy` say so in words. `baseline`
    is the number of the baseline, where the limit names it. `hint` says how few rows decide.
    """

    limit: str
    severity: str
    value: float
    bound: float
    status: str
    measure: str = ""
    operator: str = ""
    loss: str = ""
    by: str | None = None
    cls: str | None = None
    rows: int = 0
    baseline: float = math.nan
    why: str = ""
    remedy: str = ""
    hint: str = ""


@dataclass(frozen=True)
class RowMeasure:
    """A number of the distribution of row losses that a limit asks for, by its name in limits.

    `exact` is False where it comes from a histogram.
    """

    measure: str
    value: float
    rows: int
    exact: bool


@dataclass(frozen=True)
class Report:
    """Everything that one evaluation found, finished.

    `columns` maps each role to the column (or columns) of the file that played it. `notes`
    say what was chosen for the user, `warnings` what a reader of the numbers must know.
    `compat` names the library whose numbers were asked for, and says for each loss what it is
    called there, how its number differs, and whether the value was `changed` to it.
    """

    files: tuple[str, ...]
    rows: int
    judged: int
    digest: str
    columns: Mapping[str, Any]
    task: str
    level: float
    losses: tuple[LossResult, ...]
    breakdown: tuple[ClassResult, ...]
    outliers: Outliers | None
    groups: Groups | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    compat: Mapping[str, Any] | None = None
    measures: tuple[RowMeasure, ...] = ()
    gates: tuple[Gate, ...] = ()
    verdict: str = "none"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as the plain object of the JSON contract (NaN and inf are None)."""
        return {
            "schema": SCHEMA,
            "program": {"name": "losscli", "version": __version__, **self.environment},
            "data": {
                "files": list(self.files),
                "rows": self.rows,
                "judged": self.judged,
                "dropped": self.rows - self.judged,
                "digest": self.digest,
            },
            "columns": dict(self.columns),
            "task": self.task,
            "compat": dict(self.compat) if self.compat else None,
            "losses": [_loss(result, self.level) for result in self.losses],
            "breakdown": [_class(result) for result in self.breakdown],
            "outliers": _outliers(self.outliers) if self.outliers else None,
            "groups": _groups(self.groups) if self.groups else None,
            "warnings": list(self.warnings),
            "measures": [_measure(measure) for measure in self.measures],
            "gates": [plain_gate(gate) for gate in self.gates],
            "verdict": self.verdict,
        }

    def to_json(self, indent: int | None = 2) -> str:
        """Return the JSON text: strict, full doubles, stable key order."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the losses as a DataFrame, one row a loss."""
        import pandas as pd  # noqa: PLC0415 - imported only when used

        records = [_loss(result, self.level) for result in self.losses]
        constants = [record.pop("best_constant") for record in records]
        for record, constant in zip(records, constants, strict=True):
            record.pop("parameters")
            record["best_constant"] = constant and constant["value"]
        return pd.DataFrame.from_records(records)

    def breakdown_frame(self) -> pd.DataFrame:
        """Return the breakdown as a DataFrame, one row a class and loss."""
        import pandas as pd  # noqa: PLC0415 - imported only when used

        return pd.DataFrame.from_records([_class(result) for result in self.breakdown])


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


def _loss(result: LossResult, level: float) -> dict[str, Any]:
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
    if result.parts:
        tail["parts"] = [dict(part) for part in result.parts]
    return {**head, "status": estimate.pop("status"), **estimate, "level": level, **tail}


def _class(result: ClassResult) -> dict[str, Any]:
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


def _groups(groups: Groups) -> dict[str, Any]:
    return {
        **_plain(groups),
        "quantiles": _quantiles(groups.quantiles),
        "worst": [_plain(group) for group in groups.worst],
    }


def _quantiles(found: tuple[tuple[float, float], ...]) -> list[dict[str, float | None]]:
    return [{"q": q, "value": number(value)} for q, value in found]


def _measure(measure: RowMeasure) -> dict[str, Any]:
    status = "ok" if math.isfinite(measure.value) else "infinite"
    return {**_plain(measure), "status": "undefined" if math.isnan(measure.value) else status}


def plain_gate(gate: Gate) -> dict[str, Any]:
    """Return a gate as JSON has it."""
    return {"class" if key == "cls" else key: value for key, value in _plain(gate).items()}


def _outliers(outliers: Outliers) -> dict[str, Any]:
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
