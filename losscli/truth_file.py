"""Predictions whose truths may be in a file of their own: which columns are whose."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from losscli.data.block import Source
from losscli.data.columns import Plan, Wanted, plan
from losscli.data.task import UnsureError
from losscli.errors import UsageError
from losscli.wanted import OPENING, open_source

if TYPE_CHECKING:
    from losscli.data.truths import SideTruths
    from losscli.data.truths_in_memory import MatchedTruths

    Beside = SideTruths | MatchedTruths


def opened(
    data: Any,  # noqa: ANN401 - a path, several, or a DataFrame
    given: Mapping[str, Any],
    ask: Wanted,
) -> tuple[Source, Plan, Mapping[str, Any]]:
    """Return predictions with the truths that `given` may name, the plan, and what is shown of it.

    `given` are arguments of `evaluate`, by name. Raises DataError where the truth that is found
    is not one of the file of truths.
    """
    if given.get("truth") is None:
        source = open_source(data, **{name: given.get(name) for name in OPENING})
        return source, plan(source, ask), {}
    joined = beside_truths(data, given)
    found = planned(joined, ask)
    return joined, found, check_truths(joined, found)


def beside_truths(data: Any, given: Mapping[str, Any]) -> "Beside":  # noqa: ANN401 - as above
    """Return predictions with the truths that `given` names, matched by its id or by position."""
    from losscli.data.truths import with_truths  # noqa: PLC0415 - seldom needed

    truth = given["truth"]
    files = data if isinstance(data, list | tuple) else [data]
    if is_stdin(truth) and any(is_stdin(one) for one in files):
        raise UsageError("standard input is named twice", remedy="name - once")
    reading = {name: given.get(name) for name in OPENING}
    sources = open_source(data, **reading), open_source(truth, **reading)
    return with_truths(*sources, given.get("id"), drop=given.get("missing") == "drop")


def check_truths(source: Source, found: Plan) -> Mapping[str, Any]:
    """Return what is shown of a file of truths, nothing where there is none.

    Raises DataError where the truth is not one of that file, or the predictions are.
    """
    layout = getattr(source, "layout", None)
    if layout is None:
        return {}
    layout.refuse_roles(found.columns)
    return {"truth": {"files": list(getattr(source, "truth_files", ())), "id": found.id}}


def planned(source: Source, ask: Wanted) -> Plan:
    """Return the plan of a source; where its file of truths has the same columns, say so."""
    try:
        return plan(source, ask)
    except UnsureError:
        raise
    except UsageError:
        layout = getattr(source, "layout", None)
        if layout is None or "y" in ask.roles or not layout.shared:
            raise
        raise layout.refusal() from None


def is_stdin(one: object) -> bool:
    """Tell whether standard input is named."""
    return isinstance(one, str | os.PathLike) and os.fspath(one) == "-"
