"""One line of JSON for each loss and class, for logs and databases."""

import json

from losscli.comparison.records import Comparison
from losscli.render import Style
from losscli.render._records import records
from losscli.render._strict import harmless
from losscli.report import Report

SUFFIXES = (".jsonl", ".ndjson")


def render(report: Report | Comparison, style: Style) -> str:  # noqa: ARG001 - JSON has one look
    """Return the losses and the breakdown in long form; numbers that are not there are null."""
    lines = (json.dumps(one, ensure_ascii=False, allow_nan=False) for one in records(report))
    return "".join(f"{harmless(line)}\n" for line in lines)
