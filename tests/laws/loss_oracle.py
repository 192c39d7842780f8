"""The textbook formula of a loss, evaluated to more than 50 digits: the oracle of its body."""

import ast
from collections.abc import Callable, Mapping
from functools import cache
from types import CodeType
from typing import Any

import mpmath
import numpy as np

from losscli.roles import SHARED

# Near y = pred a textbook form loses up to a hundred digits before the 50 that count.
CONTEXT = mpmath.MPContext()
CONTEXT.dps = 200
_NOISE = CONTEXT.mpf("1e-100")


def _log(x: Any) -> Any:
    return CONTEXT.ln(x) if x else -CONTEXT.inf


Box = list[Any]
"""x1, y1, x2, y2."""


def _area(box: Box) -> Any:
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def _intersection(one: Box, other: Box) -> Any:
    return _area([max(one[0], other[0]), max(one[1], other[1]), *map(min, one[2:], other[2:])])


def _hull(one: Box, other: Box) -> Box:
    return [*map(min, one[:2], other[:2]), *map(max, one[2:], other[2:])]


def _between(one: Box, other: Box) -> Any:
    apart = [(one[k] + one[k + 2] - other[k] - other[k + 2]) / 2 for k in (0, 1)]
    return apart[0] ** 2 + apart[1] ** 2


def _across(one: Box, other: Box) -> Any:
    x1, y1, x2, y2 = _hull(one, other)
    return (x2 - x1) ** 2 + (y2 - y1) ** 2


def _slant(one: Box, other: Box) -> Any:
    angles = [CONTEXT.atan((box[2] - box[0]) / (box[3] - box[1])) for box in (one, other)]
    return (2 / CONTEXT.pi * (angles[0] - angles[1])) ** 2


NAMES: dict[str, Any] = {
    "__builtins__": {},
    "abs": abs,
    "all": all,
    "any": any,
    "cosh": CONTEXT.cosh,
    "enumerate": enumerate,
    "erf": CONTEXT.erf,
    "exp": CONTEXT.exp,
    "inf": CONTEXT.inf,
    "len": len,
    "lgamma": CONTEXT.loggamma,
    "log": _log,
    "log1p": CONTEXT.log1p,
    "max": max,
    "min": min,
    "number": CONTEXT.mpf,
    "pi": +CONTEXT.pi,
    "range": lambda *ends: range(*map(int, ends)),
    "rounded": lambda x: CONTEXT.mpf(float(x)),
    "sqrt": CONTEXT.sqrt,
    "sum": sum,
    "zip": zip,
    "intersection": _intersection,
    "union": lambda one, other: _area(one) + _area(other) - _intersection(one, other),
    "hull": lambda one, other: _area(_hull(one, other)),
    "between": _between,
    "across": _across,
    "slant": _slant,
}


class _Decimal(ast.NodeTransformer):
    """Makes every number in a formula the decimal that it shows."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            return node
        text = ast.Constant(str(node.value))
        return ast.Call(ast.Name("number", ast.Load()), [text], [])


@cache
def _compiled(formula: str) -> CodeType:
    tree = ast.fix_missing_locations(_Decimal().visit(ast.parse(formula, mode="eval")))
    return compile(tree, formula, "eval")


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return CONTEXT.mpf(value)
    return (
        [_exact(float(item) if np.ndim(item) == 0 else item) for item in value]
        if np.ndim(value)
        else value
    )


def rows(columns: Mapping[str, np.ndarray], parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the names of a formula for each row, as exact numbers."""
    fixed = {name: _exact(value) for name, value in parameters.items()}
    fixed |= {role: _exact(columns[role]) for role in SHARED & columns.keys()}
    roles = {role: column for role, column in columns.items() if role not in SHARED}
    return [
        fixed | {role: _exact(column[i].tolist()) for role, column in roles.items()}
        for i in range(len(next(iter(roles.values()))))
    ]


def formula(text: str) -> Callable[[Mapping[str, Any]], Any]:
    """Return the formula as a function of the names of one row."""
    return lambda row: CONTEXT.mpf(eval(_compiled(text), NAMES | row))  # type: ignore[operator] # noqa: S307


def ulps(found: float, wanted: Any, least: float = 0.0) -> float:
    """Return the distance of a double from an exact number, in units of its last place.

    Where it is smaller than `least`, in units of the last place of that.
    """
    if not CONTEXT.isfinite(wanted) or abs(wanted) >= np.finfo(float).max:
        return 0.0 if np.isinf(found) and (found > 0) == (wanted > 0) else np.inf
    if not np.isfinite(found):
        return np.inf
    if found == 0 and abs(wanted) < _NOISE:
        return 0.0
    unit = np.spacing(max(abs(float(wanted)), least))
    return float(abs(CONTEXT.mpf(found) - wanted) / CONTEXT.mpf(float(unit)))
