"""Binary probability: how far a predicted probability of yes is from what happened."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import NON_NEGATIVE, OPEN_UNIT, UNIT, Choice, Interval
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import difference, power_of_sum

CLIP = Interval(0, 0.5, high_open=True)
ABOVE_ZERO = Interval(0, 1, low_open=True)


def _surprise(y: Vector, prob: Vector) -> Vector:
    # log1p where y is 0: 1 - prob has lost the digits of a small prob.
    return 0.0 - np.where(y == 1, np.log(prob), np.log1p(-prob))


def clipped(surprise: Vector, eps: float) -> Vector:
    """Return what -log(p) would be had p been kept within [eps, 1 - eps]."""
    return np.clip(surprise, -np.log1p(-eps), -np.log(eps)) if eps else surprise


@loss(
    formula="-log(min(max(prob if y == 1 else 1 - prob, eps), 1 - eps))",
    elicits="probability",
    same_as=(
        "sklearn.metrics:log_loss",
        "torch.nn:BCELoss",
        "keras.losses:BinaryCrossentropy",
    ),
    differs="Here a certain prediction that is wrong costs inf. Others clip: scikit-learn at "
    "2.2e-16, Keras at 1e-7, XGBoost at 1e-16, LightGBM at 1e-15; torch stops the log at -100.",
    aka=("bce", "logloss", "binary_cross_entropy", "nll"),
    floor="-log(1 - eps)",
)
def log_loss(
    y: Vector, prob: Annotated[Vector, UNIT], *, eps: Annotated[float, CLIP] = 0.0
) -> Vector:
    """Surprise: minus the logarithm of the probability that was given to what happened.

    Strictly proper, and merciless to certainty that is wrong (Good, 1952). In nats; `eps`
    keeps the probabilities within [eps, 1 - eps].
    """
    return clipped(_surprise(y, prob), eps)


@loss(
    formula="(prob - y)**2",
    elicits="probability",
    same_as="sklearn.metrics:brier_score_loss",
    aka=("brier_score",),
    bound=1,
)
def brier(y: Vector, prob: Annotated[Vector, UNIT]) -> Vector:
    """Squared distance of the probability from 0 or 1.

    Strictly proper, and mild to certainty that is wrong (Brier, 1950).
    """
    e = prob - y
    return e * e


@loss(
    formula="(1 if alpha == 'none' else alpha if y == 1 else 1 - alpha)"
    "*(1 - (prob if y == 1 else 1 - prob))**gamma*-log(prob if y == 1 else 1 - prob)",
    differs="torchvision's default is alpha=0.25. Keras clips at 1e-7 and uses alpha=0.25 only "
    "with apply_class_balancing=True.",
    aka=("binary_focal",),
)
def focal(
    y: Vector,
    prob: Annotated[Vector, UNIT],
    *,
    gamma: Annotated[float, NON_NEGATIVE] = 2.0,
    alpha: Annotated[float | str, Choice(("none",), OPEN_UNIT)] = "none",
) -> Vector:
    """Surprise, with rows that are already predicted well counting less.

    Not proper: at a true rate of 0.01 and gamma 2 it prefers 0.1536. `alpha` weighs the rows
    with y = 1, 1 - alpha the others (Lin et al., 2017).
    """
    happened = y == 1
    missing, rest = difference(happened.astype(np.float64), prob)
    found: Vector = power_of_sum(np.abs(missing), rest, gamma) * _surprise(y, prob)
    if isinstance(alpha, str):
        return found
    return np.where(happened, alpha, 1 - alpha) * found


@loss(
    formula="1 if (prob >= threshold) != (y == 1) else 0",
    elicits="majority",
    aka=("error", "error_rate"),
    bound=1,
)
def zero_one(
    y: Vector, prob: Annotated[Vector, UNIT], *, threshold: Annotated[float, ABOVE_ZERO] = 0.5
) -> Vector:
    """Share of wrong decisions when yes is said from the threshold on.

    Sees nothing of how sure a prediction was (Friedman, 1997).
    """
    wrong: Vector = np.not_equal(prob >= threshold, y == 1).astype(np.float64)
    return wrong
