"""OpenMetrics for Prometheus and GitLab: a gauge for each number."""

import math
from collections.abc import Iterator

from losscli.comparison.records import ClassChange, Comparison, LossChange
from losscli.render import Style
from losscli.render._breakdown import EMPTY
from losscli.render._gates import concrete
from losscli.report import ClassResult, LossResult, Report
from losscli.visible import visible

SUFFIXES = (".prom",)
OF_GATES = True
"""It has words for what was judged, and none for advice."""

_DIGITS = 12
"""Significant digits, always as many: a number that did not change looks the same."""
_LONGEST = 10_000
_BROKEN = {"passed": 0.0, "failed": 1.0, "warned": 1.0}

_Sample = tuple[dict[str, str], float]


def render(report: Report | Comparison, style: Style) -> str:  # noqa: ARG001 - the format has one look
    """Return losses, their interval, skill, rows and gates; what is not there is left out.

    An infinite loss is +Inf, an undefined one NaN; of a gate 1 is broken, 0 passed, NaN unjudged.
    """
    return "".join(f"{line}\n" for line in _lines(report)) + "# EOF\n"


def _lines(report: Report | Comparison) -> Iterator[str]:
    if isinstance(report, Comparison):
        yield from _changes(report)
    else:
        yield from _losses(report)
    broken = [
        ({"gate": concrete(gate), "severity": gate.severity}, _BROKEN.get(gate.status, math.nan))
        for gate in report.gates
    ]
    yield from _family("gate_broken", "Whether a limit is broken.", broken)


def _changes(report: Comparison) -> Iterator[str]:
    changes: list[tuple[LossChange | ClassChange, LossChange]] = [
        *((found, found) for found in report.losses),
        *((found, found.found) for found in report.classes),
    ]
    values = [
        ({**_labels(one), "model": model}, getattr(change, model))
        for one, change in changes
        for model in ("old", "new")
    ]
    yield from _family("loss", "The value of a loss.", values)
    for name, key, what in _OF_CHANGES:
        found = [(_labels(one), float(getattr(change, key))) for one, change in changes]
        yield from _family(name, what, [s for s in found if not math.isnan(s[1])])


_OF_CHANGES = (
    ("change", "change", "The new value of a loss minus the old one."),
    ("change_low", "low", "The low end of the interval of a change."),
    ("change_high", "high", "The high end of the interval of a change."),
    ("change_rows", "rows", "The rows behind a change."),
)


def _losses(report: Report) -> Iterator[str]:
    results: list[LossResult | ClassResult] = [*report.losses, *report.breakdown]
    estimates = [(_labels(result), result.estimate) for result in results]
    yield from _family("loss", "The value of a loss.", [(n, e.value) for n, e in estimates])
    for end in ("low", "high"):
        what = f"The {end} end of the interval of a loss."
        ends = [(labels, getattr(estimate, end)) for labels, estimate in estimates]
        yield from _family(f"loss_{end}", what, [s for s in ends if not math.isnan(s[1])])
    balanced = [({"loss": loss.label}, loss.balanced) for loss in report.losses]
    what = "The mean of the values of the classes."
    yield from _family("loss_balanced", what, [s for s in balanced if not math.isnan(s[1])])
    skills = [({"loss": loss.label}, loss.skill) for loss in report.losses]
    what = "One minus the loss over that of the best constant."
    yield from _family("skill", what, [s for s in skills if not math.isnan(s[1])])
    parts = [
        ({"loss": loss.label, "part": part.loss}, part)
        for loss in report.losses
        for part in loss.parts
    ]
    values = [(labels, part.value) for labels, part in parts]
    yield from _family("loss_part", "The value of a part of a loss.", values)
    shares = [(labels, part.share) for labels, part in parts if not math.isnan(part.share)]
    yield from _family("loss_part_share", "The share of a loss that a part carries.", shares)
    rows = [(labels, float(estimate.rows)) for labels, estimate in estimates]
    yield from _family("loss_rows", "The rows behind the value of a loss.", rows)


def _labels(result: LossResult | ClassResult | LossChange | ClassChange) -> dict[str, str]:
    if isinstance(result, LossResult | LossChange):
        return {"loss": result.label}
    label = result.label if isinstance(result, ClassResult) else result.found.label
    cls = EMPTY if result.cls is None else f'"{EMPTY}"' if result.cls == EMPTY else result.cls
    return {"loss": label, "by": result.by, "class": cls}


def _family(name: str, what: str, samples: list[_Sample]) -> Iterator[str]:
    if not samples:
        return
    yield f"# TYPE losscli_{name} gauge"
    yield f"# HELP losscli_{name} {what}"
    seen: dict[str, int] = {}
    for labels, value in samples:
        said = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        # two classes that differ in what cannot be seen would be one series
        seen[said] = seen.get(said, 0) + 1
        again = f',again="{seen[said]}"' if seen[said] > 1 else ""
        yield f"losscli_{name}{{{said}{again}}} {_number(value)}"


def _escaped(text: str) -> str:
    return visible(text, limit=_LONGEST).replace("\\", "\\\\").replace('"', '\\"')


def _number(value: float) -> str:
    if math.isfinite(value):
        return f"{value:.{_DIGITS}g}"
    return "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"
