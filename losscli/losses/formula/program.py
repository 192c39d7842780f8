"""The steps in which numpy computes a formula; memory that is done with is written again."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.losses.formula.functions import function
from losscli.losses.formula.tree import Tree
from losscli.losses.formula.written import written

Vector = NDArray[np.float64]


class Step(NamedTuple):
    """One call: what of, with the values at `needs`, whose value goes to `to`.

    `reuses` is where a value lies that no other step needs, which may be overwritten.
    """

    compute: Callable[..., Any]
    needs: tuple[int, ...]
    to: int
    reuses: int | None
    drops: tuple[int, ...]


class Program:
    """A function of the columns of `arguments` (float64[n] each); returns float64[n]."""

    def __init__(self, tree: Tree, result: int) -> None:
        nodes = tree.nodes
        order = sorted(_used(tree, result))
        self._loads = [k for k in order if nodes[k].name == "column"]
        self.arguments = tuple(str(nodes[k].value) for k in self._loads)
        self._result = result
        self._values: list[Any] = [None] * len(nodes)
        for k in order:
            if nodes[k].name == "":
                self._values[k] = float(nodes[k].value)
        self.numbers = tuple(v for v in self._values if v is not None)
        """The numbers that the formula is written with, or that follow from them."""
        self._steps = _steps(tree, order, result)
        self.__doc__ = f"Your formula, read as {written(tree, result)}."
        self._is_argument = nodes[result].name == "column"

    def __call__(self, *columns: Vector) -> Vector:
        """Compute the formula; a row does not see other rows."""
        values = [*self._values]
        for k, column in zip(self._loads, columns, strict=True):
            values[k] = column
        for compute, needs, to, reuses, drops in self._steps:
            given = [values[k] for k in needs]
            if reuses is None:
                values[to] = compute(*given)
            else:
                values[to] = compute(*given, out=values[reuses])
            for k in drops:
                values[k] = None
        found: Vector = values[self._result]
        return found.copy() if self._is_argument else found


def _used(tree: Tree, result: int) -> set[int]:
    """Return the nodes that lead to the result."""
    used, open_ = set(), [result]
    while open_:
        k = open_.pop()
        if k not in used:
            used.add(k)
            open_ += _operands(tree, k)
    return used


def _operands(tree: Tree, k: int) -> tuple[int, ...]:
    return () if tree.nodes[k].name in ("", "column") else tree.nodes[k].operands


def _steps(tree: Tree, order: list[int], result: int) -> list[Step]:
    nodes = tree.nodes
    last = {operand: k for k in order for operand in _operands(tree, k)} | {result: -1}
    by_row: set[int] = set()
    free: list[int] = []
    found = []
    for k in order:
        operands = _operands(tree, k)
        if nodes[k].name == "column" or not by_row.isdisjoint(operands):
            by_row.add(k)
        if not operands:
            continue
        compute = function(nodes[k].name).compute
        ended = [j for j in dict.fromkeys(operands) if last[j] == k and _operands(tree, j)]
        whole = [j for j in ended if j in by_row and not nodes[j].condition]
        fits = isinstance(compute, np.ufunc) and not nodes[k].condition and k in by_row
        reuses = None
        if fits and (whole or free):
            reuses = whole.pop() if whole else free.pop()
        free += whole
        dropped = tuple(j for j in ended if j not in free)
        found.append(Step(compute, operands, k, reuses, dropped))
    return found
