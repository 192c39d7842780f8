"""Parameters that follow from the data where they are `auto`: the rule is a fact beside each."""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass

Vector = NDArray[np.float64]

AUTO = "auto"
"""The word that asks for a parameter to be found from the data."""
_NORMAL = 1.4826
"""The standard deviation of normal errors as a multiple of their MAD."""


class NoFitError(Exception):
    """The parameters cannot be found from these residuals; the text says why."""


@dataclass(frozen=True)
class Errors:
    """Residuals y - pred in ascending order, each with its mass; `mad` is their spread.

    That is the median of their distances from their median.
    """

    residuals: Vector
    mass: Vector
    mad: float


class Rule:
    """How parameters of one loss follow from residuals; those that share a rule do together."""

    words: str
    """What is done, in words that stand after "auto: "."""

    def fit(
        self, fixed: Mapping[str, float], names: Collection[str], errors: Errors
    ) -> dict[str, float]:
        """Return the parameters `names`, where the others are `fixed`; else raise NoFitError."""
        raise NotImplementedError


@dataclass(frozen=True)
class Scaled(Rule):
    """A multiple of the robust standard deviation of the residuals."""

    factor: float
    source: str

    @property
    def words(self) -> str:  # type: ignore[override]
        """What is done."""
        return (
            f"{self.factor:g} * {_NORMAL} * MAD of y - pred, for 95 % efficiency where errors are "
            f"normal ({self.source})"
        )

    def fit(
        self,
        fixed: Mapping[str, float],  # noqa: ARG002 - as of Rule
        names: Collection[str],
        errors: Errors,
    ) -> dict[str, float]:
        """Return the multiple for each name."""
        if errors.mad == 0:
            what = "half of the residuals are equal, so their MAD is 0 and tells no scale"
            raise NoFitError(what)
        found = self.factor * _NORMAL * errors.mad
        if not 0 < found < np.inf:
            what = f"the MAD of the residuals is {errors.mad:g}, which tells no scale"
            raise NoFitError(what)
        return dict.fromkeys(names, found)
