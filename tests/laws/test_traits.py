"""What a loss is like, found by trying: beside textbooks, and beside its exact formula."""

import re
from typing import Any

import numpy as np
import pytest
from loss_oracle import CONTEXT, formula, rows
from loss_samples import cases, rng

import losscli.losses  # noqa: F401 - registers
from losscli.losses.facts import typical
from losscli.losses.language import parse, resolve
from losscli.losses.spec import LOSSES, Loss
from losscli.losses.traits import Traits, traits

EVERY = pytest.mark.parametrize(
    "loss", LOSSES.values(), ids=[f"{name}-{task}" for name, task in LOSSES]
)
_ALONE = [{"y", role} for role in ("pred", "prob", "probs", "score", "scores")]
"""Losses of one truth and one role, which are tried beside their exact formula, too."""
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


# By hand: a norm, a maximum and a linear function are convex; a jump, an angle and the logarithm of
# a spread are not. Bounded: a slope or a cost that has a bound. Proper: Bröcker & Smith (2007) on
# the logarithm, Gneiting & Raftery (2007) on quantiles and the CRPS, Ferro (2014) on ensembles,
# Fissler & Ziegel (2016) on tails
OTHERS: dict[str, dict[str, tuple[str, bool | None, bool | None]]] = {
    "regression": {
        "rmse": ("", True, False),
        "rmsle": ("", False, False),
        "rmsse": ("", True, False),
        "nrmse": ("", True, False),
        "wape": ("", True, True),
        "mase": ("", True, True),
        "medae": ("", False, True),
        "max_error": ("", True, False),
        "mbe": ("", None, None),
        "fz0": ("strictly", False, False),
    },
    "distribution": {
        "gaussian_nll": ("strictly", False, False),
        "crps": ("strictly", True, True),
        "crps_ensemble": ("no", False, True),
        "crps_ensemble(fair=True)": ("strictly", False, True),
        "wis": ("strictly", True, True),
    },
    "interval": {
        "interval_score": ("strictly", True, True),
        "coverage_error": ("no", False, True),
    },
    "binary": {
        "log_loss": ("strictly", True, False),
        "log_loss(eps=0.01)": ("yes", False, True),
        "brier": ("strictly", True, True),
        "gce": ("no", True, True),
        "dice": ("no", False, True),
        "focal_tversky": ("no", False, True),
    },
    "multiclass": {
        "cross_entropy": ("strictly", True, False),
        "rps": ("strictly", True, True),
        "cost": ("yes", False, True),
    },
    "labels": {"zero_one": ("", None, True), "cost": ("", None, True)},
    "vectors": {"cosine": ("", False, True), "giou": ("", False, True)},
    "multilabel": {
        "log_loss": ("strictly", True, False),
        "hamming": ("", None, True),
        "multi_label_margin": ("", True, True),
    },
    "soft": {"kl": ("strictly", True, False), "cross_entropy": ("strictly", True, False)},
    "margin": {"margin_ranking": ("", True, True), "hinge_embedding": ("", True, True)},
    "text": {"token_nll": ("strictly", True, False), "perplexity": ("strictly", True, False)},
    "games": {"alphazero": ("strictly", True, False), "elo": ("strictly", True, True)},
}


@pytest.mark.parametrize(
    ("task", "text", "known"), [(k, t, v) for k, one in OTHERS.items() for t, v in one.items()]
)
def test_traits_of_other_predictions_are_known(
    task: str, text: str, known: tuple[str, bool | None, bool | None]
) -> None:
    made = found(text, task)
    assert (made.proper, made.convex, made.bounded_influence) == known


@EVERY
def test_every_trait_is_found_or_it_is_said_why_not(loss: Loss) -> None:
    made = traits(loss, typical(loss))
    absent = {"proper"} if not made.proper else set()
    absent |= {"convex"} if made.convex is None else set()
    absent |= {"influence"} if made.bounded_influence is None else set()
    assert absent == made.why.keys()
    assert all(re.fullmatch(r"[a-z][^.]{20,80}", reason) for reason in made.why.values())


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
        alone = set(loss.roles) in _ALONE and not loss.several
        if not alone or not traits(loss, parameters).convex:
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
