"""From pieces to blocks: missing cells, weights, classes, sums; against plain Python."""

import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.data.block import Block, Piece
from losscli.data.columns import GROUP, Plan, Wanted, plan
from losscli.data.frame import open_frame
from losscli.errors import DataError

Columns = dict[str, Any]
NUMBER = pa.float64()


def planned(columns: Columns, **wanted: Any) -> Plan:
    return plan(open_frame(dict(columns)), Wanted(**wanted))


def block_of(found: Plan, columns: Columns, part: tuple[int, int] = (0, 0)) -> Block:
    arrays = {
        name: pa.array(columns[name], pa.string() if kind == GROUP else kind).cast(kind)
        for name, kind in found.types.items()
    }
    return found.block(Piece(pa.table(arrays), part, lambda row: f"preds.csv, line {row + 2}"))


def refused(found: Plan, columns: Columns) -> str:
    with pytest.raises(DataError) as caught:
        block_of(found, columns)
    return str(caught.value)


SAMPLE: Columns = {"y_true": [1.5, 2.5], "y_pred": [1.25, 2.75]}


def regression(**wanted: Any) -> Plan:
    return planned({**SAMPLE, "c": ["a", "b"], "w": [1, 2], "k": ["r", "s"]}, **wanted)


def test_numbers_are_not_copied_and_cannot_be_written() -> None:
    table = pa.table({"y_true": pa.array([1.5, 2.5]), "y_pred": pa.array([1.25, 2.75])})
    block = regression().block(Piece(table, (0, 3), "row {}".format))
    for role, name in (("y", "y_true"), ("pred", "y_pred")):
        values = block.columns[role]
        assert values.ctypes.data == table[name].chunk(0).buffers()[1].address
        assert not values.flags.writeable
        assert values.flags.c_contiguous
    assert list(block.columns) == ["y", "pred"]
    assert (block.part, block.seen, block.rows, block.place(1)) == ((0, 3), 2, None, "row 1")


def test_a_missing_cell_is_refused_with_its_place_and_the_remedy() -> None:
    said = refused(regression(), {"y_true": [1.5, 2.5, 3], "y_pred": [1.5, None, None]})
    assert said == (
        "preds.csv, line 3: y_pred is empty; --missing drop leaves such rows out and counts them"
    )


def test_a_number_that_is_not_finite_is_refused_and_never_missing() -> None:
    said = refused(regression(), {"y_true": [1.5, 2.5], "y_pred": [1.5, math.inf]})
    assert said.startswith("preds.csv, line 3: y_pred is inf, which is not finite")
    said = refused(regression(), {"y_true": [math.nan, 2.5], "y_pred": [1.5, None]})
    assert said.startswith("preds.csv, line 2: y_true is nan, which is not finite")


def test_dropped_rows_are_counted_once_for_their_first_reason() -> None:
    nan, inf = math.nan, math.inf
    found = regression(missing="drop", by=("c",), weight="w", id="k")
    block = block_of(
        found,
        {
            "y_true": [1.5, None, nan, 4.5, 5.5, None],
            "y_pred": [1.25, 2.25, 3.25, -inf, None, None],
            "c": ["a", "b", "a", None, "b", "a"],
            "w": [1, 2, 3, 4, 5, None],
            "k": ["p", "q", None, "s", "t", "u"],
        },
    )
    assert block.dropped == {
        "y_true empty": 2,
        "y_true not finite": 1,
        "y_pred empty": 1,
        "y_pred not finite": 1,
    }
    assert (block.seen, block.columns["y"].tolist()) == (6, [1.5])
    assert block.rows is not None
    assert block.rows.tolist() == [0]
    assert block.weight is not None
    assert block.weight.tolist() == [1.0]
    assert block.ids is not None
    assert block.ids.to_pylist() == ["p"]


def test_an_empty_group_and_an_empty_id_are_not_missing() -> None:
    found = regression(by=("c",), id="k")
    block = block_of(found, {**SAMPLE, "c": [None, "b"], "k": [None, "s"]})
    codes, texts = block.groups["c"]
    assert [texts[code] for code in codes] == [None, "b"]
    assert codes.dtype == np.int32
    assert not codes.flags.writeable
    assert block.ids is not None
    assert block.ids.to_pylist() == [None, "s"]
    assert not block.dropped


@pytest.mark.parametrize("missing", ["error", "drop"])
@pytest.mark.parametrize("weight", [-1.0, math.nan, math.inf, -math.inf, -5e-324])
def test_a_weight_below_zero_or_not_finite_is_always_refused(missing: str, weight: float) -> None:
    found = regression(weight="w", missing=missing)
    said = refused(found, {**SAMPLE, "y_true": [1.5, None], "w": [0.0, weight]})
    assert said.startswith(f"preds.csv, line 3: the weight w is {weight:g}")


def test_a_missing_weight_is_a_missing_cell() -> None:
    columns: Columns = {**SAMPLE, "w": [None, 2.0]}
    assert "line 2: w is empty" in refused(regression(weight="w"), columns)
    block = block_of(regression(weight="w", missing="drop"), columns)
    assert block.dropped == {"w empty": 1}


BINARY: Columns = {"y_true": ["no", "yes"], "y_prob": [0.25, 0.75]}


def test_truths_of_two_classes_are_zero_and_one() -> None:
    block = block_of(planned(BINARY), {"y_true": ["yes", "no", "no"], "y_prob": [1, 0, 0.5]})
    assert block.columns["y"].tolist() == [1.0, 0.0, 0.0]
    assert block.columns["y"].dtype == np.float64
    assert block.classes == ("no", "yes")
    codes, texts = block.groups["y_true"]
    assert [texts[code] for code in codes] == ["yes", "no", "no"]


def test_a_third_class_is_refused_with_its_place() -> None:
    said = refused(planned(BINARY), {"y_true": ["yes", "no", "Yes"], "y_prob": [1, 0, 0.5]})
    assert said == (
        "preds.csv, line 4: y_true is 'Yes', which is not one of yes, no; "
        "mend the cell, or choose another --task"
    )


def test_a_third_class_in_a_dropped_row_is_not_judged() -> None:
    found = planned(BINARY, missing="drop")
    block = block_of(found, {"y_true": ["yes", "no", "x"], "y_prob": [1, 0, None]})
    assert block.columns["y"].tolist() == [1.0, 0.0]


def test_the_negative_class_may_come_late() -> None:
    found = planned({"y_true": ["spam"], "y_prob": [0.5]}, positive="spam")
    first = block_of(found, {"y_true": ["spam", "spam"], "y_prob": [1, 0.5]})
    later = block_of(found, {"y_true": ["spam", "ham"], "y_prob": [1, 0.5]})
    assert (first.classes, later.classes) == ((None, "spam"), ("ham", "spam"))
    assert later.columns["y"].tolist() == [1.0, 0.0]
    assert found.settle({*first.classes, *later.classes}) == ("ham", "spam")
    said = refused(found, {"y_true": ["spam", "ham", "egg"], "y_prob": [1, 0.5, 0.5]})
    assert "is not one of" in said


def test_margins_are_minus_one_and_one() -> None:
    found = planned({"y_true": [0, 1], "score": [-2.5, 3.5]})
    block = block_of(found, {"y_true": ["1", "0"], "score": [0.5, -0.5]})
    assert block.columns["y"].tolist() == [1.0, -1.0]
    assert block.classes == ("0", "1")
    assert block.counted["outside_unit"] == 1


def test_the_probability_of_the_predicted_class_becomes_that_of_yes() -> None:
    columns: Columns = {
        "y_true": ["no", "yes", "yes"],
        "prediction_label": ["no", "no", "yes"],
        "prediction_score": [0.75, 0.5, 1.0],
    }
    block = block_of(planned(columns), columns)
    assert block.columns["prob"].tolist() == [0.25, 0.5, 1.0]
    assert list(block.columns) == ["y", "prob"]
    columns["prediction_label"] = ["no", "maybe", "yes"]
    assert "prediction_label is 'maybe'" in refused(
        planned({**columns, "prediction_label": ["no", "no", "yes"]}), columns
    )


FAMILY: Columns = {
    "y_true": ["a", "c"],
    "prob_c": [0.5, 0.25],
    "prob_a": [0.25, 0.25],
    "prob_b": [0.25, 0.5],
}


def test_classes_are_bound_by_name() -> None:
    block = block_of(planned(FAMILY), FAMILY)
    assert block.classes == ("c", "a", "b")
    assert block.columns["y"].tolist() == [1, 0]
    assert block.columns["y"].dtype == np.intp
    assert block.columns["probs"].tolist() == [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]
    assert block.columns["probs"].flags.c_contiguous
    assert not block.columns["probs"].flags.writeable


def test_a_truth_among_no_class_is_refused() -> None:
    said = refused(planned(FAMILY), {**FAMILY, "y_true": ["a", "A"]})
    assert "line 3: y_true is 'A', which is not among the classes" in said


def test_probabilities_must_sum_to_one() -> None:
    said = refused(planned(FAMILY), {**FAMILY, "prob_b": [0.25, 0.75]})
    assert "line 3: the probabilities (prob_c, prob_a, prob_b) sum to 1.25" in said
    assert "--normalize" in said
    third = [0.333333, 0.333333]
    rounded: Columns = {"y_true": ["a", "c"], "prob_a": third, "prob_b": third, "prob_c": third}
    assert block_of(planned(rounded), rounded).seen == 2
    off = {**rounded, "prob_c": [0.333333, 0.333332]}
    assert "sum to 0.999998" in refused(planned(off), off)


def test_normalize_rescales_the_rows_that_are_off_and_counts_them() -> None:
    columns: Columns = {**FAMILY, "prob_c": [50, 0.25], "prob_a": [25, 0.25], "prob_b": [25, 0.5]}
    block = block_of(planned(columns, normalize=True), columns)
    assert block.columns["probs"].tolist() == [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]
    assert block.counted["rescaled probabilities"] == 1
    zero = {**columns, "prob_c": [0, 0.25], "prob_a": [0, 0.25], "prob_b": [0, 0.5]}
    assert "sum to 0" in refused(planned(zero, normalize=True), zero)


def test_a_missing_probability_leaves_its_row_out() -> None:
    columns: Columns = {**FAMILY, "prob_a": [None, 0.25]}
    block = block_of(planned(FAMILY, missing="drop"), columns)
    assert block.dropped == {"prob_a empty": 1}
    assert block.columns["probs"].tolist() == [[0.25, 0.25, 0.5]]


def test_labels_share_one_list_of_classes() -> None:
    columns: Columns = {"y_true": ["cat", "dog", "cat"], "y_pred": ["owl", "dog", "cat"]}
    block = block_of(planned(columns), columns)
    for role, name in (("y", "y_true"), ("label", "y_pred")):
        assert [block.classes[code] for code in block.columns[role]] == columns[name]
        assert block.columns[role].dtype == np.intp
    assert sorted(map(str, block.classes)) == ["cat", "dog", "owl"]


@pytest.mark.parametrize("word", ["NA", "None", "null", "nan", "N/A", "NaN", "-", " "])
def test_only_an_empty_field_is_missing(word: str) -> None:
    columns: Columns = {"y_true": ["cat", word], "y_pred": ["cat", word]}
    block = block_of(planned(columns, task="labels"), columns)
    assert block.classes == ("cat", word)
    assert not block.dropped


def test_a_missing_label_is_missing() -> None:
    columns: Columns = {"y_true": ["cat", None, "dog"], "y_pred": ["cat", "cat", None]}
    found = planned({"y_true": ["cat", "dog"], "y_pred": ["cat", "dog"]}, missing="drop")
    block = block_of(found, columns)
    assert block.dropped == {"y_true empty": 1, "y_pred empty": 1}
    codes, texts = block.groups["y_true"]
    assert {texts[code] for code in codes} == {"cat"}


def test_the_ends_of_an_interval_must_be_in_order() -> None:
    found = planned({"y_true": [1.5], "lower": [1], "upper": [2]})
    columns: Columns = {"y_true": [1.5, 2.5], "lower": [1, 2.0], "upper": [1, 1.5]}
    said = refused(found, columns)
    assert said.startswith("preds.csv, line 3: the lower end 2.0 is above")


def test_crossing_quantiles_are_counted() -> None:
    columns: Columns = {
        "y_true": [1.5, 2, 3],
        "q0.9": [3, 1, 2],
        "q0.1": [1, 2, 2],
        "q0.5": [2, 3, 2],
    }
    block = block_of(planned(columns), columns)
    assert block.columns["quantiles"].tolist() == [[1, 2, 3], [2, 3, 1], [2, 2, 2]]
    assert block.counted["crossing quantiles"] == 1


def test_margins_of_several_classes_keep_codes() -> None:
    columns: Columns = {"y_true": ["a", "b"], "score_b": [0.5, 2.5], "score_a": [0.25, 1.0]}
    block = block_of(planned(columns), columns)
    assert block.columns["y"].tolist() == [1, 0]
    assert block.columns["scores"].tolist() == [[0.5, 0.25], [2.5, 1.0]]
    assert block.counted["outside_unit"] == 1


def test_place_is_kept_for_every_row_of_the_piece() -> None:
    found = regression(missing="drop")
    block = block_of(found, {"y_true": [None, 2.5], "y_pred": [1.5, 2.5]})
    assert block.rows is not None
    assert block.place(int(block.rows[0])) == "preds.csv, line 3"


def test_a_plan_can_be_sent_to_another_process() -> None:
    found = planned({**FAMILY, "c": ["a", "b"]}, by=("c",))
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own bytes
    assert block_of(again, {**FAMILY, "c": ["a", "b"]}).classes == ("c", "a", "b")


def test_missing_cells_of_a_file_do_not_cost_the_import_of_pandas(tmp_path: Path) -> None:
    path = tmp_path / "preds.csv"
    path.write_text("y_true,y_pred,segment\n1.5,,a\n2.5,2.0,\nnan,1,b\n")
    program = (
        "import sys\n"
        "from losscli.data.dataset import open_files\n"
        "from losscli.data.columns import Wanted, plan\n"
        f"source = open_files([{str(path)!r}])\n"
        "found = plan(source, Wanted(missing='drop', id='segment'))\n"
        "(make,) = source.stretches(found.types)\n"
        "(piece,) = make()\n"
        "print(len(found.block(piece).rows), 'pandas' in sys.modules)\n"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, check=True).stdout.split() == [
        b"1",
        b"False",
    ]


NAMES = ("y_true", "y_pred", "c")
DROPPING = regression(missing="drop", by=("c",))
CELLS = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))
ROWS = st.lists(
    st.tuples(CELLS, CELLS, st.sampled_from([None, "a", "b", "", "é"])), min_size=1, max_size=30
)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_what_is_judged_and_dropped_is_what_plain_python_says(
    rows: list[tuple[float | None, float | None, str | None]],
) -> None:
    columns: Columns = {
        n: [row[i] for row in rows] for i, n in enumerate(("y_true", "y_pred", "c"))
    }
    block = block_of(DROPPING, columns)
    reasons: dict[str, int] = {}
    kept = []
    for row in rows:
        for name, cell in zip(("y_true", "y_pred"), row, strict=False):
            reason = "empty" if cell is None else "" if math.isfinite(cell) else "not finite"  # type: ignore[arg-type]
            if reason:
                reasons[f"{name} {reason}"] = reasons.get(f"{name} {reason}", 0) + 1
                break
        else:
            kept.append(row)
    assert block.dropped == reasons
    assert block.columns["y"].tolist() == [row[0] for row in kept]
    assert block.columns["pred"].tolist() == [row[1] for row in kept]
    codes, texts = block.groups["c"]
    assert [texts[code] for code in codes] == [row[2] for row in kept]


@settings(max_examples=60, deadline=None)
@given(ROWS, st.data())
def test_chunks_slices_and_types_make_no_difference(
    rows: list[tuple[float | None, float | None, str | None]], data: st.DataObject
) -> None:
    columns: Columns = {
        n: [row[i] for row in rows] for i, n in enumerate(("y_true", "y_pred", "c"))
    }
    whole = block_of(DROPPING, columns)
    cut = data.draw(st.integers(0, len(rows)))
    kind = data.draw(st.sampled_from([pa.string(), pa.large_string(), GROUP]))
    padded = ["x", *columns["c"], "y"]
    groups = pa.array(padded, pa.string()).cast(kind).slice(1, len(rows))
    arrays = {
        name: pa.chunked_array(
            [
                pa.array([0.5, *columns[name]], NUMBER).slice(1, cut),
                pa.array(columns[name][cut:], NUMBER),
            ]
        )
        for name in ("y_true", "y_pred")
    }
    table = pa.table({**arrays, "c": groups})
    block = DROPPING.block(Piece(table, (0, 0), str))
    for role in ("y", "pred"):
        assert block.columns[role].tobytes() == whole.columns[role].tobytes()
        assert block.columns[role].flags.c_contiguous
        assert not block.columns[role].flags.writeable
    (codes, texts), (expected, named) = block.groups["c"], whole.groups["c"]
    assert [texts[c] for c in codes] == [named[c] for c in expected]
    assert block.dropped == whole.dropped


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1), st.randoms(use_true_random=False))
def test_rows_of_probabilities_stand_in_the_order_of_the_classes(
    truths: list[str], chance: Any
) -> None:
    rows = [(cut := chance.randrange(65), chance.randrange(65 - cut)) for _ in truths]
    columns: Columns = {
        "y_true": truths,
        "prob_b": [low / 64 for low, _ in rows],
        "prob_c": [more / 64 for _, more in rows],
        "prob_a": [(64 - low - more) / 64 for low, more in rows],
    }
    block = block_of(planned(columns, task="multiclass"), columns)
    order = ("b", "c", "a")
    assert block.classes == order
    assert block.columns["y"].tolist() == [order.index(text) for text in truths]
    expected = list(zip(columns["prob_b"], columns["prob_c"], columns["prob_a"], strict=True))
    assert block.columns["probs"].tolist() == [list(row) for row in expected]
