"""The truths of a block: where they and the residuals lie, their sum and their digest."""

from collections.abc import Mapping

import numpy as np

from losscli.data.block import Block
from losscli.dataclass import dataclass
from losscli.losses.spec import Vector
from losscli.summary.digest import digest_of_numbers, digest_of_rows, digest_of_texts, text_hash
from losscli.summary.distribution import Distribution
from losscli.summary.exact import ExactSums
from losscli.summary.octaves import Counter
from losscli.summary.runs import BASE, exact_sum, sum_of_products, units_of


@dataclass(frozen=True)
class Truths:
    """What is kept of the truths of some rows.

    `numbers` are the distributions of y and of the signed residual, `total` is the exact
    (weighted) sum of y, where y is a number.
    """

    numbers: Mapping[str, Distribution]
    total: ExactSums
    digest: int


class Tracker:
    """Goes through the truths of a block, some rows after the other in any order."""

    def __init__(self, counters: Mapping[str, Counter]) -> None:
        self._counters = counters
        self._rows = self._total = self._digest = 0

    @classmethod
    def of(cls, block: Block, before: Mapping[str, Distribution]) -> "Tracker | None":
        """Return one where the distributions of what is known `before` are histograms."""
        counters = {name: counter for name, one in before.items() if (counter := one.counter())}
        plain = block.weight is None and block.ids is None
        return cls(counters) if counters and plain else None

    def __call__(self, columns: Mapping[str, Vector]) -> None:
        """Go through rows; `columns` hold y, and the residual where it is kept."""
        y = columns["y"]
        self._rows += len(y)
        self._total += units_of(y)
        self._digest += digest_of_numbers(y)
        with np.errstate(over="ignore"):
            for name, counter in self._counters.items():
                counter.add(columns[name])

    def truths(self) -> Truths:
        """Return what was found."""
        numbers = {
            name: Distribution.counted(counter.histogram(), self._rows)
            for name, counter in self._counters.items()
        }
        return Truths(numbers, ExactSums.of_integers([self._total], BASE), self._digest)


def truths_of(block: Block, *, numeric: bool) -> Truths:
    """Return what is kept of the truths of a block."""
    if not numeric:
        return Truths({}, ExactSums(1), _digest(block))
    y, weight = block.columns["y"], block.weight
    numbers = {name: Distribution.of(values, weight) for name, values in signed(block).items()}
    total = exact_sum(y) if weight is None else sum_of_products(y, weight)
    return Truths(numbers, total, _digest(block))


def _digest(block: Block) -> int:
    y = block.columns.get("y")
    if y is None:
        return 0 if block.ids is None else digest_of_rows(np.zeros(block.judged), block.ids)
    if y.ndim > 1:
        # several truths of a row are told apart by their place
        columns = (np.ascontiguousarray(one) for one in y.T)
        found = (
            digest_of_numbers(one) if block.ids is None else digest_of_rows(one, block.ids)
            for one in columns
        )
        return sum((2 * k + 1) * digest for k, digest in enumerate(found))
    coded = bool(block.classes) and np.issubdtype(y.dtype, np.integer)
    if block.ids is not None:
        hashes = np.array([text_hash(text) for text in block.classes], np.uint64) if coded else y
        return digest_of_rows(hashes[y] if coded else y, block.ids)
    return digest_of_texts(y, block.classes) if coded else digest_of_numbers(y)


def signed(block: Block) -> dict[str, Vector]:
    """Return the numbers whose distribution is kept: y, and the residual y - pred."""
    y = block.columns["y"]
    found = {"y": y}
    if "pred" in block.columns:
        with np.errstate(over="ignore"):
            found["residual"] = y - block.columns["pred"]
    return found
