"""The laws of losses, over whatever is registered: a new loss needs no edit here."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from loss_oracle import formula, rows, ulps
from loss_samples import Columns, K, cases, columns, count, frozen, rng, within

import losscli.losses  # noqa: F401 - registers
from losscli.losses.arguments import Columns as Arguments
from losscli.losses.domain import PerRow
from losscli.losses.spec import AKA, LOSSES, Loss
from losscli.roles import SHARED, TASKS

EVERY = pytest.mark.parametrize(
    "loss", LOSSES.values(), ids=[f"{name}-{task}" for name, task in LOSSES]
)
MOST_ULPS = 16
ROUNDED = 1e-15
"""How far a loss may be from its floor where the perfect prediction is no double."""


def terms(loss: Loss, found: Columns, parameters: Mapping[str, Any]) -> tuple[np.ndarray, ...]:
    with np.errstate(all="ignore"):
        known = Arguments(found)
        made = loss.function(*(known[name] for name in loss.arguments), **parameters)
    return made if isinstance(made, tuple) else (made,)


def ideal(loss: Loss, found: Columns, parameters: Mapping[str, Any]) -> Columns:
    """Return the perfect prediction that the loss states, where that is not the truth."""
    if not loss.ideal:
        return {}
    role = next(role for role in loss.roles if role != "y")
    best = formula(loss.ideal)
    made = [
        [best(row | {"k": k}) for k in range(K)] if found[role].ndim > 1 else best(row)
        for row in rows(found, parameters)
    ]
    return {role: np.array(made, dtype=float)}


PAIRS = {"v": "z", "p": "pi"}
"""Predictions and what they are of, where that is not y."""


def perfect(found: Columns) -> Columns:
    """Return the same rows, predicted without an error."""
    y, n = found.get("y", np.zeros(count(found))), count(found)
    sure = y
    if y.ndim == 1:
        sure = np.zeros((n, K))
    if y.ndim == 1 and ("probs" in found or "scores" in found):
        sure[np.arange(n), y] = 1
    best = {"pred": y, "prob": y, "label": y, "score": 2 * y, "probs": sure, "scores": 2 * sure}
    best |= {"mean": y, "members": np.repeat(y[:, None], K, axis=1), "score2": -1e9 * y}
    best |= {"logprob": 0 * y, "r_w": y + 1e9, "r_l": y - 1e9}
    best |= {new: found[old] for new, old in PAIRS.items() if old in found}
    if "quantiles" in found:
        best["quantiles"] = np.repeat(y[:, None], found["quantiles"].shape[1], axis=1)
    if "lower" in found:
        half = np.abs(y) / 2
        best |= {"lower": y - half, "upper": y + half}
    return {role: best.get(role, column) for role, column in found.items()}


def without_y(found: Columns) -> Columns:
    """Return the predictions of what is not y, moved to it."""
    moved = {new: (found[new] + found[old]) / 2 for new, old in PAIRS.items() if new in found}
    if "logprob" in found:
        moved["logprob"] = found["logprob"] / 2
    if "r_w" in found:
        moved["r_w"] = found["r_w"] + 100
    return moved


def nearer(found: Columns, best: Columns) -> Columns:
    """Return the same rows, with every prediction moved halfway to the truth.

    An interval is stretched until it covers the truth; `best` are perfect predictions that are
    not the truth.
    """
    y, moved = found.get("y", np.zeros(count(found))), found | without_y(found)
    if best:
        return frozen(moved | {role: found[role] / 2 + best[role] / 2 for role in best})
    goal = {"probs": np.eye(K)[y]} if "probs" in found and y.ndim == 1 else {}
    for role in ("pred", "prob", "probs", "quantiles", "mean", "members"):
        if role in found:
            like = y if found[role].ndim == y.ndim else y[:, None]
            moved[role] = found[role] / 2 + goal.get(role, like) / 2
    if "lower" in found:
        moved["lower"] = np.minimum(found["lower"], y)
        moved["upper"] = np.maximum(found["upper"], y)
    if "score" in found:
        moved["score"] = found["score"] + y / 2
    if "scores" in found:
        moved["scores"] = found["scores"] + np.eye(K)[y] / 2
    if "label" in found:
        moved["label"] = y
    return frozen(moved)


@EVERY
def test_the_body_is_within_16_ulp_of_the_formula(loss: Loss) -> None:
    for parameters in cases(loss):
        found = columns(loss, parameters)
        made = terms(loss, found, parameters)
        assert len(made) == len(loss.formula)
        exact = rows(found, parameters)
        for text, term in zip(loss.formula, made, strict=True):
            assert term.dtype == np.float64
            assert term.shape == (count(found),)
            wanted = formula(text)
            for row, value in zip(exact, term.tolist(), strict=True):
                if loss.leaves_out and np.isnan(value):
                    continue
                # without a floor the terms of a loss may cancel
                off = ulps(value, wanted(row), least=0.0 if loss.floor else 1.0)
                assert off <= MOST_ULPS, (parameters, row, value, off)


@EVERY
def test_the_sample_is_worth_its_name(loss: Loss) -> None:
    for parameters in cases(loss):
        assert count(columns(loss, parameters)) >= 60


@EVERY
def test_a_row_does_not_see_other_rows(loss: Loss) -> None:
    for parameters in list(cases(loss))[:4]:
        found = columns(loss, parameters)
        n = count(found)
        whole = terms(loss, found, parameters)
        picks: list[Any] = [slice(start, 2 * start) for start in range(1, 41)]
        picks += [rng(loss).permutation(n)]
        for pick in picks:
            piece = {r: c if r in SHARED else c[pick] for r, c in found.items()}
            for all_rows, some in zip(whole, terms(loss, piece, parameters), strict=True):
                np.testing.assert_array_equal(all_rows[pick].view(np.int64), some.view(np.int64))


@EVERY
def test_perfect_is_the_floor(loss: Loss) -> None:
    if not loss.floor:
        return
    for parameters in cases(loss):
        drawn = columns(loss, parameters)
        best = frozen(perfect(drawn) | ideal(loss, drawn, parameters))
        found = within(best, loss.domain(**parameters))
        made = terms(loss, found, parameters)[0]
        if not loss.leaves_out:
            assert not np.isnan(made).any()
        for row, value in zip(rows(found, parameters), made.tolist(), strict=True):
            if not np.isnan(value):
                wanted = formula(loss.floor)(row)
                near = bool(loss.ideal) and abs(value - float(wanted)) <= ROUNDED
                assert near or ulps(value, wanted) <= MOST_ULPS, (parameters, row)


@EVERY
def test_no_row_is_outside_the_bounds(loss: Loss) -> None:
    for parameters in cases(loss):
        found = columns(loss, parameters, reach=30)
        made = terms(loss, found, parameters)[0]
        judged = ~np.isnan(made)
        assert judged.all() or loss.leaves_out, (
            parameters,
            {k: v[~judged] for k, v in found.items()},
        )
        most = loss.bound
        if isinstance(most, str):
            most = float(formula(most)(rows(found, parameters)[0]))
        assert (made[judged] <= most * (1 + 1e-15)).all()
        assert loss.signed or not loss.floor or (made[judged] >= -ROUNDED).all()


@EVERY
def test_halfway_to_the_truth_is_never_dearer(loss: Loss) -> None:
    if loss.signed or loss.name == "fz0":  # which no single prediction is nearer to
        return
    gained = False
    for parameters in cases(loss):
        found = columns(loss, parameters)
        before = terms(loss, found, parameters)[0]
        best = ideal(loss, found, parameters)
        after = terms(loss, nearer(found, best), parameters)[0]
        # what is below 0 may be so because of its size alone
        judged = before >= 0
        # several truths of a row sum to 1 but for rounding
        slack = np.abs(before[judged]) * 1e-13 + (ROUNDED if "y" in loss.several else 0.0)
        assert (after[judged] <= before[judged] + slack).all(), parameters
        gained |= bool((after[judged] < before[judged]).any())
    assert gained


@EVERY
def test_a_gross_error_is_never_cheap(loss: Loss) -> None:
    pred = [role for role in loss.roles if role in {"pred", "score"}]
    if not pred or loss.signed or loss.several:
        return
    sizes = np.logspace(0, 300, 301)
    for parameters in cases(loss):
        for y in (1.0, -1.0):
            for sign in (1.0, -1.0):
                legal = loss.domain(**parameters)
                fixed = {
                    role: np.full(301, float(role in legal and 0.0 not in legal[role]))
                    for role in loss.roles
                }
                found = frozen(fixed | {"y": np.full(301, y), pred[0]: sign * sizes})
                found = within(found, loss.domain(**parameters))
                made = terms(loss, found, parameters)[0]
                assert not np.isnan(made).any()
                # a margin is wrong on the other side, a distance where the pair belongs together
                distance = _is_distance(loss, parameters)
                farther = loss.task == "regression" or (y == sign) is distance
                assert not farther or (made[1:] >= made[:-1] * (1 - 1e-13)).all(), parameters


def _is_distance(loss: Loss, parameters: Mapping[str, Any]) -> bool:
    """Tell whether the best score of a pair that belongs together is the smaller one."""
    if not loss.ideal:
        return False
    best = formula(loss.ideal)
    ones, others = ({**parameters, "y": y} for y in (1, -1))
    return bool(best(ones) <= best(others))


def test_names_are_unique_and_plain() -> None:
    for name, task in [*LOSSES, *AKA]:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name), name
        assert task in TASKS
    assert not LOSSES.keys() & AKA.keys()
    assert all((name, task) in LOSSES for (_, task), name in AKA.items())


@EVERY
def test_every_loss_is_documented(loss: Loss) -> None:
    sentence, _, _ = loss.doc.partition("\n")
    assert re.match(r"[A-Z]", sentence)
    assert sentence.endswith(".")
    assert re.search(r"\([^)]*[A-Z][^)]* \d{4}\)", " ".join(loss.doc.split())), "no source"
    assert loss.formula
    sentences = [loss.differs, loss.use, loss.avoid, *(peer.differs for peer in loss.peers)]
    assert all(re.fullmatch(r"([A-Z1].*\.)?", sentence) for sentence in sentences)
    assert all(peer.differs for peer in loss.peers if peer.rows)


@EVERY
def test_every_parameter_checks_itself(loss: Loss) -> None:
    words = (p for p in loss.parameters if not isinstance(p.legal, PerRow))
    assert all(parameter.check("nonsense") for parameter in words)
    for parameters in cases(loss):
        assert not any(p.check(parameters[p.name]) for p in loss.parameters)
