"""The laws of sums by group: exact, and the same however the rows are ordered and split."""

import pickle
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from losscli.summary.group_sums import GroupSums
from losscli.summary.group_values import GroupValues
from losscli.summary.slices import ROWS

Row = tuple[str, str | None, float, float]

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1, 2.0**-40, 1e9, -3.0, 5e-324, 1e300]),
)
ROWS_OF = st.lists(
    st.tuples(
        st.sampled_from(["b", "a", "", "ä", "10", "9"]),
        st.sampled_from([None, "", "x", "y"]),
        NUMBERS,
        st.sampled_from([0.5, 1.0, 3.0, 0.1]),
    ),
    min_size=1,
    max_size=50,
)


def summed(rows: list[Row], *, by: bool = False, weighted: bool = False) -> GroupSums:
    names = list(dict.fromkeys(row[0] for row in rows))
    classes = list(dict.fromkeys(row[1] for row in rows))
    values = np.array([row[2] for row in rows])
    return GroupSums.of(
        (np.array([names.index(row[0]) for row in rows], np.int32), names),
        [(values,), (np.abs(values), values / 4)],
        by=(np.array([classes.index(row[1]) for row in rows], np.int32), classes) if by else None,
        weight=np.array([row[3] for row in rows]) if weighted else None,
    )


def bits(found: GroupSums) -> Any:
    lot = found.settled()
    losses = [
        (
            *(part.tolist() for part in (s.rows, s.infinite, s.undefined, s.low, s.high)),
            s.sums.fractions(),
        )
        for s in lot.losses
    ]
    return lot.groups, lot.classes, lot.of_group.tolist(), lot.of_class.tolist(), losses


@given(rows=ROWS_OF)
def test_each_group_has_the_exact_sum_of_its_rows(rows: list[Row]) -> None:
    lot = summed(rows).settled()
    assert lot.groups == tuple(sorted({row[0] for row in rows}))
    for place, name in enumerate(lot.groups):
        ours = [row[2] for row in rows if row[0] == name]
        wanted = sum(map(Fraction, ours), Fraction(0))
        assert lot.losses[0].sums.fractions()[place] == wanted
        assert lot.losses[0].rows[place] == len(ours)
        assert (lot.losses[0].low[0, place], lot.losses[0].high[0, place]) == (min(ours), max(ours))
        sums = lot.losses[1].sums.fractions()
        assert sums[len(lot) + place] == sum((Fraction(v / 4) for v in ours), Fraction(0))


@given(rows=ROWS_OF, data=st.data())
def test_split_and_shuffled_is_the_whole_to_the_bit(rows: list[Row], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    total = GroupSums()
    for start, stop in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        part = shuffled[start:stop]
        if part:
            total = summed(part, by=True, weighted=True) + total
    assert bits(total) == bits(summed(rows, by=True, weighted=True))
    swapped = summed(rows[:1], by=True, weighted=True)
    assert bits(total + swapped) == bits(swapped + total)
    assert bits(GroupSums() + total) == bits(total + GroupSums()) == bits(total)
    assert bits(pickle.loads(pickle.dumps(total))) == bits(total)  # noqa: S301 - our own bytes


@given(rows=ROWS_OF)
def test_a_pair_is_a_group_within_a_class(rows: list[Row]) -> None:
    found = summed(rows, by=True, weighted=True)
    lot = found.settled()
    pairs = {(c, g): k for k, (c, g) in enumerate(zip(lot.of_class, lot.of_group, strict=True))}
    names = {(lot.classes[c], lot.groups[g]): k for (c, g), k in pairs.items()}
    assert set(names) == {(row[1], row[0]) for row in rows}
    sums = lot.losses[0].sums.fractions()
    for (cls, name), place in names.items():
        ours = [row for row in rows if (row[1], row[0]) == (cls, name)]
        finite = [row for row in ours if np.isfinite(row[2] * row[3])]
        assert sums[place] == sum((Fraction(row[2] * row[3]) for row in finite), Fraction(0))
        assert sums[len(lot) + place] == sum((Fraction(row[3]) for row in finite), Fraction(0))
        assert lot.losses[0].infinite[place] == len(ours) - len(finite)
    whole, plain = GroupSums((found.whole(),)), summed(rows, weighted=True)
    assert bits(whole) == bits(plain)


def test_many_rows_are_cut_within_groups_without_a_trace() -> None:
    draw = np.random.default_rng(1)
    codes, values = draw.integers(0, 3, 5 * ROWS), draw.standard_t(2, 5 * ROWS)
    found = GroupSums.of((codes, ["a", "b", "c"]), [(values,)]).settled().losses[0]
    for k in range(3):
        ours = values[codes == k]
        exact = sum(map(Fraction, ours.tolist()), Fraction(0))
        assert found.sums.fractions()[k] == exact
        assert found.floats()[0, k] == float(exact)
        assert found.rows[k] == len(ours)


def test_rows_that_are_no_numbers_are_counted_in_their_group() -> None:
    values = np.array([1.0, np.inf, np.nan, 2.0, np.nan, -np.inf, 5.0])
    codes = np.array([0, 0, 0, 2, 1, 2, 2])
    found = GroupSums.of((codes, ["a", "b", "c"]), [(values,)]).settled().losses[0]
    assert found.rows.tolist() == [1, 0, 2]
    assert found.infinite.tolist() == [1, 0, 1]
    assert found.undefined.tolist() == [1, 1, 0]
    assert found.sums.fractions() == [1, 0, 7]
    assert found.high.tolist() == [[1.0, -np.inf, 5.0]]


def test_lots_wait_until_they_are_worth_a_merge() -> None:
    total = GroupSums.of((np.arange(1000), [f"g{k}" for k in range(1000)]), [(np.ones(1000),)])
    for k in range(1500):
        total = total + GroupSums.of((np.zeros(1, np.int8), [f"g{k}"]), [(np.ones(1),)])
        assert len(total.lots) <= 1001
    sums = total.settled().losses[0].sums.fractions()
    assert len(sums) == 1500
    assert sum(sums) == 2500


@given(rows=ROWS_OF, data=st.data())
def test_medians_by_group_do_not_depend_on_the_order(rows: list[Row], data: st.DataObject) -> None:
    def kept(some: list[Row]) -> GroupValues:
        names = list(dict.fromkeys(row[0] for row in some))
        codes = np.array([names.index(row[0]) for row in some], np.int32)
        return GroupValues.of((codes, names), np.array([row[2] / 4 for row in some]))

    names = sorted({row[0] for row in rows})
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    total = GroupValues()
    for part in (shuffled[cut:], shuffled[:cut]):
        total = total + kept(part) if part else total
    found = total.medians([*names, "nobody"]).tolist()
    wanted = [float(np.median([row[2] / 4 for row in rows if row[0] == name])) for name in names]
    assert found[:-1] == wanted
    assert np.isnan(found[-1])
    assert len(total) == len(rows)
