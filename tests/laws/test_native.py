"""The compiled passes give what numpy gives, to the bit, and what exact fractions give."""

import math
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import losscli
from losscli.summary import compiled
from losscli.summary.coarse import add_cubes
from losscli.summary.digest import digest_of_numbers
from losscli.summary.octaves import Histogram
from losscli.summary.runs import BASE, ends_of, exact_sum, power_sums
from losscli.summary.sorting import sorted_rows

Vector = NDArray[np.float64]

pytestmark = pytest.mark.skipif(not compiled.native, reason="there was no C compiler")

FINITE = st.floats(allow_nan=False, allow_infinity=False)
NEAR = st.floats(min_value=-4.0, max_value=4.0)
SMALL = st.floats(min_value=-1e-305, max_value=1e-305)
KINDS = st.sampled_from([FINITE, NEAR, SMALL, st.floats(0, 1e3)])
RUNS = KINDS.flatmap(lambda kind: st.lists(kind, min_size=1, max_size=200)).map(np.array)
ENDS = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1e308, 1.0]


@contextmanager
def numpy_alone() -> Iterator[None]:
    native = compiled.native
    compiled.native = None  # type: ignore[assignment]
    try:
        yield
    finally:
        compiled.native = native


def both(function: Callable[[], Any]) -> tuple[Any, Any]:
    with numpy_alone():
        other = function()
    return function(), other


def bits(values: tuple[float, float]) -> bytes:
    return np.array(values).tobytes()


@given(RUNS)
def test_the_ends_are_those_of_numpy(values: Vector) -> None:
    one, other = both(lambda: ends_of(values))
    assert bits(one) == bits(other)
    assert one == (min(values), max(values))


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("place", [0, 3, 8, 16])
def test_the_ends_know_what_is_no_number(place: int, sign: float) -> None:
    values = np.arange(17.0)
    values[place] = math.copysign(math.nan, sign)
    assert all(map(math.isnan, ends_of(values)))
    values[place] = sign * math.inf
    assert ends_of(values)[int(sign > 0)] == sign * math.inf


@given(RUNS)
def test_sums_of_powers_are_exact(values: Vector) -> None:
    largest = float(np.abs(values).max())
    (one,), (squares,) = power_sums([values], [largest])
    exact = [Fraction(value) for value in values.tolist()]
    assert Fraction(one) == sum(exact) / Fraction(2) ** BASE
    assert Fraction(squares) == sum(value * value for value in exact) / Fraction(2) ** BASE


def test_sums_are_exact_at_the_ends_of_the_doubles() -> None:
    values = np.array(ENDS * 3)
    (one,), (squares,) = power_sums([values], [1.7976931348623157e308])
    exact = [Fraction(value) for value in values.tolist()]
    assert Fraction(one) == sum(exact) / Fraction(2) ** BASE
    assert Fraction(squares) == sum(value * value for value in exact) / Fraction(2) ** BASE


def test_sums_are_exact_of_more_numbers_than_go_on_a_heap() -> None:
    values = np.full((1 << 20) + 5, 1.9999999999999998)
    values[::3] *= -1
    (found,) = exact_sum(values).fractions()
    assert found == Fraction(1.9999999999999998) * int(np.sign(values).sum())


@given(RUNS)
def test_cubes_are_rounded_as_numpy_rounds_them(values: Vector) -> None:
    largest = float(np.abs(values).max())
    one, other = both(lambda: add_cubes(values, largest))
    assert one == other


@given(RUNS)
def test_the_digest_is_that_of_numpy(values: Vector) -> None:
    one, other = both(lambda: digest_of_numbers(values))
    assert one % 2**128 == other % 2**128


@given(RUNS, RUNS)
def test_histograms_are_those_of_numpy(some: Vector, more: Vector) -> None:
    def counted() -> Any:
        first = Histogram.of([some], (), Histogram())
        return (first + Histogram.of([more, some], (), first)).sample()

    one, other = both(counted)
    np.testing.assert_array_equal(one, other)


def test_histograms_have_room_for_every_octave() -> None:
    values = np.ldexp(1.5, np.arange(-1074, 1024))
    values = np.concatenate([values, -values, [np.inf, -np.inf]])
    one, other = both(lambda: Histogram.of([values], (), Histogram()).sample())
    np.testing.assert_array_equal(one, other)
    assert one[1].sum() == len(values)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=300), st.permutations(range(7)))
def test_rows_are_sorted_as_numpy_sorts_them(codes: list[int], ranks: list[int]) -> None:
    rows = np.arange(len(codes))
    columns = [rows * 1.5, -rows.astype(float), np.stack([rows, rows], axis=1) * 0.5, rows]
    columns += [rows + float(k) for k in range(6)]
    one, other = both(lambda: sorted_rows(np.array(codes, np.int32), np.array(ranks), columns))
    for ours, theirs in zip([*one[:2], *one[2]], [*other[:2], *other[2]], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [ranks[codes[row]] for row in one[0]] == sorted(ranks[code] for code in codes)


@pytest.mark.parametrize("code", [-1, 2, 2**31 - 1])
def test_codes_that_are_no_class_are_refused(code: int) -> None:
    codes = np.array([0, 1, code, 0], np.int32)
    with pytest.raises(IndexError, match="not one of the classes"):
        sorted_rows(codes, np.arange(2), [np.arange(4.0)])


def test_threads_do_not_share_their_heaps() -> None:
    runs = [np.random.default_rng(seed).normal(size=30_000) for seed in range(8)]
    alone = [power_sums([run], [9.0]) for run in runs]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            assert list(pool.map(lambda run: power_sums([run], [9.0]), runs)) == alone


def test_arrays_with_gaps_or_out_of_step_are_taken() -> None:
    numbers = np.arange(8.0)
    shifted = np.frombuffer(b"-" + numbers.tobytes(), np.float64, offset=1)
    assert not shifted.flags.aligned
    assert ends_of(shifted) == (0.0, 7.0)
    assert ends_of(numbers[6::-2]) == (0.0, 6.0)


@pytest.mark.parametrize(
    "array", [np.arange(4), np.arange(4, dtype=np.float32), np.arange(8.0)[::2], [1.0]], ids=repr
)
def test_other_arrays_are_refused(array: Any) -> None:
    with pytest.raises((TypeError, BufferError, ValueError)):
        compiled.native.power_sums(array)


def test_compilers_that_are_told_to_be_careless_are_refused() -> None:
    source = Path(losscli.__file__).parent / "summary" / "native.c"
    headers = sysconfig.get_paths()["include"]

    def compiles(*flags: str) -> bool:
        command = [*compiler, *flags, "-fsyntax-only", f"-I{headers}", str(source)]
        return not subprocess.run(command, capture_output=True, check=False).returncode

    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")
    if not shutil.which(compiler[0]) or not compiles("-O3"):
        pytest.skip("there is no C compiler any more")
    assert not compiles("-O3", "-ffast-math")


def test_a_report_is_the_same_without_the_compiled_passes() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"y_true": rng.normal(size=20_000) * 10.0 ** rng.integers(-3, 4, 20_000)})
    frame["y_pred"] = frame.y_true + rng.standard_t(3, size=20_000)
    frame["city"] = rng.choice(list("abcde"), 20_000, p=[0.4, 0.3, 0.2, 0.09, 0.01])
    losses = ["mse", "mae", "huber(delta=0.5)"]
    one, other = both(lambda: losscli.evaluate(frame, losses=losses, by="city").to_json())
    assert one == other
