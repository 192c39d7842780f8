"""How the best constant of a loss is found: by what it elicits, or by its roles."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from losscli.losses.chosen import Chosen
from losscli.report.best_number import numeric
from losscli.report.of_classes import MOST_CLASSES, Mean, best_probs, best_scores
from losscli.report.records import Prediction
from losscli.report.search import moments, spread
from losscli.report.truths import Found, Truths, Vector, number_of


def _mean(chosen: Chosen, truths: Truths, _: object) -> Found:
    part = chosen.single
    if part and part.parameters.get("log_input"):
        return number_of("pred", math.log(truths.mean)) if truths.mean > 0 else None
    return number_of("pred", truths.mean)


def _median(_: Chosen, truths: Truths, __: object) -> Found:
    return number_of("pred", truths.sample.median())


def _quantile(_: Chosen, truths: Truths, level: object) -> Found:
    return number_of("pred", truths.sample.quantile(float(level)))  # type: ignore[arg-type]


def _midrange(_: Chosen, truths: Truths, __: object) -> Found:
    return number_of("pred", float(truths.sample.values[0] / 2 + truths.sample.values[-1] / 2))


def _tail(_: Chosen, truths: Truths, level: object) -> Found:
    """Return the quantile and the mean below it; None where the loss has no value for them."""
    alpha = float(level)  # type: ignore[arg-type]
    var = truths.sample.quantile(alpha)
    es = var + truths.sample.mean_of(lambda y: np.minimum(y - var, 0.0)) / alpha
    if not es <= var < 0:
        return None
    return {"var": var, "es": es}, {"var": np.float64(var), "es": np.float64(es)}  # type: ignore[dict-item]


def _frequency(_: Chosen, truths: Truths, __: object) -> Found:
    return number_of("prob", truths.sample.mean_of(lambda y: y))


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
        return number_of("prob", float(truths.sample.values[code] > 0))
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


FINDERS: Mapping[str, Callable[[Chosen, Truths, object], Found]] = {
    "mean": _mean,
    "mean and variance": moments,
    "tail": _tail,
    "median": _median,
    "quantile": _quantile,
    "midrange": _midrange,
    "probability": _frequency,
    "probabilities": _frequencies,
    "majority": _majority,
}
"""How the property that a loss elicits is found, by its name."""

BY_ROLES: Mapping[frozenset[str], Callable[[Chosen, Truths, object], Found]] = {
    frozenset({"y", "pred"}): numeric("pred"),
    frozenset({"y", "prob"}): numeric("prob"),
    frozenset({"y", "score"}): numeric("score"),
    frozenset({"y", "probs"}): _probs,
    frozenset({"y", "probs", "cost_matrix"}): _decision,
    frozenset({"y", "label", "cost_matrix"}): _decision,
    frozenset({"y", "scores"}): _margins,
    frozenset({"y", "mean", "std"}): spread,
    frozenset({"y", "lower", "upper"}): _interval,
    frozenset({"y", "quantiles", "levels"}): _quantiles,
}
"""How it is found where it has no name, by the roles of the loss."""
