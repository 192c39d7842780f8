"""Risk: forecasts of value at risk and expected shortfall."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import NEGATIVE, OPEN_UNIT
from losscli.losses.peer import Peer
from losscli.losses.spec import Vector, loss


@loss(
    formula="(y - var)/(alpha*es)*(1 if y <= var else 0) + var/es + log(-es) - 1",
    elicits="tail alpha",
    use="To compare models of the risk of loss: both numbers are judged together.",
    avoid="Where var or es can be 0 or above, as over long horizons: it has no value there.",
    peers=(Peer("R", "GAS::FZLoss", "After its source, which was read and not run."),),
    aka=("var_es",),
    floor="",
)
def fz0(
    y: Vector,
    var: Annotated[Vector, NEGATIVE],
    es: Annotated[Vector, NEGATIVE],
    *,
    alpha: Annotated[float, OPEN_UNIT] = 0.05,
) -> Vector:
    """Distance of the alpha-quantile `var`, and of the mean `es` below it, from what happened.

    The loss whose differences do not depend on the unit of returns; es is at most var, and both
    are below 0. It can be below 0 itself (Fissler & Ziegel, 2016; Patton, Ziegel & Chen, 2019).
    """
    beyond: Vector = np.minimum(y - var, 0.0) / (alpha * es)
    return beyond + (var - es) / es + np.log(-es)
