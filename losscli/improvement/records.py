"""What would help, as a frozen record of finished numbers, and its JSON contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from losscli import __version__
from losscli.dataclass import dataclass
from losscli.report.plain import number
from losscli.report.report import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from losscli.comparison.records import LossChange

HELPS = "helps"
NOTHING_HELPS = "nothing_helps"
INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Fix:
    """One map of the predictions with what it does to the loss on the held-out rows.

    `kind` is shift, scale, affine, temperature, logit_shift, platt or threshold; `parameters`
    are by name. `change` goes from the value before to the one after.
    """

    kind: str
    parameters: Mapping[str, float]
    change: LossChange


@dataclass(frozen=True)
class Improvement:
    """Everything that was found out about what would help, finished.

    `rows` are those that were judged at all: `fit_rows` to fit on (of which `fitted_on` were
    used), `held_out` to judge on. `best` is the fix that the fit half chose, which alone the
    `verdict` is about: helps, nothing_helps or inconclusive. `failed` says of kinds without a
    fix why there is none.
    """

    files: tuple[str, ...]
    columns: Mapping[str, Any]
    task: str
    loss: str
    name: str
    label: str
    level: float
    rows: int
    judged: int
    dropped: int
    fit_rows: int
    fitted_on: int
    held_out: int
    fixes: tuple[Fix, ...]
    failed: tuple[tuple[str, str], ...]
    best: Fix
    verdict: str
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the plain object of the JSON contract (NaN and inf are None)."""
        return {
            "schema": SCHEMA,
            "program": {"name": "losscli", "version": __version__},
            "data": {
                "files": list(self.files),
                "rows": self.rows,
                "judged": self.judged,
                "dropped": self.dropped,
            },
            "columns": dict(self.columns),
            "task": self.task,
            "loss": {"loss": self.loss, "name": self.name},
            "halves": {
                "fit": self.fit_rows,
                "fitted_on": self.fitted_on,
                "held_out": self.held_out,
            },
            "fixes": [_plain(fix) for fix in self.fixes],
            "failed": [{"kind": kind, "why": why} for kind, why in self.failed],
            "best": self.best.kind,
            "verdict": self.verdict,
            "warnings": list(self.warnings),
        }

    def to_json(self, indent: int | None = 2) -> str:
        """Return the JSON text: strict, full doubles, stable key order."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the fixes as a DataFrame, one row each; parameters have columns of their own."""
        import pandas as pd  # noqa: PLC0415 - imported only when used

        return pd.DataFrame.from_records(list(self.records()))

    def records(self) -> list[dict[str, Any]]:
        """Return the fixes as flat records."""
        plain = [_plain(fix) for fix in self.fixes]
        names = dict.fromkeys(name for fix in self.fixes for name in fix.parameters)
        return [
            {
                "kind": one["kind"],
                "best": one["kind"] == self.best.kind,
                "loss": self.loss,
                **{name: one["parameters"].get(name) for name in names},
                **{key: one[key] for key in one if key not in ("kind", "parameters")},
            }
            for one in plain
        ]


def _plain(fix: Fix) -> dict[str, Any]:
    change = fix.change
    return {
        "kind": fix.kind,
        "parameters": {name: number(value) for name, value in fix.parameters.items()},
        "before": number(change.old),
        "after": number(change.new),
        "change": number(change.change),
        "relative": number(change.relative),
        "low": number(change.low),
        "high": number(change.high),
        "level": change.level,
        "stderr": number(change.stderr),
        "rows": change.rows,
        "verdict": change.verdict,
    }
