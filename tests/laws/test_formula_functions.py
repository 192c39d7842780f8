"""The laws of what formulas can compute, over whatever is listed."""

import numpy as np
import pytest
from loss_oracle import CONTEXT, formula, ulps

from losscli.losses.formula.functions import CONSTANTS, FUNCTIONS
from losscli.losses.spec import AKA, LOSSES
from losscli.roles import ROLES

ITSELF = {
    "abs": "abs(x)",
    "min": "min(x, a)",
    "max": "max(x, a)",
    "sqrt": "sqrt(x)",
    "exp": "exp(x)",
    "log": "log(x)",
}
"""What the oracle computes itself."""
MEANS = ITSELF | {name: one.means for name, one in FUNCTIONS.items() if one.means}
DOMAIN = {"sqrt": (0, 1e9), "log": (1e-9, 1e9), "log2": (1e-9, 1e9), "log10": (1e-9, 1e9)}
DOMAIN |= {"log1p": (-1 + 1e-9, 1e9), "xlogy": (0, 1e9)}
NUMBERS = np.random.default_rng(5).uniform(-9, 2, 400)


def arguments(name: str) -> list[np.ndarray]:
    """Return numbers of all sizes that a function is defined for."""
    low, high = DOMAIN.get(name, (-700, 700))
    sizes = 10**NUMBERS
    x = np.concatenate([sizes, -sizes, [0.0, 0.5, 1.0], 0.5 + 10 ** np.linspace(-15, -1, 30)])
    x = x[(x > low) & (x < high)]
    others = [np.abs(np.roll(x, 7 * k)) + 1e-9 * k for k in (1, 2)]
    return [x, *others][: FUNCTIONS[name].takes[0]]


@pytest.mark.parametrize("name", MEANS)
def test_a_function_is_what_it_says_it_is(name: str) -> None:
    given, wanted = arguments(name), formula(MEANS[name])
    with np.errstate(all="ignore"):
        found = FUNCTIONS[name].compute(*given)
    assert len(found) > 100
    for values in zip(*(one.tolist() for one in given), found.tolist(), strict=True):
        row = dict(zip("xab", map(CONTEXT.mpf, values[:-1]), strict=False))
        assert ulps(values[-1], wanted(row)) <= 16, (values, wanted(row))


def test_what_rounds_and_turns() -> None:
    x = np.array([-2.5, -0.5, 0.0, 0.5, 1.5, 2.5])
    assert FUNCTIONS["round"].compute(x).tolist() == [round(value) for value in x.tolist()]
    assert FUNCTIONS["floor"].compute(x).tolist() == [-3, -1, 0, 0, 1, 2]
    assert FUNCTIONS["ceil"].compute(x).tolist() == [-2, 0, 0, 1, 2, 3]
    assert FUNCTIONS["sign"].compute(x).tolist() == [-1, -1, 0, 1, 1, 1]
    for name, turned in (("sin", CONTEXT.sin), ("cos", CONTEXT.cos)):
        found = FUNCTIONS[name].compute(NUMBERS).tolist()
        assert all(ulps(f, turned(CONTEXT.mpf(v))) <= 2 for v, f in zip(NUMBERS, found))  # noqa: B905


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_row_of_a_function_does_not_see_other_rows(name: str) -> None:
    low, high = DOMAIN.get(name, (-700, 700))
    x = np.clip(np.concatenate([10**NUMBERS, -(10**NUMBERS)]), max(low, -9e8), min(high, 9e8))
    given = [x, x[::-1].copy(), x + 1][: FUNCTIONS[name].takes[0]]
    if FUNCTIONS[name].conditional:
        given[0] = given[0] > 0
    with np.errstate(all="ignore"):
        whole = np.asarray(FUNCTIONS[name].compute(*given), np.float64)
        for start in (0, 1, 3, 7, 64, 501):
            for stop in (start + 1, start + 5, start + 64, len(x)):
                part = FUNCTIONS[name].compute(*(one[start:stop].copy() for one in given))
                np.testing.assert_array_equal(whole[start:stop], np.asarray(part, np.float64))


def test_no_name_means_two_things() -> None:
    losses = {name for name, _ in (*LOSSES, *AKA)}
    words = {*FUNCTIONS, *CONSTANTS, "col"}
    assert len(words) == len(FUNCTIONS) + len(CONSTANTS) + 1
    assert not words & losses
    assert not words & {"y", *ROLES}
