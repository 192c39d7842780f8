"""The report: a frozen record of finished numbers and verdicts, and the JSON contract."""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING, Any

from losscli import __version__
from losscli.dataclass import dataclass
from losscli.report.plain import (
    plain_class,
    plain_fit,
    plain_gate,
    plain_groups,
    plain_loss,
    plain_measure,
    plain_outliers,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from losscli.report.diagnostics import Groups, Outliers
    from losscli.report.records import ClassResult, Fit, Gate, LossResult, RowMeasure

SCHEMA = 1


def head_of(found: Any) -> dict[str, Any]:  # noqa: ANN401 - an Advice or an Improvement
    """Return what the JSON of advice begins with: its program, data, columns and task."""
    return {
        "schema": SCHEMA,
        "program": {"name": "losscli", "version": __version__},
        "data": {
            "files": list(found.files),
            "rows": found.rows,
            "judged": found.judged,
            "dropped": found.dropped,
        },
        "columns": dict(found.columns),
        "task": found.task,
    }


@dataclass(frozen=True)
class Report:
    """Everything that one evaluation found, finished.

    `columns` maps each role to the column (or columns) of the file that played it. `notes`
    say what was chosen for the user, `warnings` what a reader of the numbers must know.
    `compat` names the library whose numbers were asked for, and says for each loss what it is
    called there, how its number differs, and whether the value was `changed` to it. `fitted`
    are parameters that were found from data.
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
    fitted: tuple[Fit, ...] = ()
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
            "fitted": [plain_fit(fit) for fit in self.fitted],
            "losses": [plain_loss(result, self.level) for result in self.losses],
            "breakdown": [plain_class(result) for result in self.breakdown],
            "outliers": plain_outliers(self.outliers) if self.outliers else None,
            "groups": plain_groups(self.groups) if self.groups else None,
            "warnings": list(self.warnings),
            "measures": [plain_measure(measure) for measure in self.measures],
            "gates": [plain_gate(gate) for gate in self.gates],
            "verdict": self.verdict,
        }

    def to_json(self, indent: int | None = 2) -> str:
        """Return the JSON text: strict, full doubles, stable key order."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the losses as a DataFrame, one row a loss."""
        import pandas as pd  # noqa: PLC0415 - imported only when used

        records = [plain_loss(result, self.level) for result in self.losses]
        constants = [record.pop("best_constant") for record in records]
        for record, constant in zip(records, constants, strict=True):
            record.pop("parameters")
            record["best_constant"] = constant and constant["value"]
        return pd.DataFrame.from_records(records)

    def breakdown_frame(self) -> pd.DataFrame:
        """Return the breakdown as a DataFrame, one row a class and loss."""
        import pandas as pd  # noqa: PLC0415 - imported only when used

        return pd.DataFrame.from_records([plain_class(result) for result in self.breakdown])
