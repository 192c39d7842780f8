"""What a loss is like: proper, convex, of bounded influence; found by trying, not declared."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from itertools import product

import numpy as np

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.chosen import Chosen
from losscli.losses.combine import LARGEST, MEDIAN
from losscli.losses.parameter import Value
from losscli.losses.proper import proper
from losscli.losses.spec import Loss, Vector
from losscli.losses.trials import Columns, Trial, chosen_of, scale_of, trial

_ROUNDING = 1e-9
"""Row losses that differ by less, beside their size, are taken for equal."""
_NOTHING = 1e-12
_GROWS = 1.2
"""A pull that grows by more than this, while the error grows by 10^8, has no bound."""
_POWERS = 10.0 ** np.arange(-12, 13)
_MIDDLING = 1e4
_OF_CHANCES = ("prob", "probs", "logprob", "p")
"""Predictions that are probabilities: what counts is how much a row can cost."""
_NO_FORECAST = {
    "pred": "a number is predicted, not the distribution of what happens",
    "label": "a class is predicted, not its probability",
    "score": "a score is no probability",
}
_NO_NUMBER = "a class is no number, so nothing lies between two predictions"
_UNKNOWN = "which of its columns are predictions is not known"
_FAILS = "it does not take every number that is tried"
_SIGNED = "it is a signed error, which nobody makes as small as can be"


@dataclass(frozen=True)
class Traits:
    """What a loss is like with given parameters; None (or empty) where it makes no sense.

    `proper` is "strictly" where honest forecasts alone are best on average, "yes" where
    nothing is better than they are, "no" where something is. `convex` is that of the row loss
    in the prediction, or of the value where it is no function of a mean. `bounded_influence` tells
    that a single row, however wrong, pulls a fit only so far (Hampel, 1974); of probabilities, that
    it costs only so much. `why` says for each of the three that makes no sense why it does not.
    """

    proper: str
    convex: bool | None
    bounded_influence: bool | None
    why: Mapping[str, str] = field(default_factory=dict)


def traits(loss: Loss, parameters: Mapping[str, Value]) -> Traits:
    """Try what a loss is like with these parameters."""
    if loss.origin and trial(loss, parameters) is None:
        return Traits("", None, None, dict.fromkeys(("proper", "convex", "influence"), _UNKNOWN))
    try:
        return _tried(loss, parameters)
    except UsageError:  # a plugin's loss may take fewer numbers than are tried
        return Traits("", None, None, dict.fromkeys(("proper", "convex", "influence"), _FAILS))


def _tried(loss: Loss, parameters: Mapping[str, Value]) -> Traits:
    chosen, tried = chosen_of(loss, parameters), trial(loss, parameters)
    found, why = proper(loss, parameters), {}
    if not found:
        role = next((role for role in _NO_FORECAST if role in loss.roles), "score")
        why["proper"] = _NO_FORECAST[role]
    if loss.signed:
        return Traits(found, None, None, {**why, "convex": _SIGNED, "influence": _SIGNED})
    if tried is None and "label" not in loss.roles:
        return Traits(found, None, None, {**why, "convex": _UNKNOWN, "influence": _UNKNOWN})
    if tried is None:
        # the cost of a class is an entry of a table, which has a largest one
        return Traits(found, None, bounded_influence=True, why={**why, "convex": _NO_NUMBER})
    combine = loss.combine(**parameters)
    if combine in (MEDIAN, LARGEST):
        return Traits(found, _value_convex(chosen), _value_bounded(chosen), why)
    if combine.empty:
        return Traits(found, _image_convex(chosen), bounded_influence=True, why=why)
    return Traits(found, _convex(chosen, tried), _bounded(loss, chosen, tried), why)


# Convex: no row loss halfway between two predictions is above the mean of theirs


def _convex(chosen: Chosen, tried: Trial) -> bool:
    one, other = (place.ravel() for place in np.triu_indices(tried.count, 1))
    ends = [{r: v[at] for r, v in tried.predictions.items()} for at in (one, other)]
    middle = {role: 0.5 * ends[0][role] + 0.5 * ends[1][role] for role in ends[0]}
    for truth in tried.truths:
        of_ends = [tried.judged(chosen, truth, end) for end in ends]
        mean = 0.5 * of_ends[0] + 0.5 * of_ends[1]
        if _above(tried.judged(chosen, truth, middle), mean):
            return False
    return True


def _above(middle: Vector, mean: Vector) -> bool:
    with np.errstate(invalid="ignore"):
        return bool((middle > mean + _ROUNDING * np.abs(mean) + _NOTHING).any())


# Bounded influence: how much the row loss changes with the prediction, the farther off it is


def _bounded(loss: Loss, chosen: Chosen, tried: Trial) -> bool:
    if any(role in _OF_CHANCES for role in loss.roles):
        costs = np.array([tried.judged(chosen, t, tried.predictions) for t in tried.truths])
        return "logprob" not in loss.roles and not np.isinf(costs).any()
    if loss.bound != math.inf:
        return True
    if "y" in loss.roles and not {"score", "scores"} & set(loss.roles):
        return _bounded_far(loss, chosen, tried)
    return all(_bounded_along(chosen, tried, truth) for truth in tried.truths)


def _bounded_far(loss: Loss, chosen: Chosen, tried: Trial) -> bool:
    """Tell whether truths that are farther and farther off change the difference ever more."""
    scale = scale_of(chosen.parts[0].parameters)
    if loss.roles[1] == "pred":
        predictions: Columns = {"pred": scale * np.array([1.0, 2.0])}
    else:
        # those of ordinary size: they are to differ by less than the truth is off
        sizes = np.max([np.abs(v.reshape(tried.count, -1)).max(axis=1)
                        for v in tried.predictions.values()], axis=0)  # fmt: skip
        predictions = {role: v[sizes <= 3] for role, v in tried.predictions.items()}  # noqa: PLR2004
    pulls: list[float] = []
    far = scale * np.concatenate([-_POWERS, _POWERS])
    for y in far.tolist():
        losses = tried.judged(chosen, {**tried.truths[0], "y": y}, predictions)
        if np.isinf(losses).any():
            return False
        pulls.append(float(np.ptp(losses)))
    return _levels_off(np.array(pulls), np.tile(_POWERS, 2))


def _bounded_along(chosen: Chosen, tried: Trial, truth: Columns) -> bool:
    """Tell whether predictions that move away in one direction get steeper and steeper."""
    powers = np.array([power for power in _POWERS.tolist() if power >= 1 / _MIDDLING])
    steps = np.array([scale_of(chosen.parts[0].parameters) * p for p in powers.tolist()])
    for at in range(tried.count):
        size = max(float(np.abs(v[at]).max()) for v in tried.predictions.values())
        if not size:
            continue
        way = {role: values[at] / size for role, values in tried.predictions.items()}
        near, far = (
            tried.judged(chosen, truth, {r: np.multiply.outer(by, v) for r, v in way.items()})
            for by in (steps, steps * (1 + 1 / 1024))
        )
        if np.isinf(near).any() or np.isinf(far).any():
            return False
        pulls: Vector = np.abs(far - near) / (steps / 1024)
        if not _levels_off(pulls, powers):
            return False
    return True


def _levels_off(pulls: Vector, sizes: Vector) -> bool:
    judged = ~np.isnan(pulls)
    middling = pulls[judged & (sizes <= _MIDDLING) & (sizes >= 1 / _MIDDLING)]
    return bool((pulls[judged] <= _GROWS * middling.max(initial=0.0) + _NOTHING).all())


# Values that are no function of a mean of rows, over a few rows


class Few:
    """Finished terms of a few rows (`Finished` of combine.py)."""

    def __init__(self, terms: Sequence[Vector]) -> None:
        self._terms = terms

    def mean(self, term: int) -> Fraction:
        """Return the mean of a term."""
        return Fraction(float(self._terms[term].mean()))

    def low(self, term: int) -> float:
        """Return the smallest value of a term."""
        return float(self._terms[term].min())

    def high(self, term: int) -> float:
        """Return the largest value of a term."""
        return float(self._terms[term].max())

    def median(self) -> float:
        """Return the median of the first term."""
        return float(np.median(self._terms[0]))


_OUTCOMES = np.array([0.0, 1.0, 3.0])
_STEPS = (-2.0, 0.0, 1.0, 4.0)
_CHANCES = (0.0, 0.25, 0.5, 1.0)


def _value(chosen: Chosen, y: Vector, role: str, predicted: Vector) -> float:
    return chosen.combine.value(Few(chosen.terms({"y": y, role: predicted})))


def _value_convex(chosen: Chosen) -> bool:
    return _midpoints(chosen, _OUTCOMES, "pred", np.array(list(product(_STEPS, repeat=3))))


def _image_convex(chosen: Chosen) -> bool:
    lot = np.array(list(product(_CHANCES, repeat=2)))
    pixels = product((0.0, 1.0), repeat=2)
    return all(_midpoints(chosen, np.array(y), "prob", lot) for y in pixels)


def _midpoints(chosen: Chosen, y: Vector, role: str, lot: Vector) -> bool:
    values = [_value(chosen, y, role, one) for one in lot]
    for i, j in zip(*np.triu_indices(len(lot), 1), strict=True):
        middle = _value(chosen, y, role, 0.5 * lot[i] + 0.5 * lot[j])
        if middle > 0.5 * values[i] + 0.5 * values[j] + _ROUNDING:
            return False
    return True


def _value_bounded(chosen: Chosen) -> bool:
    """Tell whether the best constant stays where it is, however far one of the rows is off."""
    far = 1e8
    y = np.array([0.0, 1.0, 2.0, 3.0, far])
    constants = np.array([*y, 1.5, far / 2, far / 2 + 1])
    values = [_value(chosen, y, "pred", np.full(len(y), c)) for c in constants]
    return bool(constants[int(np.argmin(values))] <= y[-2])
