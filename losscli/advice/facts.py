"""The facts that rules are about, by name, from what was kept of the rows."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.advice.seen import Numbers, Seen
from losscli.data.columns import Plan
from losscli.data.peek import number

_ROBUST = 1.4826
_HUBER = 1.345
"""Huber's delta as a multiple of the standard deviation, for 95 % efficiency at the normal."""
_FLAGGED = 3.5


def facts(seen: Seen, plan: Plan) -> dict[str, Any]:
    """Return every fact that can be told, by its name; a rule asks for them by argument names."""
    found: dict[str, Any] = {
        "task": plan.task,
        "rows": seen.census.judged,
        "roles": frozenset(plan.columns),
        "impossible": seen.counted["impossible"],
        "levels": tuple(plan.levels.tolist()),
        "parts": frozenset(plan.keys.get("y", ())),
        "coverage": seen.counted["covered"] / seen.census.judged,
    }
    # what parameters of losses follow from
    found["alpha"] = min(max(1 - found["coverage"], 0.01), 0.99)
    found |= _of_classes(seen)
    numbers = seen.numbers
    if "y" in numbers and plan.task == "regression":
        found |= _of_truths(numbers["y"])
    if "residual" in numbers:
        found |= _of_residuals(numbers["residual"], numbers["pred"])
        found["not_above"] = seen.counted["not_above"] / seen.census.judged
        found["exact"] = seen.counted["exact"] / seen.census.judged
    if "prob" in numbers:
        prob = numbers["prob"]
        found |= {"prob_low": prob.low, "prob_high": prob.high}
        found["hard"] = not prob.fractions and 0 <= prob.low <= prob.high <= 1
    return found


def _of_classes(seen: Seen) -> dict[str, Any]:
    counts = seen.classes
    if not counts:
        return {}
    total = sum(counts.values())
    rarest = min(counts, key=lambda name: (counts[name], name))
    ordered = [number(name) for name in counts]
    return {
        "classes": len(counts),
        "rarest": rarest,
        "rarest_share": counts[rarest] / total,
        "largest_share": max(counts.values()) / total,
        "yes_share": seen.counted["yes"] / total,
        "fn": total / max(seen.counted["yes"], 1) - 1,
        "ordered": None not in ordered,
    }


def _of_truths(y: Numbers) -> dict[str, Any]:
    sample = y.spread.sample()
    low, high = (sample.quantile(q) for q in (0.01, 0.99))
    quarter, middle, upper = (sample.quantile(q) for q in (0.25, 0.5, 0.75))
    width = upper - quarter
    return {
        "zero_share": y.zeros / y.count,
        "negative_share": y.negatives / y.count,
        "whole": not y.fractions,
        "span": high / low if low > 0 else math.nan,
        # Bowley's measure of skewness, which no single row decides
        "skew": (quarter + upper - 2 * middle) / width if width else 0.0,
        "constant_truth": y.low == y.high,
    }


def _of_residuals(residual: Numbers, pred: Numbers) -> Mapping[str, Any]:
    sample = residual.spread.sample()
    median = sample.median()
    mad = sample.distances(median).median()
    far = np.abs(sample.values - median) > _FLAGGED * _ROBUST * mad
    return {
        "bias": median / mad if mad else 0.0,
        "far_share": float(sample.mass[far].sum()) / sample.total if mad else 0.0,
        "tail": residual.largest.tail_index(residual.count),
        "delta": float(f"{_HUBER * _ROBUST * mad:.2g}") if mad else 1.0,
        "pred_low": pred.low,
        "constant": pred.low == pred.high,
    }
