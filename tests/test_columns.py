"""Which column plays which role: the table of conventions row by row, ties, tasks, classes."""

import csv
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.data.classes import twins
from losscli.data.columns import Plan, Wanted, plan
from losscli.data.frame import open_frame
from losscli.data.names import between, fold, level, percent
from losscli.errors import DataError, LosscliError, UsageError


def plan_of(text: str, **wanted: Any) -> Plan:
    """Plan a small file that is written as `a,b|1,2|3,4`."""
    header, *rows = csv.reader(io.StringIO(text.replace("|", "\n")))
    columns = [[row[i] for row in rows] for i in range(len(header))]
    frame = pd.DataFrame(dict(enumerate(columns)), dtype=object)
    frame.columns = pd.Index(header)
    return plan(open_frame(frame), Wanted(**wanted))


def refusal(text: str, **wanted: Any) -> str:
    with pytest.raises(LosscliError) as caught:
        plan_of(text, **wanted)
    return str(caught.value)


NUMBERS = "|1.5,1.4|2.5,2.6|0.5,0.7"
LABELS = "|cat,cat|dog,cat|cat,cat"
CHANCES = "|0,0.2|1,0.9|0,0.3"


@pytest.mark.parametrize(
    ("header", "truth", "pred"),
    [
        ("y_true,y_pred", "y_true", "y_pred"),
        ("target,prediction", "target", "prediction"),
        ("label,prediction", "label", "prediction"),
        ("ground_truth,prediction", "ground_truth", "prediction"),
        ("target,predictions", "target", "predictions"),
        ("label,outputs", "label", "outputs"),
        ("actual,predict", "actual", "predict"),
        ("price,price_pred", "price", "price_pred"),
        ("target,prediction_label", "target", "prediction_label"),
        ("outcome,.pred", "outcome", ".pred"),
        ("price,predicted_price", "price", "predicted_price"),
        ("price,price_PREDICTION", "price", "price_PREDICTION"),
        ("label,Scored Labels", "label", "Scored Labels"),
        ("Label,RawFormulaVal", "Label", "RawFormulaVal"),
        ("y,yhat", "y", "yhat"),
        ("truth,pred", "truth", "pred"),
        ("actual,predicted", "actual", "predicted"),
        ("observed,forecast", "observed", "forecast"),
        ("gold,estimate", "gold", "estimate"),
        ("reference,yhat", "reference", "yhat"),
        ("expected,output", "expected", "output"),
        ("true,pred", "true", "pred"),
        ("gt,prediction", "gt", "prediction"),
        ("Y True,y-PRED", "Y True", "y-PRED"),
        ("Ground.Truth,Prediction", "Ground.Truth", "Prediction"),
    ],
)
def test_a_number_and_its_prediction(header: str, truth: str, pred: str) -> None:
    found = plan_of(header + NUMBERS)
    assert (found.task, found.columns) == ("regression", {"y": truth, "pred": pred})


@pytest.mark.parametrize(
    ("header", "truth", "label"),
    [
        ("y_true,y_pred", "y_true", "y_pred"),
        ("target,prediction", "target", "prediction"),
        ("species,species_pred", "species", "species_pred"),
        ("outcome,.pred_class", "outcome", ".pred_class"),
        ("Label,PredictedLabel", "Label", "PredictedLabel"),
        ("target,prediction_label", "target", "prediction_label"),
        ("label,Scored Labels", "label", "Scored Labels"),
        ("species,predicted_species", "species", "predicted_species"),
        ("actual,predict", "actual", "predict"),
    ],
)
def test_a_class_and_its_prediction(header: str, truth: str, label: str) -> None:
    found = plan_of(header + LABELS)
    assert (found.task, found.columns) == ("labels", {"y": truth, "label": label})
    assert found.by == (truth,)


def test_catboost_writes_the_class_beside_the_raw_value() -> None:
    found = plan_of("SampleId,Label,Class|0,a,b|1,b,b")
    assert (found.task, found.columns) == ("labels", {"y": "Label", "label": "Class"})
    assert plan_of("SampleId,RawFormulaVal,Label|0,2.5,a|1,-0.5,b", positive="a").task == "margin"


def test_weka_counts_its_classes() -> None:
    text = "inst#,actual,predicted,error,prediction|1,1:no,2:yes,+,0.7|2,2:yes,2:yes,,0.9"
    found = plan_of(text, positive="2:yes")
    columns = {"y": "actual", "prob": "prediction", "label": "predicted"}
    assert (found.task, found.columns, found.prob_is) == ("binary", columns, "predicted")
    numbers = plan_of("inst#,actual,predicted,error|1,1.5,1.25,-0.25|2,2.5,2,-0.5")
    assert numbers.columns == {"y": "actual", "pred": "predicted"}


@pytest.mark.parametrize(
    ("header", "prob"),
    [
        ("y_true,y_prob", "y_prob"),
        ("y_true,y_proba", "y_proba"),
        ("y_true,y_score", "y_score"),
        ("y_true,y_pred_proba", "y_pred_proba"),
        ("target,prediction_proba", "prediction_proba"),
        ("label,probability", "probability"),
        ("Label,Probability", "Probability"),
        ("label,Scored Probabilities", "Scored Probabilities"),
        ("actual,prob", "prob"),
        ("truth,p1", "p1"),
        ("truth,prob_1", "prob_1"),
    ],
)
def test_a_probability_of_yes(header: str, prob: str) -> None:
    found = plan_of(header + CHANCES)
    assert (found.task, found.columns["prob"]) == ("binary", prob)
    assert (found.negative, found.positive) == ("0", "1")


@pytest.mark.parametrize(
    ("header", "classes"),
    [
        ("y_true,y_pred_proba_cat,y_pred_proba_dog", ("cat", "dog")),
        ("y_true,y_proba_cat,y_proba_dog", ("cat", "dog")),
        ("y_true,y_score_cat,y_score_dog", ("cat", "dog")),
        ("target,cat,dog", ("cat", "dog")),
        ("target,dog,cat", ("dog", "cat")),
        ("species,predicted_species,cat,dog", ("cat", "dog")),
        ("species,species_pred,cat,dog", ("cat", "dog")),
        ("actual,predict,cat,dog", ("cat", "dog")),
        ("target,prediction_score_cat,prediction_score_dog", ("cat", "dog")),
        ("outcome,.pred_class,.pred_cat,.pred_dog", ("cat", "dog")),
        ("species,species_cat_scores,species_dog_scores", ("cat", "dog")),
        ("species,species_cat_PREDICTION,species_dog_PREDICTION", ("cat", "dog")),
        (
            (
                'label,"Scored Probabilities for Class ""cat""",'
                '"Scored Probabilities for Class ""dog"""'
            ),
            ("cat", "dog"),
        ),
        ("Label,Probability:Class=cat,Probability:Class=dog", ("cat", "dog")),
        ("truth,prob_cat,prob_dog", ("cat", "dog")),
        ("truth,proba_cat,proba_dog", ("cat", "dog")),
        ("truth,p_cat,p_dog", ("cat", "dog")),
        ("truth,cat_prob,dog_prob", ("cat", "dog")),
        ("truth,score_cat,score_dog", ("cat", "dog")),
        ("truth,Prob cat,Prob dog", ("cat", "dog")),
    ],
)
def test_a_family_of_probabilities(header: str, classes: tuple[str, ...]) -> None:
    names = next(csv.reader([header]))
    first = {name: str(0.75 if "cat" in name else 0.25) for name in names}
    first |= {names[0]: "cat"} | {n: "cat" for n in names if n in LABEL_NAMES}
    second = first | {names[0]: "dog"}
    rows = "|".join(",".join(row[name] for name in names) for row in (first, second))
    found = plan_of(f"{header}|{rows}")
    assert (found.task, found.classes) == ("multiclass", classes)
    assert found.columns["y"] == names[0]
    wanted = [next(n for n in names[1:] if c in n and n not in LABEL_NAMES) for c in classes]
    assert found.columns["probs"] == tuple(wanted)


LABEL_NAMES = {"predict", ".pred_class", "predicted_species", "species_pred"}


def test_h2o_numbers_its_classes() -> None:
    found = plan_of("label,predict,p0,p1|0,0,0.75,0.25|1,1,0.5,0.5")
    assert (found.task, found.classes) == ("multiclass", ("0", "1"))
    yes = plan_of("label,predict,p0,p1|0,0,0.75,0.25|1,1,0.5,0.5", tasks=frozenset({"binary"}))
    assert (yes.columns, yes.positive) == ({"y": "label", "prob": "p1"}, "1")


def test_a_class_keeps_its_spelling_and_a_folded_word_is_no_family() -> None:
    found = plan_of("y_true,prob_New York,prob_a,prob_-1|a,0.25,0.25,0.5|-1,0,0,1")
    assert found.classes == ("New York", "a", "-1")
    assert found.columns["probs"] == ("prob_New York", "prob_a", "prob_-1")


@pytest.mark.parametrize(
    ("header", "ends"),
    [
        ("outcome,.pred_lower,.pred_upper", (".pred_lower", ".pred_upper")),
        ("y,yhat_lower,yhat_upper", ("yhat_lower", "yhat_upper")),
        ("y,ARIMA-lo-90,ARIMA-hi-90", ("ARIMA-lo-90", "ARIMA-hi-90")),
        ("y_true,lower,upper", ("lower", "upper")),
        ("y_true,upper,lower", ("lower", "upper")),
    ],
)
def test_an_interval(header: str, ends: tuple[str, str]) -> None:
    found = plan_of(header + "|1.5,1,2|2.5,2,3")
    assert found.task == "interval"
    assert (found.columns["lower"], found.columns["upper"]) == ends


@pytest.mark.parametrize(
    ("header", "levels"),
    [
        ("y_true,0.1,0.5,0.9", [0.1, 0.5, 0.9]),
        ("y_true,q0.05,q0.5,q0.95", [0.05, 0.5, 0.95]),
        ("y_true,q_0.9,q_0.5,q_0.1", [0.1, 0.5, 0.9]),
        ("y_true,quantile_0.1,quantile_0.5,quantile_0.9", [0.1, 0.5, 0.9]),
        ("y_true,p10,p50,p90", [0.1, 0.5, 0.9]),
        ("y_true,q5,q50,q95", [0.05, 0.5, 0.95]),
        ("y_true,q2.5,q50,q97.5", [0.025, 0.5, 0.975]),
    ],
)
def test_quantiles_ascend_with_the_levels_of_their_names(header: str, levels: list[float]) -> None:
    found = plan_of(header + "|1.5,1,2,3|2.5,2,3,4")
    assert (found.task, found.levels.tolist()) == ("distribution", levels)
    names = header.split(",")[1:]
    ascending = names[::-1] if names[0] == "q_0.9" else names
    assert found.columns["quantiles"] == tuple(ascending)


@pytest.mark.parametrize(
    ("header", "named", "said"),
    [
        ("q-0.1,q-0.5,q-0.9", None, "-0.1, the quantile level of q-0.1, is not in (0, 1)"),
        ("q-0.1,q-0.5,q-0.9", "q*", "--quantiles 0.1=q-0.1,0.5=q-0.5,0.9=q-0.9"),
        ("q0.1,q0.5,q1.1", None, "1.1, the quantile level of q1.1, is not in (0, 1)"),
        ("q25,q75,q100", None, "100, the quantile level of q100, is not in (0, 100)"),
        ("a,b,c", "0.5=a,1.1=b,0.9=c", "1.1, the quantile level of b, is not in (0, 1)"),
        ("a,b,c", "5%=a,50%=b,105%=c", "105, the quantile level of c, is not in (0, 100)"),
    ],
)
def test_a_number_that_is_no_level_is_refused(header: str, named: str | None, said: str) -> None:
    roles = {"quantiles": named} if named else {}
    assert said in refusal(f"y_true,{header}|1.5,1,2,3", roles=roles)


def test_a_dash_before_a_level_can_be_said_to_be_none() -> None:
    roles = {"quantiles": "q-*"}
    found = plan_of("y_true,q-0.1,q-0.9|1.5,1,2", roles=roles)
    assert found.columns["quantiles"] == ("q-0.1", "q-0.9")


@pytest.mark.parametrize(
    ("table", "truth", "task"),
    [
        ("y,label|1,0|0,0", "y", "labels"),
        ("y,label|a,b|b,b", "y", "labels"),
        ("target,label|1,1|0,0", "target", "labels"),
        ("y,label,prob|1,1,0.7|0,0,0.2", "y", "binary"),
        ("y_true,label,prediction|1.5,1,1.2|2.5,0,2", "y_true", "regression"),
        ("label,prediction|1.5,1.2|2.5,2", "label", "regression"),
    ],
)
def test_label_is_the_truth_only_where_nothing_else_is(table: str, truth: str, task: str) -> None:
    found = plan_of(table)
    assert (found.columns["y"], found.task) == (truth, task)


def test_quartiles_are_no_percents() -> None:
    assert "no column is known as the prediction" in refusal("y_true,q1,q2,q3|1.5,1,2,3")
    said = "quantile level of q1, q2, q3 is not in the name"
    assert said in refusal("y_true,q1,q2,q3|1.5,1,2,3", roles={"quantiles": "q*"})
    named = plan_of("y_true,q1,q2,q3|1.5,1,2,3", roles={"quantiles": "0.25=q1,0.5=q2,0.75=q3"})
    assert named.levels.tolist() == [0.25, 0.5, 0.75]


def test_one_quantile_is_no_family() -> None:
    assert "no column is known as the prediction" in refusal("y_true,p50|1.5,1|2.5,2")
    assert "no column is known as the prediction" in refusal("y_true,0.5|1.5,1|2.5,2")


def test_nixtla_has_one_column_a_model() -> None:
    found = plan_of("unique_id,ds,y,ARIMA|a,1,1.5,2.5|a,2,2.5,2.25")
    assert found.columns == {"y": "y", "pred": "ARIMA"}
    said = refusal("unique_id,ds,y,ARIMA,ETS|a,1,1.5,2.5,3.5")
    assert "--pred ARIMA or --pred ETS" in said


def test_ml_net_scores_numbers() -> None:
    assert plan_of("Label,Score" + NUMBERS).columns == {"y": "Label", "pred": "Score"}
    text = "Label,PredictedLabel,Score,Probability|0,0,-2.5,0.1|1,1,3.5,0.9"
    assert plan_of(text).columns["prob"] == "Probability"
    assert plan_of(text, tasks=frozenset({"margin"})).columns["score"] == "Score"


def test_a_pair_beats_two_single_names() -> None:
    found = plan_of("target,y_true,y_pred,label|1.5,2.5,2.5,x|3.5,2.5,1.5,x")
    assert found.columns == {"y": "y_true", "pred": "y_pred"}


def test_a_truth_is_found_by_a_pair_for_every_role() -> None:
    text = "target,y_true,y_pred,prob_a,prob_b|a,b,b,0.25,0.75|a,a,b,0.5,0.5"
    assert plan_of(text).columns == {"y": "y_true", "probs": ("prob_a", "prob_b")}


def test_a_tie_lists_the_candidates_and_their_flags() -> None:
    said = refusal("y_true,y_pred,target,prediction|1.5,1.5,2.5,2.5")
    assert "--true y_true or --true target" in said
    said = refusal("actual,target,y_pred|1.5,2.5,1.5")
    assert "actual and target could each be the truth" in said
    said = refusal("y,pred,forecast|1.5,2.5,1.5")
    assert "--pred pred or --pred forecast" in said
    said = refusal("Y_true,y_true,y_pred|1.5,2.5,1.5")
    assert "--true Y_true or --true y_true" in said


def test_a_tie_is_settled_by_a_flag() -> None:
    text = "y_true,y_pred,target,prediction|1.5,1.25,2.5,2.25"
    found = plan_of(text, roles={"y": "target"})
    assert found.columns == {"y": "target", "pred": "prediction"}


def test_no_truth_and_no_prediction_are_refused_with_the_columns() -> None:
    assert "no column is known as the truth; the columns are a, b" in refusal("a,b|1,2")
    said = refusal("y_true,b|1.5,2")
    assert "no column is known as the prediction" in said
    assert "--pred" in said
    assert "--prob" in said


def test_what_was_chosen_is_said_with_the_flags_that_pin_it() -> None:
    found = plan_of("y_true,y_pred,sample_weight,row_id|1.5,1.25,1,7")
    assert found.notes == (
        "y_true is the truth, y_pred the prediction (--true y_true --pred y_pred)",
        "the task is regression (--task regression)",
        "not used, unless named: --weight sample_weight, --id row_id",
    )
    named = plan_of(
        "y_true,y_pred|1.5,1.25", roles={"y": "y_true", "pred": "y_pred"}, task="regression"
    )
    assert named.notes == ()
    labels = plan_of("y_true,y_pred|a,b", roles={"y": "y_true", "pred": "y_pred"}, task="labels")
    assert (labels.notes, labels.warnings) == ((), ())
    half = plan_of("y_true,y_pred|1.5,1.25", roles={"pred": "y_pred"}, task="regression")
    assert len(half.notes) == 1


def test_the_pinned_flags_choose_the_same() -> None:
    text = "my truth,prob_cat,prob_New York|cat,0.25,0.75|New York,0.5,0.5"
    found = plan_of(text, roles={"y": "my truth"})
    assert "--true 'my truth' --probs 'prob_*'" in found.notes[0]
    pinned = plan_of(text, roles={"y": "my truth", "probs": "prob_*"}, task="multiclass")
    assert (pinned.columns, pinned.classes) == (found.columns, found.classes)


def test_the_losses_decide_the_task() -> None:
    text = "y_true,y_pred,y_prob,score|0,0,0.25,-1.5|1,1,0.75,2.5|1,0,0.4,-0.5"
    assert plan_of(text).task == "binary"
    for task in ("regression", "binary", "margin", "labels"):
        assert plan_of(text, tasks=frozenset({task})).task == task
        assert plan_of(text, task=task).task == task
    assert plan_of(text, tasks=frozenset({"binary", "multiclass", "labels"})).task == "binary"


def test_a_role_that_was_named_decides_the_task() -> None:
    text = "y_true,y_pred,a,b|0,0,0.25,-1.5|1,1,0.75,2.5"
    assert plan_of(text, roles={"prob": "a"}).columns == {"y": "y_true", "prob": "a"}
    assert plan_of(text, roles={"score": "b"}).task == "margin"
    assert plan_of(text, roles={"label": "y_pred"}).task == "labels"
    assert plan_of(text, roles={"lower": "b", "upper": "a"}).columns["upper"] == "a"


def test_few_integers_may_be_numbers_or_classes() -> None:
    said = refusal("y_true,y_pred|1,2|3,3")
    assert "--task regression or --task labels" in said
    assert "--task" in refusal("y_true,y_pred|1.0,2|3,3")
    many = "|".join(f"{i},{i}" for i in range(21))
    assert plan_of(f"y_true,y_pred|{many}").task == "regression"
    assert plan_of("y_true,y_pred|1,2.5|3,3").task == "regression"


def test_text_against_numbers_is_refused() -> None:
    assert "one of y_true and y_pred holds text" in refusal("y_true,y_pred|cat,1.5|dog,0.5")


def test_a_stray_text_does_not_make_numbers_classes() -> None:
    assert plan_of("y_true,y_pred|1.5,1.25|NA,2.5|2.5,2.5").task == "regression"


def test_numbers_are_no_labels_unless_said() -> None:
    losses = frozenset({"binary", "multiclass", "labels"})
    said = refusal("y_true,y_pred|1.25,1.5|2.5,2.5", tasks=losses)
    assert "numbers, not labels" in said
    assert plan_of("y_true,y_pred|1,2|3,3", tasks=losses).task == "labels"


def test_a_probability_in_the_prediction_column_is_warned_of() -> None:
    found = plan_of("y_true,y_pred|0,0.25|1,0.75")
    assert found.task == "regression"
    assert "--prob y_pred" in found.warnings[0]


def test_probabilities_are_no_labels_unless_said() -> None:
    losses = frozenset({"binary", "multiclass", "labels"})
    said = refusal("y_true,y_pred|0,0.25|1,0.75", tasks=losses)
    assert "the predictions in y_pred are numbers between 0 and 1, not labels" in said
    assert "--prob y_pred; --task labels" in said
    assert plan_of("y_true,y_pred|0,0.0|1,1", tasks=losses).task == "labels"
    assert plan_of("y_true,y_pred|0,0.25|1,0.75", task="labels").task == "labels"


def test_a_positive_class_prefers_two_classes_and_forbids_nothing() -> None:
    text = "y_true,prob_a,prob_b|a,0.25,0.75|b,0.5,0.5"
    assert plan_of(text).task == "multiclass"
    found = plan_of(text, positive="a")
    assert (found.task, found.columns["prob"]) == ("binary", "prob_a")
    labels = plan_of("y_true,y_pred|a,b|b,b", positive="a")
    assert labels.task == "labels"
    assert labels.warnings == ("--positive is not used for labels",)


def test_whose_probability_must_be_said() -> None:
    text = "y_true,y_pred,score|a,a,0.9|b,a,0.75"
    assert "--prob-is predicted or --prob-is positive" in refusal(text, positive="b")
    found = plan_of(text, positive="b", prob_is="predicted")
    assert found.columns == {"y": "y_true", "prob": "score", "label": "y_pred"}
    positive = plan_of(text, positive="b", prob_is="positive")
    assert positive.columns == {"y": "y_true", "prob": "score"}
    no_label = plan_of("y_true,y_pred,score|a,7.5,0.9|b,2.5,0.75", positive="b")
    assert no_label.columns == {"y": "y_true", "score": "score"}
    below = "label,prediction,probability|a,a,0.9|b,b,0.25"
    assert plan_of(below, positive="a").prob_is == "positive"


def test_pycaret_says_whose_probability_it_is() -> None:
    text = "target,prediction_label,prediction_score|no,no,0.9|yes,no,0.75"
    found = plan_of(text)
    assert (found.prob_is, found.positive) == ("predicted", "yes")
    assert "--prob-is predicted" in found.notes[0]
    assert "--prob-is" in refusal("target,prediction_label,prediction_score|no,no,0.9|yes,no,0.1")


def test_a_probability_of_the_predicted_class_needs_that_class() -> None:
    said = refusal("y_true,y_prob|0,0.75|1,0.5", prob_is="predicted")
    assert "--label" in said


@pytest.mark.parametrize(
    ("truths", "negative", "positive"),
    [
        (("0", "1"), "0", "1"),
        (("1", "0"), "0", "1"),
        (("-1", "1"), "-1", "1"),
        (("0.0", "1.0"), "0.0", "1.0"),
        (("True", "False"), "False", "True"),
        (("no", "yes"), "no", "yes"),
        (("NO", "YES"), "NO", "YES"),
        (("0",), "0", "1"),
        (("1",), None, "1"),
        (("No",), "No", "Yes"),
        (("TRUE",), None, "TRUE"),
    ],
)
def test_the_positive_class_is_known_of_a_few_pairs(
    truths: tuple[str, ...], negative: str | None, positive: str
) -> None:
    found = plan_of("y_true,y_prob|" + "|".join(f"{text},0.5" for text in truths))
    assert (found.negative, found.positive) == (negative, positive)
    assert any(f"--positive {positive}" in note for note in found.notes)


def test_any_other_positive_class_must_be_named() -> None:
    said = refusal("y_true,y_prob|ham,0.5|spam,0.5")
    assert "--positive ham or --positive spam" in said
    found = plan_of("y_true,y_prob|ham,0.5|spam,0.5", positive="spam")
    assert (found.negative, found.positive) == ("ham", "spam")
    assert "is not a class of y_true" in refusal("y_true,y_prob|a,0.5|b,0.5", positive="c")
    assert "more than two classes" in refusal("y_true,y_prob|a,0.5|b,1|c,0", task="binary")


def test_a_probability_that_was_named_is_that_of_the_class_in_its_name() -> None:
    text = "y_true,prob_0,prob_1|0,0.75,0.25|1,0.5,0.5"
    assert plan_of(text, roles={"prob": "prob_0"}).positive == "0"
    assert plan_of(text, roles={"prob": "prob_1"}).positive == "1"
    said = refusal(text, roles={"prob": "prob_0"}, positive="1")
    assert "prob_0 is by its name the probability of 0; --positive 0" in said


def test_two_classes_are_settled_at_the_end() -> None:
    found = plan_of("y_true,y_prob|a,0.5|a,0.5", positive="a")
    assert found.settle({"a", "b", None}) == ("b", "a")
    assert found.settle({"a", None}) == (None, "a")
    with pytest.raises(DataError, match="more than two classes"):
        found.settle({"a", "b", "c"})


def test_an_unknown_column_gets_the_nearest_names() -> None:
    said = refusal("y_true,y_pred|1.5,1.25", roles={"pred": "y_prd"})
    assert "--pred: there is no column 'y_prd'; did you mean y_pred" in said
    for wanted in ({"weight": "wt"}, {"id": "wt"}, {"by": ("wt",)}, {"extra": ("wt",)}):
        assert "no column 'wt'" in refusal("y_true,y_pred|1.5,1.25", **wanted)


def test_names_in_messages_are_made_harmless() -> None:
    said = refusal("y_true,\x1b[31my|1.5,1.25", roles={"pred": "::x\x1b"})
    assert "\x1b" not in said
    assert "\\x1b[31my" in said


@pytest.mark.parametrize(
    ("named", "classes"),
    [
        ("m_*", ("cat", "dog")),
        ("cat=m_cat,dog=m_dog", ("cat", "dog")),
        ("dog=m_dog,cat=m_cat", ("dog", "cat")),
        ("m_cat,m_dog", ("m_cat", "m_dog")),
        (["m_dog", "m_cat"], ("m_dog", "m_cat")),
        ({"dog": "m_dog", "cat": "m_cat"}, ("dog", "cat")),
    ],
)
def test_probabilities_by_hand(named: Any, classes: tuple[str, ...]) -> None:
    text = "y_true,m_cat,m_dog|cat,0.25,0.75|dog,0.5,0.5"
    found = plan_of(text, roles={"probs": named})
    assert (found.task, found.classes) == ("multiclass", classes)
    wanted = [c if c.startswith("m_") else f"m_{c}" for c in classes]
    assert found.columns["probs"] == tuple(wanted)


def test_bare_names_of_a_known_family_keep_its_classes() -> None:
    text = "y_true,prob_cat,prob_dog|cat,0.25,0.75|dog,0.5,0.5"
    assert plan_of(text, roles={"probs": "prob_dog,prob_cat"}).classes == ("dog", "cat")


def test_a_family_by_hand_needs_two_columns_of_their_own() -> None:
    text = "y_true,p_cat,p_dog|cat,0.25,0.75"
    for named in ("p_cat*", "x_*", "cat=p_cat,cat=p_dog"):
        assert "--probs needs two or more columns" in refusal(text, roles={"probs": named})


def test_bare_class_names_count_where_the_rows_sum_to_one() -> None:
    assert plan_of("target,cat,dog|cat,0.25,0.75|dog,0.5,0.5").task == "multiclass"
    assert plan_of("target,prediction,cat,dog|cat,cat,3,9|dog,cat,1,4").task == "labels"
    missing = plan_of("target,prediction,cat|cat,cat,1|dog,cat,1")
    assert missing.task == "labels"


def test_bare_class_names_count_the_predicted_classes_too() -> None:
    text = "target,prediction,cat,dog,owl|cat,owl,0.25,0.25,0.5|dog,dog,0.25,0.5,0.25"
    assert plan_of(text).classes == ("cat", "dog", "owl")


def test_weak_families_need_the_truths_among_their_classes() -> None:
    assert plan_of("y_true,y_pred,p_value,p_rank|1.5,1.25,0.5,0.5|2.5,2.5,0.5,0.5").columns == {
        "y": "y_true",
        "pred": "y_pred",
    }


def test_margins_of_several_classes() -> None:
    text = "y_true,score_a,score_b|a,2.5,-1.5|b,0.5,3.5"
    found = plan_of(text)
    assert (found.task, found.classes) == ("margin", ("a", "b"))
    assert found.columns["scores"] == ("score_a", "score_b")
    assert plan_of(text, positive="a").positive is None


def test_the_default_breakdown() -> None:
    found = plan_of("y_true,y_pred,segment|1.5,1.25,a|2.5,2.5,b")
    assert found.by == ("segment",)
    assert any("--by segment" in note for note in found.notes)
    two = plan_of("y_true,y_pred,segment,group|1.5,1.25,a,b|2.5,2.5,b,a")
    assert two.by == ()
    assert any("--by segment, --by group" in note for note in two.notes)
    assert plan_of("y_true,y_pred,segment,c|1.5,1.25,a,d", by=("c",)).by == ("c",)
    assert plan_of("y_true,y_pred,fold|1.5,1.25,a").by == ()
    assert plan_of("y_true,y_pred,class|a,b,x|b,b,y").by == ("y_true",)
    assert plan_of("y_true,y_pred,c|a,b,x|b,b,y", by=("y_true", "c", "c")).by == ("y_true", "c")


def test_one_column_has_one_type() -> None:
    truth: dict[str, Any] = {"roles": {"y": "y_true"}}
    assert "read as text" in refusal("y_true,y_pred|1.5,1.25", by=("y_true",))
    assert "read as text" in refusal("y_true,y_pred|1.5,1.25", id="y_true", **truth)
    found = plan_of("y_true,y_pred|a,b|b,b", id="y_true", by=("y_pred",), **truth)
    assert {str(kind) for kind in found.types.values()} == {
        "dictionary<values=string, indices=int32, ordered=0>"
    }


def test_the_types_that_the_source_is_asked_for() -> None:
    found = plan_of("y_true,y_pred,c,k,w|1.5,1.25,a,7,2", by=("c",), id="k", weight="w")
    assert {name: str(kind) for name, kind in found.types.items()} == {
        "y_true": "double",
        "y_pred": "double",
        "w": "double",
        "c": "dictionary<values=string, indices=int32, ordered=0>",
        "k": "string",
    }
    shown = {"y": "y_true", "pred": "y_pred", "by": ["c"], "id": "k", "weight": "w"}
    assert found.shown == {**shown, "group": None, "cluster": None}


def test_a_column_cannot_be_the_truth_and_its_prediction() -> None:
    assert "y_true" in refusal("y_true,y_pred|1.5,1.25", roles={"y": "y_true", "pred": "y_true"})


def test_further_columns_that_losses_ask_for() -> None:
    text = "y_true,var,es|1.5,-1,-2"
    found = plan_of(text, tasks=frozenset({"regression"}), extra=("var", "es"))
    assert found.columns == {"y": "y_true", "var": "var", "es": "es"}
    both = plan_of("y,yhat,yhat_lower,yhat_upper|1.5,2,1,3", task="interval", extra=("pred",))
    assert both.columns == {"y": "y", "lower": "yhat_lower", "upper": "yhat_upper", "pred": "yhat"}
    ends = plan_of("y,yhat,yhat_lower,yhat_upper|1.5,2,1,3", task="regression", extra=("upper",))
    assert ends.columns == {"y": "y", "pred": "yhat", "upper": "yhat_upper"}


def test_a_header_that_names_a_used_column_twice_is_refused() -> None:
    with pytest.raises(DataError, match="y_pred 2 times"):
        plan_of("y_true,y_pred,y_pred|1.5,1.25,2")
    twins_of_accents = "y_true,caf\u00e9,cafe\u0301|1.5,1.25,2"
    with pytest.raises(DataError, match="2 times"):
        plan_of(twins_of_accents, roles={"pred": "caf\u00e9"})
    assert plan_of("y_true,y_pred,x,x|1.5,1.25,2,3").task == "regression"


def test_an_idle_flag_is_said() -> None:
    found = plan_of("y_true,y_pred,s|1.5,1.25,2", task="regression", roles={"score": "s"})
    assert "--score is not used for regression" in found.warnings
    found = plan_of("y_true,y_pred|1.5,1.25", task="regression", positive="1")
    assert "--positive is not used for regression" in found.warnings


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(UsageError, match="choose one of"):
        plan_of("y_true,y_pred|1.5,1.25", task="regresion")


SEPARATED = st.text(" ._-", max_size=2)


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_names_are_compared_without_case_and_separators(data: st.DataObject) -> None:
    def spell(words: list[str]) -> str:
        cased = [data.draw(st.sampled_from([w, w.upper(), w.title()])) for w in words]
        return data.draw(SEPARATED).join(cased)

    truth, pred = spell(["y", "true"]), spell(["y", "pred"])
    rows = "|1.5,1.25|2.5,2.5"
    assert plan_of(f"{truth},{pred}{rows}").columns == {"y": truth, "pred": pred}


@settings(deadline=None)
@given(st.text(min_size=1).filter(lambda text: "\r" not in text))
def test_what_follows_the_prefix_is_the_class_as_it_is_spelled(text: str) -> None:
    assert between(f"Y.Prob_{text}", "y_prob_", "") == text
    assert between(f"{text}_PROB", "", "_prob") == text


def test_a_prefix_ends_at_a_separator_or_a_digit() -> None:
    assert between("prob1", "prob_", "") == "1"
    assert between("problem", "prob_", "") is None
    assert between("prob_", "prob_", "") is None
    assert between("prob", "prob_", "") is None
    assert fold(" Y._-true") == "ytrue"


def test_levels_are_the_nearest_doubles() -> None:
    assert [level(text) for text in ("0.05", ".5", "0.975", "1.0", "0.0", "5", "x")] == [
        *(0.05, 0.5, 0.975),
        *(None, None, None, None),
    ]
    assert [percent(text) for text in ("5", "05", "97.5", "29", "0", "100")] == [
        *(0.05, 0.05, 0.975, 0.29),
        *(None, None),
    ]


def test_a_wide_header_is_read_in_time() -> None:
    names = ["y_true", "y_pred", *(f"feature_{i}" for i in range(5000))]
    frame = pd.DataFrame(np.full((2, len(names)), 0.5), columns=names)
    assert plan(open_frame(frame), Wanted()).columns == {"y": "y_true", "pred": "y_pred"}


def test_classes_that_differ_only_by_spelling() -> None:
    assert twins(["007", "7", "Cat", "cat", "dog", None]) == [
        "the classes '007' and '7' differ only by the spelling of a number and are judged as 2",
        "the classes 'Cat' and 'cat' differ only by case or spaces and are judged as 2",
    ]
    assert len(twins(["1", "1.0", "+1", "1e0"])) == 1
    assert len(twins(["New York", " new  york"])) == 1
    assert twins(["NA", "None", "null", "nan", "", None, "1", "10"]) == []
