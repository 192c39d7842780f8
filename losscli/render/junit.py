"""JUnit XML for GitLab, Jenkins and others: one test case a gate."""

from collections.abc import Iterator
from html import escape

from losscli.comparison.records import Comparison
from losscli.render import Style
from losscli.render._gates import brief, concrete, sentence, summary
from losscli.report import Gate, Report
from losscli.visible import visible

SUFFIXES = (".xml",)
OF_GATES = True
"""It has words for what was judged, and none for advice."""

_LONGEST = 4000
_ENDS = {"failed": "failure", "unjudged": "error"}


def render(report: Report | Comparison, style: Style) -> str:  # noqa: ARG001 - XML has one look
    """Return a test suite: a failure where a limit was broken, an error where it was not judged.

    Without limits it holds one test case that passed, since an empty suite counts as an error.
    The values of the losses are properties of the suite.
    """
    statuses = [gate.status for gate in report.gates]
    counts = {
        "tests": max(len(statuses), 1),
        "failures": statuses.count("failed"),
        "errors": statuses.count("unjudged"),
        "skipped": 0,
        "time": 0,
    }
    name = f"losscli {', '.join(report.files)}"
    facts = "".join(f" {key}={_quoted(str(value))}" for key, value in counts.items())
    cases = "".join(map(_case, report.gates)) or _judged(report)
    properties = "".join(
        f"      <property name={_quoted(name)} value={_quoted(value)}/>\n"
        for name, value in _properties(report)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<testsuites>\n"
        f"  <testsuite name={_quoted(name)}{facts}>\n"
        f"    <properties>\n{properties}    </properties>\n"
        f"{cases}"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def refusal(sentence: str) -> str:
    """Return a suite with one error, for what could not be judged at all."""
    said = f'<error type="unjudged" message={_quoted(sentence)}>{_escaped(sentence)}</error>'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<testsuites>\n"
        '  <testsuite name="losscli" tests="1" failures="0" errors="1" skipped="0" time="0">\n'
        f'    <testcase classname="losscli" name="judged" time="0">{said}</testcase>\n'
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def _properties(report: Report | Comparison) -> Iterator[tuple[str, str]]:
    yield "rows", str(report.judged)
    if isinstance(report, Comparison):
        for change in report.losses:
            yield f"{change.label} (old)", repr(change.old)
            yield f"{change.label} (new)", repr(change.new)
    else:
        yield "digest", report.digest
        for loss in report.losses:
            yield loss.label, repr(loss.estimate.value)
    for gate in report.gates:
        yield f"{gate.measure} (gate)", repr(gate.value)


def _case(gate: Gate) -> str:
    # the name stays the same from run to run, so that a CI can follow it
    suite, name = _quoted(f"losscli.{gate.severity}_if"), _quoted(concrete(gate))
    head = f"    <testcase classname={suite} name={name}"
    if gate.status == "passed":
        return f'{head} time="0"/>\n'
    said = _escaped(sentence(gate))
    if gate.status in _ENDS:
        tag = _ENDS[gate.status]
        inside = f"<{tag} type={_quoted(gate.status)} message={_quoted(brief(gate))}>{said}</{tag}>"
    else:
        inside = f"<system-out>{said}</system-out>"
    return f'{head} time="0">{inside}</testcase>\n'


def _judged(report: Report | Comparison) -> str:
    said = summary(report) or "there are no limits"
    inside = f"<system-out>{_escaped(said)}</system-out>"
    return f'    <testcase classname="losscli" name="judged" time="0">{inside}</testcase>\n'


def _escaped(text: str) -> str:
    return escape(visible(text, limit=_LONGEST), quote=False)


def _quoted(text: str) -> str:
    return f'"{escape(visible(text, limit=_LONGEST))}"'
