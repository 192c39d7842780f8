"""The numbers of a report, or of a baseline, that limits ask for."""

import math
from collections.abc import Mapping
from typing import Any

from losscli.dataclass import dataclass
from losscli.gates.binding import Bound

_KEYS = {"": "value", "low": "low", "high": "high", "skill": "skill"}
_INFINITE = {"skill": -math.inf}


@dataclass(frozen=True)
class Number:
    """A number and the rows behind it; where it is NaN, `why` says why there is none."""

    value: float
    rows: int
    why: str = ""


class Numbers:
    """Looks up numbers in the JSON object of a report."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._losses = {loss["loss"]: loss for loss in found["losses"]}
        self._classes = {(g["by"], g["class"], g["loss"]): g for g in found["breakdown"]}
        self._measures = {m["measure"]: m for m in found["measures"]}
        self._rows = found["data"]["judged"]
        self.level = found["losses"][0].get("level") if found["losses"] else None
        """The level of the intervals."""
        self.clustered = bool(found["columns"].get("cluster"))
        """Whether the intervals are those of rows in clusters."""

    def classes(self, bound: Bound) -> dict[str | None, int]:
        """Return the classes of the breakdown of a limit, with their rows."""
        return {
            cls: group["rows"]
            for (by, cls, loss), group in self._classes.items()
            if by == bound.by and loss == bound.chosen.spelling
        }

    def of(self, bound: Bound, cls: str | None) -> Number:
        """Return the number that a limit asks for, of a class where it is about classes."""
        limit, spelling = bound.limit, bound.chosen.spelling
        if bound.of_rows:
            name = measure_name(limit.function, limit.part, spelling)
            return self._of_rows(self._measures.get(name), bound)
        if limit.selector is None:
            record = self._losses.get(spelling)
            missing = f"there is no {bound.chosen.label}"
        else:
            record = self._classes.get((bound.by or "", cls, spelling))
            missing = "there is no such class"
        if record is None:
            return Number(math.nan, 0, missing)
        return _number(record, limit.function, bound.chosen.label)

    def _of_rows(self, record: Mapping[str, Any] | None, bound: Bound) -> Number:
        if record is None:
            return Number(math.nan, self._rows, f"there is no {bound.measure()}")
        if record["status"] == "infinite":
            return Number(math.inf, self._rows)
        if record["value"] is None:
            return Number(math.nan, self._rows, f"{bound.measure()} is undefined")
        return Number(record["value"], self._rows)


def measure_name(function: str, part: float, loss: str) -> str:
    """Return the name of a number of the row losses, as it stands in JSON."""
    percent = f"{100 * part:.10g}"
    return f"p{percent}({loss})" if function == "quantile" else f"share({loss}, worst={percent}%)"


def _number(record: Mapping[str, Any], function: str, label: str) -> Number:
    rows, status = record["rows"], record["status"]
    if status == "infinite":
        return Number(_INFINITE.get(function, math.inf), rows)
    value = record[_KEYS[function]]
    if value is not None:
        return Number(value, rows)
    if status != "ok":
        why = f"{label} is {status}"
    elif not function:
        why = f"{label} has no value"
    elif function == "skill":
        why = f"{label} has no best constant to be held against"
    else:
        why = f"{label} has no interval"
    return Number(math.nan, rows, why)
