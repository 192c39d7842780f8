"""A law: the function of a loss is its formula, to the last digits."""

from decimal import Decimal

import numpy as np

from losscli.errors import UsageError
from losscli.laws.exact import exact
from losscli.laws.tried import Said, Tried
from losscli.losses.spec import Loss

MOST_ULPS = 16
_MORE_DIGITS = 700


def textbook(tried: Tried) -> Said:
    """Say in which row a loss is not the formula that it states."""
    loss, columns = tried.loss, tried.rows
    if not loss.formula:
        return "open", "it states no formula"
    if any(column.ndim > 1 for column in columns.values()):
        return "open", "its formula is over several columns"
    for text, term in zip(loss.formula, tried.terms(columns), strict=False):
        try:
            wanted = exact(text)
        except (UsageError, SyntaxError) as error:
            return "open", f"its formula is not one that --loss would read ({error})"
        for at, (found, row) in enumerate(zip(term.tolist(), tried.numbers(columns), strict=True)):
            off = _ulps(found, wanted(row), loss)
            if off > MOST_ULPS:  # 1 + x loses the digits of a small x
                off = _ulps(found, exact(text, _MORE_DIGITS)(row), loss)
            if off > MOST_ULPS:
                return "broken", (
                    f"it is {found!r}, its formula {float(wanted(row))!r} ({off:.3g} units in the "
                    f"last place; {MOST_ULPS} are allowed), where {tried.row(columns, at)}"
                )
    return None


def _ulps(found: float, wanted: Decimal, loss: Loss) -> float:
    """Return how far a number is off, in units of its last place; 0 where none is known."""
    if not (wanted.is_finite() and np.isfinite(found)):
        return 0.0
    # without a floor terms may cancel
    unit = np.spacing(max(abs(float(wanted)), 0.0 if loss.floor else 1.0))
    return float(abs(Decimal(found) - wanted) / Decimal(float(unit)))
