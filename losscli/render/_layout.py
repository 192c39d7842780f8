"""Fitting a grid into a width: wrap what wraps, drop what may go, never cut a number."""

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from losscli.render._grid import Grid

GAP = 3
MARGIN = 1
_LEAST_WRAP = 30
_INSIDE = re.compile(r"(?<=\d) (?=\d{3}(?!\d)|%)")
"""The spaces inside a number, where no line may end."""


def fitted(grid: Grid, width: int) -> Grid | None:
    """Return the grid no wider than `width`, or None where that cannot be."""
    grid = _wrap(grid, width)
    while _total(_widths(grid)) > width:
        at = max(range(len(grid.columns)), key=lambda i: grid.columns[i].drop)
        if not grid.columns[at].drop:
            return None
        grid = _wrap(_without(grid, at), width)
    return grid


def _wrap(grid: Grid, width: int) -> Grid:
    """Break the cells of a column that wraps where it has room enough to be read."""
    widths = _widths(grid)
    for at, column in enumerate(grid.columns):
        room = width - (_total(widths) - widths[at])
        if column.wraps and room >= _LEAST_WRAP:
            rows = (
                tuple("\n".join(lines(c, room)) if i == at else c for i, c in enumerate(row))
                for row in grid.rows
            )
            return replace(grid, rows=tuple(rows))
    return grid


def lines(text: str, width: int) -> list[str]:
    """Break a sentence at its spaces, but neither inside a word nor inside a number."""
    held = _INSIDE.sub("\N{NO-BREAK SPACE}", text)
    broken = textwrap.wrap(held, max(width, 1), break_long_words=False, break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in broken]


def cells(text: str) -> int:
    """Return how many character cells the widest line of a text takes on a terminal."""
    return max(len(line) if line.isascii() else sum(map(_cells, line)) for line in text.split("\n"))


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _widths(grid: Grid) -> list[int]:
    columns = zip((column.head for column in grid.columns), *grid.rows, strict=True)
    return [max(map(cells, column)) for column in columns]


def _total(widths: Sequence[int]) -> int:
    return MARGIN + sum(widths) + GAP * (len(widths) - 1)


def _without(grid: Grid, at: int) -> Grid:
    columns = grid.columns[:at] + grid.columns[at + 1 :]
    return replace(grid, columns=columns, rows=tuple(r[:at] + r[at + 1 :] for r in grid.rows))
