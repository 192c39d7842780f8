"""Numbers as text for people: about four digits, grouped by spaces, never cut.

The group separator is the plain space: it survives every encoding and log, and what is seen
can be searched for as it is typed. Columns of a table are at least two spaces apart.
"""

import math

NONE = "\N{EN DASH}"
_SMALL = -4
_LARGE = 9
_EXACT = 1e15


def count(number: int) -> str:
    """Return a whole number, all of its digits, in groups of three."""
    return f"{number:,}".replace(",", " ")


def number(value: float, digits: int = 4) -> str:
    """Return a number to `digits` significant digits; whole numbers below 1e15 in full.

    Below 1e-4 and from 1e9 on the exponent is written (`1.235e-7`); NaN is a dash.
    """
    if math.isnan(value):
        return NONE
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == int(value) and abs(value) < _EXACT:
        return count(int(value))
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    if _SMALL <= int(power) < _LARGE:
        return f"{value:,.{max(digits - 1 - int(power), 0)}f}".replace(",", " ")
    return f"{mantissa}e{int(power)}"


def digits_within(low: float, high: float) -> int:
    """Return how many digits show the half-width of an interval to two digits, 4 to 10.

    Millions of rows know a mean better than four digits do.
    """
    half, size = (high - low) / 2, max(abs(low), abs(high))
    if not (math.isfinite(half) and half > 0):
        return 4
    return min(max(math.floor(math.log10(size)) - math.floor(math.log10(half)) + 2, 4), 10)


def percent(part: float, digits: int = 2) -> str:
    """Return a share as per cent; what is not the whole is never rounded up to 100."""
    if not math.isfinite(part):
        return NONE
    for more in range(digits, 8):
        text = number(100 * part, more)
        if float(text.replace(" ", "")) < 100 or part >= 1:  # noqa: PLR2004 - per cent
            return f"{text} %"
    return "> 99.9999 %"


def level(part: float) -> str:
    """Return a share that somebody chose, such as a level or a quantile, as per cent."""
    return f"{100 * part:.8g} %"


def value_as_read(value: float, digits: int = 6) -> str:
    """Return a number of the file, without zeros at its end."""
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def apart(value: float, bound: float) -> tuple[str, str]:
    """Return two numbers with as many digits as it takes for them to differ where they do."""
    if value == bound:
        return value_as_read(value), value_as_read(bound)
    for digits in range(4, 17):
        # a bound was written by somebody: zeros at its end would be none of theirs
        texts = number(value, digits), value_as_read(bound, digits)
        if value_as_read(value, digits) != texts[1]:
            return texts
    return repr(value), repr(bound)


def told_apart(first: float, second: float) -> tuple[str, str]:
    """Return two numbers of the file with enough digits to differ where they do."""
    texts = value_as_read(first), value_as_read(second)
    if texts[0] != texts[1] or first == second or math.isnan(first) or math.isnan(second):
        return texts
    return repr(first), repr(second)


def values(old: float, new: float) -> tuple[str, str]:
    """Return two values with as many digits as it takes to see that they differ."""
    digits = 4
    texts = number(old), number(new)
    while texts[0] == texts[1] and old != new and digits < 17:  # noqa: PLR2004 - a double has 17
        digits += 1
        texts = number(old, digits), number(new, digits)
    return texts


def signed(value: float, digits: int = 4) -> str:
    """Return a change with its sign."""
    return f"+{number(value, digits)}" if value > 0 else number(value, digits)
