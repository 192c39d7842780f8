"""Losses as assertions, for tests."""

from dataclasses import replace
from typing import Any

from losscli.errors import DataError, UsageError
from losscli.evaluation import evaluate
from losscli.gates.syntax import negated
from losscli.render._gates import brief, condition
from losscli.report import Report


def assert_loss(data: Any, *conditions: str, **options: Any) -> Report:  # noqa: ANN401
    """Raise AssertionError unless every condition holds, such as "mse <= 0.25".

    `data` and `options` are those of `evaluate`; a condition is a limit as in `fail_if`, turned
    round. Raises DataError or UsageError where a condition cannot be judged: neither a pass nor
    a failure. Returns the report.
    """
    if not conditions:
        raise UsageError("there is no condition to hold", remedy='such as "mse <= 0.25"')
    limits = [negated(one) for one in conditions]
    found = evaluate(data, fail_if=limits, **options)
    said = {str(limit): limit.condition for limit in limits}
    unjudged = [
        brief(replace(gate, limit=said.get(gate.limit, gate.limit)))
        for gate in found.gates
        if gate.status == "unjudged"
    ]
    if unjudged:
        raise DataError("; ".join(unjudged))
    failed = [condition(gate) for gate in found.gates if gate.status == "failed"]
    if failed:
        raise AssertionError("\n".join(failed))
    return found
