"""One JSON object with every number in full."""

import re

from losscli.comparison.records import Comparison
from losscli.render import Style
from losscli.report import Report

SUFFIXES = (".json",)

_COMMAND = re.compile(r"##(?=\w*\[)")


def render(report: Report | Comparison, style: Style) -> str:  # noqa: ARG001 - JSON has one look
    r"""Return `Report.to_json` and a newline; what a terminal might obey is written `\uNNNN`.

    Such characters can stand only inside strings, so the object that is read stays the same.
    """
    written = report.to_json().split("\n")
    lines = (line if line.isprintable() else _harmless(line) for line in written)
    return _COMMAND.sub(r"\\u0023#", "\n".join(lines)) + "\n"


def _harmless(line: str) -> str:
    return "".join(c if c.isprintable() else _escape(c) for c in line)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2] for at in range(0, len(units), 2))
    return "".join(f"\\u{pair.hex()}" for pair in pairs)
