"""What a loss is like, found by trying: beside textbooks, and beside its exact formula."""

from typing import Any

import numpy as np
import pytest
from loss_oracle import CONTEXT, formula, rows
from loss_samples import cases, rng

import losscli.losses  # noqa: F401 - registers
from losscli.losses.language import parse, resolve
from losscli.losses.spec import LOSSES, Loss
from losscli.losses.traits import Traits, traits

EVERY = pytest.mark.parametrize(
    "loss", LOSSES.values(), ids=[f"{name}-{task}" for name, task in LOSSES]
)
EXACT = CONTEXT.mpf("1e-40")

# Gneiting & Raftery (2007); Lin et al. (2017) and Charoenphakdee et al. (2021) on focal
PROPER = {
    "binary": {
        "log_loss": "strictly",
        "brier": "strictly",
        "spherical": "strictly",
        "zero_one": "yes",
        "zero_one(threshold=0.25)": "no",
        "cost(fp=1, fn=3)": "yes",
        "cost(fp=1, fn=3, threshold=0.25)": "yes",
        "cost(fp=1, fn=3, threshold=0.5)": "no",
        "focal": "no",
        "focal(gamma=0)": "strictly",
        "label_smoothing": "no",
        "gce": "no",
        "gce(q=1)": "no",
    },
    "multiclass": {
        "cross_entropy": "strictly",
        "brier": "strictly",
        "spherical": "strictly",
        "rps": "strictly",
        "zero_one": "yes",
        "top_k_error": "yes",
        "focal": "no",
        "label_smoothing": "no",
        "gce": "no",
    },
    "interval": {"interval_score": "strictly", "interval_score(alpha=0.5)": "strictly"},
    "distribution": {
        "wis": "strictly",
        "crps_quantile": "strictly",
        "gaussian_nll": "strictly",
        "log_score": "strictly",
        "dss": "strictly",
        "crps": "strictly",
    },
}
# Huber & Ronchetti (2009); Barron (2019); Boyd & Vandenberghe (2004), 6.1.2; Zhang (2004)
CONVEX_AND_BOUNDED = {
    "mse": (True, False),
    "mae": (True, True),
    "lp(q=1.5)": (True, False),
    "lp(q=1)": (True, True),
    "log_cosh": (True, True),
    "huber(delta=1000)": (True, True),
    "pseudo_huber": (True, True),
    "fair": (True, True),
    "pinball(alpha=0.9)": (True, True),
    "expectile(alpha=0.9)": (True, False),
    "epsilon_insensitive": (True, True),
    "squared_epsilon_insensitive": (True, False),
    "cauchy": (False, True),
    "geman_mcclure": (False, True),
    "welsch": (False, True),
    "tukey": (False, True),
    "barron(alpha=2)": (True, False),
    "barron(alpha=1.5)": (True, False),
    "barron(alpha=1)": (True, True),
    "barron(alpha=0.5)": (False, True),
    "within(x=1)": (False, True),
    "poisson": (True, False),
    "gamma": (False, False),
    "mape": (True, False),
    "smape": (False, True),
    "msle": (False, False),
}
OF_MARGINS = {
    "hinge": (True, True),
    "squared_hinge": (True, False),
    "modified_huber": (True, True),
    "perceptron": (True, True),
    "exponential": (True, False),
    "logistic": (True, True),
    "crammer_singer": (True, True),
    "weston_watkins": (True, True),
}


def found(text: str, task: str) -> Traits:
    (chosen,) = resolve(parse([text]), task)
    part = chosen.parts[0]
    return traits(part.loss, part.parameters)


@pytest.mark.parametrize(
    ("task", "text", "proper"), [(k, t, p) for k, one in PROPER.items() for t, p in one.items()]
)
def test_proper_is_what_the_literature_says(task: str, text: str, proper: str) -> None:
    assert found(text, task).proper == proper


@pytest.mark.parametrize(
    ("task", "text", "known"),
    [("regression", *item) for item in CONVEX_AND_BOUNDED.items()]
    + [("margin", *item) for item in OF_MARGINS.items()],
)
def test_shape_is_what_the_textbooks_say(task: str, text: str, known: tuple[bool, bool]) -> None:
    made = found(text, task)
    assert (made.convex, made.bounded_influence) == known


def test_what_makes_no_sense_is_not_said() -> None:
    assert found("mbe", "regression") == Traits("", None, None)
    assert found("medae", "regression") == Traits("", None, None)
    assert found("zero_one", "labels") == Traits("", None, None)
    assert found("coverage_error", "interval") == Traits("", None, None)


def predictions(loss: Loss, draw: np.random.Generator, n: int) -> tuple[Any, np.ndarray]:
    """Return truths and predictions of all sizes, for the second role of a loss."""
    role = loss.roles[1]
    sizes = draw.choice([-1.0, 1.0], n) * 10 ** draw.uniform(-3, 4, n)
    if role == "prob":
        return draw.integers(0, 2, n).astype(float), draw.uniform(size=n) ** 3
    if role == "probs":
        return draw.integers(0, 3, n), draw.dirichlet(np.full(3, 0.5), n)
    if role == "scores":
        return draw.integers(0, 3, n), draw.normal(size=(n, 3)) * 3
    if role == "score":
        return draw.choice([-1.0, 1.0], n), sizes
    return np.tile([0.0, 0.3, 1.0, 9.0], n // 4), sizes


@EVERY
def test_a_convex_formula_is_convex_exactly(loss: Loss) -> None:
    for parameters in list(cases(loss))[:3]:
        if not traits(loss, parameters).convex:
            continue
        draw, n, exact = rng(loss), 120, formula(loss.formula[0])
        y, one = predictions(loss, draw, n)
        other = predictions(loss, draw, n)[1][draw.permutation(n)]
        legal = loss.domain(**parameters)
        lots = (one, other, one / 2 + other / 2)
        ends, others, middle = (
            rows({"y": y, loss.roles[1]: values}, parameters) for values in lots
        )
        checked = 0
        for place in range(n):
            names = ends[place], others[place], middle[place]
            inside = all(
                np.all(legal[role].holds(np.array(value, dtype=float)))
                for name in names
                for role, value in name.items()
                if role in legal and not isinstance(value, int)
            ) and not (loss.leaves_out and names[0]["y"] == 0)
            if inside:
                a, b, m = map(exact, names)
                # the double in the middle is half a unit off the exact one
                slack = EXACT + CONTEXT.mpf("1e-12") * (abs(a) + abs(b) + 1)
                assert m <= (a + b) / 2 + slack, (parameters, names)
                checked += 1
        assert checked >= n // 8
