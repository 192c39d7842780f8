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
from losscli.summary.slices import ROWS

_AT_ONCE = ROWS // 2
"""So many truths, predictions and residuals stay in the processor's cache."""


@dataclass(frozen=True)
class Truths:
    """What is kept of the truths of some rows.

    `numbers` are the distributions of y and of the signed residual, `total` is the exact
    (weighted) sum of y, where y is a number.
    """

    numbers: Mapping[str, Distribution]
    total: ExactSums
    digest: int


def truths_of(block: Block, before: Mapping[str, Distribution], *, numeric: bool) -> Truths:
    """Return what is kept of the truths of a block, to be added to what is known `before`."""
    if not numeric:
        return Truths({}, ExactSums(1), _digest(block))
    y, weight = block.columns["y"], block.weight
    counters = {name: counter for name, one in before.items() if (counter := one.counter())}
    if counters and weight is None and block.ids is None:
        return _counted(y, block.columns.get("pred"), counters)
    numbers = {name: Distribution.of(values, weight) for name, values in signed(block).items()}
    total = exact_sum(y) if weight is None else sum_of_products(y, weight)
    return Truths(numbers, total, _digest(block))


def _counted(y: Vector, pred: Vector | None, counters: Mapping[str, Counter]) -> Truths:
    """Go through the truths once, a slice at a time: it stays in the processor's cache."""
    total = digest = 0
    for start in range(0, len(y), _AT_ONCE):
        some = y[start : start + _AT_ONCE]
        total += units_of(some)
        digest += digest_of_numbers(some)
        counters["y"].add(some)
        if pred is not None:
            counters["residual"].add(residuals(some, pred[start : start + _AT_ONCE]))
    numbers = {
        name: Distribution.counted(counter.histogram(), len(y))
        for name, counter in counters.items()
    }
    return Truths(numbers, ExactSums.of_integers([total], BASE), digest)


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
    y, pred = block.columns["y"], block.columns.get("pred")
    return {"y": y} if pred is None else {"y": y, "residual": residuals(y, pred)}


def residuals(y: Vector, pred: Vector) -> Vector:
    """Return the signed residuals, infinite where they are no doubles."""
    with np.errstate(over="ignore"):
        return y - pred
