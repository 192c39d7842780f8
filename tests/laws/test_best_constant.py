"""The best constant prediction is what a loss says that it elicits, found numerically."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from loss_samples import K, cases, frozen, rng

import losscli.losses  # noqa: F401 - registers
from losscli.losses.spec import LOSSES, Loss

N = 301
NAMED = [loss for loss in LOSSES.values() if loss.elicits not in {"", "-"}]


@dataclass(frozen=True)
class Known:
    """Finished terms, by plain means that math.fsum rounds once."""

    terms: tuple[np.ndarray, ...]

    def mean(self, term: int) -> Fraction:
        return Fraction(math.fsum(self.terms[term])) / N

    def low(self, term: int) -> float:
        return float(self.terms[term].min())

    def high(self, term: int) -> float:
        return float(self.terms[term].max())

    def median(self) -> float:
        return float(np.median(self.terms[0]))


def expectile(y: np.ndarray, alpha: float) -> float:
    low, high = y.min(), y.max()
    for _ in range(200):
        middle = (low + high) / 2
        pull = alpha * (y - middle).clip(0).sum() - (1 - alpha) * (middle - y).clip(0).sum()
        low, high = (middle, high) if pull > 0 else (low, middle)
    return float(low)


CLAIMS: dict[str, Callable[[np.ndarray, float], float]] = {
    "mean": lambda y, _: float(y.mean()),
    "median": lambda y, _: float(np.median(y)),
    "midrange": lambda y, _: float(y.min() + y.max()) / 2,
    "quantile": lambda y, alpha: float(np.quantile(y, alpha, method="inverted_cdf")),
    "expectile": expectile,
    "probability": lambda y, _: float(y.mean()),
}


def value(loss: Loss, y: np.ndarray, prediction: Any, parameters: Mapping[str, Any]) -> float:
    role = next(role for role in loss.roles if role != "y")
    repeated = np.repeat(np.asarray([prediction]), N, axis=0)
    found = frozen({"y": y, role: repeated})
    with np.errstate(all="ignore"):
        made = loss.function(found["y"], found[role], **parameters)
    terms = made if isinstance(made, tuple) else (made,)
    return loss.combine(**parameters).value(Known(terms))


@pytest.mark.parametrize("loss", [x for x in NAMED if x.elicits.split()[0] in CLAIMS], ids=str)
def test_a_number_is_best_where_the_loss_says(loss: Loss) -> None:
    draw = rng(loss)
    y = draw.lognormal(size=N)
    steps = [-0.3, -0.01, 0.01, 0.3]
    if loss.task == "binary":
        y = (draw.uniform(size=N) < 0.3).astype(float)
        steps = [-0.1, -0.01, 0.01, 0.1]
    wanted, _, parameter = loss.elicits.partition(" ")
    # Clipping and thresholds give up what a loss of probabilities elicits by default.
    for parameters in list(cases(loss))[: None if loss.task == "regression" else 1]:
        best = CLAIMS[wanted](y, parameters.get(parameter, math.nan))
        best = math.log(best) if parameters.get("log_input") else best
        lowest = value(loss, y, best, parameters)
        for step in steps:
            assert lowest < value(loss, y, best + step * min(best, 1), parameters), parameters
        if wanted not in {"median", "quantile", "midrange"}:
            assert all(
                lowest <= value(loss, y, best * (1 + step), parameters) for step in (-1e-5, 1e-5)
            )


def of_classes(loss: Loss) -> tuple[np.ndarray, np.ndarray]:
    share = np.array([0.1, 0.2, 0.4, 0.3])
    y = rng(loss).choice(K, size=N, p=share)
    return y, np.bincount(y, minlength=K) / N


@pytest.mark.parametrize("loss", [x for x in NAMED if x.elicits == "probabilities"], ids=str)
def test_the_shares_of_the_classes_are_best(loss: Loss) -> None:
    y, share = of_classes(loss)
    parameters = next(cases(loss))
    lowest = value(loss, y, share, parameters)
    for step in (1e-5, 1e-2, 0.3):
        for target in np.eye(K):
            mixed = (1 - step) * share + step * target
            assert lowest < value(loss, y, mixed, parameters)


@pytest.mark.parametrize("loss", [x for x in NAMED if x.elicits == "majority"], ids=str)
def test_the_largest_class_is_best(loss: Loss) -> None:
    y, share = of_classes(loss)
    options: list[Any] = list(np.eye(K)) if loss.task == "multiclass" else list(range(K))
    if loss.task == "binary":
        y, options = (y == np.argmax(share)).astype(float), [0.0, 1.0]
        share = np.array([1 - y.mean(), y.mean()])
    losses = [value(loss, y, option, next(cases(loss))) for option in options]
    assert int(np.argmin(losses)) == int(np.argmax(share))
    np.testing.assert_allclose(losses, 1 - share, rtol=1e-15)


def test_every_claim_is_checked() -> None:
    known = {*CLAIMS, "probabilities", "majority"}
    assert {loss.elicits.split()[0] for loss in NAMED} <= known
