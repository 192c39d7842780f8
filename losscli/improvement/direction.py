"""Whether predictions point the wrong way: no map mends as well what is a mistake in the data."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from losscli.comparison.records import IMPROVED
from losscli.improvement.halves import Rows
from losscli.improvement.records import Fix
from losscli.losses.arguments import Columns
from losscli.visible import visible

_SURE = 3.0
"""Standard errors by which an AUC must be below 1/2."""


def wrong_way(
    rows: Rows, task: str, columns: Mapping[str, Any], fixes: Sequence[Fix]
) -> tuple[str, ...]:
    """Say that predictions fall where the truth rises; nothing where they do not."""
    if task == "binary":
        return _of_classes(rows, columns)
    if not any(_turns(one) and one.change.verdict == IMPROVED for one in fixes):
        return ()
    if task == "regression":
        return ("the predictions point the wrong way: they fall where the truth rises",)
    return ("the probabilities point the wrong way: classes that are called likely are rare",)


def _of_classes(rows: Rows, columns: Mapping[str, Any]) -> tuple[str, ...]:
    area, error = _auc(rows)
    if not area < 1 / 2 - _SURE * error:
        return ()
    name = visible(columns.get("prob") or columns.get("logit") or "the probability")
    said = (
        f"{name} points the wrong way (AUC {area:.2g}): it may be of the other class, so look at "
        "--positive or --prob-is"
    )
    return (said,)


def _turns(fix: Fix) -> bool:
    # a scale alone is negative, too, where truths and predictions lie on two sides of 0
    sizes = [fix.parameters.get("temperature"), fix.kind == "affine" and fix.parameters["scale"]]
    return any(size is not None and size < 0 for size in sizes)


def _auc(rows: Rows) -> tuple[float, float]:
    """Return how often a 1 has a higher probability than a 0 (ties count half), and its error.

    The error is that of probabilities which have nothing to do with the truth (Mann & Whitney,
    1947); both are NaN where one class is missing.
    """
    _, at = np.unique(Columns(rows.columns)["prob"], return_inverse=True)
    yes = np.asarray(rows.columns["y"]) == 1
    ones, zeros = (np.bincount(at, rows.mass * side) for side in (yes, ~yes))
    counts = [int(rows.counts[side].sum()) for side in (yes, ~yes)]
    if not min(counts):
        return math.nan, math.nan
    below = np.cumsum(zeros) - zeros / 2
    area = float(np.sum(ones * below) / (np.sum(ones) * np.sum(zeros)))
    return area, math.sqrt((sum(counts) + 1) / (12 * counts[0] * counts[1]))
