"""Agreement with the peers that a loss names, and with numbers known from outside."""

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from losscli.losses.arguments import Columns as Arguments
from losscli.losses.language import parse, resolve
from losscli.losses.spec import LOSSES, Loss

N, K = 500, 4
SKLEARN = [
    (loss, peer.name)
    for loss in LOSSES.values()
    for peer in loss.peers
    if peer.name.startswith("sklearn.metrics.")
]
VALUES = (0.0, 0.1, 0.9, 1.0, 1.2, 2.0, 2.5, 3.0)
"""What is tried for a parameter that the peer has under the same name."""


class Means:
    """Finished terms, by plain means: good to 1e-13 or so."""

    def __init__(self, terms: tuple[np.ndarray, ...]) -> None:
        self.terms = terms

    def mean(self, term: int) -> Any:
        return float(np.mean(self.terms[term]))

    def low(self, term: int) -> float:
        return float(self.terms[term].min())

    def high(self, term: int) -> float:
        return float(self.terms[term].max())

    def median(self) -> float:
        return float(np.median(self.terms[0]))


def columns(loss: Loss) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(7)
    y = draw.lognormal(size=N)
    found: dict[str, np.ndarray] = {"y": y, "pred": y * draw.lognormal(sigma=0.3, size=N)}
    if loss.task == "binary":
        found = {"y": draw.integers(2, size=N).astype(float), "prob": draw.uniform(size=N)}
    elif loss.task == "multilabel":
        found = {"y": draw.integers(2, size=(N, K)).astype(float)}
        found["label"] = draw.integers(2, size=(N, K)).astype(float)
    elif loss.task in {"multiclass", "labels"} or "scores" in loss.roles:
        found = {"y": draw.integers(K, size=N), "label": draw.integers(K, size=N)}
        found |= {"probs": draw.dirichlet(np.ones(K), N), "scores": draw.normal(size=(N, K))}
    elif loss.task == "margin":
        found = {"y": draw.choice([-1.0, 1.0], N), "score": draw.normal(size=N)}
    return {role: found[role] for role in loss.roles}


def ours(loss: Loss, found: Mapping[str, np.ndarray], parameters: Mapping[str, Any]) -> float:
    values = {p.name: p.default for p in loss.parameters} | dict(parameters)
    known = Arguments(found)
    made = loss.function(*(known[name] for name in loss.arguments), **values)
    terms = made if isinstance(made, tuple) else (made,)
    if loss.combine(**values).name in {"mean", "square root of the mean"}:
        mean = float(np.mean(terms[0]))
        return mean if loss.combine(**values).name == "mean" else float(np.sqrt(mean))
    return loss.combine(**values).value(Means(terms))


def theirs(
    peer: Callable[..., float], found: Mapping[str, np.ndarray], parameters: Mapping[str, Any]
) -> float:
    y, *predicted = found.values()
    options = dict(parameters)
    if found.keys() & {"probs", "scores"} and "labels" in inspect.signature(peer).parameters:
        options["labels"] = np.arange(K)
    if peer.__name__ == "zero_one_loss" and "prob" in found:
        predicted = [found["prob"] >= options.pop("threshold", 0.5)]
    if peer.__name__ == "top_k_accuracy_score":
        return 1 - float(peer(y, *predicted, **(options | {"k": int(options["k"])})))
    return float(peer(y, *predicted, **options))


@pytest.mark.parametrize(
    ("loss", "peer"), SKLEARN, ids=[f"{loss.name}-{loss.task}" for loss, _ in SKLEARN]
)
def test_scikit_learn_agrees(loss: Loss, peer: str) -> None:
    module, _, name = peer.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    shared = [p for p in loss.parameters if p.name in inspect.signature(function).parameters]
    tried: list[dict[str, Any]] = [{p.name: p.default for p in shared}]
    tried += [{p.name: value} for p in shared for value in VALUES if not p.check(value)]
    found = columns(loss)
    for parameters in tried:
        wanted = theirs(function, found, parameters)
        assert ours(loss, found, parameters) == pytest.approx(wanted, rel=1e-12), parameters


def test_the_peers_that_matter_are_named() -> None:
    named = {peer.rpartition(".")[2] for _, peer in SKLEARN}
    assert named >= {
        "mean_squared_error",
        "mean_absolute_error",
        "mean_pinball_loss",
        "log_loss",
        "brier_score_loss",
        "hinge_loss",
        "zero_one_loss",
        "mean_tweedie_deviance",
    }


def chosen(text: str, task: str) -> Callable[[Mapping[str, np.ndarray]], np.ndarray]:
    (one,) = resolve(parse([text]), task)
    return lambda found: one.terms(found)[0]


LOGNORMAL = np.exp(norm.ppf((np.arange(400_000) + 0.5) / 400_000))
"""The standard lognormal population, by its quantiles."""


@pytest.mark.parametrize(
    ("text", "best"),
    [("mse", 1.6487), ("mae", 1.0), ("mape", 0.3679), ("msle", 1.2391), ("huber", 1.1500)],
)
def test_the_best_constant_of_lognormal_values(text: str, best: float) -> None:
    loss = chosen(text, "regression")

    def mean(constant: float) -> float:
        pred = np.full_like(LOGNORMAL, constant)
        return float(np.mean(loss({"y": LOGNORMAL, "pred": pred})))

    found = minimize_scalar(mean, bounds=(0.05, 5), method="bounded", options={"xatol": 1e-7})
    assert found.x == pytest.approx(best, abs=2e-4)


@pytest.mark.parametrize(("rate", "best"), [(0.01, 0.1536), (0.3, 0.4215)])
def test_focal_prefers_other_probabilities_than_the_true_rate(rate: float, best: float) -> None:
    loss = chosen("focal(gamma=2)", "binary")

    def expected(prob: float) -> float:
        both = loss({"y": np.array([1.0, 0.0]), "prob": np.full(2, prob)})
        return float(rate * both[0] + (1 - rate) * both[1])

    found = minimize_scalar(expected, bounds=(1e-4, 0.9), method="bounded", options={"xatol": 1e-9})
    assert found.x == pytest.approx(best, abs=6e-5)


def test_a_hinge_of_one_class_counts_the_class_that_is_absent() -> None:
    loss = chosen("hinge", "margin")
    assert loss({"y": np.ones(2), "score": np.full(2, 2.0)}).tolist() == [0.0, 0.0]


def test_focal_without_focus_is_log_loss() -> None:
    found = {"y": np.array([1.0, 0.0, 1.0]), "prob": np.array([0.2, 0.7, 0.9])}
    assert chosen("focal(gamma=0)", "binary")(found).tolist() == pytest.approx(
        [-np.log(0.2), -np.log(0.3), -np.log(0.9)], rel=1e-15
    )
    weighted = chosen("focal(gamma=0, alpha=0.25)", "binary")(found).tolist()
    assert weighted == pytest.approx(
        [-0.25 * np.log(0.2), -0.75 * np.log(0.3), -0.25 * np.log(0.9)], rel=1e-15
    )
