"""Numbers spelled as text in a DataFrame or a typed file, which read as those of a CSV file do."""

import numpy as np

from losscli.data.text.numerals import instead_of, is_number
from losscli.errors import DataError
from losscli.visible import visible


def number(text: str) -> float:
    """Return the number that a text spells, NaN where it spells none."""
    # A file may say nan(1), which means nan.
    return float(text.partition("(")[0]) if _spells(text) else np.nan


def fits(text: str, value: float) -> bool:
    """Tell whether a text spells a number, and `value` is no overflow of it."""
    return _spells(text) and not (np.isinf(value) and any(c.isdigit() for c in text))


def refused(name: str, where: str, text: str) -> DataError:
    """Return the error of a text in a number column that does not fit."""
    what = f"{visible(name)} is '{visible(text)}', "
    if _spells(text):
        remedy = "write inf if it is meant to be infinite, or divide the columns by a constant"
        return DataError(what + "beyond the largest double (1.8e308)", where=where, remedy=remedy)
    return DataError(what + "which is not a number", where=where, remedy=instead_of(text, ".", ","))


def rounded(where: str, name: str, text: object, value: float) -> str:
    """Say of the first integer of a column that no double holds what it was read as."""
    return (
        f"{where}: {visible(name)} {visible(str(text))} is an integer above 2^53 and was read as "
        f"{value:.0f}; there may be more (name ids with --id)"
    )


def _spells(text: str) -> bool:
    return is_number(text.encode(errors="replace"), ".")
