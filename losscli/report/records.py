"""Finished numbers: values with their errors, and verdicts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from losscli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

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
class PartResult:
    """A part of a loss: its own value, and its share of the loss, NaN where it has none.

    `weight` is that in a sum of losses; None where the loss itself tells its parts. Shares add
    up to 1; where parts can be below 0, so can their shares.
    """

    loss: str
    value: float
    share: float = math.nan
    weight: float | None = None


@dataclass(frozen=True)
class Fit:
    """Parameters that were found from data by the `rule`; `loss` is the call that has them auto.

    `origin` is "judged" where the data are the judged rows themselves, "reference" where they
    are others, "frozen" where a report had them. `files`, `rows` and `digest` are those of the
    data that they were found from.
    """

    loss: str
    parameters: Mapping[str, float]
    rule: str
    origin: str
    files: tuple[str, ...]
    rows: int
    digest: str


@dataclass(frozen=True)
class LossResult:
    """One loss over all judged rows; `label` is what people see, `loss` the full spelling.

    `empty_groups` counts the groups with nothing to be found and nothing predicted, for losses
    that such groups are perfect for; None for the others. `unsure` is why no best constant is
    known, where one was looked for.
    """

    loss: str
    label: str
    name: str
    parameters: Mapping[str, float | str | bool]
    estimate: Estimate
    best_constant: BestConstant | None
    skill: float
    balanced: float
    parts: tuple[PartResult, ...] = ()
    empty_groups: int | None = None
    adapted: str = ""
    unsure: str = ""


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
