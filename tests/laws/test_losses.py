"""The laws of losses, over whatever is registered: a new loss needs no edit here."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from loss_oracle import formula, rows, ulps
from loss_samples import Columns, K, cases, columns, frozen, rng, within

import losscli.losses  # noqa: F401 - registers
from losscli.losses.domain import REAL
from losscli.losses.spec import AKA, LOSSES, TASK_OF_ROLE, Loss

EVERY = pytest.mark.parametrize(
    "loss", LOSSES.values(), ids=[f"{name}-{task}" for name, task in LOSSES]
)
MOST_ULPS = 16
ROUNDED = 1e-15
"""How far a loss may be above its floor where the perfect prediction is no double."""


def terms(loss: Loss, found: Columns, parameters: Mapping[str, Any]) -> tuple[np.ndarray, ...]:
    with np.errstate(all="ignore"):
        made = loss.function(*(found[role] for role in loss.roles), **parameters)
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


def perfect(found: Columns) -> Columns:
    """Return the same rows, predicted without an error."""
    y, n = found["y"], len(found["y"])
    sure = np.zeros((n, K))
    if "probs" in found or "scores" in found:
        sure[np.arange(n), y] = 1
    best = {"pred": y, "prob": y, "label": y, "score": 2 * y, "probs": sure, "scores": 2 * sure}
    if "quantiles" in found:
        best["quantiles"] = np.repeat(y[:, None], found["quantiles"].shape[1], axis=1)
    if "lower" in found:
        half = np.abs(y) / 2
        best |= {"lower": y - half, "upper": y + half}
    return {role: best.get(role, column) for role, column in found.items()}


def nearer(found: Columns, best: Columns) -> Columns:
    """Return the same rows, with every prediction moved halfway to the truth.

    An interval is stretched until it covers the truth; `best` are perfect predictions that are
    not the truth.
    """
    y, moved = found["y"], dict(found)
    if best:
        return frozen(moved | {role: found[role] / 2 + best[role] / 2 for role in best})
    goal = {"probs": np.eye(K)[y]} if "probs" in found else {}
    for role in ("pred", "prob", "probs", "quantiles"):
        if role in found:
            like = y if found[role].ndim == 1 else y[:, None]
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
            assert term.shape == found["y"].shape
            wanted = formula(text)
            for row, value in zip(exact, term.tolist(), strict=True):
                if loss.leaves_out and np.isnan(value):
                    continue
                off = ulps(value, wanted(row))
                assert off <= MOST_ULPS, (parameters, row, value, off)


@EVERY
def test_the_sample_is_worth_its_name(loss: Loss) -> None:
    for parameters in cases(loss):
        assert len(columns(loss, parameters)["y"]) >= 60


@EVERY
def test_a_row_does_not_see_other_rows(loss: Loss) -> None:
    for parameters in list(cases(loss))[:4]:
        found = columns(loss, parameters)
        n = len(found["y"])
        whole = terms(loss, found, parameters)
        picks: list[Any] = [slice(start, 2 * start) for start in range(1, 41)]
        picks += [rng(loss).permutation(n)]
        for pick in picks:
            piece = {r: c if r == "levels" else c[pick] for r, c in found.items()}
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
        assert loss.signed or not loss.floor or (made[judged] >= 0).all()


@EVERY
def test_halfway_to_the_truth_is_never_dearer(loss: Loss) -> None:
    if loss.signed:
        return
    gained = False
    for parameters in cases(loss):
        found = columns(loss, parameters)
        before = terms(loss, found, parameters)[0]
        best = ideal(loss, found, parameters)
        after = terms(loss, nearer(found, best), parameters)[0]
        judged = ~np.isnan(before)
        slack = np.abs(before[judged]) * 1e-13
        assert (after[judged] <= before[judged] + slack).all(), parameters
        gained |= bool((after[judged] < before[judged]).any())
    assert gained


@EVERY
def test_a_gross_error_is_never_cheap(loss: Loss) -> None:
    pred = [role for role in loss.roles if role in {"pred", "score"}]
    if not pred or loss.signed:
        return
    sizes = np.logspace(0, 300, 301)
    for parameters in cases(loss):
        for y in (1.0, -1.0):
            for sign in (1.0, -1.0):
                found = frozen({"y": np.full(301, y), pred[0]: sign * sizes})
                found = within(found, loss.domain(**parameters))
                made = terms(loss, found, parameters)[0]
                assert not np.isnan(made).any()
                # a margin is wrong on the other side, a distance where the pair belongs together
                distance = loss.domain(**parameters).get(pred[0], REAL).low == 0
                farther = loss.task == "regression" or (y == sign) is distance
                assert not farther or (made[1:] >= made[:-1] * (1 - 1e-13)).all(), parameters


def test_names_are_unique_and_plain() -> None:
    for name, task in [*LOSSES, *AKA]:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name), name
        assert task in TASK_OF_ROLE.values()
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
    assert all(parameter.check("nonsense") for parameter in loss.parameters)
    for parameters in cases(loss):
        assert not any(p.check(parameters[p.name]) for p in loss.parameters)
