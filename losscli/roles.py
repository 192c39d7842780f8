"""The one vocabulary: what the argument names of losses mean, and the words of their tasks."""

from types import MappingProxyType

from losscli.dataclass import dataclass

TASKS = (
    *("multiclass", "binary", "margin", "distribution", "interval", "labels", "regression"),
    *("soft", "multilabel", "vectors", "text", "games"),
)
"""Every kind of prediction, by what decides where the columns would do for several."""
SEVERAL = ("soft", "multilabel", "vectors")
"""The tasks whose truth is several columns."""
SHARES = ("soft", "multilabel")
"""Those among them whose truths are labels, or the shares of classes."""
NO_TRUTH = ("text", "games")
"""The tasks whose truth is in no column of its own."""
CLASSIFICATION = ("binary", "multiclass", "margin", "labels")
"""The tasks whose truth is one column of classes."""
SHARED = frozenset({"levels", "cost_matrix"})
"""Roles whose array is the same for all rows, and is no column of the file."""


@dataclass(frozen=True)
class Role:
    """One role: the argument name of losses, its flag and its key in `report.columns`.

    `plays` and `help` are what notes and the command line say of it; a role without help has
    no flag of its own and shares that of `flag`. `task` is the task that it tells beside one
    truth, `of_many` beside several. `family` says what the rest of the name of each of its
    columns is ("class", "level" or "number"); a role without is one column, or one for each of
    several truths. `names` are what its columns are called beside the conventions of names.py;
    <rest> stands for the rest.
    """

    word: str
    plays: str
    help: str = ""
    task: str = ""
    of_many: str = ""
    family: str = ""
    flag: str = ""
    names: tuple[str, ...] = ()

    @property
    def metavar(self) -> str:
        """What the flag takes."""
        return "COLUMNS" if self.family else "COLUMN"


_ALL = (
    Role("pred", "the prediction", "A predicted number.", "regression", "vectors"),
    Role("prob", "the probability", "The predicted probability of yes.", "binary", "multilabel"),
    Role(
        "probs",
        "the probabilities",
        "One for each class: 'p_*' (the rest is the class) or cat=p1,dog=p2.",
        "multiclass",
        "soft",
        family="class",
    ),
    Role("logit", "the logit", "", "binary", "multilabel", flag="prob", names=("logit",)),
    Role(
        "logits",
        "the logits",
        "",
        "multiclass",
        "soft",
        family="class",
        flag="probs",
        names=("logit_<rest>", "logits_<rest>"),
    ),
    Role("label", "the predicted class", "A predicted class.", "labels", "multilabel"),
    Role("score", "the score", "A margin: any real number.", "margin", "multilabel"),
    Role("scores", "the scores", "A margin for each class, as --probs.", "margin", family="class"),
    Role("lower", "the lower end", "The lower end of a predicted interval.", "interval"),
    Role("upper", "the upper end", "The upper end of a predicted interval.", "interval"),
    Role(
        "quantiles",
        "the quantiles",
        "Predicted quantiles: 'q*' or 0.1=low,0.5=mid,0.9=high.",
        "distribution",
        family="level",
    ),
    Role(
        "mean",
        "the mean",
        "The mean of a predicted normal distribution.",
        "distribution",
        names=("mean", "pred_mean", "mean_pred", "mu", "loc"),
    ),
    Role(
        "variance",
        "the variance",
        "Its variance.",
        "distribution",
        names=("variance", "pred_variance", "pred_var", "var", "sigma2"),
    ),
    Role(
        "std",
        "the standard deviation",
        "Its standard deviation, instead of the variance.",
        "distribution",
        names=("std", "pred_std", "stddev", "std_dev", "sd", "pred_sd", "sigma", "scale"),
    ),
    Role(
        "members",
        "the members",
        "The members of an ensemble: 'member_*'.",
        "distribution",
        family="number",
        names=("member_<rest>", "members_<rest>", "ens_<rest>", "ensemble_<rest>"),
    ),
)
ROLES = MappingProxyType({role.word: role for role in _ALL})
"""The vocabulary by word. Any other argument name of a loss is the column of that name."""
