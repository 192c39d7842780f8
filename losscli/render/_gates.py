"""The verdicts: one sentence a gate, and their table."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from losscli.comparison.records import Comparison
from losscli.gates.syntax import NEGATED
from losscli.render._digits import apart, count, number
from losscli.render._grid import Column, Grid
from losscli.report import Gate, Report
from losscli.visible import visible

_NAMED = 3
"""So many gates a summary names."""
_LONGEST = 300
_OPERATOR = re.compile(r"[<>]=?")
_STATUSES = ("unjudged", "failed", "warned", "passed")


def sentence(gate: Gate) -> str:
    """Say in one line what was measured, against what, and what follows."""
    status = "" if gate.status == "unjudged" else f"{gate.status}: "
    return f"{status}{brief(gate)}" + (f"; {gate.hint}" if gate.hint else "")


def concrete(gate: Gate) -> str:
    """Return the limit with the one class that a gate of `class=*` is about."""
    return gate.limit if gate.by is None else f"{gate.measure} {gate.operator} {_edge(gate)}"


def _edge(gate: Gate) -> str:
    """Return what the value is held against, in the user's words."""
    return visible(_OPERATOR.split(gate.limit)[-1].strip())


def brief(gate: Gate) -> str:
    """Say what was measured, against what; or why it could not be, and what to do."""
    measure = visible(gate.measure, limit=_LONGEST)
    if gate.status == "unjudged":
        limit = visible(gate.limit, limit=_LONGEST)
        about = "" if gate.by is None or not gate.cls else f" for {measure}"
        why = f"'{limit}' could not be judged{about}: {visible(gate.why, limit=_LONGEST)}"
        return f"{why}; {visible(gate.remedy, limit=_LONGEST)}" if gate.remedy else why
    value, bound = values(gate)
    held = f"{gate.operator} {bound}" if gate.status != "passed" else f"not {gate.operator} {bound}"
    notes = [f"{count(gate.rows)} {'row' if gate.rows == 1 else 'rows'}"]
    if math.isfinite(gate.baseline):
        notes.insert(0, f"baseline {number(gate.baseline)}")
    return f"{measure} is {value}, {held} ({', '.join(notes)})"


def condition(gate: Gate) -> str:
    """Say which condition does not hold: the opposite of a limit that is broken."""
    value, bound = values(gate)
    rows = f"{count(gate.rows)} {'row' if gate.rows == 1 else 'rows'}"
    hint = f"; {gate.hint}".replace("the gate would pass", "it would be") if gate.hint else ""
    held = f"not {NEGATED[gate.operator]} {bound}"
    return f"{visible(gate.measure, limit=_LONGEST)} is {value}, {held} ({rows}){hint}"


def values(gate: Gate) -> tuple[str, str]:
    """Return the value and what it is held against, with digits enough to differ where they do."""
    return apart(gate.value, gate.bound)


def verdict(report: Report | Comparison) -> str:
    """Say how many gates came to which end; nothing where there are none."""
    if not report.gates:
        return ""
    counts = Counter(gate.status for gate in report.gates)
    total = len(report.gates)
    if counts["passed"] == total:
        return "the gate passed" if total == 1 else f"all {count(total)} gates passed"
    said = [f"{count(counts[s])} {s}" for s in _STATUSES if counts[s]]
    return (
        f"of {count(total)} gates {', '.join(said)}" if total > 1 else f"the gate {_end(said[0])}"
    )


def _end(said: str) -> str:
    return {"1 unjudged": "could not be judged"}.get(said, said.partition(" ")[2])


def summary(report: Report | Comparison) -> str:
    """Say the verdict, and name the first gates that were broken."""
    broken = [gate for gate in report.gates if gate.status in ("failed", "warned")]
    named = "; ".join(brief(gate) for gate in broken[:_NAMED])
    more = f"; and {count(len(broken) - _NAMED)} more" if len(broken) > _NAMED else ""
    return f"{verdict(report)}{': ' if named else ''}{named}{more}"


def grids(report: Report | Comparison, most: int) -> Iterator[Grid]:
    """Return the table of the gates; of many, those that did not pass come first."""
    gates = list(report.gates)
    if not gates:
        return
    if len(gates) > most:
        gates.sort(key=lambda gate: _STATUSES.index(gate.status))
    shown = gates[:most]
    related = any(math.isfinite(gate.baseline) for gate in shown)
    columns = (
        Column("gate", "text"),
        Column("value"),
        Column("limit"),
        *((Column("baseline", drop=2),) if related else ()),
        Column("rows", drop=3),
        Column("verdict", "verdict"),
        *((Column("why", "text", drop=1, wraps=True),) if any(map(_note, shown)) else ()),
    )
    rows = tuple(tuple(_cells(gate, columns)) for gate in shown)
    left = Counter(gate.status for gate in gates[most:])
    more = ", ".join(f"{count(left[s])} {s}" for s in _STATUSES if left[s])
    yield Grid(columns, rows, f"… and {more}; --format json has all" if more else "")


def _cells(gate: Gate, columns: tuple[Column, ...]) -> Iterator[str]:
    unjudged = gate.status == "unjudged"
    value, bound = (number(gate.value), _edge(gate)) if unjudged else values(gate)
    yield visible(gate.measure, limit=_LONGEST)
    yield value
    yield f"{gate.operator} {bound}"
    if any(column.head == "baseline" for column in columns):
        yield number(gate.baseline)
    yield count(gate.rows)
    yield gate.status
    if columns[-1].wraps:
        yield _note(gate)


def _note(gate: Gate) -> str:
    if gate.status == "unjudged":
        return visible(f"{gate.why}; {gate.remedy}" if gate.remedy else gate.why, limit=_LONGEST)
    return gate.hint
