"""What one reading keeps of the rows, for the facts that rules are about."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.block import Block
from losscli.dataclass import dataclass
from losscli.losses.arguments import Columns
from losscli.losses.spec import Vector
from losscli.summarise import census_of, with_weight
from losscli.summary.census import Census
from losscli.summary.distribution import Distribution
from losscli.summary.largest import Largest
from losscli.work import merged


@dataclass(frozen=True)
class Numbers:
    """What is kept of a column of numbers; `+` merges, `Numbers()` is the zero.

    `largest` are the largest squares.
    """

    count: int = 0
    zeros: int = 0
    negatives: int = 0
    fractions: int = 0
    low: float = np.inf
    high: float = -np.inf
    spread: Distribution = field(default_factory=Distribution)
    largest: Largest = field(default_factory=Largest)

    @classmethod
    def of(cls, values: Vector) -> "Numbers":
        """Keep what the facts need of float64[n]."""
        return cls(
            len(values),
            int(np.count_nonzero(values == 0)),
            int(np.count_nonzero(values < 0)),
            int(np.count_nonzero(values != np.floor(values))),
            float(values.min(initial=np.inf)),
            float(values.max(initial=-np.inf)),
            Distribution.of(values),
            Largest.of(np.minimum(np.abs(values), 1e150) ** 2),
        )

    def __add__(self, other: "Numbers") -> "Numbers":
        """Merge two lots of numbers."""
        return Numbers(
            self.count + other.count,
            self.zeros + other.zeros,
            self.negatives + other.negatives,
            self.fractions + other.fractions,
            min(self.low, other.low),
            max(self.high, other.high),
            self.spread + other.spread,
            self.largest + other.largest,
        )


@dataclass(frozen=True)
class Seen:
    """What is kept of all rows; `+` merges, `Seen()` is the zero.

    `numbers` are by what they are, `classes` counts the rows of each true class, `counted` rows
    of which something is so.
    """

    census: Census = field(default_factory=Census)
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    classes: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Seen") -> "Seen":
        """Merge two lots of rows."""
        return Seen(
            self.census + other.census,
            merged(self.numbers, other.numbers),
            self.classes + other.classes,
            self.counted + other.counted,
        )


def look(block: Block, truth: str) -> Seen:
    """Turn a block into what is kept of it; `truth` is the column of the true class, if any."""
    block = with_weight(block)
    census = census_of(block)
    if not block.judged:
        return Seen(census)
    columns = Columns(block.columns)
    numbers = {name: Numbers.of(np.ascontiguousarray(v)) for name, v in _numbers(columns)}
    classes: Counter[str] = Counter()
    if truth in block.groups:
        codes, texts = block.groups[truth]
        counts = np.bincount(codes, minlength=len(texts)).tolist()
        classes.update({str(t or ""): n for t, n in zip(texts, counts, strict=True) if n})
    return Seen(census, numbers, classes, Counter(dict(_counted(columns))))


def _numbers(columns: Columns) -> Iterator[tuple[str, NDArray[Any]]]:
    y = columns.get("y")
    if y is not None and y.dtype == np.float64 and y.ndim == 1:
        yield "y", y
    if "pred" in columns and columns["pred"].ndim == 1:
        yield "pred", columns["pred"]
        yield "residual", columns["y"] - columns["pred"]
    if "prob" in columns or "logit" in columns:
        yield "prob", columns["prob"]
    if "probs" in columns or "logits" in columns:
        yield "prob", columns["probs"].max(axis=1)


def _counted(columns: Columns) -> Iterator[tuple[str, int]]:
    """Give how many rows are so."""

    def rows(mask: NDArray[np.bool_]) -> int:
        return int(np.count_nonzero(mask))

    y = columns.get("y")
    if y is None or y.ndim > 1:
        return
    if "pred" in columns and columns["pred"].ndim == 1:
        yield "not_above", rows(y <= columns["pred"])
        yield "exact", rows(y == columns["pred"])
    if "prob" in columns or "logit" in columns:
        yield "impossible", rows(columns["prob"] == 1 - y)
        yield "yes", rows(y == 1)
    if "probs" in columns or "logits" in columns:
        yield "impossible", rows(columns["probs"][np.arange(len(y)), y] == 0)
    if "lower" in columns:
        yield "covered", rows((columns["lower"] <= y) & (y <= columns["upper"]))
