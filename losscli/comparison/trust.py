"""Where the interval of a change that was not found cannot be trusted, and why."""

from losscli.comparison.difference import INDEX_OF_VARIANCE, Shape
from losscli.comparison.proportion import fewest, mcnemar

_CLEAR = 0.01
"""The p-value of the sign test below which rows surely moved one way more than the other."""
_ALONE = 0.9
"""The part of the sum of squared differences that makes one row decide the change."""
TAIL = "tail"


def doubt(shape: Shape, signs: tuple[int, int], rows: int, level: float) -> str:
    """Return why no interval tells that nothing changed, "" where nothing speaks against it.

    `signs` counts the rows that are better and worse. A tail that is likely without variance is
    enough where the rows surely moved one way: a few of them have made the interval too wide.
    """
    moved = sum(signs)
    if 0 < moved < min(rows, fewest(level)):
        return f"only {moved} of {rows} rows moved, too few for any interval"
    if shape.alone >= _ALONE:
        return f"one row carries {100 * shape.alone:.3g} % of the squared differences"
    likely = shape.index < INDEX_OF_VARIANCE
    return TAIL if likely and mcnemar(*signs) < _CLEAR else ""
