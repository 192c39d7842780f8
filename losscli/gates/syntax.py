"""The words of a limit: `mae[class=cat, rows>=30] > baseline + 2%`; parsed, never evaluated."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import isfinite

from losscli.gates import selector as classes
from losscli.gates.limit import Edge, Limit, Selector
from losscli.gates.line import EXAMPLE, Line
from losscli.visible import visible

_FUNCTION = re.compile(r"\s*(p\d[\d.]*|share|skill|low|high)\s*\(", re.ASCII)
_OPERATOR = re.compile(r"[<>=!]+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_BASELINE = re.compile(r"baseline(?:\s*([+-])\s*(.*))?", re.DOTALL)
_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
NEGATED = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def limits(texts: str | Sequence[str], severity: str, option: str = "") -> tuple[Limit, ...]:
    """Read limits, each a text; `option` is where they were given, for messages.

    Raises UsageError, with the place, where one is no limit.
    """
    listed = [texts] if isinstance(texts, str) else list(texts)
    return tuple(_read(text, severity, option) for text in listed)


class Negated(str):
    """A limit that was given as the condition that it is the opposite of."""

    __slots__ = ("condition",)
    condition: str


def _read(text: str, severity: str, option: str) -> Limit:
    limit = _limit(Line(text, option), severity)
    if isinstance(text, Negated):
        return replace(limit, option="condition", said=text.condition)
    return limit


def negated(text: str) -> Negated:
    """Return the limit that is broken where a condition such as "mse <= 0.25" does not hold."""
    line = Line(text, "condition")
    operator = _limit(line, "fail").operator
    at = next(at for at in line.outside(0, len(line.text)) if line.text[at] == operator[0])
    found = Negated(f"{line.text[:at]}{NEGATED[operator]}{line.text[at + len(operator) :]}".strip())
    found.condition = line.text.strip()
    return found


def _limit(line: Line, severity: str) -> Limit:
    text = line.text
    found = [at for at in line.outside(0, len(text)) if text[at] in "<>=!"]
    if not found:
        raise line.error(len(text), "a limit compares a loss with a number", EXAMPLE)
    match = _OPERATOR.match(text, found[0])
    assert match
    _check_operator(line, found, match)
    function, part, loss, selector = _measure(line, len(text[: match.start()].rstrip()))
    edge = _edge(line, match.end())
    operator = match[0]
    return Limit(
        text.strip(), severity, function, part, loss, selector, operator, edge, line.option
    )


def _check_operator(line: Line, found: list[int], match: "re.Match[str]") -> None:
    operator = match[0]
    if operator not in _FLIPPED:
        raise line.error(match.start(), f"{operator} is not one of > >= < <=", EXAMPLE)
    if len(found) > len(operator):
        at = found[len(operator)]
        raise line.error(at, "a limit has one comparison", "give each its own limit")
    left, right = line.text[: match.start()].strip(), line.text[match.end() :].strip()
    if _NUMBER.fullmatch(left) or left.startswith("baseline"):
        turned = visible(f"{right} {_FLIPPED[operator]} {left}", limit=200)
        raise line.error(0, "the loss stands first", f"write '{turned}'")


def _measure(line: Line, end: int) -> tuple[str, float, str, Selector | None]:
    """Read what stands before the operator: a function, its part, the loss and the classes."""
    function = _FUNCTION.match(line.text[:end])
    # low(mae) is a function; what only begins so, such as a sum, is not
    if not function or line.closing(function.end() - 1, end) != end - 1:
        return "", 0.0, *_loss(line, 0, end)
    start, stop, name = function.end(), end - 1, function[1]
    comma = next((at for at in line.outside(start, stop) if line.text[at] == ","), stop)
    loss, selector = _loss(line, start, comma)
    if name == "share":
        return name, _worst(line, comma, stop), loss, selector
    if comma < stop:
        raise line.error(comma, f"{name} takes a loss and nothing else", f"as in {name}(mae)")
    if name[0] == "p":
        return "quantile", _quantile(line, name), loss, selector
    return name, 0.0, loss, selector


def _quantile(line: Line, name: str) -> float:
    try:
        percent = Fraction(name[1:])
    except ValueError:
        percent = Fraction(0)
    if not 0 < percent < 100:  # noqa: PLR2004 - per cent
        what = f"{name} is no quantile between p0 and p100"
        raise line.error(0, what, "such as p99(mae) or p99.9(mae)")
    return float(percent / 100)


def _worst(line: Line, comma: int, stop: int) -> float:
    said = line.text[comma + 1 : stop].strip()
    found = re.fullmatch(r"worst\s*=\s*(\S*?)\s*(%?)", said)
    part = Fraction(0)
    if found and _NUMBER.fullmatch(found[1]):
        part = Fraction(found[1]) / (100 if found[2] else 1)
    if not 0 < part < 1:
        what = "share needs the part of the rows that is worst, between 0 and 100 %"
        raise line.error(comma, what, "as in share(mse, worst=1%)")
    return float(part)


def _loss(line: Line, start: int, end: int) -> tuple[str, Selector | None]:
    text = line.text[start:end].rstrip()
    loss, bracket, rest = text.partition("[")
    if not loss.strip():
        raise line.error(start, "a loss is missing here", EXAMPLE)
    if not bracket:
        return loss.strip(), None
    opened = start + len(loss)
    if not rest.endswith("]"):
        at = opened + 1 + rest.rfind("]") + 1
        raise line.error(at, "the classes stand last", "as in 'mae[class=cat] > 2'")
    return loss.strip(), classes.read(line, opened + 1, opened + len(rest))


def _edge(line: Line, start: int) -> Edge:
    text = line.text[start:].strip()
    if _NUMBER.fullmatch(text):
        return Edge(_number(line, text, start))
    found = _BASELINE.fullmatch(text)
    if not found:
        raise _no_edge(line, text, start)
    sign, step = found[1], (found[2] or "").strip()
    if sign is None:
        return Edge(baseline=True)
    relative = step.endswith("%")
    size = step.removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(size) or size[0] in "+-":
        what = f"{visible(step)!r} is no step from the baseline"
        raise line.error(start, what, "as in 'baseline + 2%' or 'baseline + 0.01'")
    number = _number(line, size, start) * (1 if sign == "+" else -1)
    return Edge(number / 100 if relative else number, baseline=True, relative=relative)


def _no_edge(line: Line, text: str, start: int) -> Exception:
    bare = text.removesuffix("%").rstrip()
    if text.endswith("%") and _NUMBER.fullmatch(bare):
        step = f"- {text[1:]}" if text[0] == "-" else f"+ {text.lstrip('+')}"
        remedy = f"write {float(Fraction(bare) / 100)!r}, or baseline {step}"
        return line.error(start, "a percent here would be of nothing", remedy)
    what = f"{visible(text)!r} is neither a number nor the baseline"
    example = "as in '> 0.25' or '> baseline + 2%'"
    return line.error(start, what if text else "the number is missing here", example)


def _number(line: Line, text: str, at: int) -> Fraction:
    number = Fraction(text)
    try:
        finite = isfinite(float(number))
    except OverflowError:
        finite = False
    if not finite:
        raise line.error(at, f"{visible(text)} is beyond the largest double (1.8e308)")
    return number
