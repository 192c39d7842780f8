"""One JSON object with every number in full."""

from typing import Any

from losscli.render import Style
from losscli.render._strict import harmless

SUFFIXES = (".json",)


def render(report: Any, style: Style) -> str:  # noqa: ANN401, ARG001 - JSON has one look
    r"""Return `Report.to_json` and a newline; what a terminal might obey is written `\uNNNN`."""
    return harmless(report.to_json()) + "\n"
