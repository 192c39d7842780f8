"""The tables of losses by class."""

import math
from collections.abc import Iterator

from losscli.render._digits import NONE, count, level, number, percent
from losscli.render._grid import Column, Grid, estimate_cell, interval_cell
from losscli.report import ClassResult, Report
from losscli.visible import visible

EMPTY = "(empty)"
_BAR = 12
_EIGHTHS = " ▏▎▍▌▋▊▉"

_Classes = dict[str | None, dict[str, ClassResult]]


def class_name(cls: str | None) -> str:
    """Return a class as it is shown: `(empty)` for empty cells, all others unlike it.

    Quotes stand around texts that would look like it, or whose ends could not be seen.
    """
    if cls is None:
        return EMPTY
    shown = visible(cls)
    needs_quotes = shown in ("", EMPTY) or cls[0] in ' "' or cls[-1] in ' "'
    return f'"{shown}"' if needs_quotes else shown


def grids(report: Report, most: int) -> Iterator[Grid]:
    """Return a table for each breakdown with the `most` classes that carry the most loss."""
    found: dict[str, _Classes] = {}
    for result in report.breakdown:
        found.setdefault(result.by, {}).setdefault(result.cls, {})[result.loss] = result
    for by, classes in found.items():
        yield _grid(report, by, classes, most)


def _grid(report: Report, by: str, classes: _Classes, most: int) -> Grid:
    first, *others = report.losses
    worst = sorted(classes.items(), key=lambda item: _place(item[0], item[1].get(first.loss)))
    shown = worst[:most]
    shares = [r[first.loss].share for _, r in shown if first.loss in r]
    largest = max((s for s in shares if math.isfinite(s)), default=0.0)
    columns = (
        Column(f"by {visible(by)}", "text"),
        Column("rows"),
        *((Column("groups"),) if report.groups else ()),
        Column(visible(first.label)),
        Column(f"{level(report.level)} interval", drop=3),
        Column("share of loss"),
        Column("", "bar", drop=4),
        Column("lift", drop=2),
        *(Column(visible(loss.label)) for loss in others),
    )
    rows = tuple(
        (
            class_name(cls),
            *_of_first(results.get(first.loss), largest, grouped=report.groups is not None),
            *(_value(results.get(loss.loss)) for loss in others),
        )
        for cls, results in shown
    )
    left = len(classes) - len(shown)
    noun = "class" if left == 1 else "classes"
    more = f"… and {count(left)} more {noun}; --format json has all" if left else ""
    return Grid(columns, rows, more)


def _place(cls: str | None, result: ClassResult | None) -> tuple[bool, float, float, str]:
    """Order classes by their share of the loss, then by their loss, then by name."""
    if result is None:
        return True, 0.0, 0.0, cls or ""
    share, value = (-x if math.isfinite(x) else 0.0 for x in (result.share, result.estimate.value))
    return not result.estimate.infinite_rows, share, value, cls or ""


def _of_first(result: ClassResult | None, largest: float, *, grouped: bool) -> tuple[str, ...]:
    if result is None:
        return (NONE,) * (5 if grouped else 4) + ("", NONE)
    return (
        count(result.estimate.rows),
        *((count(result.estimate.groups),) if grouped else ()),
        estimate_cell(result.estimate),
        interval_cell(result.estimate),
        percent(result.share),
        _bar(result.share, largest),
        number(result.lift, 3),
    )


def _value(result: ClassResult | None) -> str:
    return estimate_cell(result.estimate) if result else NONE


def _bar(share: float, largest: float) -> str:
    """Draw a share as blocks, the largest share as the longest bar."""
    if not (share > 0 and largest > 0):
        return ""
    whole, eighths = divmod(round(8 * _BAR * share / largest), 8)
    return ("█" * whole + _EIGHTHS[eighths]).rstrip() or _EIGHTHS[1]
