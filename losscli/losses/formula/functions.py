"""What a formula can compute: one entry for each operator and each function."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Function:
    """One function of formulas, element by element.

    `compute` takes arrays or numbers; a ufunc writes into memory that is no longer used. `takes`
    are the fewest and the most arguments. `means` is the function in terms of simpler ones (of
    x, then a and b), where it is none of these itself. The first argument of one that is
    `conditional` is a condition, the value of a `condition` is one.
    """

    compute: Callable[..., Any]
    takes: tuple[int, int] = (1, 1)
    means: str = ""
    conditional: bool = False
    condition: bool = False


def _each(pair: np.ufunc) -> Callable[..., Any]:
    def compute(first: Array, *others: Array) -> Array:
        for other in others:
            first = pair(first, other)
        return first

    return compute


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    found: Array = np.where(x >= 0, 1.0, small) / (1 + small)
    return found


def _softplus(x: Array) -> Array:
    found: Array = np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))
    return found


def _xlogy(x: Array, a: Array) -> Array:
    return np.where(np.equal(x, 0), 0.0, x * np.log(a))


MANY = 20
OPERATORS: Mapping[str, Function] = {
    "+": Function(np.add, (2, 2)),
    "-": Function(np.subtract, (2, 2)),
    "*": Function(np.multiply, (2, 2)),
    "/": Function(np.divide, (2, 2)),
    "//": Function(np.floor_divide, (2, 2)),
    "%": Function(np.remainder, (2, 2)),
    "**": Function(np.power, (2, 2)),
    "negative": Function(np.negative),
    "number": Function(lambda x: np.asarray(x, np.float64)),
    "<": Function(np.less, (2, 2), condition=True),
    "<=": Function(np.less_equal, (2, 2), condition=True),
    ">": Function(np.greater, (2, 2), condition=True),
    ">=": Function(np.greater_equal, (2, 2), condition=True),
    "==": Function(np.equal, (2, 2), condition=True),
    "!=": Function(np.not_equal, (2, 2), condition=True),
    "and": Function(np.logical_and, (2, 2), condition=True),
    "or": Function(np.logical_or, (2, 2), condition=True),
    "not": Function(np.logical_not, condition=True),
}
"""What is written between or before its arguments; "number" makes 1 and 0 of a condition."""
FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(np.abs),
    "sign": Function(np.sign),
    "floor": Function(np.floor),
    "ceil": Function(np.ceil),
    "round": Function(np.rint),
    "min": Function(_each(np.minimum), (2, MANY)),
    "max": Function(_each(np.maximum), (2, MANY)),
    "minimum": Function(np.minimum, (2, 2), "min(x, a)"),
    "maximum": Function(np.maximum, (2, 2), "max(x, a)"),
    "clip": Function(np.clip, (3, 3), "min(max(x, a), b)"),
    "where": Function(np.where, (3, 3), conditional=True),
    "isfinite": Function(np.isfinite, condition=True),
    "sqrt": Function(np.sqrt),
    "square": Function(np.square, means="x*x"),
    "hypot": Function(np.hypot, (2, 2), "sqrt(x*x + a*a)"),
    "exp": Function(np.exp),
    "expm1": Function(np.expm1, means="exp(x) - 1"),
    "log": Function(np.log),
    "log1p": Function(np.log1p, means="log(1 + x)"),
    "log2": Function(np.log2, means="log(x)/log(2)"),
    "log10": Function(np.log10, means="log(x)/log(10)"),
    "xlogy": Function(_xlogy, (2, 2), "0 if x == 0 else x*log(a)"),
    "sigmoid": Function(_sigmoid, means="1/(1 + exp(-x))"),
    "softplus": Function(_softplus, means="log(1 + exp(x))"),
    "cosh": Function(np.cosh, means="(exp(x) + exp(-x))/2"),
    "sinh": Function(np.sinh, means="(exp(x) - exp(-x))/2"),
    "tanh": Function(np.tanh, means="(exp(x) - exp(-x))/(exp(x) + exp(-x))"),
    "sin": Function(np.sin),
    "cos": Function(np.cos),
}
"""What is called by its name."""
CONSTANTS: Mapping[str, float] = {"pi": np.pi, "inf": np.inf}


def function(name: str) -> Function:
    """Return the operator or function of that name."""
    return OPERATORS.get(name) or FUNCTIONS[name]
