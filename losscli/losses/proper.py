"""Whether a loss is proper: whether honest forecasts are best on average, found by trying."""

from collections.abc import Callable, Iterator, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from losscli.losses.chosen import Chosen, Part
from losscli.losses.parameter import Value
from losscli.losses.spec import Loss, Vector

_ROUNDING = 1e-9
"""Expected losses that differ by less, beside their size, are taken for equal."""
_STEPS = 1000
_PARTS = 59
_OUTCOMES = 2001
_NODES = 120
_LEVELS = np.array([0.25, 0.5, 0.75])
_OFF = (-1.0, -0.2, 0.0, 0.2, 1.0)

Columns = Mapping[str, NDArray[np.float64]]
Case = tuple[Vector, Vector]
"""Expected losses of predictions, and those of the honest ones beside which they stand."""


def proper(loss: Loss, parameters: Mapping[str, Value]) -> str:
    """Return "strictly", "yes" or "no", or nothing where the prediction is no such forecast.

    "strictly" where honest forecasts alone are best on average, "yes" where nothing is better.
    """
    chosen, roles = Chosen("", "", (Part(1.0, loss, parameters),)), frozenset(loss.roles)
    if roles == {"y", "prob"} and chosen.combine.empty:
        return _verdict(_of_images(chosen))
    if "y" in loss.several:
        cases = _OF_SEVERAL.get(roles)
    else:
        cases = _CASES.get(roles - {"levels", "bytes", "tokens"})
    return _verdict(cases(chosen)) if cases else ""


def _verdict(cases: "Iterator[Case] | list[Case]") -> str:
    strictly = True
    for others, honest in cases:
        slack = _ROUNDING * np.abs(honest)
        if (others < honest - slack).any():
            return "no"
        strictly &= bool((others > honest + slack).all())
    return "strictly" if strictly else "yes"


def _of_binary(chosen: Chosen) -> Iterator[Case]:
    p = np.linspace(0.0, 1.0, _STEPS + 1)
    losses = [chosen.terms({"y": np.full_like(p, y), "prob": p})[0] for y in (0.0, 1.0)]
    yield from _apart(np.column_stack([1 - p, p]), losses, np.r_[2, 13:_STEPS:61])


def _of_classes(chosen: Chosen) -> Iterator[Case]:
    """Try three classes; no two probabilities of an honest forecast are alike, as in a tie."""
    n = _PARTS
    parts = np.array([(a, b, n - a - b) for a, b in product(range(n + 1), repeat=2) if a + b <= n])
    p = parts / n
    losses = [
        chosen.terms({"y": np.full(len(p), y), "probs": p, **_shared(chosen)})[0] for y in range(3)
    ]
    apart = (np.diff(np.sort(parts, axis=1), axis=1) > 0).all(axis=1) & (parts > 0).all(axis=1)
    yield from _apart(p, losses, np.flatnonzero(apart)[::17])


def _shared(chosen: Chosen) -> Columns:
    return {"cost_matrix": 1 - np.eye(3)} if "cost_matrix" in chosen.roles else {}


def _apart(p: Vector, losses: list[Vector], honest: NDArray[np.intp]) -> Iterator[Case]:
    for truth in honest.tolist():
        expected = np.zeros(len(p))
        for share, of_class in zip(p[truth].tolist(), losses, strict=True):
            expected += share * of_class
        yield np.delete(expected, truth), expected[truth : truth + 1]


def _logistic(level: Vector) -> Vector:
    """Return quantiles of the standard logistic distribution."""
    return np.log(level) - np.log1p(-level)


def _of_interval(chosen: Chosen) -> Iterator[Case]:
    alpha = float(chosen.parts[0].parameters.get("alpha", 0.1))
    ends = _logistic(np.array([alpha / 2, 1 - alpha / 2]))
    tried = [ends + off for off in product(_OFF, repeat=2)]
    kept = np.array([both for both in tried if both[0] <= both[1]])
    columns = {"lower": kept[:, 0], "upper": kept[:, 1]}
    yield _beside(chosen, columns, *_outcomes(), (kept == ends).all(axis=1))


def _of_quantiles(chosen: Chosen) -> Iterator[Case]:
    honest = _logistic(_LEVELS)
    tried = np.array([honest + off for off in product(_OFF, repeat=3)])
    columns = {"quantiles": tried, "levels": _LEVELS}
    yield _beside(chosen, columns, *_outcomes(), (tried == honest).all(axis=1))


def _of_normal(chosen: Chosen) -> Iterator[Case]:
    tried = np.array(list(product(_OFF, (0.25, 0.8, 1.0, 1.25, 4.0))))
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    columns = {"mean": tried[:, 0], "std": tried[:, 1]}
    honest = (tried == [0.0, 1.0]).all(axis=1)
    yield _beside(chosen, columns, nodes, weights / weights.sum(), honest)


def _of_tail(chosen: Chosen) -> Iterator[Case]:
    """Try the quantile and the mean below it, shifted so that both are below 0."""
    alpha, (outcomes, shares) = float(chosen.parts[0].parameters["alpha"]), _outcomes()
    outcomes = outcomes - outcomes.max()
    var = float(np.sort(outcomes)[int(np.ceil(alpha * len(outcomes))) - 1])
    es = var + float(np.minimum(outcomes - var, 0.0) @ shares) / alpha
    tried = [np.array([var, es]) + off for off in product(_OFF, repeat=2)]
    kept = np.array([both for both in tried if both[1] <= both[0] < 0])
    columns = {"var": kept[:, 0], "es": kept[:, 1]}
    yield _beside(chosen, columns, outcomes, shares, (kept == [var, es]).all(axis=1))


def _drawn(values: int, count: int) -> tuple[NDArray[np.float64], list[tuple[int, ...]]]:
    draws = list(product(range(values), repeat=count))
    return np.array(draws, dtype=np.float64), draws


def _of_ensemble(chosen: Chosen) -> Iterator[Case]:
    """Try ensembles of three members that are drawn from each of many forecasts."""
    members, draws = _drawn(3, 3)
    costs = [chosen.terms({"y": np.full(len(draws), y), "members": members})[0] for y in range(3)]
    forecasts = np.array([p for p in product(range(1, 14), repeat=3) if sum(p) == 15]) / 15  # noqa: PLR2004
    mass = np.array([[np.prod(p[list(draw)]) for draw in draws] for p in forecasts])
    for honest in (7, 20, 41):
        expected = mass @ np.sum([s * c for s, c in zip(forecasts[honest], costs, strict=True)], 0)
        yield np.delete(expected, honest), expected[honest : honest + 1]


def _of_labels(chosen: Chosen) -> Iterator[Case]:
    """Try two labels that are independent of each other."""
    steps = np.linspace(0.05, 0.95, 19)
    tried = np.array(list(product(steps, repeat=2)))
    losses = [
        chosen.terms({"y": np.tile(y, (len(tried), 1)), "prob": tried})[0]
        for y in product((0.0, 1.0), repeat=2)
    ]
    for at in (40, 133, 250):
        one, two = tried[at]
        shares = [(1 - one) * (1 - two), (1 - one) * two, one * (1 - two), one * two]
        expected = np.sum([s * of for s, of in zip(shares, losses, strict=True)], 0)
        yield np.delete(expected, at), expected[at : at + 1]


def _of_shares(chosen: Chosen) -> Iterator[Case]:
    """Try soft labels that vary: the honest forecast is their mean."""
    n = 24
    parts = [(a, b, n - a - b) for a, b in product(range(1, n), repeat=2) if a + b < n]
    p = np.array(parts) / n
    seen = (np.array([16, 4, 4]) / n, np.array([4, 12, 8]) / n)
    losses = [chosen.terms({"y": np.tile(y, (len(p), 1)), "probs": p})[0] for y in seen]
    expected = 0.5 * losses[0] + 0.5 * losses[1]
    at = parts.index((10, 8, 6))
    yield np.delete(expected, at), expected[at : at + 1]


def _of_images(chosen: Chosen) -> Iterator[Case]:
    """Try images of two pixels, each there as often as the other."""
    p = np.linspace(0.0, 1.0, 101)
    for at in (20, 50, 70):
        expected = np.zeros_like(p)
        for y in product((0, 1), repeat=2):
            share = p[at] ** sum(y) * (1 - p[at]) ** (2 - sum(y))
            for k, chance in enumerate(p.tolist()):
                columns = {"y": np.array(y, dtype=np.float64), "prob": np.full(2, chance)}
                top, bottom = (float(term.sum()) for term in chosen.terms(columns))
                power = 1 / float(chosen.parts[0].parameters.get("gamma", 1.0))
                expected[k] += share * ((top / bottom) ** power if bottom else 0.0)
        yield np.delete(expected, at), expected[at : at + 1]


def _of_game(chosen: Chosen) -> Iterator[Case]:
    """Try outcomes of two kinds, and moves that the search chose by their shares."""
    pi = np.array([0.5, 0.3, 0.2])
    tried = np.array(list(product(np.linspace(-0.9, 0.9, 7), range(1, 8), range(1, 8))))
    tried = tried[tried[:, 1] + tried[:, 2] < 10]  # noqa: PLR2004 - tenths
    p = np.column_stack([tried[:, 1:], 10 - tried[:, 1:].sum(axis=1)]) / 10
    columns = {"v": tried[:, 0], "pi": np.tile(pi, (len(p), 1)), "p": p}
    won, lost = (chosen.terms({"z": np.full(len(p), z), **columns})[0] for z in (1.0, -1.0))
    expected = 0.65 * won + 0.35 * lost
    honest = np.isclose(tried, [0.3, 5, 3]).all(axis=1)
    yield expected[~honest], expected[honest]


def _of_rating(chosen: Chosen) -> Iterator[Case]:
    lead = np.linspace(-800.0, 800.0, 1601)
    first, second = (chosen.terms({"r_w": r, "r_l": 0 * r})[0] for r in (lead, -lead))
    chance = 1 / (1 + 10 ** (-lead / 400))
    for at in (500, 800, 1200):
        expected = chance[at] * first + (1 - chance[at]) * second
        yield np.delete(expected, at), expected[at : at + 1]


def _of_tokens(chosen: Chosen) -> Iterator[Case]:
    """Try two tokens, of which the one that comes is told by the logarithm it was given."""
    p = np.linspace(0.01, 0.99, 99)
    given = {"bytes": np.ones(len(p)), "tokens": np.ones(len(p))}
    one, two = (chosen.terms({"logprob": np.log(q), **given})[0] for q in (p, 1 - p))
    for at in (10, 49, 80):
        expected = p[at] * one + (1 - p[at]) * two
        yield np.delete(expected, at), expected[at : at + 1]


def _outcomes() -> tuple[Vector, Vector]:
    level = (np.arange(_OUTCOMES) + 0.5) / _OUTCOMES
    return _logistic(level), np.full(_OUTCOMES, 1 / _OUTCOMES)


def _beside(
    chosen: Chosen, tried: Columns, outcomes: Vector, shares: Vector, honest: NDArray[np.bool_]
) -> Case:
    """Return the expected losses of all predictions but the honest one, and of that."""
    columns = {
        role: values if role == "levels" else np.repeat(values, len(outcomes), axis=0)
        for role, values in tried.items()
    }
    y = np.tile(outcomes, len(honest))
    losses = chosen.terms({"y": y, **columns})[0].reshape(len(honest), -1)
    expected = (losses * shares).sum(axis=1)
    return expected[~honest], expected[honest]


_CASES: Mapping[frozenset[str], Callable[[Chosen], Iterator[Case]]] = {
    frozenset({"y", "prob"}): _of_binary,
    frozenset({"y", "probs"}): _of_classes,
    frozenset({"y", "probs", "cost_matrix"}): _of_classes,
    frozenset({"y", "lower", "upper"}): _of_interval,
    frozenset({"y", "quantiles"}): _of_quantiles,
    frozenset({"y", "mean", "std"}): _of_normal,
    frozenset({"y", "mean", "variance"}): _of_normal,
    frozenset({"y", "members"}): _of_ensemble,
    frozenset({"y", "var", "es"}): _of_tail,
    frozenset({"z", "v", "pi", "p"}): _of_game,
    frozenset({"r_w", "r_l"}): _of_rating,
    frozenset({"logprob"}): _of_tokens,
}
_OF_SEVERAL: Mapping[frozenset[str], Callable[[Chosen], Iterator[Case]]] = {
    frozenset({"y", "prob"}): _of_labels,
    frozenset({"y", "probs"}): _of_shares,
}
"""What honest forecasts are tried beside, by the roles of the loss."""
