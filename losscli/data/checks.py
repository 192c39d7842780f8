"""What must hold across the columns of a row: sums of probabilities, ends of intervals."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.boxes import refuse_without_area
from losscli.data.flags import shown
from losscli.data.peek import TOLERANCE

if TYPE_CHECKING:
    from losscli.data.judge import Judge

Arrays = dict[str, NDArray[Any]]


def _sums(judge: "Judge", found: Arrays) -> None:
    probs = found["probs"]
    total = np.zeros(len(probs))
    for name in judge.plan.columns["probs"]:
        total += judge.keep(judge.numbers[name].values)
    off = np.abs(total - 1) > TOLERANCE
    if not off.any():
        return
    names = shown(judge.plan.columns["probs"], most=3)
    remedy = "--normalize rescales such rows and counts them"
    if judge.plan.wanted.normalize:
        remedy = "such a row cannot be rescaled"
        probs[off & (total > 0)] /= total[off & (total > 0), None]
        judge.counted["rescaled probabilities"] = int(np.count_nonzero(off & (total > 0)))
        off &= ~(total > 0)
    judge.refuse_first(off, lambda r: f"the probabilities ({names}) sum to {total[r]:.12g}", remedy)


def _shares(judge: "Judge", found: Arrays) -> None:
    """Refuse soft labels that are not shares of one."""
    if judge.plan.task == "soft":
        remedy = "mend the row, or judge each label by itself: --task multilabel"
        _sum_to_one(judge, found, "y", remedy)


def _moves(judge: "Judge", found: Arrays) -> None:
    """Refuse shares and probabilities of moves that are not shares of one."""
    for role in ("pi", "p"):
        if role in judge.plan.keys and role in found:
            _sum_to_one(judge, found, role, "mend the row: each move has a share of 1")


def _sum_to_one(judge: "Judge", found: Arrays, role: str, remedy: str) -> None:
    shares, names = found[role], shown(judge.plan.columns[role], most=3)
    outside = np.asarray(((shares < 0) | (shares > 1)).any(axis=1))
    judge.refuse_first(
        outside, lambda r: f"{role} ({names}) is not in [0, 1]: {shares[r].tolist()}", remedy
    )
    total = np.zeros(len(shares))
    for k in range(shares.shape[1]):
        total += shares[:, k]
    off = np.abs(total - 1) > TOLERANCE
    judge.refuse_first(off, lambda r: f"{role} ({names}) sums to {total[r]:.12g}", remedy)


def _shortfall(judge: "Judge", found: Arrays) -> None:
    if "var" not in found:
        return
    var, es = found["var"], found["es"]

    def what(row: int) -> str:
        return f"es {float(es[row])} is above var {float(var[row])}"

    remedy = "es is the mean of what lies below var"
    judge.refuse_first(es > var, what, remedy)


def _ends(judge: "Judge", found: Arrays) -> None:
    low, high = found["lower"], found["upper"]

    def what(row: int) -> str:
        return f"the lower end {float(low[row])} is above the upper end {float(high[row])}"

    if "upper" in found:
        remedy = "mend or remove the row, or swap --lower and --upper"
        judge.refuse_first(low > high, what, remedy)


def _crossing(judge: "Judge", found: Arrays) -> None:
    levels = found["quantiles"]
    crossed = np.zeros(len(levels), dtype=np.bool_)
    for j in range(1, levels.shape[1]):
        crossed |= levels[:, j] < levels[:, j - 1]
    judge.counted["crossing quantiles"] = int(np.count_nonzero(crossed))


def _outside(judge: "Judge", found: Arrays) -> None:
    scores = found["scores"] if "scores" in found else found["score"].reshape(len(found["y"]), -1)
    outside = ((scores < 0) | (scores > 1)).any(axis=1)
    judge.counted["outside_unit"] = int(np.count_nonzero(outside))


CHECKS: dict[str, Callable[["Judge", Arrays], None]] = {
    "y": _shares,
    "pred": refuse_without_area,
    "pi": _moves,
    "probs": _sums,
    "es": _shortfall,
    "lower": _ends,
    "quantiles": _crossing,
    "score": _outside,
    "scores": _outside,
}
"""For each role what is judged and counted once its columns are arrays."""
