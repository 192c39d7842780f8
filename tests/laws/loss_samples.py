"""Columns and parameters to try a loss on: drawn from its roles and legal ranges alone."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from losscli.losses.arguments import optional
from losscli.losses.domain import UNIT, Choice, Interval
from losscli.losses.parameter import Parameter
from losscli.losses.spec import Loss
from losscli.roles import SHARED

Columns = dict[str, np.ndarray]
K = 4
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
ROWS = 40
COSTS = np.array(
    [[0.0, 1.0, 2.5, 4.0], [3.0, 0.0, 1.5, 7.0], [2.0, 1.0, 0.0, 9.0], [0.5, 8.0, 6.0, 0.0]]
)


def rng(loss: Loss) -> np.random.Generator:
    return np.random.default_rng([ord(letter) for letter in loss.name + loss.task])


def values(parameter: Parameter, draw: np.random.Generator) -> list[Any]:
    """Return legal values: the default, ends, whole numbers and their neighbours, random ones."""
    legal = parameter.legal
    found: list[Any] = [] if parameter.required else [parameter.default]
    if legal is None:
        return [*found, not parameter.default] if isinstance(parameter.default, bool) else found
    if isinstance(legal, Choice):
        found += legal.words
        legal = legal.numbers
    if isinstance(legal, Interval):
        near = [whole + shift for whole in (0.0, 1.0, 2.0) for shift in (-1e-9, 0.0, 1e-9)]
        spread = [*10 ** draw.uniform(-6, 6, 3), *-(10 ** draw.uniform(-3, 3, 2)), -np.inf]
        unit = [legal.low, legal.high, 3.0, *draw.uniform(0, 1, 2), 1 + draw.uniform()]
        found += [float(value) for value in near + spread + unit if value in legal]
    return list(dict.fromkeys(found))


def cases(loss: Loss) -> Iterator[dict[str, Any]]:
    """Yield legal parameters: the defaults, every value of each, then all of them at random."""
    yield from (one for one in _cases(loss) if not loss.check(**one))


def _cases(loss: Loss) -> Iterator[dict[str, Any]]:
    draw = rng(loss)
    pools = {parameter.name: values(parameter, draw) for parameter in loss.parameters}
    plain = {name: pool[0] for name, pool in pools.items()}
    yield plain
    for name, pool in pools.items():
        yield from (plain | {name: value} for value in pool[1:])
    if len(pools) > 1:
        for _ in range(4):
            yield {name: pool[draw.integers(len(pool))] for name, pool in pools.items()}


def columns(loss: Loss, parameters: Mapping[str, Any], reach: int = 9) -> Columns:
    """Draw rows in the domain of the loss, sized from 10**-reach to 10**reach."""
    draw = rng(loss)
    numbers = [v for v in parameters.values() if isinstance(v, float) and np.isfinite(v)]
    codes = "scores" in loss.roles or loss.task in {"multiclass", "labels"}
    if "y" in loss.several:
        found = _several(draw, loss, reach)
    elif codes:
        found = _classes(draw)
    elif loss.task in {"binary", "margin"}:
        found = _binary(draw, numbers, reach)
        if loss.task == "margin":
            found["y"] = 2 * found["y"] - 1
    else:
        found = _numbers(draw, numbers, reach)
    domain = loss.domain(**parameters)
    n = count(found)
    roles = [*loss.roles, *(name for name in loss.arguments if optional(name))]
    for role in roles:
        if role not in found:
            shares = role in loss.several and domain.get(role) == UNIT
            found[role] = _shares(draw, n) if shares else _sizes(draw, n, reach)
    found = {role: found[role] for role in roles}
    if "es" in found:
        found["es"] = found["var"] * np.where(draw.uniform(size=n) < 0.2, 1, 1 + found["es"] ** 2)
    for role, column in found.items():
        if role in domain and role not in SHARED and column.dtype == float:
            found[role] = _folded(column, domain[role])
    return within(found, domain)


def within(found: Columns, domain: Mapping[str, Interval]) -> Columns:
    """Return the rows that lie in the domain."""
    inside = np.ones(count(found), dtype=bool)
    for role in found.keys() & domain.keys() - SHARED:
        if found[role].dtype == float:
            inside &= domain[role].holds(found[role]).reshape(len(inside), -1).all(axis=1)
    return frozen({r: c if r in SHARED else c[inside] for r, c in found.items()})


def count(found: Mapping[str, np.ndarray]) -> int:
    """Return the number of rows."""
    return next(len(column) for role, column in found.items() if role not in SHARED)


def frozen(found: Mapping[str, np.ndarray]) -> Columns:
    """Return contiguous, read-only copies, as the evaluator hands them to a loss."""
    copies = {role: np.array(column, order="C") for role, column in found.items()}
    for column in copies.values():
        column.setflags(write=False)
    return {role: copies[role] for role in found}


def _folded(column: np.ndarray, legal: Interval) -> np.ndarray:
    outside = ~legal.holds(column)
    if np.isfinite(legal.low):
        return np.where(outside, legal.low + np.abs(column), column)
    return np.where(outside & np.isfinite(legal.high), -np.abs(column), column)


def _sizes(draw: np.random.Generator, n: int, reach: float) -> np.ndarray:
    """Return numbers of both signs, even in the exponent."""
    return draw.choice([-1.0, 1.0], n) * 10 ** draw.uniform(-reach, reach, n)


def _pairs(draw: np.random.Generator, numbers: list[float], reach: int) -> Columns:
    y = _sizes(draw, ROWS, reach)
    steps = np.spacing(y) * draw.integers(-1000, 1001, ROWS)
    small = y * 10 ** draw.uniform(-9, 0.5, ROWS)
    pred = [y - _sizes(draw, ROWS, reach), y + steps, y + small, _sizes(draw, ROWS, reach), -y, y]
    y = np.tile(y, len(pred))
    edges = np.array([*numbers, 0.0, 1.0])
    edges = np.concatenate([edges, -edges])
    around = edges * (1 + np.array([[0.0], [1e-9], [-1e-9], [3e-16]]))
    zeros, base = np.zeros(around.size), np.tile(edges, 4) * draw.uniform(0, 3, around.size)
    # an error just about a parameter, and too fine for one double
    fine = around.ravel() * draw.uniform(0, 0.4, around.size)
    y = np.concatenate([y, zeros, around.ravel(), base, fine + around.ravel()])
    pred += [around.ravel(), zeros, base - around.ravel(), fine]
    return {"y": y, "pred": np.concatenate(pred)}


def _numbers(draw: np.random.Generator, numbers: list[float], reach: int) -> Columns:
    found = _pairs(draw, numbers, reach)
    y, pred = found["y"], found["pred"]
    n = len(y)
    far = np.where(draw.uniform(size=n) < 0.2, y, y + _sizes(draw, n, reach))
    cuts = np.sort(y[:, None] + _sizes(draw, n * len(LEVELS), reach).reshape(n, -1), axis=1)
    cuts[::5, 2] = y[::5]
    both = {"lower": np.minimum(pred, far), "upper": np.maximum(pred, far)}
    both |= {"mean": pred, "std": np.abs(_sizes(draw, n, reach)), "members": cuts[:, ::-1]}
    return found | both | {"quantiles": np.sort(cuts, axis=1), "levels": LEVELS}


def _binary(draw: np.random.Generator, numbers: list[float], reach: int) -> Columns:
    small = 10 ** draw.uniform(-16, 0, 3 * ROWS)
    edges = np.array([*numbers, 0.5, 0.0, 1.0, 5e-324, 1 - 2**-53])
    prob = np.concatenate([small, 1 - small, draw.uniform(size=ROWS), edges])
    prob = np.concatenate([prob, np.nextafter(edges, 2), np.nextafter(edges, -2)])
    prob = np.tile(prob[(prob >= 0) & (prob <= 1)], 2)
    y = np.repeat([0.0, 1.0], len(prob) // 2)
    score = np.where(prob < 0.7, _sizes(draw, len(y), reach), 1 + prob - 0.5)
    score[:5] = [0.0, 1.0, -1.0, 1 + 2**-52, 1 - 2**-53]
    return {"y": y, "prob": prob, "score": score}


def _classes(draw: np.random.Generator) -> Columns:
    n = 6 * ROWS
    y = draw.integers(K, size=n)
    weight = 10 ** draw.uniform(-17, 0, (n, K))
    weight[:ROWS] = draw.integers(0, 3, (ROWS, K))
    weight[:ROWS, 0] += weight[:ROWS].sum(axis=1) == 0
    probs = weight / weight.sum(axis=1, keepdims=True)
    scores = _sizes(draw, n * K, 3).reshape(n, K)
    scores[:ROWS] = draw.integers(-2, 3, (ROWS, K))
    # a lead of just about 1 over the best rival
    rival = np.where(np.arange(K) == y[:, None], -np.inf, scores).max(axis=1)
    near = slice(ROWS, 3 * ROWS)
    short = draw.choice([-1, 1], 2 * ROWS) * 10 ** draw.uniform(-16, 0, 2 * ROWS)
    scores[np.arange(n)[near], y[near]] = rival[near] + 1 + short
    label = draw.integers(K, size=n)
    return {"y": y, "label": label, "probs": probs, "scores": scores, "cost_matrix": COSTS}


def _several(draw: np.random.Generator, loss: Loss, reach: float) -> Columns:
    n = 6 * ROWS
    if loss.components:
        return _boxes(draw, reach)
    if loss.task == "soft":
        shares = _shares(draw, n)
        near = shares * (1 + 10 ** draw.uniform(-9, -1, (n, K)))
        probs = np.where(draw.uniform(size=(n, 1)) < 0.5, _shares(draw, n), near)
        return {"y": shares, "probs": probs / probs.sum(axis=1, keepdims=True)}
    if loss.task == "multilabel":
        y, label = draw.integers(2, size=(2, n, K)).astype(float)
        prob = 10 ** draw.uniform(-16, 0, (n, K))
        prob = np.where(draw.uniform(size=(n, K)) < 0.5, prob, 1 - prob)
        score = np.where(label == 1, _sizes(draw, n * K, reach).reshape(n, K), label - y)
        return {"y": y, "label": label, "prob": prob, "score": score}
    y, pred = (_sizes(draw, n * K, reach).reshape(n, K) for _ in range(2))
    near = y * draw.uniform(-2, 2, (n, 1)) * (1 + 10 ** draw.uniform(-16, 0, (n, K)))
    return {"y": y, "pred": np.where(draw.uniform(size=(n, 1)) < 0.5, pred, near)}


def _boxes(draw: np.random.Generator, reach: float) -> Columns:
    """Return pairs of boxes: apart, one in the other, moved, stretched, or nearly the same."""
    n = 8 * ROWS
    size = 10 ** draw.uniform(-reach, reach, (2, n, 2))
    low = _sizes(draw, 2 * n, reach).reshape(n, 2)
    y = np.hstack([low, low + size[0]])
    middle, half = low + size[0] / 2, size[0] * draw.uniform(0.05, 1, (n, 2))
    far = _sizes(draw, 2 * n, reach).reshape(n, 2)
    kinds = [
        np.hstack([far, far + size[1]]),
        np.hstack([middle - half, middle + half]),
        y + np.tile(draw.normal(size=(n, 2)) * size[0], 2),
        y + draw.normal(size=(n, 4)) * size[0].min(axis=1)[:, None] / 8,
        y + np.spacing(y) * draw.integers(-5, 6, (n, 4)),
    ]
    pred = np.choose(draw.integers(len(kinds), size=(n, 1)), kinds)
    areas = [(b[:, 0] < b[:, 2]) & (b[:, 1] < b[:, 3]) for b in (y, pred)]
    return {"y": y[areas[0] & areas[1]], "pred": pred[areas[0] & areas[1]]}


def _shares(draw: np.random.Generator, n: int) -> np.ndarray:
    """Return rows that sum to 1, with zeros among them."""
    weight = 10 ** draw.uniform(-12, 0, (n, K)) * (draw.uniform(size=(n, K)) < 0.9)
    weight[:, 0] += weight.sum(axis=1) == 0
    shares: np.ndarray = weight / weight.sum(axis=1, keepdims=True)
    return shares
