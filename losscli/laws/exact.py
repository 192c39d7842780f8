"""The stated formula of a loss at 60 digits: the oracle of its function."""

import ast
from collections.abc import Callable, Mapping
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import Any

from losscli.losses.formula.functions import FUNCTIONS
from losscli.losses.formula.grammar import Grammar
from losscli.losses.formula.tree import Tree

DIGITS = 60
Row = Mapping[str, Decimal]


class NotExactError(ValueError):
    """A formula has a function that cannot be had to any number of digits."""


@cache
def _computed(precision: int) -> Mapping[str, Callable[..., Any]]:
    """Return what Decimal computes by itself, to so many digits."""
    digits = Context(prec=precision, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])

    def floored(a: Decimal, b: Decimal) -> Decimal:
        return digits.divide(a, b).to_integral_value("ROUND_FLOOR")

    return {
        "+": digits.add,
        "-": digits.subtract,
        "*": digits.multiply,
        "/": digits.divide,
        "//": floored,
        "%": lambda a, b: digits.subtract(a, digits.multiply(b, floored(a, b))),
        "**": digits.power,
        "negative": digits.minus,
        "number": lambda x: Decimal(int(x)),
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
        "and": lambda a, b: a and b,
        "or": lambda a, b: a or b,
        "not": lambda a: not a,
        "abs": digits.abs,
        "sign": lambda x: Decimal((x > 0) - (x < 0)),
        "floor": lambda x: x.to_integral_value("ROUND_FLOOR"),
        "ceil": lambda x: x.to_integral_value("ROUND_CEILING"),
        "round": lambda x: x.to_integral_value(ROUND_HALF_EVEN),
        "min": min,
        "max": max,
        "isfinite": Decimal.is_finite,
        "sqrt": digits.sqrt,
        "exp": digits.exp,
        "log": digits.ln,
    }


def exact(formula: str, digits: int = DIGITS) -> Callable[[Row], Decimal]:
    """Return a formula as a function of the names of one row.

    Raises UsageError where it is none that `--loss` would read, NotExactError where it has a
    function without exact values.
    """
    tree, result = _read(formula)
    for node in tree.nodes:
        known = node.name in _computed(digits) or node.name in ("", "column", "where")
        if not known and not FUNCTIONS[node.name].means:
            raise NotExactError(f"{node.name} has no exact value")
    return lambda row: _value(tree, result, row, _computed(digits))


@cache
def _read(formula: str) -> tuple[Tree, int]:
    grammar = Grammar(lambda node: f"formula {formula!r}, character {_at(node)}", Tree(folds=False))
    result = grammar.read(ast.parse(formula.strip(), mode="eval").body)
    return grammar.tree, result


def _at(node: ast.AST) -> int:
    return int(getattr(node, "col_offset", 0)) + 1


def _value(tree: Tree, place: int, row: Row, computed: Mapping[str, Callable[..., Any]]) -> Any:  # noqa: ANN401 - Decimal, or true or false
    node = tree.nodes[place]
    if node.name == "":
        return Decimal(float(node.value))
    if node.name == "column":
        return _column(str(node.value), row, computed)
    if node.name == "where":
        condition, yes, no = node.operands
        way = yes if _value(tree, condition, row, computed) else no
        return _value(tree, way, row, computed)
    given = [_value(tree, k, row, computed) for k in node.operands]
    if node.name in computed:
        return computed[node.name](*given)
    if node.name == "square":
        return computed["*"](given[0], given[0])
    meant, result = _read(FUNCTIONS[node.name].means)
    return _value(meant, result, dict(zip("xab", given, strict=False)), computed)


def _column(argument: str, row: Row, computed: Mapping[str, Callable[..., Any]]) -> Decimal:
    if argument in row:
        return row[argument]
    if argument not in ("residual", "abs_residual"):
        raise NotExactError(f"{argument} follows from other columns")
    residual: Decimal = computed["-"](row["y"], row["pred"])
    found: Decimal = computed["abs"](residual) if argument == "abs_residual" else residual
    return found
