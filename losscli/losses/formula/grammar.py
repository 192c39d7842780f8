"""From the syntax tree of Python to the nodes of a formula: only what is listed here is read."""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.arguments import column_role
from losscli.losses.formula.functions import CONSTANTS, FUNCTIONS, Function
from losscli.losses.formula.tree import Tree
from losscli.losses.names import nearest
from losscli.roles import ROLES, SHARED
from losscli.visible import visible

_DEEPEST = 120
_LARGEST_POWER = 100
COLUMN = "col"
_BINARY: Mapping[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_COMPARED: Mapping[type, str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_MEANT: Mapping[type, tuple[str, str]] = {
    ast.BitAnd: ("&", "write and, as in y > 0 and pred > 0"),
    ast.BitOr: ("|", "write or, as in y > 0 or pred > 0"),
    ast.BitXor: ("^", "write ** for a power"),
    ast.Invert: ("~", "write not, as in not y > 0"),
    ast.LShift: ("<<", "write *, as in y*2**3"),
    ast.RShift: (">>", "write //, as in y//2**3"),
    ast.MatMult: ("@", "write * for a product"),
    ast.List: ("a list", "a formula is over one row: name its columns"),
    ast.Tuple: ("a list", "a formula is over one row: name its columns"),
    ast.Dict: ("a dictionary", "there are columns, numbers and functions"),
    ast.Set: ("a set", "there are columns, numbers and functions"),
    ast.ListComp: ("a comprehension", "a formula is over one row: write what it computes"),
    ast.SetComp: ("a comprehension", "a formula is over one row: write what it computes"),
    ast.DictComp: ("a comprehension", "a formula is over one row: write what it computes"),
    ast.GeneratorExp: ("a comprehension", "a formula is over one row: write what it computes"),
    ast.Attribute: ("an attribute", "there are columns, numbers and functions"),
    ast.Subscript: ("an index", 'a column is named: col("unit price")'),
    ast.JoinedStr: ("an f-string", 'a column is named: col("unit price")'),
    ast.Lambda: ("a lambda", "write what it computes"),
    ast.NamedExpr: (":=", "write what it computes"),
}
"""What is often written and is not read, and what to write instead."""
_EXAMPLE = "as in --loss 'cost = where(pred > y, 3*(pred - y), y - pred)'"
Place = Callable[[ast.AST], str]


@dataclass
class Grammar:
    """Reads one formula; `place` tells where a part of it stands, for messages.

    `places` are the places of the columns by role, as they are found.
    """

    place: Place
    tree: Tree = field(default_factory=Tree)
    places: dict[str, str] = field(default_factory=dict)

    def read(self, node: ast.expr) -> int:
        """Return the node of the whole formula, a number a row; UsageError where it is none."""
        return self._number(node, 0)

    def _number(self, node: ast.expr, depth: int) -> int:
        """Return the node of a number; 1 and 0 stand for true and false."""
        found = self._any(node, depth)
        return self._call(node, "number", found) if self.tree.nodes[found].condition else found

    def _condition(self, node: ast.expr, depth: int) -> int:
        found = self._any(node, depth)
        if not self.tree.nodes[found].condition:
            raise self._error(node, "a condition is missing here", "such as pred > y")
        return found

    def _any(self, node: ast.expr, depth: int) -> int:
        if depth > _DEEPEST:
            raise self._error(node, f"this formula is nested more than {_DEEPEST} deep")
        readers: Mapping[type, Callable[[Any, int], int]] = {
            ast.Name: self._name,
            ast.Constant: self._constant,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._binary,
            ast.Compare: self._comparison,
            ast.BoolOp: self._joined,
            ast.IfExp: self._either,
            ast.Call: self._function,
        }
        if type(node) not in readers:
            raise self._foreign(node)
        return readers[type(node)](node, depth + 1)

    def _joined(self, node: ast.BoolOp, depth: int) -> int:
        word = "and" if isinstance(node.op, ast.And) else "or"
        first, *others = (self._condition(one, depth) for one in node.values)
        for other in others:
            first = self._call(node, word, first, other)
        return first

    def _either(self, node: ast.IfExp, depth: int) -> int:
        condition = self._condition(node.test, depth)
        ways = (self._number(one, depth) for one in (node.body, node.orelse))
        return self._call(node, "where", condition, *ways)

    def _name(self, node: ast.Name, _: int) -> int:
        if node.id in CONSTANTS:
            return self.tree.number(CONSTANTS[node.id])
        if node.id in FUNCTIONS or node.id == COLUMN:
            example = f'{COLUMN}("unit price")' if node.id == COLUMN else f"{node.id}(…)"
            what = f"{node.id} is a function"
            raise self._error(node, what, f"write {example}; a column: {COLUMN}({node.id!r})")
        if node.id in SHARED or (node.id in ROLES and ROLES[node.id].family):
            what = f"{node.id} is several columns, a formula takes one at a time"
            raise self._error(node, what, f'name one, as in {COLUMN}("p_yes")')
        if node.id == "label":
            what = "a predicted class is no number"
            raise self._error(node, what, f'zero_one compares classes; a column: {COLUMN}("label")')
        known = node.id == "y" or node.id in ROLES
        return self._column(node, node.id if known else column_role(node.id))

    def _column(self, node: ast.expr, argument: str) -> int:
        self.places.setdefault(argument, self.place(node))
        return self.tree.column(argument)

    def _constant(self, node: ast.Constant, _: int) -> int:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            kind = "text" if isinstance(node.value, str) else visible(repr(node.value), limit=50)
            remedy = f'a column is named: {COLUMN}("unit price")'
            raise self._error(node, f"{kind} is not part of a formula", remedy)
        try:
            value = float(node.value)
        except OverflowError:
            value = math.inf
        if math.isinf(value):
            raise self._error(node, "this number is too large", "write inf")
        return self.tree.number(value)

    def _unary(self, node: ast.UnaryOp, depth: int) -> int:
        match node.op:
            case ast.Not():
                return self._call(node, "not", self._condition(node.operand, depth))
            case ast.USub():
                return self._call(node, "negative", self._number(node.operand, depth))
            case ast.UAdd():
                return self._number(node.operand, depth)
        raise self._foreign(node.op, node)

    def _binary(self, node: ast.BinOp, depth: int) -> int:
        name = _BINARY.get(type(node.op))
        if name is None:
            raise self._foreign(node.op, node)
        left, right = self._number(node.left, depth), self._number(node.right, depth)
        power = self.tree.value(right) if name == "**" else None
        if power is not None and abs(power) > _LARGEST_POWER:
            raise self._error(node.right, f"a power is at most {_LARGEST_POWER}")
        return self._call(node, name, left, right)

    def _comparison(self, node: ast.Compare, depth: int) -> int:
        sides = [self._number(one, depth) for one in (node.left, *node.comparators)]
        found: int | None = None
        for at, operator in enumerate(node.ops):
            name = _COMPARED.get(type(operator))
            if name is None:
                what = "in and is are not part of a formula"
                raise self._error(node, what, "compare numbers: < <= > >= == !=")
            one = self._call(node, name, sides[at], sides[at + 1])
            found = one if found is None else self._call(node, "and", found, one)
        assert found is not None
        return found

    def _function(self, node: ast.Call, depth: int) -> int:
        if not isinstance(node.func, ast.Name):
            raise self._foreign(node.func)
        name = node.func.id
        if name == COLUMN:
            return self._named_column(node)
        known = FUNCTIONS.get(name)
        if known is None:
            remedy = nearest(name, [*FUNCTIONS, COLUMN]) or f"there are {', '.join(FUNCTIONS)}"
            raise self._error(node.func, f"unknown function {visible(name)!r}", remedy)
        self._check_arguments(node, name, known)
        first, *rest = node.args
        read = self._condition if known.conditional else self._number
        operands = [read(first, depth), *(self._number(one, depth) for one in rest)]
        return self._call(node, name, *operands)

    def _check_arguments(self, node: ast.Call, name: str, known: Function) -> None:
        least, most = known.takes
        odd = [*node.keywords, *(one for one in node.args if isinstance(one, ast.Starred))]
        if odd:
            raise self._error(odd[0], f"{name} takes its arguments in order, without names")
        if not least <= len(node.args) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            noun = "argument" if count == "1" else "arguments"
            raise self._error(node, f"{name} takes {count} {noun}, not {len(node.args)}")

    def _named_column(self, node: ast.Call) -> int:
        found = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if not isinstance(found, ast.Constant) or not isinstance(found.value, str):
            what = f"{COLUMN} takes the name of one column"
            raise self._error(node, what, f'as in {COLUMN}("unit price")')
        return self._column(node, column_role(found.value))

    def _call(self, node: ast.AST, name: str, *operands: int) -> int:
        try:
            return self.tree.call(name, *operands)
        except ValueError as error:
            raise self._error(node, str(error)) from None

    def _foreign(self, node: ast.AST, at: ast.AST | None = None) -> UsageError:
        kind, remedy = _MEANT.get(type(node), ("this", _EXAMPLE))
        return self._error(at or node, f"{kind} is not part of a formula", remedy)

    def _error(self, node: ast.AST, what: str, remedy: str = "") -> UsageError:
        return UsageError(what, where=self.place(node), remedy=remedy)
