"""A curve drawn with the characters of a terminal."""

import numpy as np

from losscli.losses.spec import Vector

_WIDTH, _HEIGHT = 48, 8
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a Braille cell by row and column."""


def drawn(at: Vector, value: Vector, *, ascii_only: bool) -> list[str]:
    """Return the lines of a plot of `value` against `at`, with the ends of both axes.

    Each cell holds 2 by 4 dots, or one star where only ASCII can be shown.
    """
    wide, high = (1, 1) if ascii_only else (2, 4)
    filled = _filled(at, value, _WIDTH * wide, _HEIGHT * high)
    low, top = (f"{edge:.3g}" for edge in (value.min(), value.max()))
    margin = max(len(low), len(top))
    lines = []
    for row in range(_HEIGHT):
        cells = filled[row * high : (row + 1) * high].reshape(high, _WIDTH, wide)
        edge = {0: top, _HEIGHT - 1: low}.get(row, "")
        body = "".join(_cell(cells[:, column], ascii_only=ascii_only) for column in range(_WIDTH))
        lines.append(f"{edge:>{margin}} {'|' if ascii_only else '│'}{body}".rstrip())
    left, middle, right = (f"{x:.3g}" for x in (at[0], (at[0] + at[-1]) / 2, at[-1]))
    axis = f"{left:<{_WIDTH // 2 - len(middle) // 2}}{middle}"
    return [*lines, f"{'':{margin}}  {axis}{right:>{_WIDTH - len(axis)}}"]


def _filled(at: Vector, value: Vector, width: int, height: int) -> np.ndarray:
    """Mark the dots that the curve passes; jumps are drawn as upright strokes."""
    x = np.linspace(at[0], at[-1], width)
    spread = np.ptp(value) or 1.0
    level = (np.interp(x, at, value) - value.min()) / spread * (height - 1)
    row = height - 1 - np.rint(level).astype(int)
    filled = np.zeros((height, width), bool)
    previous = row[0]
    for column, now in enumerate(row):
        begin, end = sorted((previous + np.sign(now - previous), now))
        filled[begin : end + 1, column] = True
        previous = now
    return filled


def _cell(dots: np.ndarray, *, ascii_only: bool) -> str:
    if ascii_only:
        return "*" if dots.any() else " "
    code = sum(_DOTS[row][column] for row, column in np.argwhere(dots))
    return chr(_BRAILLE + code) if code else " "
