"""Binary probability: how far a predicted probability of yes is from what happened."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import NON_NEGATIVE, OPEN_UNIT, UNIT, Choice, Interval, PerRow
from losscli.losses.parameter import Value
from losscli.losses.peer import (
    KERAS_EPSILON,
    Peer,
    catboost,
    keras,
    lightgbm,
    sklearn,
    torch,
    xgboost,
)
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import difference, power_of_sum

CLIP = Interval(0, 0.5, high_open=True)
COST = PerRow(numbers=NON_NEGATIVE)
ABOVE_ZERO = Interval(0, 1, low_open=True)


def _surprise(y: Vector, prob: Vector) -> Vector:
    # log1p where y is 0: 1 - prob has lost the digits of a small prob.
    return 0.0 - np.where(y == 1, np.log(prob), np.log1p(-prob))


def clipped(surprise: Vector, eps: float) -> Vector:
    """Return what -log(p) would be had p been kept within [eps, 1 - eps]."""
    return np.clip(surprise, -np.log1p(-eps), -np.log(eps)) if eps else surprise


Kept = Annotated[Vector, UNIT]
LEAST_LOG = 100.0
"""torch.nn.BCELoss takes no logarithm for less than minus this."""


def _sklearn_log_loss(y: Vector, prob: Kept, *, eps: float) -> Vector:
    least = max(eps, float(np.finfo(np.float64).eps))
    kept: Vector = np.clip(np.where(y == 1, prob, 1 - prob), least, 1 - least)
    return -np.log(kept)


def _torch_log_loss(y: Vector, prob: Kept, *, eps: float) -> Vector:
    return np.minimum(clipped(_surprise(y, prob), eps), LEAST_LOG)


def keras_clipped(prob: Vector) -> Vector:
    """Return probabilities as Keras clips them, which it does in single precision."""
    low, high = np.float32(KERAS_EPSILON), np.float32(1) - np.float32(KERAS_EPSILON)
    return np.clip(prob.astype(np.float32), low, high).astype(np.float64)


def _keras_log_loss(y: Vector, prob: Kept, *, eps: float) -> Vector:
    return clipped(_surprise(y, keras_clipped(prob)), eps)


def _keras_focal(y: Vector, prob: Kept, *, gamma: float, alpha: float | str) -> Vector:
    missing = np.abs(y - prob) ** gamma
    found: Vector = missing * _surprise(y, keras_clipped(prob))
    return found if isinstance(alpha, str) else np.where(y == 1, alpha, 1 - alpha) * found


def _keras_label_smoothing(y: Vector, prob: Kept, *, epsilon: float) -> Vector:
    kept = keras_clipped(prob)
    return label_smoothing(y, np.log(kept), np.log1p(-kept), epsilon=epsilon)


@loss(
    formula="-log(min(max(prob if y == 1 else 1 - prob, eps), 1 - eps))",
    elicits="probability",
    use="Where probabilities are to be honest, and certainty that is wrong is to be punished.",
    avoid=(
        "Where labels are noisy or probabilities can be 0: one such row makes it "
        "infinite (brier, gce)."
    ),
    peers=(
        sklearn("log_loss", "It keeps probabilities within 2.2e-16 of 0 and 1.", _sklearn_log_loss),
        torch("BCELoss", "It stops the logarithm at -100.", _torch_log_loss),
        keras(
            "BinaryCrossentropy", "It keeps probabilities within 1e-7 of 0 and 1.", _keras_log_loss
        ),
        xgboost("logloss", "It keeps probabilities within 1e-16 of 0 and 1."),
        lightgbm("binary_logloss", "It keeps probabilities within 1e-15 of 0 and 1."),
        catboost("Logloss", "It takes logits."),
        torch("BCEWithLogitsLoss", "It takes logits."),
    ),
    aka=("bce", "logloss", "binary_cross_entropy", "nll"),
    floor="-log(1 - eps)",
)
def log_loss(surprise: Vector, *, eps: Annotated[float, CLIP] = 0.0) -> Vector:
    """Surprise: minus the logarithm of the probability that was given to what happened.

    Strictly proper, and merciless to certainty that is wrong (Good, 1952). In nats; `eps`
    keeps the probabilities within [eps, 1 - eps].
    """
    return clipped(surprise, eps)


@loss(
    formula="(prob - y)**2",
    elicits="probability",
    use="Where probabilities are to be honest, and no single row is to rule.",
    avoid=(
        "Where rare events are to be told apart: 0.001 and 0.00001 are the same to it (log_loss)."
    ),
    peers=(
        sklearn("brier_score_loss"),
        torch("MSELoss"),
        keras("MeanSquaredError"),
        catboost("BrierScore", "It takes logits."),
    ),
    aka=("brier_score",),
    bound=1,
)
def brier(y: Vector, prob: Annotated[Vector, UNIT], not_prob: Vector) -> Vector:
    """Squared distance of the probability from 0 or 1.

    Strictly proper, and mild to certainty that is wrong (Brier, 1950).
    """
    e = np.where(y == 1, not_prob, prob)
    return e * e


@loss(
    formula="(1 if alpha == 'none' else alpha if y == 1 else 1 - alpha)"
    "*(1 - (prob if y == 1 else 1 - prob))**gamma*-log(prob if y == 1 else 1 - prob)",
    use="To train detectors on very unequal classes.",
    avoid="To judge probabilities: it is not proper, so honest ones do not win (log_loss).",
    peers=(
        Peer(
            "torchvision",
            "torchvision.ops.sigmoid_focal_loss",
            "Its default alpha is 0.25; it takes logits.",
        ),
        keras(
            "BinaryFocalCrossentropy",
            "It keeps probabilities within 1e-7 of 0 and 1, and uses alpha only with "
            "apply_class_balancing=True.",
            _keras_focal,
        ),
        catboost("Focal", "It takes logits, and both of its parameters must be given."),
    ),
    aka=("binary_focal",),
)
def focal(
    y: Vector,
    prob: Annotated[Vector, UNIT],
    not_prob: Vector,
    surprise: Vector,
    *,
    gamma: Annotated[float, NON_NEGATIVE] = 2.0,
    alpha: Annotated[float | str, Choice(("none",), OPEN_UNIT)] = "none",
) -> Vector:
    """Surprise, with rows that are already predicted well counting less.

    Not proper: at a true rate of 0.01 and gamma 2 it prefers 0.1536. `alpha` weighs the rows
    with y = 1, 1 - alpha the others (Lin et al., 2017).
    """
    happened = y == 1
    missing = np.where(happened, not_prob, prob)
    rounded, rest = difference(happened.astype(np.float64), prob)
    # what rounding took away of 1 - prob, where that is how it was found
    rest = np.where(np.abs(rounded) == missing, rest, 0.0)
    found: Vector = power_of_sum(missing, rest, gamma) * surprise
    if isinstance(alpha, str):
        return found
    return np.where(happened, alpha, 1 - alpha) * found


@loss(
    formula="sum(-t*log(p) if t > 0 else 0 for t, p in "
    "(((1 - epsilon)*y + epsilon/2, prob), (1 - (1 - epsilon)*y - epsilon/2, 1 - prob)))",
    use="To follow a training that smooths its labels.",
    avoid="To judge probabilities: it is not proper, and not comparable with log_loss.",
    peers=(
        keras(
            "BinaryCrossentropy",
            "Its label_smoothing; it keeps probabilities within 1e-7 of 0 and 1.",
            _keras_label_smoothing,
        ),
    ),
    ideal="(1 - epsilon)*y + epsilon/2",
    floor="-(1 - epsilon/2)*log(1 - epsilon/2) - (epsilon/2*log(epsilon/2) if epsilon else 0)",
)
def label_smoothing(
    y: Vector, log_prob: Vector, log_not_prob: Vector, *, epsilon: Annotated[float, UNIT] = 0.1
) -> Vector:
    """Surprise, as if a part epsilon of the labels had been thrown by a coin.

    Judges a forecast of (1 - epsilon) times the probability, plus epsilon/2 (Szegedy et al.,
    2016). A certain prediction costs inf, even where it is right.
    """
    half = 0.5 * epsilon
    given, other = (np.where(y == c, log_prob, log_not_prob) for c in (1, 0))
    return _part(1 - half, 0.0 - given) + _part(half, 0.0 - other)


def _part(share: float, surprise: Vector) -> Vector:
    return share * surprise if share else np.zeros_like(surprise)


@loss(
    formula="(1 - (prob if y == 1 else 1 - prob)**q)/q",
    use="To train where many labels are wrong.",
    avoid="To judge probabilities: it is not proper, so honest ones do not win (log_loss, brier).",
    aka=("generalized_cross_entropy",),
    bound="1/q",
)
def gce(surprise: Vector, *, q: Annotated[float, ABOVE_ZERO] = 0.7) -> Vector:
    """Between log_loss (q near 0) and the distance from 1 of the probability (q = 1).

    The larger q, the less a row with a wrong label counts (Zhang & Sabuncu, 2018).
    """
    return -np.expm1(-q * surprise) / q


@loss(
    formula="1 - (prob if y == 1 else 1 - prob)/sqrt(prob**2 + (1 - prob)**2)",
    elicits="probability",
    use="Where probabilities are to be honest, and the score is to be bounded.",
    avoid="Where others are to read the value: its unit means little (log_loss, brier).",
    bound=1,
)
def spherical(y: Vector, prob: Annotated[Vector, UNIT], not_prob: Vector) -> Vector:
    """One minus the cosine of the angle between the probabilities and what happened.

    Strictly proper, and the mildest of the three to certainty that is wrong (Good, 1971).
    """
    missing = np.where(y == 1, not_prob, prob)
    found = np.where(y == 1, prob, not_prob)
    length = np.sqrt(missing * missing + found * found)
    # (length - found)/length loses the digits of a small loss
    lost: Vector = missing / length * (missing / (length + found))
    return lost


def _decides_right(
    *, fp: Value | Vector, fn: Value | Vector, tp: Value | Vector, tn: Value | Vector, **_: object
) -> str:
    # the name of a column says nothing yet
    known = [(w, r) for w, r in ((fp, tn), (fn, tp)) if not {str} & {type(w), type(r)}]
    if any(np.any(np.less(w, r)) for w, r in known):
        return "a wrong decision must not cost less than the right one: fp >= tn and fn >= tp"
    return ""


@loss(
    formula="((tp if y == 1 else fp) if (prob >= threshold if threshold != 'optimal' else "
    "prob*(fn - tp) >= (1 - prob)*(fp - tn)) else (fn if y == 1 else tn))",
    use="Where the two mistakes have known costs: what deciding by these probabilities costs.",
    avoid="Where the costs are guesses: it sees nothing of a probability but its side.",
    aka=("expected_cost",),
    check=_decides_right,
    floor="tp if y == 1 else tn",
    bound="max(fp, fn)",
)
def cost(
    y: Vector,
    prob: Annotated[Vector, UNIT],
    not_prob: Vector,
    *,
    fp: Annotated[float | str, COST],
    fn: Annotated[float | str, COST],
    tp: Annotated[float | str, COST] = 0.0,
    tn: Annotated[float | str, COST] = 0.0,
    threshold: Annotated[float | str, Choice(("optimal",), ABOVE_ZERO)] = "optimal",
) -> Vector:
    """Mean cost of the decisions, from what each of the four outcomes costs.

    Says yes from the threshold on; the optimal one is (fp - tn)/(fp - tn + fn - tp), which is
    best where the probabilities are right (Elkan, 2001). Each cost is a number, or the column
    that has one for each row; --cost-matrix gives those that are not named.
    """
    # columns stand here as arrays
    wrong_yes, wrong_no, right_yes, right_no = (np.asarray(c, np.float64) for c in (fp, fn, tp, tn))
    if isinstance(threshold, str):
        yes = prob * (wrong_no - right_yes) >= not_prob * (wrong_yes - right_no)
    else:
        yes = prob >= threshold
    return np.where(y == 1, np.where(yes, right_yes, wrong_no), np.where(yes, wrong_yes, right_no))


@loss(
    formula="1 if (prob >= threshold) != (y == 1) else 0",
    elicits="majority",
    use="Where the decision is all that counts, and both mistakes cost the same.",
    avoid="On very unequal classes: saying always no looks good (balanced, cost).",
    peers=(
        sklearn("zero_one_loss", "It takes decisions, not probabilities."),
        Peer(
            "keras",
            "keras.metrics.BinaryAccuracy",
            "It is 1 minus this, and says yes above the threshold, not at it.",
        ),
        xgboost("error", "It says yes above the threshold, not at it."),
        lightgbm("binary_error", "It says yes above 0.5, not at it."),
        catboost("ZeroOneLoss", "It says yes above the threshold, not at it."),
    ),
    differs="1 - zero_one is accuracy.",
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
