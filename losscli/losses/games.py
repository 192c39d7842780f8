"""Games: how well outcomes and moves were predicted."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import UNIT
from losscli.losses.spec import Matrix, Vector, loss
from losscli.losses.stable import difference, product

_SLOPE, _SLOPE_REST = 0.005756462732485115, -4.039111777674178e-19
"""log(10)/400, and what the double took away of it."""
_FAR = 1e100
"""With such a lead only the sign and the size of it matter."""


@loss(
    formula=(
        "(z - v)**2 - sum(t*log(m) if t > 0 else 0 for t, m in zip(pi, p))",
        "(z - v)**2",
        "-sum(t*log(m) if t > 0 else 0 for t, m in zip(pi, p))",
        "-sum(t*log(t) if t > 0 else 0 for t in pi)",
    ),
    elicits="-",
    use="To follow the training of a player by itself: both parts, and how low they can go.",
    avoid="To compare players: the targets change with the search that made them (elo).",
    floor="-sum(t*log(t) if t > 0 else 0 for t in pi)",
    parts=("value", "policy"),
    beside=("floor of the policy",),
    task="games",
)
def alphazero(
    z: Vector, v: Vector, pi: Annotated[Matrix, UNIT], p: Annotated[Matrix, UNIT]
) -> tuple[Vector, ...]:
    """Squared error of the predicted outcome, plus the surprise of the moves of the search.

    `z` is the outcome and `v` what was predicted, `pi` the shares of the moves in the search and
    `p` what was predicted for them. The least there can be is the entropy of `pi` (Silver et al.,
    2017).
    """
    value = (z - v) ** 2
    policy, floor = np.zeros(len(z)), np.zeros(len(z))
    for k in range(pi.shape[1]):
        some = pi[:, k] > 0
        policy -= np.where(some, pi[:, k] * np.log(p[:, k]), 0.0)
        floor -= np.where(some, pi[:, k] * np.log(pi[:, k]), 0.0)
    return value + policy, value, policy, floor


@loss(
    formula="log1p(10**((r_l - r_w)/400))",
    elicits="-",
    use="To judge ratings by the games that were played after them.",
    avoid="Where draws are common: a row is a win (log_loss).",
    task="games",
)
def elo(r_w: Vector, r_l: Vector) -> Vector:
    """Surprise that the winner, rated `r_w`, has beaten the loser, rated `r_l`.

    Ratings 400 apart are odds of 10 to 1 (Elo, 1978).
    """
    lead, lost = difference(r_w, r_l)
    x, rest = product(lead, np.full_like(lead, _SLOPE))
    rest += lead * _SLOPE_REST + lost * _SLOPE
    # the exponential of a large number multiplies what its rounding took away
    small = np.exp(-np.abs(x)) * (1 - np.sign(x) * rest)
    found: Vector = np.maximum(-x, 0.0) + np.log1p(small)
    far = ~(np.abs(lead) < _FAR)
    if far.any():
        # the parts of the product, or the difference itself, may be no doubles
        eighth = 0.125 * r_l[far] - 0.125 * r_w[far]
        found[far] = np.maximum(8 * (_SLOPE * eighth), 0.0)
    return found
