"""The page of a comparison: what changed, for whom, in which rows, and what follows."""

import math
from collections.abc import Iterator, Sequence

from losscli.comparison.records import IMPROVED, REGRESSED, ClassChange, Comparison, LossChange
from losscli.render import _gates
from losscli.render._breakdown import class_name
from losscli.render._digits import (
    NONE,
    count,
    digits_within,
    level,
    number,
    percent,
    told_apart,
    value_as_read,
)
from losscli.render._grid import Column, Facts, Grid
from losscli.render._losses import against, predictions
from losscli.visible import visible

VERDICTS = {
    "improved": "improved",
    "no_difference": "no difference detected",
    "within_tolerance": "within tolerance",
    "inconclusive": "inconclusive",
    "regressed": "regressed",
}
"""The verdicts in words."""


def title(found: Comparison) -> str:
    """Return the line that says which rows were joined how, as what, and by which columns."""
    old, new = (visible(name) for name in found.files)
    join = found.join
    how = "by position" if join.by == "position" else f"by {visible(join.by)}"
    one_file = old == new
    rows = f"{count(join.matched)} {'row' if join.matched == 1 else 'rows'}"
    said = [old if one_file else f"{old} → {new}", rows if one_file else f"{rows} joined {how}"]
    for left, where in ((join.only_old, "old"), (join.only_new, "new")):
        if left:
            said.append(f"{count(left)} only in the {where}")
    if found.judged != join.matched:
        said.append(f"{count(found.judged)} judged")
    said += [found.task, against(found.columns[0])]
    if (other := predictions(found.columns[1])) != predictions(found.columns[0]):
        said[-1] += f" → {other}"
    if weight := found.columns[0].get("weight"):
        said.append(f"weighted by {visible(str(weight))}")
    return " · ".join(said)


def parts(found: Comparison, most: int) -> Iterator[Grid | Facts]:
    """Return the losses, the classes that moved, the rows that moved most, the gates."""
    yield _losses(found)
    yield from _classes(found, most)
    yield from _rows(found)
    yield from _gates.grids(found, most)


def _losses(found: Comparison) -> Grid:
    columns = (
        Column("loss", "text"),
        Column("old"),
        Column("new"),
        Column("change"),
        Column("%", drop=4),
        Column(f"{level(found.level)} interval", drop=1),
        Column("detectable", drop=2),
        Column("better / same / worse", drop=3),
        Column("verdict", "text"),
    )
    return Grid(columns, tuple(tuple(_cells(change)) for change in found.losses))


def _cells(change: LossChange) -> Iterator[str]:
    yield visible(change.label)
    yield from _values(change)
    yield signed(change.change, digits_within(change.low, change.high))
    yield _percent(change.relative)
    yield interval(change)
    yield number(change.detectable, 2)
    yield " / ".join(count(rows) for rows in (change.better, change.same, change.worse))
    yield VERDICTS[change.verdict]


def _values(change: LossChange) -> Iterator[str]:
    """Return both values with as many digits as it takes to see the change."""
    digits = 4
    texts = number(change.old), number(change.new)
    while texts[0] == texts[1] and change.old != change.new and digits < 17:  # noqa: PLR2004
        digits += 1
        texts = number(change.old, digits), number(change.new, digits)
    return iter(texts)


def signed(value: float, digits: int = 4) -> str:
    """Return a change with its sign."""
    return f"+{number(value, digits)}" if value > 0 else number(value, digits)


def _percent(part: float) -> str:
    if not math.isfinite(part):
        return NONE
    text = f"{number(100 * part, 2)} %" if abs(part) >= 1 else percent(part)
    return f"+{text}" if part > 0 else text


def interval(change: LossChange) -> str:
    """Return the ends of the interval of a change, or a dash."""
    if math.isnan(change.low) or math.isnan(change.high):
        return NONE
    digits = digits_within(change.low, change.high)
    return f"{signed(change.low, digits)} … {signed(change.high, digits)}"


def _classes(found: Comparison, most: int) -> Iterator[Grid | Facts]:
    for by in dict.fromkeys(one.by for one in found.classes):
        ours = [one for one in found.classes if one.by == by]
        shown = [one for one in ours if one.named or one.found.verdict in (IMPROVED, REGRESSED)]
        total = len(dict.fromkeys(one.cls for one in ours))
        if not shown:
            none = f"none of {count(total)} classes moved"
            if total == 1:
                none = "the only class did not move"
            said = f"{none} more than chance explains"
            yield Facts(f"by {visible(by)}", (said,))
            continue
        still = total - len(dict.fromkeys(one.cls for one in shown))
        yield _of_classes(by, shown, most, still)


def _of_classes(by: str, shown: Sequence[ClassChange], most: int, still: int) -> Grid:
    columns = (
        Column(f"by {visible(by)}", "text"),
        Column("rows", drop=3),
        Column("loss", "text"),
        Column("old"),
        Column("new"),
        Column("change"),
        Column("interval", drop=1),
        Column("q", drop=2),
        Column("verdict", "text"),
    )
    rows = tuple(
        (
            class_name(one.cls),
            count(one.found.rows),
            visible(one.found.label),
            *_values(one.found),
            signed(one.found.change, digits_within(one.found.low, one.found.high)),
            interval(one.found),
            number(one.q, 2),
            VERDICTS[one.found.verdict],
        )
        for one in shown[:most]
    )
    left = len(shown) - most
    said = [f"{count(left)} more lines: --format json has all"] if left > 0 else []
    if still:
        noun = "class did" if still == 1 else "classes did"
        said.append(f"{count(still)} {noun} not move more than chance explains")
    return Grid(columns, rows, f"… {'; '.join(said)}" if said else "")


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
