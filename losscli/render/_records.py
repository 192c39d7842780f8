"""The long form of a report: a record for each loss (and each of its parts), then each class."""

from collections.abc import Iterable, Iterator
from typing import Any

from losscli.comparison.records import Comparison
from losscli.report import Report

_FIELDS = (
    *("by", "class", "loss", "name", "status", "rows", "value", "stderr", "low", "high", "level"),
    *("best_constant", "skill", "balanced", "share", "lift", "groups", "clusters"),
    *("part", "weight"),
)
_FIELDS_OF_CHANGES = (
    *("by", "class", "loss", "name", "status", "rows", "old", "new", "change", "relative"),
    *("low", "high", "level", "stderr", "p", "q", "better", "same", "worse", "detectable"),
    *("tolerance", "verdict"),
)


def fields(report: Any) -> tuple[str, ...]:  # noqa: ANN401 - any record that has records
    """Return the names of the fields of every record, in their order."""
    if not isinstance(report, Comparison | Report):
        return tuple(dict.fromkeys(key for record in report.records() for key in record))
    return _FIELDS_OF_CHANGES if isinstance(report, Comparison) else _FIELDS


def records(report: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - as above
    """Yield records with the fields, in their order; what is not there is None."""
    names = fields(report)
    for record in _found(report):
        yield {field: record.get(field) for field in names}


def _found(report: Any) -> Iterable[dict[str, Any]]:  # noqa: ANN401 - as above
    if isinstance(report, Comparison):
        return _changes(report)
    if isinstance(report, Report):
        return _losses(report)
    found: Iterable[dict[str, Any]] = report.records()
    return found


def _changes(report: Comparison) -> Iterator[dict[str, Any]]:
    found = report.to_dict()
    yield from (*found["losses"], *found["classes"])


def _losses(report: Report) -> Iterator[dict[str, Any]]:
    found = report.to_dict()
    names = {loss["loss"]: loss["name"] for loss in found["losses"]}
    for loss in found["losses"]:
        constant = loss["best_constant"]
        yield {**loss, "best_constant": constant and constant["value"]}
        for part in loss.get("parts", ()):
            head = {"loss": loss["loss"], "name": loss["name"], "part": part["loss"]}
            yield {**part, **head, "status": loss["status"]}
    for group in found["breakdown"]:
        yield {**group, "name": names.get(group["loss"]), "level": report.level}
