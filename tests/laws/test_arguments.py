"""What the arguments of losses follow from: the same numbers from logits and from variances."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from loss_oracle import CONTEXT, formula, rows
from loss_samples import Columns, cases, columns, count, frozen, rng

import losscli.losses  # noqa: F401 - registers
from losscli.losses.arguments import WAYS, bases, obtainable
from losscli.losses.arguments import Columns as Arguments
from losscli.losses.spec import LOSSES, Loss
from losscli.roles import ROLES

Exact = Callable[[Any], Any]


def sigmoid(x: Any) -> Any:
    if isinstance(x, list):
        return [sigmoid(one) for one in x]
    return 1 / (1 + CONTEXT.exp(-x))


def softmax(x: list[Any]) -> list[Any]:
    total = sum(CONTEXT.exp(one) for one in x)
    return [CONTEXT.exp(one) / total for one in x]


OTHERS: Mapping[str, tuple[str, Exact]] = {
    "prob": ("logit", sigmoid),
    "probs": ("logits", softmax),
    "std": ("variance", CONTEXT.sqrt),
}
"""For a role another that does for it, and what the role is of that in exact numbers."""
ABLE = [(loss, role) for loss in LOSSES.values() for role in OTHERS.keys() & set(loss.roles)]


def terms(loss: Loss, found: Columns, parameters: Mapping[str, Any]) -> tuple[np.ndarray, ...]:
    known = Arguments(found)
    with np.errstate(all="ignore"):
        made = loss.function(*(known[name] for name in loss.arguments), **parameters)
    return made if isinstance(made, tuple) else (made,)


@pytest.mark.parametrize(
    ("loss", "role"), ABLE, ids=[f"{loss.name}-{loss.task}-{role}" for loss, role in ABLE]
)
@pytest.mark.parametrize("reach", [1.0, 30.0, 200.0])
def test_the_numbers_are_those_of_the_formula(loss: Loss, role: str, reach: float) -> None:
    other, exact = OTHERS[role]
    draw = rng(loss)
    # sums of probabilities are as good as these; decisions are, too, at thresholds below 1
    rounded = 1e-15 if "probs" in loss.arguments else 1e-300
    for parameters in list(cases(loss))[: 1 if loss.bound == 1 else 6]:
        found = dict(columns(loss, parameters, reach=1))
        shape = found.pop(role).shape
        drawn = draw.uniform(-reach, reach, shape)
        found[other] = np.exp(drawn / 20) if other == "variance" else drawn
        found = frozen(found)
        made = terms(loss, found, parameters)
        for k, text in enumerate(loss.formula):
            wanted = formula(text)
            for at, row in enumerate(rows(found, parameters)):
                value = float(made[k][at])
                best = wanted(row | {role: exact(row[other])})
                far = abs(CONTEXT.mpf(value) - best)
                near = CONTEXT.mpf(2e-13) * (abs(best) + (0 if loss.floor else 1))
                assert far <= near + rounded, (parameters, row, value, float(best))


def test_a_class_that_is_far_behind_still_has_its_logarithm() -> None:
    known = Arguments(
        {"y": np.array([1, 0]), "logits": np.array([[0.0, -1000.0], [800.0, -800.0]])}
    )
    assert known["class_surprise"].tolist() == [1000.0, 0.0]
    assert known["log_probs"][0].tolist() == [0.0, -1000.0]
    assert known["probs"][0].tolist() == [1.0, 0.0]
    binary = Arguments({"y": np.array([1.0, 0.0]), "logit": np.array([-1000.0, 1000.0])})
    assert binary["surprise"].tolist() == [1000.0, 1000.0]
    assert binary["not_prob"].tolist() == [1.0, 0.0]


def test_a_variance_near_1_keeps_the_digits_of_its_logarithm() -> None:
    variance = np.array([1 + 1e-10, 1 - 1e-12])
    wanted = [float(CONTEXT.ln(CONTEXT.mpf(v)) / 2) for v in variance.tolist()]
    assert Arguments({"variance": variance})["log_std"].tolist() == pytest.approx(wanted, rel=1e-15)


def test_everything_that_follows_leads_back_to_the_vocabulary() -> None:
    for argument, ways in WAYS.items():
        assert ways[0].needs
        if not any(way.optional for way in ways):
            assert set(bases(argument)) <= {*ROLES, "y", "naive_rmse"}, argument
    assert obtainable("std", ["variance"])
    assert not obtainable("variance", ["std"])
    assert not obtainable("probs", ["scores"])


def test_what_follows_is_computed_once_and_cannot_be_changed() -> None:
    known = Arguments({"y": np.zeros(2), "prob": np.array([0.25, 0.5])})
    assert known["log_prob"] is known["log_prob"]
    assert not known["log_prob"].flags.writeable
    with pytest.raises(KeyError):
        known["probs"]
    assert count(dict(known)) == 2
