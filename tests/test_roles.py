"""Every role from its columns to its number: what is found, what it means, what is refused."""

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from process import shell
from scipy.special import log_softmax
from scipy.stats import norm

from losscli import Report, evaluate
from losscli.errors import DataError, UsageError


def values(report: Report) -> dict[str, float]:
    return {one.label: one.estimate.value for one in report.losses}


def judged(text: str, tmp_path: Path, **options: Any) -> Report:
    path = tmp_path / "p.csv"
    path.write_text(text.replace("|", "\n") + "\n", encoding="utf-8")
    return evaluate(path, **options)


NORMAL = "y,mean,std|1,0,2|3,3,0.5"


@pytest.mark.parametrize(
    "text", [NORMAL, "y,mu,variance|1,0,4|3,3,0.25", "y_true,pred_mean,sigma|1,0,2|3,3,.5"]
)
def test_a_normal_forecast_has_a_mean_and_a_spread(text: str, tmp_path: Path) -> None:
    found = judged(text, tmp_path, losses="log_score,gaussian_nll,dss,crps")
    logs = -np.asarray(norm.logpdf([1, 3], [0, 3], [2, 0.5]))
    assert found.task == "distribution"
    assert values(found)["log_score"] == pytest.approx(logs.mean(), rel=1e-15)
    constant = math.log(2 * math.pi) / 2
    assert values(found)["gaussian_nll"] == pytest.approx(logs.mean() - constant, rel=1e-14)
    assert values(found)["dss"] == pytest.approx(2 * (logs.mean() - constant), rel=1e-14)
    z = np.array([0.5, 0.0])
    by_hand = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi)
    assert values(found)["crps"] == pytest.approx((by_hand * [2, 0.5]).mean(), rel=1e-14)


def test_the_best_normal_constant_is_the_moments(tmp_path: Path) -> None:
    y = [1.0, 2.0, 4.0, 9.0]
    text = "y,mean,std|" + "|".join(f"{v},0,1" for v in y)
    found = judged(text, tmp_path, losses="log_score,crps")
    score, crps = (one.best_constant for one in found.losses)
    assert score is not None
    assert crps is not None
    assert score.prediction == pytest.approx({"mean": 4.0, "std": math.sqrt(9.5)})
    assert score.value == pytest.approx(0.5 * math.log(2 * math.pi * 9.5) + 0.5)
    assert crps.value < norm_crps(y, 4.0, math.sqrt(9.5))


def norm_crps(y: list[float], mean: float, std: float) -> float:
    z = (np.array(y) - mean) / std
    rows = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi)
    return float(std * rows.mean())


def test_members_are_an_ensemble(tmp_path: Path) -> None:
    text = "y,member_1,member_2,member_3|1,0,2,4|5,1,1,1"
    found = judged(text, tmp_path, losses="crps_ensemble,unbiased=crps_ensemble(fair=true)")
    # mean |x - y| is 5/3 and 4; mean |x - x'| is (2 + 4 + 2)*2/9, of different members /6
    plain = [Fraction(5, 3) - Fraction(16, 18), Fraction(4)]
    fair = [Fraction(5, 3) - Fraction(16, 12), Fraction(4)]
    assert values(found)["crps_ensemble"] == pytest.approx(float(sum(plain)) / 2, rel=1e-15)
    assert values(found)["unbiased"] == pytest.approx(float(sum(fair)) / 2, rel=1e-15)


def test_one_truth_is_never_taken_for_several(tmp_path: Path) -> None:
    text = "y_true,y_pred|a,b|b,b"
    assert judged(text, tmp_path, losses="zero_one").task == "labels"
    assert judged("y,prob|1,0.5|0,0.25", tmp_path, losses="log_loss,zero_one").task == "binary"
    both = "y,prob_a,prob_b,y_a,y_b|a,0.5,0.5,1,0|b,0.25,0.75,0,1"
    assert judged(both, tmp_path, losses="log_loss").task == "multiclass"


def test_vectors_are_several_truths_beside_several_predictions(tmp_path: Path) -> None:
    found = judged("y_a,y_b,pred_b,pred_a|3,4,3,4|1,0,0,-2", tmp_path)
    assert found.task == "vectors"
    assert found.columns["y"] == ["y_a", "y_b"]
    assert found.columns["pred"] == ["pred_a", "pred_b"]
    assert values(found) == {"cosine": pytest.approx((1 - 24 / 25 + 2) / 2, rel=1e-15)}
    by_hand = judged("t1,t2,p1,p2|3,4,4,3|1,0,-2,0", tmp_path, true="a=t1,b=t2", pred="a=p1,b=p2")
    assert values(by_hand) == values(found)
    assert found.outliers is not None
    assert found.outliers.worst[0].y == {"a": 1.0, "b": 0.0}
    assert found.outliers.worst[0].pred == {"a": -2.0, "b": 0.0}


MULTI = "y_a,y_b,prob_a,prob_b|1,0,0.5,0.25|1,1,0.9,0.4"


def test_labels_that_can_be_true_together(tmp_path: Path) -> None:
    found = judged(MULTI, tmp_path, losses="bce,hamming,zero_one")
    assert found.task == "multilabel"
    rows = [-math.log(0.5) - math.log(0.75), -math.log(0.9) - math.log(0.4)]
    assert values(found)["log_loss"] == pytest.approx(sum(rows) / 4, rel=1e-15)
    assert values(found)["hamming"] == 0.25
    assert values(found)["zero_one"] == 0.5
    labels = judged("y_a,y_b,label_a,label_b|1,0,1,1|1,1,1,1", tmp_path)
    assert values(labels) == {"hamming": 0.25, "zero_one": 0.5}
    scores = judged("y_a,y_b,y_c,score_a,score_b,score_c|1,0,1,2,1.5,-1", tmp_path)
    # true a leads b by 0.5, true c is behind b by 2.5
    assert values(scores) == {"multi_label_margin": pytest.approx((0.5 + 3.5) / 3, rel=1e-15)}


SOFT = "y_a,y_b,prob_a,prob_b|0.25,0.75,0.5,0.5|1,0,0.75,0.25"


def test_soft_labels_are_shares(tmp_path: Path) -> None:
    found = judged(SOFT, tmp_path)
    assert found.task == "soft"
    entropy = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    cross = [math.log(2), -math.log(0.75)]
    assert values(found)["cross_entropy"] == pytest.approx(sum(cross) / 2, rel=1e-15)
    assert values(found)["kl"] == pytest.approx((sum(cross) - entropy) / 2, rel=1e-14)


LOGITS = "y,logit_a,logit_b,logit_c|a,1,0,-1|b,0,-800,3|c,2,2,2"


def test_logits_go_through_a_stable_softmax_once(tmp_path: Path) -> None:
    found = judged(LOGITS, tmp_path, losses="log_loss,focal(gamma=0),zero_one")
    logits = np.array([[1, 0, -1], [0, -800, 3], [2, 2, 2]])
    wanted = -log_softmax(logits, axis=1)[[0, 1, 2], [0, 1, 2]]
    assert found.columns["logits"] == ["logit_a", "logit_b", "logit_c"]
    assert values(found)["cross_entropy"] == pytest.approx(wanted.mean(), rel=1e-15)
    assert values(found)["focal(gamma=0.0)"] == pytest.approx(wanted.mean(), rel=1e-15)
    assert values(found)["zero_one"] == pytest.approx(2 / 3)
    named = judged(
        LOGITS.replace("logit_", "z"), tmp_path, losses="log_loss", probs="z*", logits=True
    )
    assert values(named)["cross_entropy"] == values(found)["cross_entropy"]


def test_a_logit_of_yes_is_far_or_near(tmp_path: Path) -> None:
    found = judged("y,score|1,-1000|0,-1000|0,1|1,40", tmp_path, losses="log_loss", logits=True)
    wanted = [1000.0, 0.0, math.log1p(math.e), math.exp(-40)]
    assert found.task == "binary"
    assert values(found) == {"log_loss": pytest.approx(sum(wanted) / 4, rel=1e-15)}
    several = judged(
        "y_a,y_b,score_a,score_b|1,0,-1000,1|0,1,-1,40", tmp_path, logits=True, losses="bce"
    )
    assert several.task == "multilabel"
    ones = [1000, math.log1p(math.e), math.log1p(1 / math.e), math.exp(-40)]
    assert values(several)["log_loss"] == pytest.approx(sum(ones) / 4, rel=1e-15)


def test_var_and_es_are_judged_together(tmp_path: Path) -> None:
    text = "y,var,es|-3,-1,-2|0,-1,-2"
    found = judged(text, tmp_path, losses="fz0(alpha=0.1)")
    by_hand = [(-3 + 1) / (0.1 * -2) + 0.5 + math.log(2) - 1, 0.5 + math.log(2) - 1]
    assert values(found) == {"fz0(alpha=0.1)": pytest.approx(sum(by_hand) / 2, rel=1e-15)}
    other = judged(text.replace("es", "es 95"), tmp_path, losses="fz0(alpha=0.1)", es="es 95")
    assert values(other) == values(found)


def test_the_better_of_two_scores(tmp_path: Path) -> None:
    text = "y,score,score2|1,2,1.5|-1,2,1|1,3,0"
    found = judged(text, tmp_path, losses="margin_ranking(margin=1)")
    assert values(found) == {"margin_ranking(margin=1.0)": pytest.approx((0.5 + 2 + 0) / 3)}


TOKENS = "logprob,tokens,bytes|-2,1,4|-6,3,12"


def test_perplexity_is_that_of_the_corpus(tmp_path: Path) -> None:
    found = judged(TOKENS, tmp_path, losses="perplexity,bits_per_byte,token_nll")
    assert found.task == "text"
    assert values(found)["perplexity"] == pytest.approx(math.exp(8 / 4), rel=1e-15)
    assert values(found)["bits_per_byte"] == pytest.approx(8 / 16 / math.log(2), rel=1e-15)
    assert values(found)["token_nll"] == 4.0
    alone = judged("logprob|-2|-6", tmp_path, losses="perplexity")
    assert values(alone)["perplexity"] == pytest.approx(math.exp(4), rel=1e-15)
    assert "Each row is one token (--tokens COLUMN names them)" in alone.notes


def test_alphazero_shows_its_parts_and_its_floor(tmp_path: Path) -> None:
    text = "z,v,p_a,p_b,pi_b,pi_a|1,0.5,0.5,0.5,0.25,0.75|-1,-1,1,0,0,1"
    found = judged(text, tmp_path, losses="alphazero").losses[0]
    entropy = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert found.estimate.value == pytest.approx((0.25 + math.log(2)) / 2, rel=1e-15)
    parts = {part.loss: part.value for part in found.parts}
    assert parts == {
        "value": 0.125,
        "policy": pytest.approx(math.log(2) / 2, rel=1e-15),
        "floor of the policy": pytest.approx(entropy / 2, rel=1e-15),
    }
    shares = [part.share for part in found.parts]
    assert shares[:2] == pytest.approx([0.125 / (0.125 + math.log(2) / 2), 1 - shares[0]])
    assert math.isnan(shares[2])


def test_elo_is_the_surprise_of_the_winner(tmp_path: Path) -> None:
    found = judged("r_w,r_l|1900,1500|1500,1500", tmp_path, losses="elo")
    assert values(found) == {"elo": pytest.approx((math.log(1.1) + math.log(2)) / 2, rel=1e-15)}


BINARY = "y,prob,price|1,0.4,7|0,0.4,2|0,0.1,3"


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("-2", r"price -2 is outside \[0, inf\), where cost is defined"),
        ("0.5", r"a wrong decision must not cost less than the right one.*fp is 0.5"),
    ],
)
def test_costs_in_a_column_are_judged_as_constant_ones(
    price: str, said: str, tmp_path: Path
) -> None:
    text = f"y,prob,price|1,0.4,7|0,0.4,{price}|0,0.1,3"
    with pytest.raises(DataError, match=said) as caught:
        judged(text, tmp_path, losses="cost(fp=price, fn=6, tn=1)")
    assert "line 3" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (",no,yes\nno,0,1\nyes,-5,0\n", "line 3, decision no: the cost -5 is below 0"),
        (",no,yes\nno,2,1\nyes,5,0\n", "line 2, decision yes: a wrong decision costs 1, less"),
    ],
)
def test_costs_in_a_matrix_are_judged_as_constant_ones(
    text: str, said: str, tmp_path: Path
) -> None:
    matrix = tmp_path / "costs.csv"
    matrix.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        judged("y,label|no,yes|yes,yes", tmp_path, losses="cost", cost_matrix=matrix)


def test_as_many_guesses_as_classes_are_refused(tmp_path: Path) -> None:
    text = "y,prob_a,prob_b,prob_c|a,0.5,0.3,0.2|c,0.5,0.3,0.2"
    assert values(judged(text, tmp_path, losses="top_k_error(k=2)")) == {"top_k_error": 0.5}
    said = r"top_k_error\(k=3\) is 0 in every row where there are 3 classes; .*top_k_error\(k=2\)"
    with pytest.raises(UsageError, match=said):
        judged(text, tmp_path, losses="top_k_error(k=3)")


def test_costs_by_row_and_from_a_matrix(tmp_path: Path) -> None:
    # a wrong yes costs the price: yes is said where prob*6 >= (1 - prob)*price
    found = judged(BINARY, tmp_path, losses="cost(fp=price, fn=6)")
    assert [one.estimate.value for one in found.losses] == [pytest.approx((6 + 2 + 0) / 3)]
    matrix = tmp_path / "costs.csv"
    matrix.write_text("truth;1;0\n1;0;6\n0;2;0\n", encoding="utf-8")
    given = judged(BINARY, tmp_path, losses="cost", cost_matrix=matrix)
    assert given.losses[0].loss == "cost(fp=2.0, fn=6.0, tp=0.0, tn=0.0, threshold=optimal)"
    # yes from 1/4 on
    assert given.losses[0].estimate.value == pytest.approx(2 / 3)
    same = {"0": {"0": 0, "1": 2}, "1": {"0": 6, "1": 0}}
    again = judged(BINARY, tmp_path, losses="cost", cost_matrix=same)
    assert values(again) == values(given)


COSTS = ",cat,dog,cow\ncat,0,1,9\ndog,2,0,9\ncow,1,4,0\n"


def test_costs_of_classes_are_bound_by_name(tmp_path: Path) -> None:
    matrix = tmp_path / "costs.csv"
    matrix.write_text(COSTS, encoding="utf-8")
    labels = judged(
        "y_true,y_pred|cat,dog|cow,dog|dog,dog", tmp_path, losses="cost", cost_matrix=str(matrix)
    )
    assert values(labels) == {"cost": pytest.approx(5 / 3)}
    constant = labels.losses[0].best_constant
    assert constant is not None
    assert (constant.prediction, constant.value) == ("cat", 1.0)
    probs = judged(
        "y,prob_cow,prob_cat,prob_dog|cow,0.1,0.5,0.4|dog,0,0.3,0.7",
        tmp_path,
        losses="cost",
        cost_matrix=pd.read_csv(matrix, index_col=0),
    )
    # cat costs 0.9 and 0.7*2 = 1.4 + 0, dog 0.9 and 0.3: both first decisions cost 0.9
    assert values(probs) == {"cost": pytest.approx((4 + 0) / 2)}


@pytest.mark.parametrize(
    ("text", "losses", "said"),
    [
        ("y,mean,std|1,0,1|1,0,0", "crps", r"line 3: std 0 is outside \(0, inf\), where crps"),
        ("y,mean,variance|1,0,-1", "crps", r"line 2: variance -1 is outside \(0, inf\)"),
        ("y,var,es|-1,-2,-1", "fz0", r"line 2: es -1.0 is above var -2.0"),
        ("y,var,es|-1,0.5,-1", "fz0", r"line 2: es|var 0.5 is outside \(-inf, 0\)"),
        (MULTI.replace("|1,0", "|2,0"), "bce", r"line 2: y 2 is outside 0 and 1"),
        (MULTI.replace("0.25", "1.25"), "bce", r"line 2: prob 1.25 is outside \[0, 1\]"),
        (
            SOFT.replace("0.25,0.75,", "0.25,0.5,"),
            "kl",
            r"line 2: y \(y_a, y_b\) sums to 0.75",
        ),
        (
            SOFT.replace("1,0,0.75", "1.5,-0.5,0.75"),
            "kl",
            r"line 3: y \(y_a, y_b\) is not in",
        ),
        (SOFT.replace("0.5,0.5", "0.5,0.4"), "kl", r"line 2: the probabilities .* sum to 0.9"),
        (TOKENS.replace("-2", "2"), "token_nll", r"line 2: logprob 2 is outside \(-inf, 0\]"),
        (TOKENS.replace("-2,1", "-2,0"), "perplexity", r"line 2: tokens 0 is outside \(0, inf\)"),
        (
            "z,v,p_a,p_b,pi_a,pi_b|1,0,0.5,0.5,0.5,0.25",
            "alphazero",
            r"line 2: pi \(pi_a, pi_b\) sums to 0.75",
        ),
        ("y,member_1,member_2|1,,3", "crps_ensemble", r"line 2: member_1 is empty"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_line(
    text: str, losses: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=said):
        judged(text, tmp_path, losses=losses)


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (
            "y,pred|1,2",
            {"losses": "cosine"},
            r"name them: --true 'y_\*'",
        ),
        ("y,pred|1,2", {"losses": "cosine", "true": "y"}, "--true names one column"),
        (MULTI, {"true": "y_*", "pred": "prob_*", "losses": "mse"}, "are several truths; name one"),
        (
            "y_a,y_b,q_a,q_c|1,2,3,4",
            {"true": "y_*", "pred": "q_*"},
            "the same: b, c is in",
        ),
        ("y,mean|1,2", {"losses": "crps"}, "--std: there is no column 'std'"),
        ("y,var|1,2", {"losses": "fz0"}, "--es: there is no column 'es'"),
        ("z,v,p_a,p_b|1,2,3,4", {"losses": "alphazero"}, "--pi: there are no columns pi_<name>"),
        ("y,pred|1,2", {"losess": "mse"}, "evaluate takes no 'losess'; did you mean losses"),
        (BINARY, {"losses": "cost"}, r"cost needs fp: a number in \[0, inf\) or a column"),
        (
            BINARY,
            {"losses": "cost(fp=prize,fn=1)"},
            "--prize: there is no column 'prize'",
        ),
        (
            "y,prob_a,prob_b|a,1,0",
            {"losses": "cost", "task": "multiclass"},
            "cost needs --cost",
        ),
    ],
)
def test_what_is_not_there_is_said(
    text: str, options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        judged(text, tmp_path, **options)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ("", "is empty"),
        (",a,b\na,0,1\n", "line 1: there is no row for the truth b, which has a column"),
        (",a\na,0\nb,1\n", "line 3: there is no column for the decision b, which has a row"),
        (",a,b\na,0,1\n\nb,1\n", "line 4: the row of b has 1 cost, not 2"),
        (",a,b\na,0,1,2\nb,1,0\n", "line 2: the row of a has 3 costs, not 2"),
        (",a,b\na,0,1\nb,1,x\n", "line 3, decision b: 'x' is no cost; a cost is a finite number"),
        (",a,b\na,0,1\nb,inf,0\n", "line 3, decision a: 'inf' is no cost"),
        (",a,b\na,0,nan\nb,1,0\n", "line 2, decision b: 'nan' is no cost"),
        (",a,b\na,0,1\nb,,0\n", "line 3, decision a: there is no cost"),
        (",a,b\na,0,-1\nb,1,0\n", "line 2, decision b: the cost -1 is below 0"),
        (",a,a\na,0,1\n", "line 1: the class a stands there twice; take out one of them"),
        (",a,b\na,0,1\na,1,0\n", "line 3: the class a stands there twice"),
        (",a,\na,0,1\n,1,0\n", "line 1: a class has no name"),
        (",a\na,0\n", "line 1: the matrix of costs has fewer than two classes"),
        ("0,1\n5,0\n", "line 2: there is no column for the decision 5"),
        (",a,c\na,0,1\nc,1,0\n", "line 3: the costs are of a, c, the predictions of a, b; add b"),
        (COSTS, "line 2: the costs are of cat, dog, cow, the predictions of a, b; add a, b"),
        (
            ",a,b,c\na,0,1,1\nb,1,0,1\nc,1,1,0\n",
            "line 4: the costs are of a, b, c, the predictions of a, b; take out c",
        ),
        ("a,0\n", "line 1: there is no row for the truth 0"),
    ],
)
def test_a_matrix_of_other_classes_is_refused(matrix: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(matrix, encoding="utf-8")
    with pytest.raises((UsageError, DataError), match=said):
        judged(
            "y,prob_a,prob_b|a,1,0", tmp_path, losses="cost", task="multiclass", cost_matrix=path
        )
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        judged(BINARY, tmp_path, losses="cost", cost_matrix="nowhere.csv")


def test_vectors_without_a_direction_are_counted(tmp_path: Path) -> None:
    found = judged("y_a,y_b,pred_a,pred_b|0,0,1,2|1,0,1,2|2,1,0,0", tmp_path, losses="cosine")
    assert found.losses[0].estimate.status == "undefined"
    said = "cosine has no value in 2 rows, so it has none over all of them"
    assert said in found.warnings


def test_classes_that_the_costs_alone_declare_are_stated(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(COSTS, encoding="utf-8")
    found = judged("y_true,y_pred|cat,dog|dog,dog", tmp_path, losses="cost", cost_matrix=path)
    assert "the costs are also of cow, which is the truth of no row" in found.notes
    whole = judged("y,label|cat,dog|dog,dog|cow,cat", tmp_path, losses="cost", cost_matrix=path)
    assert not any("the costs are also" in note for note in whole.notes)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": {"a": 0, "b": 1}}, "cost_matrix: there is no row for the truth b"),
        ({"a": {"a": 0}, "b": {"a": 1}}, "cost_matrix, truth b: there is no column for .* b"),
        ({"a": {"a": 0, "b": 1}, "b": {"a": 2}}, "truth b, decision b: there is no cost"),
        (
            pd.DataFrame([[0, 1], [None, 0]], ["a", "b"], ["a", "b"]),
            "cost_matrix, truth b, decision a: 'nan' is no cost",
        ),
    ],
)
def test_costs_of_a_program_must_be_square_too(given: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        judged("y,prob_a,prob_b|a,1,0", tmp_path, losses="cost", cost_matrix=given)


def test_labels_outside_the_declared_classes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(COSTS, encoding="utf-8")
    with pytest.raises(DataError, match=r"line 3: y_pred is 'pig', which is not among the classes"):
        judged("y_true,y_pred|cat,dog|dog,pig", tmp_path, losses="cost", cost_matrix=path)
    with pytest.raises(UsageError, match="no loss asks for --cost-matrix; --loss cost does"):
        judged("y_true,y_pred|cat,dog|dog,cow", tmp_path, losses="zero_one", cost_matrix=path)


@pytest.mark.parametrize("name", ["NORMAL", "MULTI", "SOFT", "LOGITS"])
def test_frames_weights_and_jobs_change_nothing(name: str, tmp_path: Path) -> None:
    text = globals()[name]
    found = judged(text, tmp_path)
    frame = pd.read_csv(tmp_path / "p.csv")
    assert values(evaluate(frame)) == values(found)
    assert values(evaluate(frame.sample(frac=1, random_state=1), jobs=2)) == values(found)
    more = pd.concat([frame, frame.iloc[:1]], ignore_index=True)
    more["w"] = [1.0] * len(frame) + [0.0]
    assert values(evaluate(more, weight="w")) == values(found)
    assert evaluate(frame).digest == found.digest


def test_the_command_line_knows_every_word(tmp_path: Path) -> None:
    (tmp_path / "fz.csv").write_text("y,VaR,ES_95\n-3,-1,-2\n0,-1,-2\n", encoding="utf-8")
    base = ["eval", "fz.csv", "--loss", "fz0", "--format", "json"]
    one = shell(*base, "--var", "VaR", "--es=ES_95", cwd=tmp_path)
    other = shell(*base, "--column", "var=VaR", "--column", "es=ES_95", cwd=tmp_path)
    assert one.returncode == other.returncode == 0
    assert one.stdout == other.stdout
    assert "VaR as var, ES_95 as es (--true y --var VaR --es ES_95)" in one.stderr
    wrong = shell(*base, "--column", "es", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "--column es does not say which column is what; such as" in wrong.stderr
    unknown = shell(*base, "--nonsense", "VaR", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "no such option" in unknown.stderr


def test_what_was_chosen_can_be_pasted(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(LOGITS.replace("|", "\n") + "\n", encoding="utf-8")
    first = shell("eval", "l.csv", "--format", "json", cwd=tmp_path)
    assert "(--true y --probs 'logit_*' --logits)" in first.stderr
    again = ["--true", "y", "--probs", "logit_*", "--logits", "--format", "json"]
    assert shell("eval", "l.csv", *again, cwd=tmp_path).stdout == first.stdout


@pytest.mark.parametrize("word", ["id", "weight", "group", "cluster"])
def test_a_column_without_a_name_as_pandas_writes_the_index(word: str, tmp_path: Path) -> None:
    text = "{},y_true,y_pred|1,1.5,2|1,2,4|2,3,2.5|3,4.5,4"
    words: dict[str, Any] = {"losses": "mse,mae"}
    found, named = (
        judged(text.format(name), tmp_path, **words, **{word: name}).to_dict()
        for name in ("", "key")
    )
    assert found["losses"] == named["losses"]
    assert found["outliers"] == named["outliers"]
    assert found["columns"][word] == ""


@pytest.mark.parametrize("words", [{"by": [""]}, {"true": ""}])
def test_a_column_without_a_name_is_no_truth_and_no_breakdown(
    words: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="a column without a name can be neither the truth nor a"):
        judged(",y_true,y_pred|1,1.5,2|1,2,4", tmp_path, losses="mse", **words)
