"""Annotations of a GitHub Actions run: one line a gate that was broken."""

from collections.abc import Iterator

from losscli.comparison.records import Comparison
from losscli.render import Style
from losscli.render._gates import brief, concrete, summary
from losscli.render._grid import estimate_cell, interval_cell
from losscli.render._page import page_of
from losscli.report import Gate, LossResult, Report
from losscli.visible import visible

SUFFIXES = ()
OF_GATES = True
"""It has words for what was judged, and none for advice."""

_MOST = 10
"""GitHub drops the annotations of one kind after so many of a step, and does not say so."""
_LONGEST = 4000


def render(report: Report | Comparison, style: Style) -> str:  # noqa: ARG001 - the runner has one syntax
    """Return workflow commands: errors, warnings, and a notice of the verdict or the losses.

    The escapes are those that the runner undoes: `%`, CR and LF, in a title also `:` and `,`.
    """
    errors = [_told(gate) for gate in report.gates if gate.status in ("failed", "unjudged")]
    warnings = [_told(gate) for gate in report.gates if gate.status == "warned"]
    warnings += [("losscli", text) for text in report.warnings]
    notice = [(page_of(report, 0).title, summary(report) or _losses(report))]
    kinds = {"error": errors, "warning": warnings, "notice": notice}
    return "".join(line for kind, told in kinds.items() for line in _commands(kind, told))


def refusal(sentence: str) -> str:
    """Return one error, for what could not be judged at all."""
    return "".join(_commands("error", [("losscli (unjudged)", sentence)]))


def _commands(kind: str, told: list[tuple[str, str]]) -> Iterator[str]:
    shown = told if len(told) <= _MOST else told[: _MOST - 1]
    for head, message in shown:
        yield f"::{kind} title={_property(head)}::{_data(message)}\n"
    if len(told) > len(shown):
        more = f"and {len(told) - len(shown)} more of them: the report has all"
        yield f"::{kind} title=losscli::{_data(more)}\n"


def _told(gate: Gate) -> tuple[str, str]:
    hint = f"; {gate.hint}" if gate.hint else ""
    return f"{concrete(gate)} ({gate.status})", brief(gate) + hint


def _losses(report: Report | Comparison) -> str:
    values = (
        f"{loss.label} {estimate_cell(loss.estimate)} ({interval_cell(loss.estimate)})"
        for loss in report.losses
        if isinstance(loss, LossResult)
    )
    return ", ".join(values)


def _data(text: str) -> str:
    shown = visible(text, limit=_LONGEST)
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
