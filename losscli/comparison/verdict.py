"""What a change means, and whether it passes: tolerances, five verdicts, three ways to gate."""

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Literal

from losscli.comparison.difference import Difference
from losscli.comparison.records import (
    IMPROVED,
    INCONCLUSIVE,
    NO_DIFFERENCE,
    REGRESSED,
    WITHIN_TOLERANCE,
    LossChange,
)
from losscli.comparison.trust import TAIL
from losscli.errors import DataError, UsageError
from losscli.losses.chosen import Chosen
from losscli.losses.language import parse, resolve
from losscli.report.records import Gate
from losscli.visible import visible

Mode = Literal["regression", "non-inferior", "point"]
MODES = Mode.__args__  # type: ignore[attr-defined]
Tolerances = Mapping[str, str]
"""The tolerance of each loss by its spelling, as it was written; "" is that of all others."""


def tolerances(texts: Sequence[str], chosen: Sequence[Chosen], task: str) -> Tolerances:
    """Read 'mse=2%', 'mse=0.1' or, for all losses, '2%'; UsageError where one does not fit."""
    names = {word: one.spelling for one in chosen for word in (one.spelling, one.label, one.name)}
    found: dict[str, str] = {}
    for text in texts:
        name, equals, size = text.rpartition("=")
        name, size = name.strip(), size.strip()
        name = name if name in names else _spelled(name, task)
        if equals and name not in names:
            near = get_close_matches(name, list(names), n=1)
            known = ", ".join(visible(one.label) for one in chosen)
            what = f"{visible(name)} is not among the losses that are compared"
            remedy = f"did you mean {near[0]}?" if near else f"they are {known}"
            raise UsageError(what, where="--tolerance", remedy=remedy)
        key = names[name] if equals else ""
        if key in found:
            whose = f"of {visible(name)} " if equals else ""
            what = f"the tolerance {whose}is given twice"
            raise UsageError(what, where="--tolerance", remedy="give it once")
        _size(size, 1.0)
        found[key] = size
    return found


def _spelled(name: str, task: str) -> str:
    """Return the full form of a loss however it was written, as --loss takes it; else the name."""
    try:
        found = resolve(parse([name]), task)
    except UsageError:
        return name
    return found[0].spelling if len(found) == 1 else name


def _size(text: str, old: float) -> float:
    """Return the tolerance that a text means beside the old value."""
    percent = text.endswith("%")
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf or "_" in text:
        what = f"{visible(text)!r} is no tolerance"
        raise UsageError(what, where="--tolerance", remedy="such as mse=2% or mse=0.1")
    return number / 100 * abs(old) if percent else number


def tolerance(known: Tolerances, one: Chosen, old: float) -> float:
    """Return how much a loss may rise; DataError for a percent of 0."""
    text = known.get(one.spelling, known.get("", "0"))
    if text.endswith("%") and old == 0 and float(text[:-1]) > 0:
        what = f"{visible(one.label)} of the old model is 0, and {visible(text)} of it is 0"
        remedy = f"give a number: --tolerance '{visible(one.label)}=0.01'"
        raise DataError(what, where="--tolerance", remedy=remedy)
    return _size(text, old) if math.isfinite(old) or not text.endswith("%") else 0.0


def trust(found: Difference, allowed: float, *, shaky: bool, doubts: bool) -> bool:
    """Tell whether an interval can be trusted; `doubts` weigh where it reaches no verdict."""
    return not shaky and not (doubts and found.low <= allowed < found.high)


def word(found: Difference, values: tuple[float, float], allowed: float, *, trusted: bool) -> str:
    """Return the verdict that the interval of a change allows; `values` are the old and the new.

    A value that is not finite beside one that is decides alone.
    """
    finite = [math.isfinite(value) for value in values]
    if not all(finite):
        if any(finite) and not any(map(math.isnan, values)):
            return REGRESSED if finite[0] else IMPROVED
        return INCONCLUSIVE
    if not trusted or math.isnan(found.low):
        return INCONCLUSIVE
    if found.high < 0 or found.low > allowed:
        return IMPROVED if found.high < 0 else REGRESSED
    if not allowed:
        return NO_DIFFERENCE
    return WITHIN_TOLERANCE if found.high <= allowed else INCONCLUSIVE


def plain_word(change: float, values: tuple[float, float], allowed: float) -> str:
    """Return the verdict of the plain numbers, as for a frozen test set."""
    if math.isnan(change):
        return word(Difference(change), values, allowed, trusted=True)
    if change <= 0:
        return IMPROVED if change < 0 else NO_DIFFERENCE
    return REGRESSED if change > allowed else WITHIN_TOLERANCE


def gate(found: LossChange, mode: str) -> Gate:
    """Return whether the change of a loss passes in a mode."""
    value, status = _JUDGED[mode](found)
    measure = _MEASURES[mode].format(found.label)
    unjudged = status == "unjudged"
    return Gate(
        limit=f"{measure} > {found.tolerance!r}",
        severity="fail",
        value=value,
        bound=math.nan if unjudged else found.tolerance,
        status=status,
        measure=measure,
        operator=">",
        loss=found.loss,
        rows=found.rows,
        baseline=found.old,
        why=found.why if unjudged else "",
        remedy=_remedy(found, mode) if unjudged else "",
    )


_MEASURES = {
    "regression": "low(change of {})",
    "non-inferior": "high(change of {})",
    "point": "change of {}",
}


def _point(found: LossChange) -> tuple[float, str]:
    if found.verdict == INCONCLUSIVE:
        return found.change, "unjudged"
    return found.change, "failed" if found.verdict == REGRESSED else "passed"


def _non_inferior(found: LossChange) -> tuple[float, str]:
    if _unknown(found) or found.doubt:
        return found.high, "unjudged"
    shown = found.verdict == IMPROVED or (
        found.verdict not in (REGRESSED, INCONCLUSIVE) and found.high <= found.tolerance
    )
    return found.high, "passed" if shown else "failed"


def _regression(found: LossChange) -> tuple[float, str]:
    if _unknown(found) or (found.doubt and found.verdict == INCONCLUSIVE):
        return found.low, "unjudged"
    return found.low, "failed" if found.verdict == REGRESSED else "passed"


_JUDGED = {"regression": _regression, "non-inferior": _non_inferior, "point": _point}
"""For each mode what is held against the tolerance, and what follows."""


def why(found: LossChange) -> str:
    """Say why a change is inconclusive; nothing where it is not."""
    if found.verdict != INCONCLUSIVE:
        return ""
    if found.status != "ok":
        return "both values are infinite" if found.status == "infinite" else "it is not defined"
    if math.isnan(found.low):
        return "it has no interval"
    if not found.doubt:
        return "its interval reaches beyond the tolerance"
    detail = "the tail of the differences is heavy" if found.doubt == TAIL else found.doubt
    return f"its interval cannot be trusted: {detail}"


def _remedy(found: LossChange, mode: str) -> str:
    if found.status == "infinite":
        return "losscli eval shows which rows are infinite"
    return "" if mode == "point" or found.status != "ok" else "--mode point takes the plain numbers"


def _unknown(found: LossChange) -> bool:
    """Tell whether there is nothing to judge a change by."""
    return found.verdict == INCONCLUSIVE and math.isnan(found.low)


def overall(gates: Sequence[Gate]) -> str:
    """Return the verdict of all gates: what could not be judged weighs most."""
    for status in ("unjudged", "failed"):
        if any(one.status == status for one in gates):
            return status
    return "passed"
