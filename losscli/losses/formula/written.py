"""A formula as it was understood: with every bracket that its operators have."""

import numpy as np

from losscli.losses.arguments import column_of
from losscli.losses.formula.functions import FUNCTIONS
from losscli.losses.formula.tree import Tree

_FOLLOWS = {"residual": "(y - pred)", "abs_residual": "abs(y - pred)"}


def written(tree: Tree, place: int) -> str:
    """Return the formula of a node."""
    text = _text(tree, place)
    return text[1:-1] if text.startswith("(") and _closes(text) == len(text) - 1 else text


def _text(tree: Tree, place: int) -> str:
    node = tree.nodes[place]
    match node.name:
        case "":
            found = f"{node.value:g}"
            return found if float(found) == node.value else repr(node.value)
        case "column":
            return _column(str(node.value))
        case "number":
            return f"(1 if {written(tree, node.operands[0])} else 0)"
        case "negative" | "not":
            word = "-" if node.name == "negative" else "not "
            return f"({word}{_text(tree, node.operands[0])})"
    if node.name in FUNCTIONS:
        return f"{node.name}({', '.join(written(tree, k) for k in node.operands)})"
    between = node.name if node.name in ("*", "/", "**") else f" {node.name} "
    return f"({between.join(_text(tree, k) for k in node.operands)})"


def _column(role: str) -> str:
    if role in _FOLLOWS:
        return _FOLLOWS[role]
    name = column_of(role)
    return name if name == role and name.isidentifier() else f"col({name!r})"


def _closes(text: str) -> int:
    """Return where the bracket that opens the text is closed."""
    depth = np.cumsum([(letter == "(") - (letter == ")") for letter in text])
    return int((depth == 0).argmax())
