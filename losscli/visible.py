"""Text from a file, made harmless before it is shown."""

import re
from collections.abc import Sequence

_CUT = "…"
_COMMAND = re.compile(r"##(?=\w*\[)")
_MARKER = re.compile(r"(?:^|(?<= ))::")
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
"""Letters and marks that leave no ink: two names that differ by one would look the same."""
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in ASCII and in the full width of East Asian keyboards."""


def no_formula(text: str) -> str:
    """Return a cell of CSV with a leading apostrophe where a spreadsheet would run it."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def visible(text: str, limit: int = 60) -> str:
    r"""Return `text` on one line with everything that cannot be seen as a visible escape.

    Control, format, surrogate, private, unassigned and separating characters (ESC, C1, bidi
    marks, newline, tab, no-break and zero-width spaces) become `\xNN`, `\uNNNN` or
    `\UNNNNNNNN`. What GitHub Actions or Azure Pipelines would read as a command (`##[` and
    `##vso[` anywhere, `::` at the start of a word) is broken up. More than `limit` characters
    are cut. Text that is visible already comes back unchanged.
    """
    shown = text[: limit + 1]  # an escape only makes it longer: no need to look further
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(map(_escape, shown))
    if "##" in shown:
        shown = _COMMAND.sub(r"#\\x23", shown)
    if "::" in shown:
        shown = _MARKER.sub(r":\\x3a", shown)
    return shown if len(shown) <= limit else shown[: limit - 1] + _CUT


def first_of(names: Sequence[str]) -> str:
    """Return the first of the names of files, and how many there are more."""
    first = visible(names[0], 200)
    return first if len(names) == 1 else f"{first} and {len(names) - 1} more"


def _escape(character: str) -> str:
    # isprintable is False for exactly the categories C and Z, but for the space
    if character.isprintable() and not _UNSEEN.match(character):
        return character
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - the last code with two hex digits
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - likewise
