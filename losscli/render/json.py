"""One JSON object with every number in full."""

from losscli.comparison.records import Comparison
from losscli.render import Style
from losscli.render._strict import harmless
from losscli.report import Report

SUFFIXES = (".json",)


def render(report: Report | Comparison, style: Style) -> str:  # noqa: ARG001 - JSON has one look
    r"""Return `Report.to_json` and a newline; what a terminal might obey is written `\uNNNN`."""
    return harmless(report.to_json()) + "\n"
