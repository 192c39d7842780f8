"""A formula as a loss: its columns, its task and the function that computes it."""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from losscli.errors import UsageError
from losscli.losses.arguments import bases
from losscli.losses.formula.functions import CONSTANTS, FUNCTIONS
from losscli.losses.formula.grammar import COLUMN, Grammar
from losscli.losses.formula.program import Program
from losscli.losses.signature import task_of, usual_range
from losscli.losses.spec import Loss
from losscli.roles import ROLES

FORMULA = "formula"
"""The family and the origin of losses that are formulas."""
WORDS = {"y", COLUMN, *ROLES, *FUNCTIONS, *CONSTANTS}
"""What means the same in every formula."""


def made(tree: ast.expr, place: Callable[[ast.AST], str]) -> tuple[Loss, Mapping[str, str]]:
    """Return the loss that a formula is, and where each of its columns stands in the text.

    Raises UsageError, with the place, where the tree is no formula.
    """
    grammar = Grammar(place)
    result = grammar.read(tree)
    program = Program(grammar.tree, result)
    if not program.arguments:
        raise UsageError("a formula needs a column", where=place(tree), remedy="such as pred")
    found = {base for argument in program.arguments for base in bases(argument)}
    roles = tuple(sorted(found, key=_order))
    text, task = ast.unparse(tree), task_of(roles, ())
    loss = Loss(
        name=text,
        task=task,
        family=FORMULA,
        function=program,
        arguments=program.arguments,
        roles=roles,
        several=frozenset(),
        parameters=(),
        domain=lambda **_: {role: usual_range(role, task) for role in roles},
        formula=(text,),
        bound=1.0 if grammar.tree.nodes[result].name == "number" else float("inf"),
        origin=FORMULA,
    )
    return loss, grammar.places


def _order(role: str) -> tuple[int, str]:
    """Put the truth first, then what is predicted, then other columns."""
    return (("y", *ROLES).index(role) if role == "y" or role in ROLES else len(ROLES) + 1, role)


def is_formula(tree: ast.expr, losses: Collection[str]) -> bool:
    """Tell whether an expression is a formula: `losses` are the names of losses in it."""
    if losses or isinstance(tree, ast.Name | ast.Constant):
        return False
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        return True
    # what is called with nothing but values is meant to be a loss
    called = tree.func.id in WORDS
    return called or any(isinstance(one, ast.Name) for arg in tree.args for one in ast.walk(arg))


def words(tree: ast.AST, losses: Collection[str]) -> Iterator[ast.AST]:
    """Yield what stands for columns and functions beside the losses of an expression."""
    open_: list[Any] = [tree]
    while open_:
        node = open_.pop()
        if isinstance(node, ast.Name) and node.id in WORDS - CONSTANTS.keys():
            yield node
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in losses):
            open_ += reversed(list(ast.iter_child_nodes(node)))
