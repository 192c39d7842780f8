"""One line of JSON for each loss and class, for logs and databases."""

import json
from typing import Any

from losscli.render import Style
from losscli.render._records import records
from losscli.render._strict import harmless

SUFFIXES = (".jsonl", ".ndjson")


def render(report: Any, style: Style) -> str:  # noqa: ANN401, ARG001 - JSON has one look
    """Return the losses and the breakdown in long form; numbers that are not there are null."""
    lines = (json.dumps(one, ensure_ascii=False, allow_nan=False) for one in records(report))
    return "".join(f"{harmless(line)}\n" for line in lines)
