"""Numbers in two doubles, beside 60 digits."""

import mpmath
import numpy as np
import pytest

from losscli.losses.counts import poisson_nll
from losscli.losses.twofold import log_in_two

DRAW = np.random.default_rng(5)
EXACT = mpmath.MPContext()
EXACT.dps = 60


def test_a_logarithm_has_20_digits() -> None:
    x = np.concatenate([10 ** DRAW.uniform(-300, 300, 2000), DRAW.uniform(0.5, 3, 2000), [1, 2]])
    high, low = log_in_two(x)
    for one, near, rest in zip(x.tolist(), high.tolist(), low.tolist(), strict=True):
        wanted = EXACT.ln(EXACT.mpf(one))
        off = abs(EXACT.mpf(near) + EXACT.mpf(rest) - wanted)
        assert off <= abs(wanted) * EXACT.mpf("1e-20")


@pytest.mark.parametrize("log_input", [False, True])
def test_the_surprise_of_a_count_is_exact_where_it_is_almost_zero(*, log_input: bool) -> None:
    # pred = y*log(pred): the two terms of the loss cancel
    pred = DRAW.uniform(1.2, 40, 400)
    y = pred / np.log(pred) * (1 + DRAW.choice([-1, 1], 400) * 10 ** DRAW.uniform(-9, -1, 400))
    given = np.log(pred) if log_input else pred
    for one, count, found in zip(
        given.tolist(), y.tolist(), poisson_nll(y, given, log_input=log_input), strict=True
    ):
        p, n = EXACT.mpf(one), EXACT.mpf(count)
        wanted = EXACT.exp(p) - n * p if log_input else p - n * EXACT.ln(p)
        assert found == pytest.approx(float(wanted), rel=1e-14)
