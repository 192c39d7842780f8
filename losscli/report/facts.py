"""What the report is made from beside the summary."""

from collections.abc import Mapping, Sequence
from typing import Any

from losscli.dataclass import dataclass
from losscli.losses.spec import Matrix
from losscli.summary.distribution import Sample


@dataclass(frozen=True)
class Facts:
    """What the report says of the data beside the numbers.

    `unit` is the column of the groups or clusters; `grouped` that it is that of groups. `labels`
    tell several truths apart.
    """

    files: tuple[str, ...]
    columns: Mapping[str, Any]
    task: str
    level: float
    shown_by: tuple[str, ...]
    truth: str | None = None
    unit: str | None = None
    grouped: bool = False
    classes: tuple[str | None, ...] = ()
    labels: tuple[str, ...] = ()
    levels: tuple[float, ...] = ()
    costs: Matrix | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    compat: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Samples:
    """Finished distributions of y and of the residual.

    None where there is none, or where it is `coarse` and the source could not be read again.
    """

    y: Sample | None = None
    residual: Sample | None = None
    coarse: Sequence[str] = ()
