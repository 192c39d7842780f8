"""The page of an improvement: what would help, by how much, and what was tried."""

import math
from collections.abc import Iterator, Mapping

from losscli.improvement.records import HELPS, NOTHING_HELPS, Fix, Improvement
from losscli.render._comparison import VERDICTS, interval, percent_of
from losscli.render._digits import count, digits_within, level, number, signed, values
from losscli.render._grid import Column, Facts, Grid
from losscli.render._losses import against
from losscli.visible import visible


def title(found: Improvement) -> str:
    """Return the line that says which rows were judged as what, under which loss."""
    files = ", ".join(visible(name) for name in found.files)
    said = [files, f"{count(found.judged)} rows", found.task, against(found.columns)]
    return " · ".join([*said, visible(found.label)])


def parts(found: Improvement, most: int) -> Iterator[Grid | Facts]:  # noqa: ARG001 - it is short
    """Return the verdict in words, and what each fix does."""
    of = "all" if found.fitted_on == found.judged else f"{count(found.fitted_on)} of the"
    split = (
        f"fitted on {of} {count(found.judged)} rows; "
        "the gain is that of each half with the parameters of the other"
    )
    yield Facts("what would help", (headline(found), split))
    yield _fixes(found)


def headline(found: Improvement) -> str:
    """Return the verdict: what the fix that is best for all rows does to rows it has not seen."""
    name = visible(found.label)
    if found.best is None:
        return f"nothing helps: no fix lowers {name} by more than chance explains"
    change = found.best.change
    what = SAID[found.best.kind](found.best.parameters)
    relative = change.relative
    if found.verdict == HELPS:
        half = (change.high - change.low) / 2 / abs(change.old) if change.old else math.nan
        digits = digits_within(*(100 * end / abs(change.old) for end in (change.low, change.high)))
        by = f"{number(-100 * relative, max(digits - 2, 2))} %"
        return f"{what} would cut {name} by {by} (held-out halves, ± {number(100 * half, 1)} %)"
    ends = f"{level(found.level)} interval of the change: {interval(change)}"
    if found.verdict == NOTHING_HELPS:
        tried = "nothing helps" if len(found.fixes) > 1 else "it does not help"
        return f"{tried}: {what} does not lower {name} by more than chance explains ({ends})"
    return f"it cannot be told whether {what} helps ({ends})"


def _rounded(value: float) -> str:
    return number(value, 4)


def _factor(value: float) -> str:
    """Return a factor with as many digits as tell it from 1."""
    away = abs(value - 1)
    return number(value, max(4, 2 - math.floor(math.log10(away))) if 0 < away < 1 else 4)


def _shifted(shift: float, to: str) -> str:
    if shift < 0:
        return f"subtracting {_rounded(-shift)} from {to}"
    return f"adding {_rounded(shift)} to {to}"


SAID = {
    "shift": lambda p: _shifted(p["shift"], "every prediction"),
    "scale": lambda p: f"multiplying every prediction by {_factor(p['scale'])}",
    "affine": lambda p: (
        f"multiplying every prediction by {_factor(p['scale'])} and " + _shifted(p["shift"], "it")
    ),
    "temperature": lambda p: f"dividing the logits by {_rounded(p['temperature'])}",
    "logit_shift": lambda p: _shifted(p["shift"], "every logit"),
    "platt": lambda p: (
        f"dividing the logits by {_rounded(p['temperature'])} and " + _shifted(p["shift"], "them")
    ),
    "threshold": lambda p: f"saying yes from a probability of {_rounded(p['threshold'])} on",
}
"""What each kind of fix does, in words."""


def _formula(fix: Fix, columns: Mapping[str, object]) -> str:
    if not fix.clear:
        return "unchanged"
    column = columns.get("pred") or columns.get("prob")
    name = visible(column) if isinstance(column, str) else "p"
    p = {
        key: _factor(value) if key == "scale" else _rounded(value)
        for key, value in fix.parameters.items()
    }
    sign = "-" if fix.parameters.get("shift", 0.0) < 0 else "+"
    shift = p.get("shift", "").removeprefix("-")
    return {
        "shift": f"{name} {sign} {shift}",
        "scale": f"{p.get('scale')} * {name}",
        "affine": f"{p.get('scale')} * {name} {sign} {shift}",
        "temperature": f"logit / {p.get('temperature')}",
        "logit_shift": f"logit {sign} {shift}",
        "platt": f"logit / {p.get('temperature')} {sign} {shift}",
        "threshold": f"{name} >= {p.get('threshold')}",
    }[fix.kind]


def _fixes(found: Improvement) -> Grid:
    columns = (
        Column("fix", "text"),
        Column("prediction", "text"),
        Column("before"),
        Column("after"),
        Column("change"),
        Column("%", drop=2),
        Column(f"{level(found.level)} interval", drop=1),
        Column("verdict", "text"),
    )
    rows = tuple(
        (
            f"{fix.kind} *" if fix is found.best and len(found.fixes) > 1 else fix.kind,
            _formula(fix, found.columns),
            *values(fix.change.old, fix.change.new),
            signed(fix.change.change, digits_within(fix.change.low, fix.change.high)),
            percent_of(fix.change.relative),
            interval(fix.change),
            VERDICTS[fix.change.verdict],
        )
        for fix in found.fixes
    )
    notes = []
    if found.best and len(found.fixes) > 1:
        notes.append("* best for all rows: the verdict is about it alone")
    if not all(fix.clear for fix in found.fixes):
        notes.append("unchanged: what is best here is no more than chance")
    return Grid(columns, rows, "; ".join(notes))
