"""What people are told, before any layout: grids of finished texts, and sentences."""

import math
from typing import Literal

from losscli.dataclass import dataclass
from losscli.render._digits import NONE, count, digits_within, number
from losscli.report import Estimate


@dataclass(frozen=True)
class Column:
    """A column of a grid: `drop` above 0 may go where space is short, the highest first.

    A column that `wraps` may be broken at its spaces.
    """

    head: str
    kind: Literal["text", "number", "skill", "bar", "verdict"] = "number"
    drop: int = 0
    wraps: bool = False


@dataclass(frozen=True)
class Grid:
    """A table of finished texts; `more` says what was left out of it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""


@dataclass(frozen=True)
class Facts:
    """A heading and the sentences that belong to it."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Commands:
    """A heading and commands that can be pasted: each is one line, however long."""

    heading: str
    lines: tuple[str, ...]


def estimate_cell(estimate: Estimate) -> str:
    """Return the value with as many digits as are known, or the word for why there is none."""
    if estimate.status == "ok":
        return number(estimate.value, digits_within(estimate.low, estimate.high))
    if estimate.infinite_rows:
        rows = "row" if estimate.infinite_rows == 1 else "rows"
        return f"{estimate.status} ({count(estimate.infinite_rows)} {rows})"
    return estimate.status


def interval_cell(estimate: Estimate) -> str:
    """Return the ends of the interval, or a dash where there is none."""
    low, high = estimate.low, estimate.high
    if estimate.status != "ok" or math.isnan(low) or math.isnan(high):
        return NONE
    digits = digits_within(low, high)
    return f"{number(low, digits)} … {number(high, digits)}"
