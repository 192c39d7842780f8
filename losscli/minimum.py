"""Where a function of one number is least."""

from collections.abc import Callable

_GOLDEN = (5**0.5 - 1) / 2


def minimum(function: Callable[[float], float], low: float, high: float, steps: int) -> float:
    """Return where a function is least between two points, by golden section (Kiefer, 1953)."""
    a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_a, at_b = function(a), function(b)
    for _ in range(steps):
        if at_a <= at_b:
            high, b, at_b = b, a, at_a
            a = high - _GOLDEN * (high - low)
            at_a = function(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + _GOLDEN * (high - low)
            at_b = function(b)
    best = min((at_a, a), (at_b, b), (function(low), low), (function(high), high))
    return best[1]
