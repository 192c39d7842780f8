"""The words of --loss: text to requests, by Python's grammar and never evaluated."""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import field
from math import inf, isfinite

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.names import find
from losscli.losses.spec import Value
from losscli.visible import visible

LONGEST = 10_000
"""A list of losses longer than this is a file that was named by mistake."""
_MOST_OPERATORS = 100
_DEEPEST = 20
_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*=")
_FOREIGN = re.compile(r"[^A-Za-z0-9_ .,+\-*/()='\"]")
_EXAMPLE = "as in --loss 'mse,huber(delta=2)'"
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

    `places` tells where each parameter stands.
    """

    name: str
    parameters: Mapping[str, Value]
    place: Place = field(compare=False)
    places: Mapping[str, Place] = field(compare=False, default_factory=dict)


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
    if foreign := _FOREIGN.search(text):
        what = f"'{visible(foreign[0])}' is not part of a loss"
        raise Place(text, foreign.start()).error(what, _EXAMPLE)
    for start, end in _pieces(text):
        yield _request(text[start:end], Place(text, start))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the pieces between the commas outside of brackets begin and end."""
    opened: list[int] = []
    start = 0
    for at, character in enumerate(text):
        if character == "(":
            opened.append(at)
            if len(opened) > _DEEPEST:
                raise Place(text, at).error(f"brackets are nested more than {_DEEPEST} deep")
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
    tree = _parsed(piece[start:].rstrip(), place + start)
    name = named[1] if named else ""
    return Request(name, tuple(_Reader(place + start).terms(tree, 1.0)), place)


def _parsed(piece: str, place: Place) -> ast.expr:
    if sum(piece.count(operator) for operator in "+-*/") > _MOST_OPERATORS:
        raise place.error(f"a sum of losses has more than {_MOST_OPERATORS} operators")
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

    def terms(self, node: ast.expr, weight: float) -> Iterator[tuple[float, Call]]:
        """Yield the losses of a sum with their weights."""
        if isinstance(node, ast.Name | ast.Call):
            yield weight, self._call(node)
            return
        if not isinstance(node, ast.BinOp):
            raise self._at(node).error("a loss is missing here", _SUM)
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
            raise self._at(node.right).error(what, _SUM)

    def _call(self, node: ast.Name | ast.Call) -> Call:
        name = node.func if isinstance(node, ast.Call) else node
        if not isinstance(name, ast.Name):
            raise self._at(node).error("a loss is a name", _EXAMPLE)
        losses = find(name.id, str(self._at(name)))
        if isinstance(node, ast.Name):
            return Call(name.id, {}, self._at(node))
        for argument in node.args:
            known = losses[0].parameters
            what = f"{name.id} takes no parameters"
            if not known:
                raise self._at(argument).error(what, f"write {name.id}")
            value = self._value(argument)
            what = f"{name.id} takes its parameters by name"
            raise self._at(argument).error(what, f"write {name.id}({known[0].name}={value})")
        places = {keyword.arg: self._at(keyword) for keyword in node.keywords if keyword.arg}
        return Call(name.id, dict(self._parameters(node)), self._at(node), places)

    def _parameters(self, node: ast.Call) -> Iterator[tuple[str, Value]]:
        seen: set[str] = set()
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg in seen:
                raise self._at(keyword).error("each parameter is given once, as name=value")
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
        raise self._at(node).error("a parameter is a number, a word, True or False")

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
            raise self._at(node).error("this number is too large") from None

    def _weight(self, node: ast.expr) -> float:
        number = self._number(node)
        if number is None or not (isfinite(number) and number > 0):
            raise self._at(node).error("a weight is a number above 0", _SUM)
        return number

    def _at(self, node: ast.expr | ast.keyword) -> Place:
        return self.start + node.col_offset
