"""Medicine: errors of measuring devices, by the rules of their field."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import POSITIVE, Choice
from losscli.losses.relative import mape
from losscli.losses.spec import Vector, loss
from losscli.losses.stable import difference

_BORDER = {"mg/dL": 100.0, "mmol/L": 5.55}
_TOLERANCE = {"mg/dL": 15.0, "mmol/L": 0.83}


@loss(
    formula="abs(y - pred)/y",
    use="For meters and sensors of glucose, whose makers report it.",
    avoid="Where low values matter most: there a small error is a large fraction (iso15197).",
)
def mard(y: Annotated[Vector, POSITIVE], pred: Vector) -> Vector:
    """Mean absolute relative difference from the reference, as a fraction.

    mape of truths that are always above 0 (Obermaier et al., 2013).
    """
    return mape(y, pred)


@loss(
    formula="1 if abs(y - pred) > "
    "((15 if y < 100 else 0.15*y) if unit == 'mg/dL' else (0.83 if y < 5.55 else 0.15*y)) else 0",
    use="For meters of blood glucose: at most 5 % of the readings may be outside.",
    avoid="For sensors that are worn, which have rules of their own, or as the only measure.",
    differs="Distances are those of the binary numbers: 5.83 is more than 0.83 above 5 there, by "
    "less than 1e-15.",
    bound=1,
)
def iso15197(
    y: Annotated[Vector, POSITIVE],
    pred: Vector,
    *,
    unit: Annotated[str, Choice(("mg/dL", "mmol/L"))] = "mg/dL",
) -> Vector:
    """Share of readings that are off by more than 15 mg/dL below 100 mg/dL, else by 15 %.

    In mmol/L the border is 5.55 and the distance 0.83 (ISO 15197, 2013).
    """
    e, rest = difference(y, pred)
    size, rest = np.abs(e), np.copysign(1.0, e) * rest
    low = (size - _TOLERANCE[unit]) + rest > 0
    # 20*|e| > 3*y is |e| > 0.15*y without a rounded 0.15; over 32, within the doubles
    high = (0.625 * size - 0.09375 * y) + 0.625 * rest > 0
    return np.where(y < _BORDER[unit], low, high).astype(np.float64)
