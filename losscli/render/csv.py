"""One record for each loss and class, for spreadsheets and scripts."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from losscli.comparison.records import Comparison
from losscli.render import Style
from losscli.report import Report
from losscli.visible import visible

SUFFIXES = (".csv",)

_FIELDS = (
    "by",
    "class",
    "loss",
    "name",
    "status",
    "rows",
    "value",
    "stderr",
    "low",
    "high",
    "level",
    "best_constant",
    "skill",
    "balanced",
    "share",
    "lift",
    "groups",
    "clusters",
)
_FIELDS_OF_CHANGES = (
    "by",
    "class",
    "loss",
    "name",
    "status",
    "rows",
    "old",
    "new",
    "change",
    "relative",
    "low",
    "high",
    "level",
    "stderr",
    "p",
    "q",
    "better",
    "same",
    "worse",
    "detectable",
    "tolerance",
    "verdict",
)
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in ASCII and in the full width of East Asian keyboards."""
_LONGEST = 10_000


def render(report: Report | Comparison, style: Style) -> str:  # noqa: ARG001 - CSV has one look
    """Return the losses and the breakdown in long form; numbers that are not there are empty.

    A text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    text = StringIO()
    fields = _FIELDS_OF_CHANGES if isinstance(report, Comparison) else _FIELDS
    writer = csv.DictWriter(text, fields, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_records(report))
    return text.getvalue()


def _records(report: Report | Comparison) -> Iterator[dict[str, Any]]:
    if isinstance(report, Comparison):
        found = report.to_dict()
        yield from (_plain(change) for change in (*found["losses"], *found["classes"]))
        return
    found = report.to_dict()
    names = {loss["loss"]: loss["name"] for loss in found["losses"]}
    for loss in found["losses"]:
        constant = loss.pop("best_constant")
        yield _plain({**loss, "best_constant": constant and constant["value"]})
    for group in found["breakdown"]:
        yield _plain({**group, "name": names.get(group["loss"]), "level": report.level})


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {key: _cell(value) if isinstance(value, str) else value for key, value in record.items()}


def _cell(text: str) -> str:
    shown = visible(text, limit=_LONGEST)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) and not _is_number(shown) else shown


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
