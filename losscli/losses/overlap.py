"""Overlap: how well the predicted pixels cover those that are there; by image with --group."""

from typing import Annotated

import numpy as np

from losscli.losses.combine import Combine, overlap
from losscli.losses.domain import AT_LEAST_ONE, NON_NEGATIVE, UNIT
from losscli.losses.peer import Peer, keras
from losscli.losses.spec import Vector, loss

Kept = Annotated[Vector, UNIT]


def _keras(**_: float) -> Combine:
    return overlap(of_nothing=1.0)


@loss(
    formula=("y + prob - 2*y*prob", "y + prob"),
    elicits="-",
    use="For masks of objects that are small beside the image: what is empty does not count.",
    avoid="With probabilities where images may be empty: any probability above 0 costs 1 there, so "
    "give decisions (0 or 1). To judge probabilities themselves (brier).",
    peers=(
        keras(
            "Dice",
            "It adds 1e-7 to what it divides by, so it is 1 where truth and prediction are empty, "
            "and elsewhere the same to 7 digits; it takes a batch as one (--pooled) unless its "
            "axis is given.",
            combine=_keras,
        ),
        Peer("monai", "monai.losses.DiceLoss", "It adds 1e-5 above and below the fraction."),
        Peer("torchmetrics", "1 - DiceScore", "It says NaN where both are empty."),
    ),
    aka=("dice_loss", "soft_dice"),
    combine=overlap(),
    bound=1,
)
def dice(y: Vector, prob: Kept, not_prob: Vector) -> tuple[Vector, Vector]:
    """Part of two masks that they do not share: 0 where they are the same, 1 where they are apart.

    1 - 2*sum(y*prob)/(sum(y) + sum(prob)) over one image, with --group, and then the mean of
    the images; --pooled takes all pixels as one image. Where truth and prediction are both
    empty it is 0, and such images are counted (Milletari, Navab & Ahmadi, 2016).
    """
    return np.where(y == 1, not_prob, prob), y + prob


@loss(
    formula=("y + prob - 2*y*prob", "y + prob - y*prob"),
    elicits="-",
    use="As dice, with one missed or invented pixel costing up to twice as much.",
    avoid="To compare images with objects of different sizes, or to judge probabilities (brier).",
    peers=(
        Peer("monai", "monai.losses.DiceLoss(jaccard=True)", "It adds 1e-5 above and below."),
        Peer("torchmetrics", "1 - BinaryJaccardIndex", "It decides at 0.5 first, and pools."),
    ),
    aka=("jaccard", "jaccard_loss", "iou_loss"),
    combine=overlap(),
    bound=1,
)
def iou(y: Vector, prob: Kept, not_prob: Vector) -> tuple[Vector, Vector]:
    """One minus the intersection of two masks over their union.

    1 - sum(y*prob)/sum(y + prob - y*prob) over one image, as dice; where truth and prediction
    are both empty it is 0, and such images are counted (Jaccard, 1912).
    """
    happened = y == 1
    return np.where(happened, not_prob, prob), np.where(happened, 1.0, prob)


_TVERSKY = (
    "alpha*(1 - y)*prob + beta*y*(1 - prob)",
    "y*prob + alpha*(1 - y)*prob + beta*y*(1 - prob)",
)
_SWAPPED = (
    "Its alpha weighs what is missed, as our beta, and its beta is our alpha; it adds 1e-7 to what "
    "it divides by, so it is 1 where truth and prediction are empty."
)


@loss(
    formula=_TVERSKY,
    elicits="-",
    use="Where pixels that are missed and pixels that are invented do not cost the same.",
    avoid="With other weights than a reader expects: dice and iou have no choice to make.",
    peers=(
        keras("Tversky", _SWAPPED, combine=_keras),
        Peer("monai", "monai.losses.TverskyLoss", "It adds 1e-5 above and below the fraction."),
    ),
    aka=("tversky_loss",),
    combine=overlap(),
    bound="max(alpha, beta)",
)
def tversky(
    y: Vector,
    prob: Kept,
    not_prob: Vector,
    *,
    alpha: Annotated[float, NON_NEGATIVE] = 0.5,
    beta: Annotated[float, NON_NEGATIVE] = 0.5,
) -> tuple[Vector, Vector]:
    """Dice with a weight for what is invented (alpha) and one for what is missed (beta).

    1 - TP/(TP + alpha*FP + beta*FN) over one image, where TP is the sum of y*prob: 0.5 and 0.5
    are dice, 1 and 1 are iou (Salehi, Erdogmus & Gholipour, 2017).
    """
    happened = y == 1
    wrong = np.where(happened, beta * not_prob, alpha * prob)
    return wrong, np.where(happened, prob + wrong, wrong)


def _focal(*, gamma: float, **_: float) -> Combine:
    return overlap(gamma)


@loss(
    formula=_TVERSKY,
    elicits="-",
    use="To train on small objects: images that are nearly right still count.",
    avoid="To report: it has no unit that anybody knows (tversky, dice).",
    differs="Some write the exponent itself as gamma: 0.75 there is 4/3 here.",
    combine=_focal,
    bound="max(alpha, beta)",
)
def focal_tversky(
    y: Vector,
    prob: Kept,
    not_prob: Vector,
    *,
    alpha: Annotated[float, NON_NEGATIVE] = 0.5,
    beta: Annotated[float, NON_NEGATIVE] = 0.5,
    gamma: Annotated[float, AT_LEAST_ONE] = 4 / 3,  # noqa: ARG001 - how the terms combine
) -> tuple[Vector, Vector]:
    """Power 1/gamma of the tversky of an image: images that are nearly right weigh more.

    With gamma 1 it is tversky (Abraham & Khan, 2019).
    """
    return tversky(y, prob, not_prob, alpha=alpha, beta=beta)
