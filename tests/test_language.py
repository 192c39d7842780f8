"""The words of --loss, case by case."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.errors import UsageError
from losscli.losses.language import DEFAULTS, default, parse, resolve, tasks
from losscli.losses.names import find
from losscli.losses.spec import LOSSES
from losscli.roles import NO_TRUTH, ROLES, TASKS


def labels(text: str, task: str = "regression") -> list[str]:
    return [chosen.label for chosen in resolve(parse([text]), task)]


def spellings(text: str, task: str = "regression") -> list[str]:
    return [chosen.spelling for chosen in resolve(parse([text]), task)]


def refusal(text: str, task: str = "regression") -> str:
    with pytest.raises(UsageError) as caught:
        labels(text, task)
    return str(caught.value)


def test_a_list_keeps_its_order_over_several_texts() -> None:
    found = resolve(parse(["huber, mse", "mae"]), "regression")
    assert [chosen.label for chosen in found] == ["huber", "mse", "mae"]
    assert parse([]) == ()


def test_defaults_are_spelled_out_and_not_shown() -> None:
    assert labels("huber,huber(delta=1.5)") == ["huber", "huber(delta=1.5)"]
    assert spellings("huber,huber(delta=1.5)") == ["huber(delta=1.0)", "huber(delta=1.5)"]
    assert labels("huber(delta=1)") == ["huber"]
    assert labels("mape(zero=skip)") == ["mape(zero=skip)"]
    assert spellings("focal", "binary") == ["focal(gamma=2.0, alpha=none)"]


def test_other_names_become_the_canonical_one() -> None:
    assert labels("l2,l1") == ["mse", "mae"]
    assert labels("nll", "binary") == ["log_loss"]
    assert labels("nll", "multiclass") == ["cross_entropy"]


def test_a_sum_has_its_parts_with_their_weights() -> None:
    (blend,) = resolve(parse(["blend=0.7*mse + mae*0.3"]), "regression")
    assert (blend.label, blend.name) == ("blend", "blend")
    assert blend.spelling == "0.7*mse + 0.3*mae"
    assert [(part.weight, part.loss.name) for part in blend.parts] == [(0.7, "mse"), (0.3, "mae")]
    assert blend.single is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("mse/2 + huber", "0.5*mse + huber"),
        ("2*(mse + mae)", "2.0*mse + 2.0*mae"),
        ("1*mse", "mse"),
        ("2*mse", "2.0*mse"),
        ("0.5*huber(delta=3)", "0.5*huber(delta=3.0)"),
    ],
)
def test_weights_may_stand_on_either_side(text: str, label: str) -> None:
    assert labels(text) == [label]


def test_a_single_loss_can_be_named() -> None:
    (found,) = resolve(parse(["mine=huber(delta=2)"]), "regression")
    assert (found.label, found.name, found.spelling) == ("mine", "mine", "huber(delta=2.0)")
    (plain,) = resolve(parse(["huber(delta=2)"]), "regression")
    assert plain.name == "huber"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("barron(alpha=-inf)", float("-inf")),
        ("barron(alpha=-1e-3)", -0.001),
        ("barron(alpha=+1)", 1.0),
    ],
)
def test_a_parameter_may_be_negative_or_infinite(text: str, value: float) -> None:
    (found,) = resolve(parse([text]), "regression")
    assert found.parts[0].parameters["alpha"] == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mse, hubr(delta=1)", "character 6: unknown loss 'hubr'; did you mean huber?"),
        ("MSE", "did you mean mse?"),
        ("zzzzz", "losscli losses lists them all"),
        ("huber(detla=2)", "character 7: huber has no parameter 'detla'"),
        ("huber(detla=2)", "did you mean delta? huber takes delta: a number in (0, inf)"),
        ("huber(delta=0)", "character 7: delta must be a number in (0, inf), not 0.0"),
        ("huber(delta=1e999)", "delta must be a number in (0, inf), not inf"),
        ("huber(delta=nan)", "delta must be a number in (0, inf), not nan"),
        ("huber(delta=True)", "delta must be a number in (0, inf), not True"),
        ("huber(delta=abc)", "delta must be a number in (0, inf), not abc"),
        ("tweedie(power=0.5)", "power must be a number in [0, 10] without (0, 1), not 0.5"),
        (
            "mape(zero=skp)",
            "one of error, skip or a number in (0, inf), not skp; did you mean skip",
        ),
        ("within", "within needs x: a number in [0, inf); write within(x=1.0)"),
        ("smooth_l1(1.5)", "character 11: smooth_l1 takes its parameters by name"),
        ("smooth_l1(1.5)", "write smooth_l1(beta=1.5)"),
        ("mse(2)", "mse takes no parameters; write mse"),
        ("mse(x=2)", "mse takes no parameters"),
        ("huber(delta=1, delta=2)", "character 16: each parameter is given once"),
        ("huber(**x)", "each parameter is given once, as name=value"),
        ("r2", "r2 is skill(mse): 1 - mse / mse of the best constant; use --loss mse"),
        ("accuracy", "accuracy is 1 - zero_one; use --loss zero_one"),
        ("AUC", "auc is not a loss of rows"),
        ("f1", "scikit-learn"),
    ],
)
def test_an_error_shows_the_place_the_range_and_the_nearest(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    "text", ["mse,mse", "l2,mse", "a=mse,a=mae", "a=mse,b=mse", "huber,huber(delta=1)"]
)
def test_nothing_is_asked_for_twice(text: str) -> None:
    assert "is asked for twice" in refusal(text)


@pytest.mark.parametrize("text", ["mae=mse", "l2=mae", "brier=mse"])
def test_a_name_that_is_given_is_a_new_one(text: str) -> None:
    assert "is the name of a loss" in refusal(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mae + rmse", "character 7: rmse is the square root of the mean"),
        ("0.5*medae + mae", "medae is the median"),
        ("2*max_error", "max_error is the largest"),
        ("mae + wape", "wape is the ratio of the means"),
        ("mae + mbe", "mbe is signed"),
        ("mse + l2", "mse is in this sum twice"),
        ("mse - mae", "not subtracted"),
        ("mse**2", "not subtracted or raised to a power"),
        ("-1*mse", "a weight is a number above 0"),
        ("0*mse", "a weight is a number above 0"),
        ("inf*mse", "a weight is a number above 0"),
        ("mse*mae", "a weight is a number above 0"),
        ("mse/mae", "a weight is a number above 0"),
        ("mse + 1", "a loss is missing here"),
    ],
)
def test_a_sum_is_of_means_with_weights_above_zero(text: str, said: str) -> None:
    assert said in refusal(text)


def test_the_losses_tell_the_task() -> None:
    assert tasks(parse(["mse,huber"])) == {"regression"}
    assert tasks(parse(["zero_one"])) == {"binary", "multiclass", "labels", "multilabel"}
    assert tasks(parse(["brier,zero_one"])) == {"binary", "multiclass"}
    assert tasks(parse(["focal(alpha=0.25)"])) == {"binary"}
    assert tasks(parse(["hinge,crammer_singer"])) == {"margin"}
    assert tasks(()) == set(TASKS)
    with pytest.raises(UsageError, match=r"character 12: mse judges regression predictions"):
        tasks(parse(["log_loss + mse"]))


def test_a_loss_of_another_task_says_what_it_needs() -> None:
    assert refusal("log_loss").endswith(
        "of --true and --prob, or of --true 'y_*' and --prob 'prob_*', or of --true and --probs, "
        "or of --true 'y_*' and --probs"
    )
    assert refusal("mse", "labels").endswith("it needs the columns of --true and --pred")
    assert "focal has no parameter 'alpha' for multiclass" in refusal(
        "focal(alpha=0.2)", "multiclass"
    )


def test_a_loss_says_which_column_is_missing() -> None:
    assert resolve(parse(["hinge"]), "margin", ["y", "score"])[0].label == "hinge"
    with pytest.raises(UsageError, match="crammer_singer needs a column for scores"):
        resolve(parse(["hinge,crammer_singer"]), "margin", ["y", "score"])


def test_every_task_has_a_default_that_fits_its_columns() -> None:
    assert DEFAULTS.keys() == set(TASKS) - set(NO_TRUTH)
    assert [c.label for c in resolve(default("regression", ["pred"]), "regression")] == [
        "mse",
        "rmse",
        "mae",
    ]
    beside = {"lower": ["upper"], "mean": ["variance"], "std": ["mean"], "variance": ["mean"]}
    for role in ROLES.values():
        roles = ["y", role.word, *beside.get(role.word, [])]
        for task in filter(None, (role.task, role.of_many)):
            if role.word != "upper":
                assert resolve(default(task, roles), task, roles)


def test_a_name_is_found_for_every_task() -> None:
    assert {loss.task for loss in find("zero_one")} == {
        "binary",
        "multiclass",
        "labels",
        "multilabel",
    }
    assert [loss.name for loss in find("quantile")] == ["pinball"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "mse,",
        ",mse",
        "mse,,mae",
        "mse mae",
        "(mse",
        "mse)",
        "mse)(mae",
        "mse;mae",
        "mse\0",
        "mse#",
        "1",
        "'mse'",
        "f'mse'",
        "None",
        "lambda",
        "import os",
        "__import__('os').system('true')",
        "mse.__class__",
        "huber(delta=2)(3)",
        "huber(delta=(lambda))",
        "huber(delta=1j)",
        "huber(delta=--1)",
        "huber(*x)",
        "mse if mse else mae",
        "not mse",
        "a=b=mse",
        "a==mse",
        "mse[class=cat]",
        "\uff4dse",
        "mse \u2212 mae",
        "0.7*mse + \x1b[31m",
        "huber(delta=1" + "0" * 400 + ")",
        "huber(delta=1" + "0" * 5000 + ")",
        "(" * 1_000_000,
        "(" * 9_000,
        "(" * 30 + "mse" + ")" * 30,
        "-" * 9_000 + "1*mse",
        "not " * 2_400 + "mse",
        "mse" + ".a" * 4_900,
        "mse" + "+mse" * 2_400,
        "m" * 9_999,
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_what_is_no_loss_gets_one_clear_line(text: str) -> None:
    said = refusal(text)
    assert said.isprintable()
    assert 20 < len(said) < 300


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.text("mselahubr()=*+-/,. 0123459_'", max_size=60))
def test_any_text_is_losses_or_a_usage_error(text: str) -> None:
    try:
        found = resolve(parse([text]), "regression")
    except UsageError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right
    else:
        assert found


def test_a_spelling_means_the_same_loss_again() -> None:
    for (name, task), loss in LOSSES.items():
        given_values = [f"{p.name}=1.0" for p in loss.parameters if p.required]
        (chosen,) = resolve(parse([f"{name}({', '.join(given_values)})"]), task)
        (again,) = resolve(parse([chosen.spelling]), task)
        assert again == chosen
        assert ast.parse(chosen.spelling, mode="eval")
