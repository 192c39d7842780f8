"""The laws of summaries: they add, exactly, whatever the order, and the empty one is the zero."""

import itertools
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from losscli.summary import cells, distribution
from losscli.summary.cells import Cells
from losscli.summary.census import Census, Seen
from losscli.summary.coarse import CoarseSums
from losscli.summary.digest import (
    digest_of_numbers,
    digest_of_rows,
    digest_of_texts,
    hashes_of_rows,
)
from losscli.summary.distribution import EXACT_ROWS, Distribution
from losscli.summary.exact import ExactSums
from losscli.summary.grouped import Grouped
from losscli.summary.heaps import heap
from losscli.summary.largest import KEPT, Largest
from losscli.summary.moments import Moments, pairs, triples
from losscli.summary.runs import exact_sum
from losscli.summary.slices import ROWS
from losscli.summary.tally import Tally
from losscli.summary.worst import BadRow, WorstRows

Vector = NDArray[np.float64]

FINITE = st.floats(allow_nan=False, allow_infinity=False)
ORDINARY = st.one_of(
    st.just(0.0),
    st.builds(
        lambda m, e, s: s * m * 2.0**e,
        st.floats(1, 2),
        st.integers(-40, 40),
        st.sampled_from([-1, 1]),
    ),
)
Rows = list[tuple[int, float, float]]


def rows_of(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[Rows]:
    weights = st.sampled_from([0.5, 1.0, 3.0, 0.1])
    return st.lists(st.tuples(st.integers(0, 3), numbers, weights), min_size=1, max_size=60)


def tallied(rows: Rows, *, weighted: bool, classes: int = 4) -> Moments:
    """Add rows up the way the program does: sorted by class, a slice at a time."""
    tally = Tally(classes, 2 if weighted else 1, 1)
    codes = np.array([row[0] for row in rows])
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    values = np.array([row[1] for row in rows])[order]
    weight = np.array([row[2] for row in rows])[order]
    tally.add(codes[starts], starts, (values, weight) if weighted else (values,))
    return tally.moments()


def bits(moments: Moments) -> Any:
    sums, squares = moments.sums.fractions(), moments.squares.fractions()
    cubes = [moments.cubes.sum(k) for k in range(moments.cubes.size)]
    arrays = (moments.rows, moments.infinite, moments.undefined, moments.low, moments.high)
    return sums, squares, cubes, [array.tolist() for array in arrays]


def by_hand(rows: Rows, *, weighted: bool) -> tuple[list[Fraction], list[Fraction]]:
    columns = [[Fraction(v * w) if weighted else Fraction(v) for _, v, w in rows]]
    if weighted:
        columns.append([Fraction(w) for *_, w in rows])
    code = [row[0] for row in rows]
    sums = [
        sum((v for v, c in zip(column, code, strict=True) if c == k), Fraction(0))
        for column in columns
        for k in range(4)
    ]
    squares = [
        sum(
            (a * b for a, b, c in zip(columns[i], columns[j], code, strict=True) if c == k),
            Fraction(0),
        )
        for i, j in pairs(len(columns))
        for k in range(4)
    ]
    return sums, squares


@pytest.mark.parametrize("weighted", [False, True])
@given(rows=rows_of(ORDINARY))
def test_sums_and_squares_are_the_exact_ones(rows: Rows, weighted: bool) -> None:  # noqa: FBT001
    found = tallied(rows, weighted=weighted)
    sums, squares = by_hand(rows, weighted=weighted)
    assert found.sums.fractions() == sums
    assert found.squares.fractions() == squares


@given(rows=rows_of(FINITE))
def test_sums_are_exact_for_every_double(rows: Rows) -> None:
    found = tallied(rows, weighted=False)
    assert (found.sums.fractions(), found.squares.fractions()) == by_hand(rows, weighted=False)


@given(rows=rows_of(ORDINARY), data=st.data())
def test_split_and_shuffled_is_the_whole_to_the_bit(rows: Rows, data: st.DataObject) -> None:
    whole = bits(tallied(rows, weighted=True))
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    parts = [part for part in (shuffled[:cut], shuffled[cut:]) if part]
    total = Moments.zero(4, 2, 1)
    for part in parts:
        total = tallied(part, weighted=True) + total
    assert bits(total) == whole


@given(rows=rows_of(st.sampled_from([1e-12, -3.0, 7.25, 2.0**-30, 1e6, 1e9, 0.1])), data=st.data())
def test_third_moments_do_not_depend_on_the_order(rows: Rows, data: st.DataObject) -> None:
    found = tallied(rows, weighted=False).cubes
    parts = [tallied([row], weighted=False).cubes for row in data.draw(st.permutations(rows))]
    total = parts[0]
    for part in parts[1:]:
        total = part + total
    for k in range(4):
        cubes = [Fraction(v * v * v) for c, v, _ in rows if c == k]
        largest = max(map(abs, cubes), default=Fraction(0))
        one, other = found.sum(k), total.sum(k)
        assert one is not None
        assert other is not None
        assert one.fraction() == other.fraction()
        assert abs(one.fraction() - sum(cubes)) <= len(cubes) * largest / 2**32


def test_many_short_runs_and_one_long_run_are_added_alike() -> None:
    draw = np.random.default_rng(1)
    values = draw.standard_t(2, ROWS) ** 2
    long = Tally(1, 1, 1)
    long.add(np.array([0]), np.array([0]), (values,))
    short = Tally(ROWS // 8, 1, 1)
    short.add(np.arange(ROWS // 8), np.arange(0, ROWS, 8), (values,))
    merged = short.moments().spread(np.zeros(ROWS // 8, np.intp), 1)
    assert bits(merged) == bits(long.moments())


def test_values_that_are_no_numbers_are_counted_by_class() -> None:
    tally = Tally(3, 1, 1)
    values = np.array([1.0, np.inf, np.nan, 2.0, np.inf, -np.inf])
    tally.add(np.array([0, 2]), np.array([0, 3]), (values,))
    found = tally.moments()
    assert found.rows.tolist() == [1, 0, 1]
    assert found.infinite.tolist() == [1, 0, 2]
    assert found.undefined.tolist() == [1, 0, 0]
    assert found.sums.fractions() == [1, 0, 2]


@given(st.lists(FINITE, max_size=50))
def test_an_exact_sum_is_exact(values: list[float]) -> None:
    found = exact_sum(np.array(values)) if values else ExactSums(1)
    assert found.fractions() == [sum(map(Fraction, values), Fraction(0))]


def test_exact_sums_survive_a_million_carries() -> None:
    one = exact_sum(np.array([2.0**53 - 1, -1.0, 2.0**-60]))
    total = one
    for _ in range(40):
        total = total + total
    assert total.fractions() == [one.fractions()[0] * 2**40]


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(1e-6, 1e6)), min_size=1, max_size=40))
def test_a_heap_is_the_exact_weight_of_each_place(rows: list[tuple[int, float]]) -> None:
    places = np.array([place for place, _ in rows])
    found = heap(places, np.array([weight for _, weight in rows]), 5).fractions()
    wanted = [sum((Fraction(w) for p, w in rows if p == k), Fraction(0)) for k in range(5)]
    assert found == wanted


def shape(found: Distribution) -> Any:
    sample = found.sample()
    return found.count, sample.values.tolist(), sample.mass.tolist(), sample.exact


@pytest.fixture
def small_limits() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distribution, "EXACT_ROWS", 40)
        patch.setattr(distribution, "_PENDING", 15)
        yield


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("weighted", [False, True])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(FINITE, st.sampled_from([0.0, -0.0, 1e6, 1e6 + 1])), min_size=1, max_size=80
    ),
    st.data(),
)
def test_a_distribution_is_the_same_however_it_is_split(
    weighted: bool,  # noqa: FBT001
    values: list[float],
    data: st.DataObject,
) -> None:
    numbers = np.array(values)
    weight = np.abs(np.sin(np.arange(len(values)))) + 0.1 if weighted else None
    order = np.array(data.draw(st.permutations(range(len(values)))))
    cut = data.draw(st.integers(0, len(values)))
    total = Distribution()
    for part in (order[cut:], order[:cut]):
        total = Distribution.of(numbers[part], None if weight is None else weight[part]) + total
    assert shape(total) == shape(Distribution.of(numbers, weight))


@pytest.mark.parametrize("power", [None, 2])
def test_what_travels_to_a_histogram_is_one(
    power: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "EXACT_ROWS", 5000)
    values = np.random.default_rng(1).normal(size=9000)
    weight = None if power is None else values**power

    def part(start: int, stop: int) -> Distribution:
        return Distribution.of(values[start:stop], None if weight is None else weight[start:stop])

    few, many = part(0, 4000), part(0, 6000)
    assert pickle.loads(pickle.dumps(few.emptied() + part(4000, 5000))).sample().exact  # noqa: S301
    known = pickle.loads(pickle.dumps(many))  # noqa: S301 - our own bytes
    sent = pickle.loads(pickle.dumps(known.emptied() + part(6000, 9000)))  # noqa: S301
    assert sent.coarse
    found, whole = (known + sent).sample(), part(0, 9000).sample()
    assert found.values.tolist() == whole.values.tolist()
    assert found.mass.tolist() == whole.mass.tolist()


def test_small_lots_of_numbers_are_put_together() -> None:
    values = np.random.default_rng(1).normal(size=500)
    found = sum((Distribution.of(values[k : k + 1]) for k in range(500)), Distribution())
    assert found.sample().values.tolist() == sorted(values.tolist())
    assert len(pickle.dumps(found)) < 2 * values.nbytes


@pytest.mark.parametrize("size", [7, 8, 15, 16, 31, 32, 62])
def test_exact_sums_travel_in_few_bytes_and_stay_the_same(size: int) -> None:
    for number in (1 << size, (1 << size) - 1, -(1 << size), -(1 << size) - 1):
        sums = ExactSums(3, {0: np.array([0, number, 1])})
        found = pickle.loads(pickle.dumps(sums))  # noqa: S301 - our own bytes
        assert found.limbs[0].dtype == np.int64
        assert found.fractions() == [0, number, 1]


def test_a_histogram_tells_quantiles_within_its_bins() -> None:
    draw = np.random.default_rng(4)
    values = draw.standard_t(3, EXACT_ROWS + 1)
    sample = Distribution.of(values).sample()
    assert not sample.exact
    ordered = np.sort(values)
    for q in (0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999):
        wanted = ordered[int(np.ceil(q * len(values))) - 1]
        assert sample.quantile(q) == pytest.approx(wanted, rel=0.002)


@pytest.mark.parametrize("q", [0.01, 0.25, 0.5, 0.7, 0.99, 1.0])
def test_a_quantile_is_that_of_the_inverted_distribution_function(q: float) -> None:
    values = np.random.default_rng(2).normal(size=101)
    found = Distribution.of(values).sample()
    assert found.quantile(q) == np.quantile(values, q, method="inverted_cdf")
    assert found.median() == np.median(values)
    assert Distribution.of(values[:100]).sample().median() == np.median(values[:100])


def test_a_weight_is_a_repetition_in_quantiles_and_medians() -> None:
    draw = np.random.default_rng(3)
    values, weight = draw.normal(size=60), draw.integers(1, 5, 60)
    heavy = Distribution.of(values, weight.astype(float)).sample()
    repeated = Distribution.of(np.repeat(values, weight)).sample()
    for q in (0.01, 0.3, 0.5, 0.77, 1.0):
        assert heavy.quantile(q) == repeated.quantile(q)
    assert heavy.median() == repeated.median()


@given(st.lists(FINITE, max_size=30), st.lists(FINITE, max_size=30))
def test_the_largest_are_the_largest(one: list[float], other: list[float]) -> None:
    found = Largest.of(np.array(one)) + Largest.of(np.array(other))
    assert found.values.tolist() == sorted([*one, *other])[-KEPT:]


def test_only_as_many_of_the_largest_are_kept_as_matter() -> None:
    values = np.random.default_rng(5).permutation(3 * KEPT).astype(float)
    found = Largest.of(values[:KEPT])
    for start in (KEPT, 2 * KEPT):
        found = found + Largest.of(values[start : start + KEPT], found.least)
    assert found.values.tolist() == list(range(2 * KEPT, 3 * KEPT))


def bad(loss: float, row: int) -> BadRow:
    return BadRow((-loss, 0.0, ""), (0, 0), row, y=0.0, pred=0.0, id=None, weight=1.0)


@given(st.permutations([bad(float(k // 2), k) for k in range(8)]), st.integers(0, 8))
def test_worst_rows_are_the_worst(rows: list[BadRow], cut: int) -> None:
    one = WorstRows(3, tuple(sorted(rows[:cut])[:3]))
    other = WorstRows(3, tuple(sorted(rows[cut:])[:3]))
    assert [row.row for row in (one + other).rows] == [6, 7, 4]
    assert (WorstRows(3) + one) == one


def grouped(classes: tuple[str | None, ...], counts: list[int]) -> Grouped:
    mass = ExactSums(len(counts), {0: np.array(counts)}, 1)
    return Grouped(classes, mass, (Moments.zero(len(counts), 1, 1),)).ordered()


def test_groups_merge_by_the_text_of_their_class() -> None:
    one, other = grouped(("b", None, "a"), [1, 2, 3]), grouped(("c", "b"), [4, 5])
    both = one + other
    assert both.classes == (None, "a", "b", "c")
    assert both.mass is not None
    assert both.mass.fractions() == [2, 3, 6, 4]
    swapped = other + one
    assert swapped.mass is not None
    assert (swapped.classes, swapped.mass.fractions()) == (both.classes, both.mass.fractions())
    whole = both.whole().mass
    assert whole is not None
    assert whole.fractions() == [15]


def test_stretches_that_are_added_in_any_order_are_the_same() -> None:
    parts = [Seen({(k // 7, k % 7): k}) for k in range(100)]
    first = sum(parts, Seen())
    assert (
        first == sum(reversed(parts), Seen()) == sum(parts[:40], Seen()) + sum(parts[40:], Seen())
    )
    assert first.in_order().tolist() == [[k // 7, k % 7, k] for k in range(100)]
    assert first != sum(parts[1:], Seen())


def test_a_census_adds_and_finds_where_a_stretch_begins() -> None:
    one = Census(seen=Seen({(0, 0): 5, (1, 0): 2}), judged=6, digest=2**128 - 1)
    other = Census(seen=Seen({(0, 1): 7, (1, 1): 1}), judged=8, digest=5)
    both = one + other
    assert (both.rows, both.judged, both.digest) == (15, 14, 4)
    assert [both.start((0, 1)), both.start((1, 0)), both.start((1, 1))] == [5, 0, 2]
    # rows of stretches that were judged together are counted on from the first of them
    assert [both.place((0, 0), row) for row in (0, 4, 5, 11)] == [(0, 1), (0, 5), (0, 6), (0, 12)]
    assert [both.place((0, 1), row) for row in (6, 7, 9)] == [(0, 12), (1, 1), (1, 3)]


def test_a_digest_knows_the_truths_but_not_their_order() -> None:
    values = np.random.default_rng(6).normal(size=20_000)
    whole = digest_of_numbers(values)
    parts = digest_of_numbers(values[9:][::-1].copy()) + digest_of_numbers(values[:9])
    assert parts == whole
    assert digest_of_numbers(values * 1.0000001) != whole
    assert digest_of_numbers(np.array([0.0])) == digest_of_numbers(np.array([-0.0]))
    # the published first value of SplitMix64, whose state is then 0x9E3779B97F4A7C15
    first = np.array([0x9E3779B97F4A7C15], dtype=np.uint64).view(np.float64)
    assert digest_of_numbers(first) == 0xE220A8397B1DCDAF
    texts = digest_of_texts(np.array([0, 1, 1]), ("a", None))
    assert texts == digest_of_texts(np.array([1, 0, 0]), (None, "a"))
    assert texts != digest_of_texts(np.array([1, 0, 0]), ("", "a"))


def test_a_digest_knows_which_id_has_which_truth() -> None:
    values = np.arange(20_000) / 7
    names = [f"row {k % 9000}" * (k % 3) for k in range(len(values))]
    whole = digest_of_rows(values, pa.array(names))
    order = np.random.default_rng(1).permutation(len(values))
    assert digest_of_rows(values[order], pa.array([names[k] for k in order])) == whole
    parts = [slice(0, 5), slice(5, 17_000), slice(17_000, None)]
    assert sum(digest_of_rows(values[p], pa.array(names)[p]) for p in parts) == whole
    swapped = [names[1], names[0], *names[2:]]
    assert digest_of_rows(values, pa.array(swapped)) != whole
    assert digest_of_rows(values, pa.array(["é", *names[1:]])) != whole
    two = np.array([1.5, 1.5])
    texts = [[None, "a"], ["", "a"], ["a\0", "a"], ["a", "a"], ["b", "a"], ["ab", "ba"]]
    found = {digest_of_rows(two, pa.array(text, pa.string())) % 2**128 for text in texts}
    assert len(found) == len(texts)
    # by hand: the hash of "a" is (97 + 1) times the golden number
    golden, mask = 0x9E3779B97F4A7C15, 2**64 - 1

    def mixed(bits: int) -> int:
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            bits = ((bits ^ bits >> shift) * factor) & mask
        return bits ^ bits >> 31

    truth = int(np.float64(1.5).view(np.uint64))
    row = mixed((mixed(truth) * golden + mixed(98 * golden & mask)) & mask)
    assert digest_of_rows(two, pa.array(["a", "a"])) == 2 * row


ZEROS: list[tuple[Any, Any, Callable[[Any], Any]]] = [
    (ExactSums(1), exact_sum(np.array([0.1, 2.0])), lambda s: s.fractions()),
    (CoarseSums(4), tallied([(1, 2.5, 1.0)], weighted=False).cubes, lambda c: c.sum(1)),
    (Moments.zero(4, 1, 1), tallied([(1, 2.5, 1.0)], weighted=False), bits),
    (Distribution(), Distribution.of(np.array([3.0, 1.0])), shape),
    (Largest(), Largest.of(np.array([3.0])), lambda x: x.values.tolist()),
    (WorstRows(2), WorstRows(2, (bad(1.0, 1),)), lambda w: w.rows),
    (Grouped(), grouped(("a",), [2]), lambda g: (g.classes, g.mass.fractions())),
    (Census(), Census(seen=Seen({(0, 0): 1}), judged=1, digest=3), lambda c: c),
]


@pytest.mark.parametrize(("zero", "some", "read"), ZEROS, ids=lambda x: type(x).__name__)
def test_the_zero_adds_nothing(zero: Any, some: Any, read: Callable[[Any], Any]) -> None:
    assert read(zero + some) == read(some) == read(some + zero)
    assert read(pickle.loads(pickle.dumps(some))) == read(some)  # noqa: S301 - our own bytes


def test_triples_come_in_the_order_that_is_documented() -> None:
    assert triples(2) == tuple(itertools.combinations_with_replacement(range(2), 3))


# Cells


@given(
    st.lists(st.tuples(st.sampled_from([0.0, -0.0, 1.0, 2.5, 7.0]), st.integers(0, 3)), min_size=1),
    st.integers(1, 12),
    st.randoms(use_true_random=False),
)
def test_cells_count_rows_that_are_the_same_however_they_came(
    rows: list[tuple[float, int]], most: int, random: Any
) -> None:
    def of(some: list[tuple[float, int]], below: int | None = None) -> Cells:
        table = np.array(some, dtype=float).reshape(len(some), 2)
        return Cells.of(hashes_of_rows(list(table.T.copy())), table, below)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "room", lambda _: most)
        whole = of(rows)
        shuffled = random.sample(rows, len(rows))
        cut = random.randint(0, len(rows))
        parts = Cells(2)
        for some in (shuffled[:cut], shuffled[cut:]):
            parts += of(some, parts.below) if some else Cells(2)
        parts = pickle.loads(pickle.dumps(Cells(2) + parts))  # noqa: S301 - our own
        bits, table, counts = whole.rows()
        for one, other in zip((bits, table, counts), parts.rows(), strict=True):
            assert one.tobytes() == other.tobytes()
    by_hand = Counter((float(a) + 0.0, float(b)) for a, b in rows)
    assert whole.complete == parts.complete == (len(by_hand) <= most)
    assert len(counts) == min(most, len(by_hand))
    for row, count in zip(table.tolist(), counts.tolist(), strict=True):
        assert by_hand[row[0], row[1]] == count
    assert (np.diff(bits.astype(object)) >= 0).all()
