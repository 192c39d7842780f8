"""Costs: what the decisions that follow from the predictions cost."""

from typing import Annotated

import numpy as np

from losscli.losses.domain import UNIT
from losscli.losses.spec import Codes, Matrix, Vector, loss

_ROUNDING = 1e-14


@loss(
    name="cost",
    formula="max(cost_matrix[y][d] for d in range(len(probs)) "
    "if sum(p*row[d] for p, row in zip(probs, cost_matrix)) "
    "== min(sum(p*row[e] for p, row in zip(probs, cost_matrix)) for e in range(len(probs))))",
    use="Where each decision has a known cost: what deciding by these probabilities costs.",
    avoid="Where the costs are guesses: it sees nothing of the probabilities but the decision.",
    aka=("expected_cost",),
    floor="min(cost_matrix[y])",
)
def cost_multiclass(y: Codes, probs: Annotated[Matrix, UNIT], cost_matrix: Matrix) -> Vector:
    """Cost of deciding for the class that is expected to cost least.

    --cost-matrix gives the cost of each decision for each truth; a tie counts as the dearest of
    its decisions (Elkan, 2001).
    """
    expected = [_expected(probs, cost_matrix[:, d]) for d in range(len(cost_matrix))]
    least = np.minimum.reduce(expected)
    # what differs by rounding alone is a tie
    least += _ROUNDING * np.abs(cost_matrix).max()
    found = np.full(len(y), -np.inf)
    for d, costs in enumerate(expected):
        found = np.where(costs <= least, np.maximum(found, cost_matrix[y, d]), found)
    return found


def _expected(probs: Matrix, costs: Vector) -> Vector:
    total = np.zeros(len(probs))
    for k, one in enumerate(costs.tolist()):
        total += probs[:, k] * one
    return total


@loss(
    name="cost",
    formula="cost_matrix[y][label]",
    use="Where some mistakes cost more than others.",
    avoid="Where there are probabilities: the best decision then depends on the costs, too.",
    floor="cost_matrix[y][y]",
    aka=("expected_cost",),
)
def cost_of_labels(y: Codes, label: Codes, cost_matrix: Matrix) -> Vector:
    """Cost of the predicted class: the entry of --cost-matrix for truth and prediction.

    A matrix with 0 for right and 1 for wrong predictions gives zero_one (Elkan, 2001).
    """
    found: Vector = cost_matrix[y, label]
    return found
