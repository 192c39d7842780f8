"""The best constant prediction: what a model must beat to have any skill."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.losses.domain import REAL, Interval
from losscli.report.of_classes import MOST_CLASSES, Mean, best_probs, best_scores
from losscli.report.records import BestConstant, Prediction
from losscli.roles import SHARED
from losscli.summary.distribution import Sample

Vector = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Truths:
    """The distribution of y: `sample` of its numbers, or of the codes of its classes.

    `mean` is the exact mean of numbers. `classes` are the texts behind the codes; for binary
    and margin files y itself is in the sample. `levels` are those of quantile columns, `costs`
    those of decisions.
    """

    sample: Sample
    mean: float
    classes: tuple[str | None, ...] = ()
    levels: Vector | None = None
    costs: Vector | None = None


def best_constant(chosen: Chosen, truths: Truths) -> BestConstant | None:
    """Return the constant prediction with the least loss on the same rows, and its loss.

    None where a constant has no meaning for the loss, or none is known to be best.
    """
    part = chosen.single
    elicits = part.loss.elicits if part else ""
    if not len(truths.sample.values) or chosen.combine.needs_median:
        return None
    if part and (part.loss.signed or elicits == "-"):
        return None
    word, _, parameter = elicits.partition(" ")
    find = _FINDERS.get(elicits) or _FINDERS.get(word) or _BY_ROLES.get(frozenset(chosen.roles))
    if find is None:
        return None
    argument = part.parameters.get(parameter) if part else None
    try:
        found = find(chosen, truths, argument)
        if found is None:
            return None
        prediction, columns = found
        value = _value(chosen, truths, columns)
    except UsageError:  # a plugin's loss need not take what no row predicts
        return None
    return BestConstant(prediction, value) if math.isfinite(value) else None


Found = tuple[Prediction, Columns] | None


class _OverSample:
    """The terms of a loss over a sample of y (`Finished` of losses/combine.py)."""

    def __init__(self, terms: tuple[Vector, ...], mass: Vector) -> None:
        self._terms = terms
        self._mass = mass

    def mean(self, term: int) -> Fraction:
        total = float(np.sum(self._terms[term] * self._mass)) / float(np.sum(self._mass))
        return Fraction(total) if math.isfinite(total) else Fraction(10) ** 400

    def low(self, term: int) -> float:
        return float(self._terms[term].min())

    def high(self, term: int) -> float:
        return float(self._terms[term].max())

    def median(self) -> float:
        return math.nan


def _value(chosen: Chosen, truths: Truths, columns: Columns) -> float:
    count = len(truths.sample.values)
    spread = {
        role: np.ascontiguousarray(np.broadcast_to(values, (count, *np.shape(values))))
        if role not in SHARED
        else values
        for role, values in columns.items()
    }
    y = truths.sample.values
    spread["y"] = y.astype(np.intp) if truths.classes else y
    terms = chosen.terms(spread)
    kept = ~np.isnan(terms[0]) if chosen.leaves_out else np.full(count, fill_value=True)
    kept &= truths.sample.mass > 0
    over = _OverSample(tuple(term[kept] for term in terms), truths.sample.mass[kept])
    return chosen.combine.value(over) if kept.any() else math.nan


def _along(chosen: Chosen, truths: Truths, role: str, grid: Vector) -> Vector:
    """Return the value at each of many constants; those of a mean in one go."""
    if chosen.combine is not MEAN or chosen.leaves_out:
        one = (np.float64(constant) for constant in grid.tolist())
        return np.array([_value(chosen, truths, {role: c}) for c in one])  # type: ignore[dict-item]
    there = truths.sample.mass > 0
    y, mass = truths.sample.values[there], truths.sample.mass[there]
    table = {"y": np.tile(y, len(grid)), role: np.repeat(grid, len(y))}
    losses = chosen.terms(table)[0].reshape(len(grid), len(y))
    with np.errstate(all="ignore"):
        return np.asarray(losses @ mass / mass.sum())


def _number(role: str, value: float) -> Found:
    return value, {role: np.float64(value)}  # type: ignore[dict-item]


def _mean(chosen: Chosen, truths: Truths, _: object) -> Found:
    part = chosen.single
    if part and part.parameters.get("log_input"):
        return _number("pred", math.log(truths.mean)) if truths.mean > 0 else None
    return _number("pred", truths.mean)


def _median(_: Chosen, truths: Truths, __: object) -> Found:
    return _number("pred", truths.sample.median())


def _quantile(_: Chosen, truths: Truths, level: object) -> Found:
    return _number("pred", truths.sample.quantile(float(level)))  # type: ignore[arg-type]


def _midrange(_: Chosen, truths: Truths, __: object) -> Found:
    return _number("pred", float(truths.sample.values[0] / 2 + truths.sample.values[-1] / 2))


def _moments(_: Chosen, truths: Truths, __: object) -> Found:
    variance = truths.sample.mean_of(lambda y: (y - truths.mean) ** 2)
    return _normal(truths.mean, math.sqrt(variance)) if variance > 0 else None


def _normal(mean: float, std: float) -> Found:
    columns = {"mean": np.float64(mean), "std": np.float64(std)}
    return {"mean": mean, "std": std}, columns  # type: ignore[return-value]


def _spread(chosen: Chosen, truths: Truths, _: object) -> Found:
    """Return the normal distribution with the least loss: its mean and spread in turn."""
    found = _moments(chosen, truths, None)
    if found is None:
        return None
    mean, std = (float(found[1][role]) for role in ("mean", "std"))
    small = Truths(_thinned(truths.sample, _THIN), truths.mean)

    def over(mean: float, std: float) -> float:
        return _value(chosen, small, _normal(mean, std)[1])  # type: ignore[index]

    for _turn in range(_TURNS):
        fixed = std
        mean = _minimum(lambda m: over(m, fixed), mean - std, mean + std, _FINE_STEPS)  # noqa: B023
        middle = mean
        std = _minimum(lambda s: over(middle, s), std / 4, std * 2, _FINE_STEPS)  # noqa: B023
    return _normal(mean, std)


def _tail(_: Chosen, truths: Truths, level: object) -> Found:
    """Return the quantile and the mean below it; None where the loss has no value for them."""
    alpha = float(level)  # type: ignore[arg-type]
    var = truths.sample.quantile(alpha)
    es = var + truths.sample.mean_of(lambda y: np.minimum(y - var, 0.0)) / alpha
    if not es <= var < 0:
        return None
    return {"var": var, "es": es}, {"var": np.float64(var), "es": np.float64(es)}  # type: ignore[dict-item]


def _frequency(_: Chosen, truths: Truths, __: object) -> Found:
    return _number("prob", truths.sample.mean_of(lambda y: y))


def _frequencies(_: Chosen, truths: Truths, __: object) -> Found:
    shares = truths.sample.mass / truths.sample.total
    return _by_class(truths, shares), {"probs": shares}


def _decision(chosen: Chosen, truths: Truths, _: object) -> Found:
    """Return the decision that costs least if it is made in every row."""
    if truths.costs is None:
        return None
    code = int(np.argmin(truths.sample.mass @ truths.costs))
    shared = {"cost_matrix": truths.costs}
    if "label" in chosen.roles:
        return truths.classes[code], {"label": np.intp(code), **shared}  # type: ignore[dict-item]
    shares = truths.sample.mass / truths.sample.total
    return _by_class(truths, shares), {"probs": shares, **shared}


def _majority(chosen: Chosen, truths: Truths, _: object) -> Found:
    code = int(np.argmax(truths.sample.mass))
    if "label" in chosen.roles:
        return truths.classes[code], {"label": np.intp(code)}  # type: ignore[dict-item]
    if "prob" in chosen.roles:
        return _number("prob", float(truths.sample.values[code] > 0))
    sure = np.zeros(len(truths.classes))
    sure[code] = 1
    return _by_class(truths, sure), {"probs": sure}


def _probs(chosen: Chosen, truths: Truths, _: object) -> Found:
    if len(truths.classes) > MOST_CLASSES:
        return None
    best = best_probs(*_of_classes(chosen, truths, "probs"))
    return _by_class(truths, best), {"probs": best}


def _margins(chosen: Chosen, truths: Truths, _: object) -> Found:
    best = best_scores(*_of_classes(chosen, truths, "scores"))
    return _by_class(truths, best), {"scores": best}


def _of_classes(chosen: Chosen, truths: Truths, role: str) -> tuple[Mean, Vector]:
    """Return the mean losses of constant predictions as a function of them, and the shares."""
    shares = truths.sample.mass / truths.sample.total
    codes = truths.sample.values.astype(np.intp)

    def mean(predictions: Vector) -> Vector:
        y = np.tile(codes, len(predictions))
        columns = {"y": y, role: np.repeat(predictions, len(codes), axis=0)}
        losses = chosen.terms(columns)[0].reshape(-1, len(codes))
        return np.asarray(np.where(shares > 0, losses * shares, 0.0).sum(axis=1))

    return mean, shares


def _by_class(truths: Truths, numbers: Vector) -> Prediction:
    pairs = zip(truths.classes, numbers.tolist(), strict=True)
    return {name or "": number for name, number in pairs}


def _interval(chosen: Chosen, truths: Truths, _: object) -> Found:
    part = chosen.single
    alpha = float(part.parameters.get("alpha", 0.0)) if part else 0.0
    low, high = truths.sample.quantile(alpha / 2), truths.sample.quantile(1 - alpha / 2)
    columns = {"lower": np.float64(low), "upper": np.float64(high)}
    return {"lower": low, "upper": high}, columns  # type: ignore[return-value]


def _quantiles(_: Chosen, truths: Truths, __: object) -> Found:
    if truths.levels is None:
        return None
    best = np.array([truths.sample.quantile(level) for level in truths.levels.tolist()])
    named = {f"{level:g}": q for level, q in zip(truths.levels, best.tolist(), strict=True)}
    return named, {"quantiles": best, "levels": truths.levels}


def _numeric(role: str) -> Callable[[Chosen, Truths, object], Found]:
    def find(chosen: Chosen, truths: Truths, _: object) -> Found:
        legal = chosen.domain().get(role, (REAL, ""))[0]
        grid = _grid(role, truths, legal)
        smaller, small = (
            replace(truths, sample=_thinned(truths.sample, most)) for most in (_THINNER, _THIN)
        )

        def over(sample: Truths) -> Callable[[float], float]:
            return lambda c: _value(chosen, sample, {role: np.float64(c)})  # type: ignore[dict-item]

        rough = over(small)
        order = np.argsort(_along(chosen, smaller, role, grid), kind="stable")
        at = min(order[:_FINALISTS].tolist(), key=lambda place: rough(float(grid[place])))
        low, high = float(grid[max(at - 1, 0)]), float(grid[min(at + 1, len(grid) - 1)])
        best = _minimum(rough, low, high, _ROUGH_STEPS)
        if small.sample is not truths.sample:
            reach = (high - low) * _REACH
            best = _minimum(
                over(truths), max(low, best - reach), min(high, best + reach), _FINE_STEPS
            )
        exact = over(truths)
        return _number(role, min((float(grid[at]), best), key=exact))

    return find


_THINNER, _THIN = 256, 4096
_TURNS = 4
_FINALISTS = 16
"""Of the points of the grid, so many best ones are judged on more of the sample."""
_ROUGH_STEPS = 60
_FINE_STEPS = 24
_REACH = 0.05


def _grid(role: str, truths: Truths, legal: Interval) -> Vector:
    """Return where a minimum is looked for: quantiles of y, or the range of the role."""
    if role == "prob":
        logits = np.linspace(-16, 16, 129)
        return np.array([0.0, *(1 / (1 + np.exp(-logits))), 1.0])
    if role == "score":
        scores = np.linspace(-16, 16, 129)
        return scores[legal.holds(scores)]
    sample = truths.sample
    quantiles = [sample.quantile(q) for q in np.linspace(0, 1, 129).tolist()]
    spread = np.linspace(sample.values[0], sample.values[-1], 385).tolist()
    grid = np.array(sorted({*quantiles, *spread, truths.mean}))
    return grid[legal.holds(grid)] if legal.holds(grid).any() else grid


def _thinned(sample: Sample, most: int) -> Sample:
    """Return at most so many numbers that stand for all, each for a stretch of the mass."""
    if len(sample.values) <= most:
        return sample
    edges = np.linspace(0, len(sample.values), most + 1).astype(np.intp)
    mass = np.add.reduceat(sample.mass, edges[:-1])
    middle = (edges[:-1] + edges[1:]) // 2
    return Sample(sample.values[middle], mass, sample.exact)


def _minimum(function: Callable[[float], float], low: float, high: float, steps: int) -> float:
    """Return where a function is least between two points, by golden section (Kiefer, 1953)."""
    golden = (math.sqrt(5) - 1) / 2
    a, b = high - golden * (high - low), low + golden * (high - low)
    at_a, at_b = function(a), function(b)
    for _ in range(steps):
        if at_a <= at_b:
            high, b, at_b = b, a, at_a
            a = high - golden * (high - low)
            at_a = function(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + golden * (high - low)
            at_b = function(b)
    best = min((at_a, a), (at_b, b), (function(low), low), (function(high), high))
    return best[1]


_FINDERS: Mapping[str, Callable[[Chosen, Truths, object], Found]] = {
    "mean": _mean,
    "mean and variance": _moments,
    "tail": _tail,
    "median": _median,
    "quantile": _quantile,
    "midrange": _midrange,
    "probability": _frequency,
    "probabilities": _frequencies,
    "majority": _majority,
}
"""How the property that a loss elicits is found, by its name."""

_BY_ROLES: Mapping[frozenset[str], Callable[[Chosen, Truths, object], Found]] = {
    frozenset({"y", "pred"}): _numeric("pred"),
    frozenset({"y", "prob"}): _numeric("prob"),
    frozenset({"y", "score"}): _numeric("score"),
    frozenset({"y", "probs"}): _probs,
    frozenset({"y", "probs", "cost_matrix"}): _decision,
    frozenset({"y", "label", "cost_matrix"}): _decision,
    frozenset({"y", "scores"}): _margins,
    frozenset({"y", "mean", "std"}): _spread,
    frozenset({"y", "lower", "upper"}): _interval,
    frozenset({"y", "quantiles", "levels"}): _quantiles,
}
"""How it is found where it has no name, by the roles of the loss."""
