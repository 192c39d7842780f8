"""What the place that stdout goes to can show."""

import os
import sys
from contextlib import suppress
from typing import TextIO

from losscli.render import Style

stdout: TextIO | None = sys.__stdout__
"""Where reports go; None where stdout is closed."""
_OFF_TERMINAL = 120


def style() -> Style:
    """Return the style for stdout: the terminal's width or COLUMNS, colour only on a terminal.

    NO_COLOR switches colour off (no-color.org); what is not UTF-8, or is asked to be C by the
    environment, gets ASCII alone.
    """
    on_terminal = stdout is not None and stdout.isatty()
    dumb = os.environ.get("TERM") == "dumb"
    return Style(
        width=_width(),
        colour=on_terminal and not dumb and not os.environ.get("NO_COLOR"),
        ascii=_is_ascii(),
    )


def _width() -> int:
    with suppress(KeyError, ValueError):
        if (asked := int(os.environ["COLUMNS"])) > 0:
            return asked
    with suppress(AttributeError, ValueError, OSError):  # no stdout, closed, no terminal
        return os.get_terminal_size(stdout.fileno()).columns or _OFF_TERMINAL  # type: ignore[union-attr]
    return _OFF_TERMINAL


def _is_ascii() -> bool:
    encoding = (getattr(stdout, "encoding", None) or "utf-8").lower()
    if not encoding.startswith("utf"):
        return True
    if os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8"):
        return False
    # Python itself sets LC_CTYPE to UTF-8 where the locale is C, so LANG must be asked, too.
    chosen = os.environ.get("LC_ALL") or os.environ.get("LANG")
    return chosen in ("C", "POSIX")


def shown(text: str, style: Style) -> str:
    """Return a text of our own so that the place it goes to can show it."""
    return text.encode("ascii", "backslashreplace").decode() if style.ascii else text
