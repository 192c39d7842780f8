"""The best constant prediction is what a loss says that it elicits, found numerically."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from loss_samples import K, cases, frozen, rng

import losscli.losses  # noqa: F401 - registers
from losscli.losses.arguments import Columns as Arguments
from losscli.losses.spec import LOSSES, Loss

N = 301


def called(loss: Loss) -> str:
    return f"{loss.name}-{loss.task}"


def claim(loss: Loss) -> str:
    """Return the word of what a loss elicits; of several truths, or of two numbers, all of it."""
    if "y" in loss.several:
        return f"{loss.elicits} of several truths"
    return loss.elicits if " and " in loss.elicits else loss.elicits.split()[0]


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
    known = Arguments(frozen({"y": y, role: repeated}))
    with np.errstate(all="ignore"):
        made = loss.function(*(known[name] for name in loss.arguments), **parameters)
    terms = made if isinstance(made, tuple) else (made,)
    return loss.combine(**parameters).value(Known(terms))


@pytest.mark.parametrize(
    "loss",
    [x for x in NAMED if x.elicits.split()[0] in CLAIMS and x.elicits != "mean and variance"],
    ids=called,
)
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
            # where terms of y alone are nearly all of it, the rest is less than its last digits
            near = (value(loss, y, best * (1 + step), parameters) for step in (-1e-5, 1e-5))
            assert all(lowest <= other + abs(other) * 2.0**-50 for other in near)


def of_classes(loss: Loss) -> tuple[np.ndarray, np.ndarray]:
    share = np.array([0.1, 0.2, 0.4, 0.3])
    y = rng(loss).choice(K, size=N, p=share)
    return y, np.bincount(y, minlength=K) / N


@pytest.mark.parametrize(
    "loss",
    [x for x in NAMED if x.elicits == "probabilities" and x.task == "multiclass"],
    ids=called,
)
def test_the_shares_of_the_classes_are_best(loss: Loss) -> None:
    y, share = of_classes(loss)
    parameters = next(cases(loss))
    lowest = value(loss, y, share, parameters)
    for step in (1e-5, 1e-2, 0.3):
        for target in np.eye(K):
            mixed = (1 - step) * share + step * target
            assert lowest < value(loss, y, mixed, parameters)


@pytest.mark.parametrize(
    "loss", [x for x in NAMED if x.elicits == "majority" and "y" not in x.several], ids=called
)
def test_the_largest_class_is_best(loss: Loss) -> None:
    y, share = of_classes(loss)
    options: list[Any] = list(np.eye(K)) if loss.task == "multiclass" else list(range(K))
    if loss.task == "binary":
        y, options = (y == np.argmax(share)).astype(float), [0.0, 1.0]
        share = np.array([1 - y.mean(), y.mean()])
    losses = [value(loss, y, option, next(cases(loss))) for option in options]
    assert int(np.argmin(losses)) == int(np.argmax(share))
    np.testing.assert_allclose(losses, 1 - share, rtol=1e-15)


def of_columns(loss: Loss, found: Mapping[str, np.ndarray]) -> float:
    known = Arguments(frozen(found))
    with np.errstate(all="ignore"):
        made = loss.function(*(known[name] for name in loss.arguments), **next(cases(loss)))
    return math.fsum(made.tolist()) / N  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "loss", [x for x in NAMED if x.elicits == "majority" and "y" in x.several], ids=called
)
def test_the_majority_of_each_label_is_best(loss: Loss) -> None:
    y = (rng(loss).uniform(size=(N, K)) < np.linspace(0.1, 0.9, K)).astype(float)
    options = np.array(list(product((0.0, 1.0), repeat=K)))
    losses = [of_columns(loss, {"y": y, "label": np.tile(option, (N, 1))}) for option in options]
    assert options[int(np.argmin(losses))].tolist() == (y.mean(axis=0) > 0.5).tolist()


@pytest.mark.parametrize(
    "loss", [x for x in NAMED if x.elicits == "probabilities" and "y" in x.several], ids=called
)
def test_the_mean_of_several_truths_is_best(loss: Loss) -> None:
    y = rng(loss).dirichlet(np.ones(K), size=N)
    if loss.task == "multilabel":
        y = (y > 0.3).astype(float)
    (role,) = (role for role in loss.roles if role != "y")
    best = y.mean(axis=0)
    lowest = of_columns(loss, {"y": y, role: np.tile(best, (N, 1))})
    for step in (1e-5, 1e-2, 0.3):
        for target in np.eye(K):
            mixed = (1 - step) * best + step * target
            assert lowest < of_columns(loss, {"y": y, role: np.tile(mixed, (N, 1))})


@pytest.mark.parametrize("loss", [x for x in NAMED if x.elicits == "mean and variance"], ids=called)
def test_the_mean_and_the_variance_are_best(loss: Loss) -> None:
    y = rng(loss).lognormal(size=N)
    at = np.array([y.mean(), y.std()])

    def cost(point: np.ndarray) -> float:
        return of_columns(loss, {"y": y, "mean": np.full(N, point[0]), "std": np.full(N, point[1])})

    for step in (1e-4, 1e-2, 0.3):
        for way in ([1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, 1]):
            assert cost(at) < cost(at + step * np.array(way))


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.3])
def test_the_quantile_and_the_mean_below_it_are_best_under_fz0(alpha: float) -> None:
    loss = LOSSES["fz0", "regression"]
    y = np.sort(rng(loss).standard_t(4, size=N)) - 1
    k = math.ceil(alpha * N)
    var = y[k - 1]
    es = (y[: k - 1].sum() + (alpha * N - (k - 1)) * var) / (alpha * N)

    def cost(var: float, es: float) -> float:
        with np.errstate(all="ignore"):
            made = loss.function(y, np.full(N, var), np.full(N, es), alpha=alpha)
        return float(np.mean(made))

    for step in (1e-3, 1e-2, 0.3):
        assert cost(var, es) < cost(var, es - step)
        assert cost(var, es) < cost(var, es + step) or es + step >= 0
        assert cost(var, es) <= cost(var - step, es)
        assert cost(var, es) <= cost(var + step, es)


def test_every_claim_is_checked() -> None:
    known = {*CLAIMS, "probabilities", "majority", "tail", "mean and variance"}
    several = {f"{word} of several truths" for word in ("probabilities", "majority")}
    assert {claim(loss) for loss in NAMED} <= known | several
