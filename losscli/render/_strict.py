"""JSON text whose strings can be shown anywhere."""

import re

_COMMAND = re.compile(r"##(?=\w*\[)")


def harmless(written: str) -> str:
    r"""Write what a terminal or a CI log might obey as `\uNNNN`; the JSON that is read is the same.

    Such characters can stand only inside strings. Line ends between the values stay.
    """
    lines = (line if line.isprintable() else _escaped(line) for line in written.split("\n"))
    return _COMMAND.sub(r"\\u0023#", "\n".join(lines))


def _escaped(line: str) -> str:
    return "".join(c if c.isprintable() else _escape(c) for c in line)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2] for at in range(0, len(units), 2))
    return "".join(f"\\u{pair.hex()}" for pair in pairs)
