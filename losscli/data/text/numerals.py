"""What is a number in a text file, and what to type instead of what is not."""

import re
import unicodedata

_NUMBER = (
    rb"[ \t]*[+-]?(?:(?:[0-9]+(?:%b[0-9]*)?|%b[0-9]+)(?:[eE][+-]?[0-9]+)?"
    rb"|(?i:inf|infinity|nan(?:\([A-Za-z0-9_]*\))?))[ \t]*"
)
NUMBERS = {
    mark: re.compile(_NUMBER % (re.escape(mark.encode()), re.escape(mark.encode())))
    for mark in (".", ",")
}
WHOLE = "^[ \t]*[+-]?[0-9]+[ \t]*$"
"""What is written as an integer, as a regular expression of RE2."""
_MISSING = frozenset(
    (
        "na",
        "n/a",
        "#n/a",
        "none",
        "null",
        "missing",
        "-",
        "--",
        "?",
        ".",
        "nil",
        "#value!",
        "#div/0!",
    )
)
_TRUTHS = {"true": "1", "yes": "1", "false": "0", "no": "0", "t": "1", "f": "0"}
_CURRENCIES = "$€£¥₹"
_HEX = re.compile(r"[+-]?0[xX][0-9a-fA-F]+")
_MINUS = str.maketrans("\u2212\u2012\u2013\u2014\ufe63\uff0d", "------")


def is_number(text: bytes, decimal: str) -> bool:
    """Return whether pyarrow reads `text` as a number, NaN and infinities included."""
    return NUMBERS[decimal].fullmatch(text) is not None


def instead_of(text: str, decimal: str, delimiter: str) -> str:
    """Return what to do about `text`, which stands where a number is needed."""
    bare = text.strip()
    if not bare:
        return "leave the cell empty if the number is missing"
    if bare.casefold() in _MISSING:
        return (
            "leave the cell empty if the number is missing (then --missing drop leaves the row out)"
        )
    if bare.casefold() in _TRUTHS:
        return f"write {_TRUTHS[bare.casefold()]} instead"
    if flag := _other_decimal(bare, decimal, delimiter):
        return flag
    plain = _plain(bare, decimal)
    if is_number(plain.encode(), decimal):
        return f"write {plain} instead"
    return "mend the cell, or name the column that holds the numbers"


def _other_decimal(text: str, decimal: str, delimiter: str) -> str:
    other = "," if decimal == "." else "."
    if other == delimiter or not is_number(text.encode(), other):
        return ""
    return f"if {other!r} is the decimal mark, say so: --decimal {other}"


def _plain(text: str, decimal: str) -> str:
    """Return the number that `text` most likely stands for, else some text."""
    text = unicodedata.normalize("NFKC", text.translate(_MINUS))
    text = "".join(c for c in text if c.isprintable() and not c.isspace())
    text = text.strip(_CURRENCIES + "'\"")
    thousands = "," if decimal == "." else "."
    if re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:[{thousands}_'][0-9]{{3}})+(?:\{decimal}[0-9]*)?", text):
        text = re.sub(f"[{thousands}_']", "", text)
    if re.fullmatch(r"[0-9]+(?:_[0-9]+)+", text):
        text = text.replace("_", "")
    if _HEX.fullmatch(text):
        return str(int(text, 16))
    if text.endswith("%"):
        return _hundredth(text[:-1], decimal)
    return text


def _hundredth(text: str, decimal: str) -> str:
    """Return the text of a hundredth by moving the decimal mark, so that no digit is lost."""
    match = re.fullmatch(rf"([+-]?)([0-9]+)(?:\{decimal}([0-9]*))?", text)
    if match is None:
        return text + "%"
    sign, whole, rest = match.group(1), match.group(2).zfill(3), match.group(3) or ""
    digits = (whole[:-2].lstrip("0") or "0") + decimal + (whole[-2:] + rest).rstrip("0")
    return sign + digits.rstrip(decimal)
