"""Predictions whose truths are in a file of their own: which columns are whose."""

import os
from collections.abc import Mapping
from typing import Any

from losscli.data.block import Source
from losscli.data.columns import Plan, Wanted, plan
from losscli.data.flags import shown
from losscli.data.truths import SideTruths, refuse_roles, with_truths
from losscli.data.truths_in_memory import MatchedTruths
from losscli.errors import DataError, UsageError
from losscli.wanted import OPENING, open_source


def beside_truths(
    data: Any,  # noqa: ANN401 - a path, several, or a DataFrame
    given: Mapping[str, Any],
    ask: Wanted,
) -> tuple[Source, Plan, Mapping[str, Any]]:
    """Return predictions with the truths that `given` names, the plan, and what is shown of it.

    Raises DataError where the truth that is found is not one of the file of truths.
    """
    truth = given["truth"]
    files = data if isinstance(data, list | tuple) else [data]
    if isinstance(truth, str) and truth == "-" and any(_is_stdin(one) for one in files):
        raise UsageError("standard input is named twice", remedy="name - once")
    reading = {name: given[name] for name in OPENING}
    sources = open_source(data, **reading), open_source(truth, **reading)
    joined = with_truths(*sources, given["id"], drop=given["missing"] == "drop")
    found = _planned(joined, ask)
    refuse_roles(joined.layout, found.columns)
    shown_of = {"files": list(sources[1].files), "id": found.id}
    return joined, found, {"truth": shown_of}


def _planned(source: SideTruths | MatchedTruths, ask: Wanted) -> Plan:
    try:
        return plan(source, ask)
    except UsageError:
        layout = source.layout
        if "y" in ask.roles or not layout.both:
            raise
        what = f"both files have {shown(layout.both)}, so the truth must be named"
        raise DataError(what, where=layout.files[0], remedy=layout.remedy()) from None


def _is_stdin(one: object) -> bool:
    return isinstance(one, str | os.PathLike) and os.fspath(one) == "-"
