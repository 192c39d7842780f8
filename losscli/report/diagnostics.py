"""What is told of single rows and groups: outliers, and the groups whose values are averaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.dataclass import dataclass

if TYPE_CHECKING:
    from losscli.report.records import Prediction


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
