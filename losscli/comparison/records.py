"""A comparison as a frozen record of finished numbers and verdicts, and its JSON contract."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from losscli import __version__
from losscli.dataclass import dataclass
from losscli.report.plain import number, plain_fit, plain_gate
from losscli.report.records import Fit, Gate
from losscli.report.report import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

IMPROVED = "improved"
NO_DIFFERENCE = "no_difference"
WITHIN_TOLERANCE = "within_tolerance"
INCONCLUSIVE = "inconclusive"
REGRESSED = "regressed"


@dataclass(frozen=True)
class Join:
    """How rows found their partners: `by` is the column of the ids, or "position"."""

    by: str
    matched: int
    only_old: int = 0
    only_new: int = 0


@dataclass(frozen=True)
class LossChange:
    """One loss of two models on the same rows; numbers that are not there are NaN.

    `change` is new - old, `relative` that by |old|, `low` and `high` the ends of its interval.
    `better`, `same` and `worse` count rows, or the `groups` where their values are compared.
    `detectable` is the smallest true difference that would be found in 80 % of such data. `p` is
    the two-sided p-value of no difference. `balanced_old` and `balanced_new` are the means of the
    values of the true classes. `doubt` says why the interval cannot be trusted, "" where it can:
    "tail", or a sentence. `why` says in words why the change is inconclusive, "" where it is not.
    """

    loss: str
    label: str
    name: str
    old: float
    new: float
    change: float
    relative: float
    low: float
    high: float
    level: float
    better: int
    same: int
    worse: int
    detectable: float
    verdict: str
    rows: int
    stderr: float
    p: float
    tolerance: float
    status: str = "ok"
    doubt: str = ""
    why: str = ""
    groups: int = 0
    balanced_old: float = math.nan
    balanced_new: float = math.nan


@dataclass(frozen=True)
class ClassChange:
    """The change in one class; `cls` is None for the class of empty cells.

    `q` is the p-value corrected for having looked at every class (Benjamini & Hochberg, 1995);
    that of a class the user `named` is not corrected.
    """

    by: str
    cls: str | None
    found: LossChange
    q: float
    named: bool = False


@dataclass(frozen=True)
class RowChange:
    """A row whose loss moved: `row` counts data rows from 1 within the old file.

    `pred_old` and `pred_new` are what the models said, where that is one number.
    """

    row: int
    file: str
    id: str | None
    y: float | str | None
    old: float
    new: float
    change: float
    pred_old: float | None = None
    pred_new: float | None = None


@dataclass(frozen=True)
class GroupChange:
    """A group whose value moved."""

    group: str
    rows: int
    old: float
    new: float
    change: float


@dataclass(frozen=True)
class Groups:
    """The groups whose values are averaged; those that `moved` most under the first loss."""

    column: str
    count: int
    loss: str
    moved: tuple[GroupChange, ...]


@dataclass(frozen=True)
class Comparison:
    """Everything that one comparison found, finished.

    `files` are the old and the new one, `columns` the columns of each model by role. `rows` are
    those that moved most under the first loss. `verdict` is that of all gates: passed, failed
    or unjudged.
    """

    files: tuple[str, str]
    columns: tuple[Mapping[str, Any], Mapping[str, Any]]
    task: str
    mode: str
    level: float
    join: Join
    judged: int
    dropped: int
    losses: tuple[LossChange, ...]
    classes: tuple[ClassChange, ...]
    rows: tuple[RowChange, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    gates: tuple[Gate, ...]
    verdict: str
    groups: Groups | None = None
    fitted: tuple[Fit, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as the plain object of the JSON contract (NaN, inf are None)."""
        old, new = self.files
        return {
            "schema": SCHEMA,
            "program": {"name": "losscli", "version": __version__},
            "data": {"old": old, "new": new, "judged": self.judged, "dropped": self.dropped},
            "columns": {"old": dict(self.columns[0]), "new": dict(self.columns[1])},
            "task": self.task,
            "mode": self.mode,
            "join": _plain(self.join),
            "fitted": [plain_fit(fit) for fit in self.fitted],
            "losses": [_loss(found) for found in self.losses],
            "classes": [_class(found) for found in self.classes],
            "rows": [_plain(found) for found in self.rows],
            "groups": _groups(self.groups) if self.groups else None,
            "warnings": list(self.warnings),
            "gates": [plain_gate(gate) for gate in self.gates],
            "verdict": self.verdict,
        }

    def to_json(self, indent: int | None = 2) -> str:
        """Return the JSON text: strict, full doubles, stable key order."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the losses as a DataFrame, one row a loss."""
        import pandas as pd  # noqa: PLC0415 - imported only when used

        return pd.DataFrame.from_records([_loss(found) for found in self.losses])

    def classes_frame(self) -> pd.DataFrame:
        """Return the classes as a DataFrame, one row a class and loss."""
        import pandas as pd  # noqa: PLC0415 - imported only when used

        return pd.DataFrame.from_records([_class(found) for found in self.classes])


def _plain(record: object) -> dict[str, Any]:
    return {
        key: number(value) if isinstance(value, float) else value
        for key, value in vars(record).items()
    }


def _loss(found: LossChange) -> dict[str, Any]:
    plain = _plain(found)
    del plain["label"], plain["doubt"]
    if not found.groups:
        del plain["groups"]
    return plain


def _groups(found: Groups) -> dict[str, Any]:
    return {**_plain(found), "moved": [_plain(group) for group in found.moved]}


def _class(found: ClassChange) -> dict[str, Any]:
    head = {"by": found.by, "class": found.cls}
    return {**head, **_loss(found.found), "q": number(found.q), "named": found.named}
