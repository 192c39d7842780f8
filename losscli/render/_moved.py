"""The rows, or the groups, whose loss moved most between two models."""

from collections.abc import Iterator

from losscli.comparison.records import Comparison
from losscli.render._breakdown import class_name
from losscli.render._digits import count, number, signed, told_apart, value_as_read, values
from losscli.render._grid import Column, Grid
from losscli.visible import visible


def grids(found: Comparison) -> Iterator[Grid]:
    """Return the table of what moved most under the first loss, where anything did."""
    yield from _groups(found)
    yield from _rows(found)


def _groups(found: Comparison) -> Iterator[Grid]:
    if not found.groups or not found.groups.moved:
        return
    loss = visible(found.losses[0].label)
    columns = (
        Column(visible(found.groups.column), "text"),
        Column("rows", drop=1),
        Column(f"{loss} old"),
        Column(f"{loss} new"),
        Column("change"),
    )
    cells = tuple(
        (visible(one.group), count(one.rows), *values(one.old, one.new), signed(one.change))
        for one in found.groups.moved
    )
    yield Grid(columns, cells)


def _rows(found: Comparison) -> Iterator[Grid]:
    rows = [row for row in found.rows if row.change]
    if not rows:
        return
    loss = visible(found.losses[0].label)
    named = any(row.id is not None for row in rows)
    said = all(row.pred_old is not None and row.pred_new is not None for row in rows)
    columns = (
        Column("row"),
        *((Column(visible(str(found.columns[0].get("id"))), "text"),) if named else ()),
        Column(visible(str(found.columns[0]["y"])), drop=1),
        *((Column("old says", drop=2), Column("new says", drop=2)) if said else ()),
        Column(f"{loss} old"),
        Column(f"{loss} new"),
        Column("change"),
    )
    cells = tuple(
        (
            count(row.row),
            *((visible(row.id or ""),) if named else ()),
            value_as_read(row.y) if isinstance(row.y, float) else class_name(row.y),
            *(told_apart(row.pred_old, row.pred_new) if said else ()),  # type: ignore[arg-type]
            number(row.old),
            number(row.new),
            signed(row.change),
        )
        for row in rows
    )
    yield Grid(columns, cells)
