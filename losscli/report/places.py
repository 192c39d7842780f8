"""Where a best constant of one number is looked for."""

from collections.abc import Sequence

import numpy as np

from losscli.losses.chosen import Chosen
from losscli.report.steps import ascending
from losscli.report.truths import Truths, Vector

_ALL_TRUTHS = 512
"""So many different truths are all tried as constants."""


def places(role: str, truths: Truths, chosen: Chosen) -> Vector:
    """Return where a minimum is looked for: around y, and far away; or in the range of the role."""
    sample, numbers = truths.sample, _numbers(chosen)
    if role == "prob":
        logits = np.linspace(-16, 16, 129)
        found = np.concatenate([[0.0], 1 / (1 + np.exp(-logits)), [1.0], numbers])
    elif role == "score":
        found = np.concatenate([np.linspace(-16, 16, 129), numbers, _outwards(16.0)])
    else:
        low, high = float(sample.values[0]), float(sample.values[-1])
        width = high - low or abs(high) or 1.0
        uneven = np.arange(385) + (np.arange(385) * 0.618) % 1 / 2
        found = np.concatenate([
            [sample.quantile(q) for q in np.linspace(0, 1, 129).tolist()],
            low + np.minimum(uneven / 384, 1) * (high - low),
            sample.values[np.argsort(-sample.mass, kind="stable")[:64]],
            _beside(sample.values, numbers) if len(sample.values) <= _ALL_TRUTHS else [],
            [truths.mean],
            numbers,
            _outwards(1.0),
            _outwards(max(abs(low), abs(high)) or 1.0),
            truths.mean + _outwards(width),
        ])  # fmt: skip
    return ascending(found[np.isfinite(found)])


def _beside(y: Vector, numbers: Sequence[float]) -> Vector:
    """Return the truths, what lies halfway between them, and the numbers of a loss beside them."""
    few = [one for one in numbers if one][: _ALL_TRUTHS // len(y)]
    return np.concatenate([y, y[:-1] / 2 + y[1:] / 2, *(y + s * n for n in few for s in (-1, 1))])


def _outwards(reach: float) -> Vector:
    """Return numbers of all sizes beside how far something reaches, and 0."""
    sizes = reach * np.logspace(-12, 6, 37)
    return np.concatenate([-sizes[::-1], [0.0], sizes])


def _numbers(chosen: Chosen) -> list[float]:
    """Return the numbers that a loss is written with, and its parameters."""
    written = [number for part in chosen.parts for number in part.loss.numbers]
    given = [value for part in chosen.parts for value in part.parameters.values()]
    return [*written, *(float(one) for one in given if isinstance(one, int | float))]
