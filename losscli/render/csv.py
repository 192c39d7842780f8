"""One record for each loss and class, for spreadsheets and scripts."""

import csv
from io import StringIO
from typing import Any

from losscli.render import Style
from losscli.render._records import fields, records
from losscli.visible import no_formula, visible

SUFFIXES = (".csv",)

_LONGEST = 10_000


def render(report: Any, style: Style) -> str:  # noqa: ANN401, ARG001 - CSV has one look
    """Return the losses and the breakdown in long form; numbers that are not there are empty.

    A text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    text = StringIO()
    writer = csv.DictWriter(text, fields(report), lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(_plain, records(report)))
    return text.getvalue()


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {key: _cell(value) if isinstance(value, str) else value for key, value in record.items()}


def _cell(text: str) -> str:
    return no_formula(visible(text, limit=_LONGEST))
