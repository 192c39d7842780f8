"""Labels: whether the predicted class is the one that happened."""

import numpy as np

from losscli.losses.peer import sklearn
from losscli.losses.spec import Codes, Vector, loss


@loss(
    formula="1 if label != y else 0",
    elicits="majority",
    use="Where only classes were predicted, and all mistakes cost the same.",
    avoid="On very unequal classes: the largest class alone looks good (balanced).",
    peers=(sklearn("zero_one_loss"),),
    differs="1 - zero_one is accuracy.",
    aka=("error", "error_rate"),
    bound=1,
)
def zero_one(y: Codes, label: Codes) -> Vector:
    """Share of wrong labels: every mistake costs the same (Friedman, 1997)."""
    wrong: Vector = np.not_equal(label, y).astype(np.float64)
    return wrong
