"""The words of --loss: text to requests, by Python's grammar and never evaluated."""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import field
from math import inf, isfinite

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.names import find, is_known
from losscli.losses.parameter import Value
from losscli.losses.spec import Loss
from losscli.visible import visible

LONGEST = 10_000
"""A list of losses longer than this is a file that was named by mistake."""
_MOST_OPERATORS = 100
DEEPEST = 20
_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")
_FOREIGN = re.compile(r"[^A-Za-z0-9_ .,+\-*/()='\"<>!%&|^~:@\[\]{}]")
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_EXAMPLE = "as in --loss 'mse,huber(delta=2)'"
_COLUMN = 'a column of any name is written col("größe")'
_SUM = "as in --loss '0.7*mse + 0.3*mae'"
_WORDS: Mapping[str, Value] = {"inf": inf, "true": True, "false": False}


@dataclass(frozen=True)
class Place:
    """A character of the text, counted from 0."""

    text: str
    at: int

    def __str__(self) -> str:
        """Return the place as a person finds it."""
        return f"loss '{visible(self.text)}', character {self.at + 1}"

    def __add__(self, further: int) -> "Place":
        """Return the place that many characters on."""
        return Place(self.text, self.at + further)

    def error(self, what: str, remedy: str = "") -> UsageError:
        """Return the error that something is wrong here."""
        return UsageError(what, where=str(self), remedy=remedy)


@dataclass(frozen=True)
class Call:
    """A loss that was asked for by one of its names, with the parameters that were given.

    `places` tells where each parameter stands. A formula is a loss that is `made` here, whose
    columns stand at `columns`.
    """

    name: str
    parameters: Mapping[str, Value]
    place: Place = field(compare=False)
    places: Mapping[str, Place] = field(compare=False, default_factory=dict)
    made: Loss | None = field(compare=False, default=None)
    columns: Mapping[str, str] = field(compare=False, default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One piece of the list: weighted losses, and the name that was given to their sum."""

    name: str
    terms: tuple[tuple[float, Call], ...]
    place: Place = field(compare=False)


def read(text: str) -> Iterator[Request]:
    """Yield the requests of a list that commas separate; UsageError where it is none."""
    if len(text) > LONGEST:
        what = f"the list of losses has {len(text)} characters, more than {LONGEST}"
        raise UsageError(what, remedy=_EXAMPLE)
    text = re.sub(r"[\t\r\n]", " ", text)
    if foreign := _FOREIGN.search(_unquoted(text)):
        what = f"'{visible(foreign[0])}' is not part of a loss"
        remedy = _COLUMN if foreign[0].isalpha() else _EXAMPLE
        raise Place(text, foreign.start()).error(what, remedy)
    for start, end in pieces(text):
        yield _request(text[start:end], Place(text, start))


def _unquoted(text: str) -> str:
    """Return the text with nothing between its quotes, every character in its place."""
    return _QUOTED.sub(lambda found: "_" * len(found[0]), text)


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the pieces between the commas outside of brackets begin and end."""
    opened: list[int] = []
    start = 0
    for at, character in enumerate(_unquoted(text)):
        if character == "(":
            opened.append(at)
            if len(opened) > DEEPEST:
                raise Place(text, at).error(f"brackets are nested more than {DEEPEST} deep")
        elif character == ")":
            if not opened:
                raise Place(text, at).error("this bracket was not opened")
            opened.pop()
        elif character == "," and not opened:
            yield start, at
            start = at + 1
    if opened:
        raise Place(text, opened[-1]).error("this bracket is not closed")
    yield start, len(text)


def _request(piece: str, place: Place) -> Request:
    if not piece.strip():
        raise place.error("a loss is missing here", _EXAMPLE)
    named = _NAMED.match(piece)
    start = named.end() if named else 0
    start += len(piece) - start - len(piece[start:].lstrip())
    said = piece[start:].rstrip()
    tree = _parsed(said, place + start)
    name = named[1] if named else ""
    return Request(name, tuple(_terms(tree, _Reader(place + start, said))), place)


def _terms(tree: ast.expr, reader: "_Reader") -> Iterator[tuple[float, Call]]:
    """Yield the weighted losses of a sum, or the one loss that is a formula."""
    if isinstance(tree, ast.Name):
        return reader.terms(tree, 1.0)
    from losscli.losses.formula import made  # noqa: PLC0415 - few losses are formulas

    names = {node.id: node for node in ast.walk(tree) if isinstance(node, ast.Name)}
    losses = [name for name in names if name not in made.WORDS and is_known(name)]
    if made.is_formula(tree, losses):
        loss, columns = made.made(tree, lambda node: str(reader.at(node)))
        return iter([(1.0, Call(loss.name, {}, reader.start, made=loss, columns=columns))])
    if losses and (other := next(made.words(tree, losses), None)):
        what = f"{losses[0]} is a loss: it cannot be mixed with columns and functions"
        remedy = f'write out what it computes; a column of that name: col("{losses[0]}")'
        raise reader.at(other).error(what, remedy)
    return reader.terms(tree, 1.0)


def _parsed(piece: str, place: Place) -> ast.expr:
    if sum(piece.count(operator) for operator in "+-*/") > _MOST_OPERATORS:
        raise place.error(f"a loss has more than {_MOST_OPERATORS} operators")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(piece, mode="eval").body
    except SyntaxError as error:
        at = min(max((error.offset or 1) - 1, 0), max(len(piece) - 1, 0))
        raise (place + at).error("this is not a loss", _EXAMPLE) from None
    except (ValueError, MemoryError, RecursionError):
        raise place.error("this is too long or too deep for a loss") from None


@dataclass(frozen=True)
class _Reader:
    """Reads the syntax tree of the piece that begins at `start`."""

    start: Place
    text: str

    def terms(self, node: ast.expr, weight: float) -> Iterator[tuple[float, Call]]:
        """Yield the losses of a sum with their weights."""
        if isinstance(node, ast.Name | ast.Call):
            yield weight, self._call(node)
            return
        if not isinstance(node, ast.BinOp):
            raise self.at(node).error("a loss is missing here", _SUM)
        if isinstance(node.op, ast.Add):
            yield from self.terms(node.left, weight)
            yield from self.terms(node.right, weight)
        elif isinstance(node.op, ast.Mult) and self._number(node.left) is not None:
            yield from self.terms(node.right, weight * self._weight(node.left))
        elif isinstance(node.op, ast.Mult):
            yield from self.terms(node.left, weight * self._weight(node.right))
        elif isinstance(node.op, ast.Div):
            yield from self.terms(node.left, weight / self._weight(node.right))
        else:
            what = "losses can be added and weighted, not subtracted or raised to a power"
            raise self.at(node.right).error(what, _SUM)

    def _call(self, node: ast.Name | ast.Call) -> Call:
        name = node.func if isinstance(node, ast.Call) else node
        if not isinstance(name, ast.Name):
            raise self.at(node).error("a loss is a name", _EXAMPLE)
        losses = find(name.id, str(self.at(name)))
        if isinstance(node, ast.Name):
            return Call(name.id, {}, self.at(node))
        for argument in node.args:
            known = losses[0].parameters
            what = f"{name.id} takes no parameters"
            if not known:
                raise self.at(argument).error(what, f"write {name.id}")
            value = self._value(argument)
            what = f"{name.id} takes its parameters by name"
            raise self.at(argument).error(what, f"write {name.id}({known[0].name}={value})")
        places = {keyword.arg: self.at(keyword) for keyword in node.keywords if keyword.arg}
        return Call(name.id, dict(self._parameters(node)), self.at(node), places)

    def _parameters(self, node: ast.Call) -> Iterator[tuple[str, Value]]:
        seen: set[str] = set()
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg in seen:
                raise self.at(keyword).error("each parameter is given once, as name=value")
            seen.add(keyword.arg)
            yield keyword.arg, self._value(keyword.value)

    def _value(self, node: ast.expr) -> Value:
        number = self._number(node)
        if number is not None:
            return number
        if isinstance(node, ast.Name):
            return _WORDS.get(node.id.lower(), node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | str):
            return node.value
        if isinstance(node, ast.Constant) and node.value is None:
            return "none"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            ends = node.left, node.right
            if all(isinstance(end, ast.Name) for end in ends):  # a unit, such as mg/dL
                return "/".join(map(ast.unparse, ends))
        raise self.at(node).error("a parameter is a number, a word, True or False")

    def _number(self, node: ast.expr) -> float | None:
        """Return the number that stands there, or None where something else does."""
        sign = 1.0
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
            node = node.operand
        if isinstance(node, ast.Name) and node.id.lower() == "inf":
            return sign * inf
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
            return None
        if not isinstance(node.value, int | float):
            return None
        try:
            return sign * float(node.value)
        except OverflowError:
            raise self.at(node).error("this number is too large") from None

    def _weight(self, node: ast.expr) -> float:
        number = self._number(node)
        if number is None or not (isfinite(number) and number > 0):
            raise self.at(node).error("a weight is a number above 0", _SUM)
        return number

    def at(self, node: ast.AST) -> Place:
        """Return where a part of the tree stands, which counts in bytes."""
        offset = getattr(node, "col_offset", 0)
        return self.start + len(self.text.encode()[:offset].decode(errors="ignore"))
