"""A formula as a list of nodes: what is written twice is there once, numbers are folded."""

import math
from dataclasses import field

import numpy as np

from losscli.dataclass import dataclass
from losscli.losses.formula.functions import function

_MOST = 500


class TooLongError(ValueError):
    """A formula computes more than a formula should."""


@dataclass(frozen=True)
class Node:
    """A number, a column or what a function makes of earlier nodes.

    `name` is that of the function, "" for a number, "column" for a column; `value` is the number
    or the argument that is loaded. `condition` tells that it is true or false.
    """

    name: str
    operands: tuple[int, ...] = ()
    value: float | str = 0.0
    condition: bool = False


@dataclass
class Tree:
    """The nodes of a formula, each after its operands; it `folds` what numbers alone make."""

    folds: bool = True
    nodes: list[Node] = field(default_factory=list)
    _known: dict[Node, int] = field(default_factory=dict)

    def number(self, value: float) -> int:
        """Return the node of a number."""
        # 0.0 and -0.0 are equal, and are not the same
        sign = math.copysign(1.0, value)
        return self._add(Node("", (int(sign),), value))

    def column(self, argument: str) -> int:
        """Return the node of an argument: a column, or what follows from columns."""
        return self._add(Node("column", (), argument))

    def call(self, name: str, *operands: int) -> int:
        """Return the node of what a function makes of others; ValueError where it is no number."""
        condition = function(name).condition
        if self.folds and not condition and all(self.nodes[k].name == "" for k in operands):
            return self.number(self._folded(name, operands))
        return self._add(self._shorter(name, operands) or Node(name, operands, 0.0, condition))

    def value(self, place: int) -> float | None:
        """Return the number that a node is, None where it is none."""
        node = self.nodes[place]
        return float(node.value) if node.name == "" else None

    def _folded(self, name: str, operands: tuple[int, ...]) -> float:
        numbers = [np.float64(self.nodes[k].value) for k in operands]
        with np.errstate(all="ignore"):
            found = float(function(name).compute(*numbers))
        if math.isnan(found):
            by_zero = name in ("/", "//", "%") and not numbers[1]
            raise ValueError("this divides by 0" if by_zero else "this is not a number")
        if math.isinf(found) and not any(map(math.isinf, numbers)):
            by_zero = name in ("/", "//") and not numbers[1]
            raise ValueError("this divides by 0" if by_zero else "this number is too large")
        return found

    def _shorter(self, name: str, operands: tuple[int, ...]) -> Node | None:
        """Return a node with the same value that costs less."""
        if name == "**":
            power = {2.0: "square", 0.5: "sqrt"}.get(self.value(operands[1]) or 0.0)
            return Node(power, operands[:1]) if power else None
        names = [self.nodes[k].value for k in operands if self.nodes[k].name == "column"]
        if name == "-" and names == ["y", "pred"]:
            return Node("column", (), "residual")  # which all losses share
        if name == "abs" and names == ["residual"]:
            return Node("column", (), "abs_residual")
        inner = self.nodes[operands[0]]
        if name == "abs" and inner.name == "-" and self._swapped(inner):
            return Node("column", (), "abs_residual")
        return None

    def _swapped(self, difference: Node) -> bool:
        return [self.nodes[k].value for k in difference.operands] == ["pred", "y"]

    def _add(self, node: Node) -> int:
        if node not in self._known:
            if len(self.nodes) >= _MOST:
                raise TooLongError(f"a formula has more than {_MOST} steps")
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return self._known[node]
