"""Parameters that a saved report found from data, checked before they are taken over."""

import math
from typing import Any

from losscli.errors import DataError
from losscli.gates.saved import called, read_report
from losscli.report import Fit

SAVE = "save one: losscli eval REF.csv --loss 'huber(delta=auto)' --save fitted.json"
"""How a report with such parameters is made."""


def frozen(path: str) -> dict[str, Fit]:
    """Return what a saved report found from data, by the loss; DataError where it has nothing."""
    found = read_report(path, "report of fitted parameters", SAVE)
    where, fits = called(path), found.get("fitted")
    if not isinstance(fits, list) or not fits:
        what = "the report has no fitted parameters: no loss of it was auto"
        raise DataError(what, where=where, remedy=SAVE)
    made = [_fit(one) for one in fits]
    known = {fit.loss: fit for fit in made if fit is not None}
    if len(known) < len(fits):
        raise DataError(
            "its fitted parameters are not what they should be", where=where, remedy=SAVE
        )
    return known


def _fit(found: Any) -> Fit | None:  # noqa: ANN401 - any JSON
    """Return what a report says was fitted; None where it does not say so."""
    kinds = {
        "loss": str,
        "parameters": dict,
        "rule": str,
        "files": list,
        "rows": int,
        "digest": str,
    }
    if not isinstance(found, dict) or any(
        type(found.get(key)) is not kind for key, kind in kinds.items()
    ):
        return None
    numbers = found["parameters"]
    if not all(type(value) in (int, float) and _is_double(value) for value in numbers.values()):
        return None
    if not all(isinstance(name, str) for name in found["files"]):
        return None
    parameters = {name: float(value) for name, value in numbers.items()}
    told = (found["rule"], "frozen", tuple(found["files"]), found["rows"], found["digest"])
    return Fit(found["loss"], parameters, *told)


def _is_double(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
