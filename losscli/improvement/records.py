"""What would help, as a frozen record of finished numbers, and its JSON contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from losscli.dataclass import dataclass
from losscli.report.plain import number
from losscli.report.report import head_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from losscli.comparison.records import LossChange

HELPS = "helps"
NOTHING_HELPS = "nothing_helps"
INCONCLUSIVE = "inconclusive"
_NESTED = ("kind", "parameters", "least", "halves")


@dataclass(frozen=True)
class Fix:
    """One map of the predictions with what it does to the loss of rows it was not fitted on.

    `kind` is shift, scale, affine, temperature, logit_shift, platt or threshold; all parameters
    are by name. `least` are those with which the loss of all rows is least; `parameters` are the
    same where they are `clear`, that is more than chance makes of no change, else those of no
    change. `change` goes from the value before to the one after, for each half with the
    parameters of `halves`, which were fitted on the other half.
    """

    kind: str
    parameters: Mapping[str, float]
    least: Mapping[str, float]
    halves: tuple[Mapping[str, float], ...]
    clear: bool
    change: LossChange


@dataclass(frozen=True)
class Half:
    """A half of the rows: how many there are, and how many of them are kept to fit on."""

    rows: int
    kept: int


@dataclass(frozen=True)
class Improvement:
    """Everything that was found out about what would help, finished.

    `judged` rows are parted into `halves`, each judged with what was fitted on the other;
    `fitted_on` is how many the parameters are fitted on: all, or a sample. `best` is the fix
    that is best for all rows, None where none is more than chance; the `verdict` is about it
    alone: helps, nothing_helps or inconclusive. `failed` says of kinds without a fix why there
    is none.
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
    fitted_on: int
    halves: tuple[Half, ...]
    fixes: tuple[Fix, ...]
    failed: tuple[tuple[str, str], ...]
    best: Fix | None
    verdict: str
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the plain object of the JSON contract (NaN and inf are None)."""
        return {
            **head_of(self),
            "loss": {"loss": self.loss, "name": self.name},
            "fitted_on": self.fitted_on,
            "halves": [{"rows": one.rows, "fitted_on": one.kept} for one in self.halves],
            "fixes": [_plain(fix) for fix in self.fixes],
            "failed": [{"kind": kind, "why": why} for kind, why in self.failed],
            "best": self.best.kind if self.best else None,
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
        plain = [(fix, _plain(fix)) for fix in self.fixes]
        names = dict.fromkeys(name for fix in self.fixes for name in fix.parameters)
        return [
            {
                "kind": one["kind"],
                "best": fix is self.best,
                "loss": self.loss,
                **{name: one["parameters"].get(name) for name in names},
                **{key: one[key] for key in one if key not in _NESTED},
            }
            for fix, one in plain
        ]


def _numbers(parameters: Mapping[str, float]) -> dict[str, Any]:
    return {name: number(value) for name, value in parameters.items()}


def _plain(fix: Fix) -> dict[str, Any]:
    change = fix.change
    return {
        "kind": fix.kind,
        "parameters": _numbers(fix.parameters),
        "clear": fix.clear,
        "least": _numbers(fix.least),
        "halves": [_numbers(one) for one in fix.halves],
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
