"""The page that people read: every part of it, in order."""

from importlib import import_module
from typing import Any

from losscli.comparison.records import Comparison
from losscli.dataclass import dataclass
from losscli.render import _breakdown, _comparison, _fitted, _gates, _groups, _losses, _outliers
from losscli.render._grid import Commands, Facts, Grid
from losscli.report import Report
from losscli.visible import visible


@dataclass(frozen=True)
class Page:
    """What a report says to people, before any layout; all of its text is harmless."""

    title: str
    parts: tuple[Grid | Facts | Commands, ...]
    warnings: tuple[str, ...]


def page_of(report: Any, most: int) -> Page:  # noqa: ANN401 - any record that has a page
    """Put a report into words and cells; each breakdown shows its first `most` classes.

    The page of any record that is neither a report nor a comparison is in the module of its name.
    """
    warnings = tuple(visible(text, limit=2000) for text in report.warnings)
    if isinstance(report, Comparison):
        return Page(_comparison.title(report), tuple(_comparison.parts(report, most)), warnings)
    if not isinstance(report, Report):
        own = import_module(f"losscli.render._{type(report).__name__.lower()}")
        return Page(own.title(report), tuple(own.parts(report, most)), warnings)
    parts = (
        _losses.grid(report),
        *_losses.parts(report),
        *_fitted.parts(report.fitted),
        *_breakdown.grids(report, most),
        *_groups.parts(report),
        *_outliers.parts(report),
        *_gates.grids(report, most),
    )
    return Page(_losses.title(report), parts, warnings)
