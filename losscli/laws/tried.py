"""A loss on rows that are made up: what a law is tried on, and what it finds."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.laws import samples
from losscli.laws.exact import exact
from losscli.laws.samples import Columns
from losscli.losses.arguments import column_of
from losscli.losses.chosen import Chosen, Part
from losscli.losses.combine import MEAN
from losscli.losses.parameter import Value
from losscli.losses.spec import Loss, Vector
from losscli.losses.traits import Few
from losscli.roles import SHARED

Said = tuple[str, str] | None
"""The status of a law ("broken" or "open") and what is said of it; None where it holds."""


@dataclass(frozen=True)
class Tried:
    """A loss with its parameters, ordinary rows for it, and rows at the edges of its domain."""

    loss: Loss
    parameters: Mapping[str, Value]
    rows: Columns
    edges: Columns

    @classmethod
    def of(cls, loss: Loss, parameters: Mapping[str, Value]) -> "Tried":
        """Make up rows for a loss."""
        lots = samples.ordinary(loss, parameters), samples.edges(loss, parameters)
        return cls(loss, parameters, *lots)

    def terms(self, columns: Columns) -> tuple[Vector, ...]:
        """Return the terms of some rows."""
        return Chosen("", "", (Part(1.0, self.loss, self.parameters),)).terms(columns)

    def value(self, columns: Columns) -> float:
        """Return the value of some rows together."""
        try:
            return self.loss.combine(**self.parameters).value(Few(self.terms(columns)))
        except (OverflowError, ValueError, ZeroDivisionError):  # of terms that are no numbers
            return np.inf

    @property
    def is_mean(self) -> bool:
        """Tell whether its value is the mean of its row losses."""
        return self.loss.combine(**self.parameters) == MEAN

    def row(self, columns: Columns, at: int) -> str:
        """Return a row in words."""
        here = ((r, c[at]) for r, c in columns.items() if r not in SHARED)
        return ", ".join(f"{column_of(role)} is {shown(value)}" for role, value in here)

    def numbers(self, columns: Columns) -> Iterator[dict[str, Decimal]]:
        """Yield the numbers of each row by their names, with those of the parameters."""
        fixed = {n: Decimal(v) for n, v in self.parameters.items() if isinstance(v, int | float)}
        single = {r: c for r, c in columns.items() if c.ndim == 1 and r not in SHARED}
        for at in range(count(columns)):
            yield fixed | {r: Decimal(float(c[at])) for r, c in single.items()}

    def best(self, columns: Columns) -> Columns | None:
        """Return the same rows, predicted without an error; None where that cannot be told.

        Raises UsageError or NotExactError where it is stated in a way that cannot be read.
        """
        ideal = self.loss.ideal
        if not ideal:
            return samples.perfect(columns)
        role = next(role for role in self.loss.roles if role != "y")
        at_best, many = exact(ideal), columns[role].ndim > 1
        classes = [{"k": Decimal(k)} for k in range(columns[role].shape[-1] if many else 1)]
        made = [[float(at_best(row | k)) for k in classes] for row in self.numbers(columns)]
        found: NDArray[Any] = np.array(made)
        return samples.taken({**columns, role: found if many else found[:, 0]}, slice(None))


def count(columns: Columns) -> int:
    """Return how many rows there are."""
    return next(len(column) for role, column in columns.items() if role not in SHARED)


def shown(value: Any) -> str:  # noqa: ANN401 - a number, or several
    """Return numbers as people read them."""
    if np.ndim(value):
        return f"({', '.join(map(shown, value))})"
    return f"{float(value):.12g}"
