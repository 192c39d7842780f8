"""The part of a limit that says which classes it is about: `[class=cat, rows>=30]`."""

import re
from itertools import pairwise

from losscli.gates.limit import Selector
from losscli.gates.line import Line
from losscli.visible import visible

_ROWS = re.compile(r"rows\s*>=\s*(\d{1,15})", re.ASCII)
_EXAMPLE = "as in 'mae[class=cat, rows>=30] > 2'"


def read(line: Line, start: int, end: int) -> Selector:
    """Read what stands between the square brackets; UsageError where it is nothing known."""
    commas = (at for at in line.unquoted(start, end) if line.text[at] == ",")
    found: Selector | None = None
    rows = 0
    for before, after in pairwise([start - 1, *commas, end]):
        item, at = line.text[before + 1 : after].strip(), before + 1
        if least := _ROWS.fullmatch(item):
            rows = int(least[1])
        elif found is not None:
            raise line.error(at, "one class at a time", "give each class its own limit")
        else:
            found = _class(line, item, at, after)
    if found is None:
        what = "rows>= says which classes are judged, so it stands beside them"
        raise line.error(start, what, "as in 'mae[class=*, rows>=30] > 2'")
    return Selector(found.by, found.cls, found.every, rows)


def _class(line: Line, item: str, at: int, end: int) -> Selector:
    equals = next((k for k in line.unquoted(at, end) if line.text[k] == "="), None)
    key = line.text[at:equals].strip() if equals is not None else ""
    if equals is None or not key or key[-1] in "<>!":
        what = f"{visible(item)!r} is neither class=… nor rows>=…"
        raise line.error(at, what, _EXAMPLE)
    value = line.text[equals + 1 : end].strip()
    if not value:
        raise line.error(equals, "a class is missing here", "as in class=cat or class=*")
    bare = value == unquoted(value)
    if bare and value == "*":
        return Selector(unquoted(key), None, every=True)
    empty = bare and value == "(empty)"
    return Selector(unquoted(key), None if empty else unquoted(value), every=False)


def unquoted(text: str) -> str:
    r"""Return the text inside of quotes, or the text where there are none.

    Inside, two of these quotes stand for one, as in SQL, and \xNN, \uNNNN or \UNNNNNNNN for the
    character of that code.
    """
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        return _ESCAPE.sub(_character, text[1:-1].replace(2 * text[0], text[0]))
    return text


_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")


def _character(escape: re.Match[str]) -> str:
    code = int(next(filter(None, escape.groups())), base=16)
    return chr(code) if code <= _LAST else escape[0]


_LAST = 0x10FFFF


def written(name: str | None) -> str:
    """Return a class or a column as it is written in a limit, and as it can be seen.

    What `visible` escapes stands in quotes, where a limit reads it back.
    """
    if name is None:
        return "(empty)"
    # what looks like an escape is none: its backslash is escaped
    told = _ESCAPE.sub(lambda escape: rf"\x5c{escape[0][1:]}", name)
    shown = visible(told, limit=_LONGEST)
    bare = shown == name == shown.strip() and not set(shown) & set(",[]()'\"=<>!")
    if bare and shown not in ("", "*", "(empty)"):
        return shown
    quote = "'" if '"' in shown and "'" not in shown else '"'
    return f"{quote}{shown.replace(quote, 2 * quote)}{quote}"


_LONGEST = 4000
