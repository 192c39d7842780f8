"""The page of a comparison: what changed, for whom, in which rows, and what follows."""

import math
from collections.abc import Iterator, Sequence

from losscli.comparison.records import IMPROVED, REGRESSED, ClassChange, Comparison, LossChange
from losscli.render import _fitted, _gates, _moved
from losscli.render._breakdown import class_name
from losscli.render._digits import (
    NONE,
    count,
    digits_within,
    level,
    number,
    percent,
    signed,
    values,
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
    if found.groups:
        count_of = f"{count(found.groups.count)} group{'' if found.groups.count == 1 else 's'}"
        said[-1] += f" in {count_of} of {visible(found.groups.column)}"
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
    yield from _fitted.parts(found.fitted)
    yield from _balanced(found)
    yield from _classes(found, most)
    yield from _moved.grids(found)
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
        Column(f"{'groups ' if found.groups else ''}better / same / worse", drop=3),
        Column("verdict", "text"),
    )
    return Grid(columns, tuple(tuple(_cells(change)) for change in found.losses))


def _balanced(found: Comparison) -> Iterator[Facts]:
    """Tell the means of the values of the true classes: each class counts the same."""
    both = [(one, one.balanced_old, one.balanced_new) for one in found.losses]
    said = (
        f"{visible(one.label)} {' → '.join(values(old, new))}"
        for one, old, new in both
        if not (math.isnan(old) or math.isnan(new))
    )
    if text := ", ".join(said):
        yield Facts("balanced", (text,))


def _cells(change: LossChange) -> Iterator[str]:
    yield visible(change.label)
    yield from values(change.old, change.new)
    yield signed(change.change, digits_within(change.low, change.high))
    yield percent_of(change.relative)
    yield interval(change)
    yield number(change.detectable, 2)
    yield " / ".join(count(rows) for rows in (change.better, change.same, change.worse))
    yield VERDICTS[change.verdict]


def percent_of(part: float) -> str:
    """Return a relative change as per cent, with its sign."""
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
            *values(one.found.old, one.found.new),
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
