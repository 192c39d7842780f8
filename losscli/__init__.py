"""Losses of predictions: exact, by class, with the rows that cause them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losscli.advice.records import Advice
    from losscli.advice.suggest import suggest
    from losscli.assertion import assert_loss
    from losscli.comparison.compare import compare
    from losscli.comparison.records import Comparison
    from losscli.evaluation import evaluate
    from losscli.improvement.improve import improve
    from losscli.improvement.records import Improvement
    from losscli.losses.spec import LOSSES, loss
    from losscli.report import Report

__version__ = "0.1.0"
__all__ = [
    "LOSSES",
    "Advice",
    "Comparison",
    "Improvement",
    "Report",
    "assert_loss",
    "compare",
    "evaluate",
    "improve",
    "loss",
    "suggest",
]

_HOMES = {
    "Advice": "losscli.advice.records",
    "assert_loss": "losscli.assertion",
    "compare": "losscli.comparison.compare",
    "Comparison": "losscli.comparison.records",
    "evaluate": "losscli.evaluation",
    "improve": "losscli.improvement.improve",
    "Improvement": "losscli.improvement.records",
    "LOSSES": "losscli.losses.spec",
    "loss": "losscli.losses.spec",
    "Report": "losscli.report",
    "suggest": "losscli.advice.suggest",
}
"""Where each public name lives: it is imported when it is first used, since start-up counts."""


def __getattr__(name: str) -> Any:  # noqa: ANN401
    from importlib import import_module  # noqa: PLC0415

    if name not in _HOMES:
        raise AttributeError(f"module 'losscli' has no attribute {name!r}")
    import_module("losscli.losses")
    return getattr(import_module(_HOMES[name]), name)
