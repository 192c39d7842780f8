"""The rules of advice: a new one is a function here, and a pair of files in tests/advice."""

from losscli.advice.rule import rule

_FAR = 0.01
_HEAVY = 3.0
"""The index of the tail of the squared errors below which a few rows decide their mean."""
_RARE = 0.1
_WIDE = 100.0
_BIASED = 0.5
_ONE_SIDED = 0.15


# Numbers


@rule(
    fits=("mse", "rmse"),
    why="no error lies far out, so squares use every row, and reward the mean",
)
def even_errors(far_share: float, tail: float, constant: bool) -> bool:  # noqa: FBT001 - a fact
    """Few residuals far out, and no heavy tail."""
    return far_share <= _FAR and not tail < _HEAVY and not constant


@rule(
    fits=("mae", "huber(delta={delta:g})"),
    misleads=("mse", "rmse"),
    why="{far_share:.2%} of the errors lie far out (modified z above 3.5), and would decide a "
    "squared loss",
)
def far_errors(far_share: float, tail: float) -> bool:
    """Outliers or a heavy tail."""
    return far_share > _FAR or (far_share > 0 and tail < _HEAVY)


@rule(
    fits=("wape",),
    misleads=("mape",),
    why="{zero_share:.2%} of the truths are 0, by which a relative error divides",
)
def zeros(zero_share: float) -> bool:
    """Truths of 0, beside others: of nothing but 0, wape is undefined, too."""
    return 0 < zero_share < 1


@rule(
    fits=("msle",),
    misleads=("mse",),
    why="the truths span a factor of {span:.0f}, so the largest decide a squared loss",
)
def wide_range(span: float, pred_low: float) -> bool:
    """Positive truths of very different size."""
    return span >= _WIDE and pred_low > -1


@rule(
    misleads=("msle", "poisson", "gamma", "mape"),
    why="{negative_share:.2%} of the truths are below 0, where these are undefined or mean little",
)
def signs(negative_share: float) -> bool:
    """Truths below 0."""
    return negative_share > 0


@rule(
    fits=("poisson",),
    why="the truths are counts, whose variance grows with their mean",
)
def counts(whole: bool, negative_share: float, zero_share: float, pred_low: float) -> bool:  # noqa: FBT001
    """Whole truths with zeros, and positive predictions."""
    return whole and not negative_share and zero_share > 0 and pred_low > 0


@rule(
    misleads=("poisson", "gamma", "tweedie"),
    why="a prediction of {pred_low:g} is not above 0, where deviances are not defined",
)
def predictions_below_zero(negative_share: float, pred_low: float) -> bool:
    """Truths that are never negative, and predictions that are not positive."""
    return not negative_share and pred_low <= 0


@rule(
    fits=("tweedie(power=1.5)",),
    why="the truths are amounts of which {zero_share:.2%} are 0, as in insurance or rain",
)
def amounts(whole: bool, negative_share: float, zero_share: float, pred_low: float) -> bool:  # noqa: FBT001
    """Amounts with zeros, and positive predictions."""
    return not whole and not negative_share and zero_share > _FAR and pred_low > 0


@rule(
    misleads=("mape",),
    why="the truths are skewed, and mape rewards predictions that are below their middle",
)
def skewed(skew: float, negative_share: float) -> bool:
    """See that the upper half of the truths is much wider than the lower."""
    return skew > 1 / 3 and not negative_share


@rule(
    fits=("mbe",),
    why="the middle error is {bias:.2g} times the typical one: losscli improve tells what a shift "
    "would gain",
)
def biased(bias: float) -> bool:
    """See a median residual that is far from 0 beside the MAD."""
    return abs(bias) > _BIASED


@rule(
    fits=("pinball(alpha={not_above:.2g})",),
    misleads=("mse", "mae"),
    why="{not_above:.0%} of the truths are at or below their prediction, as for a quantile",
)
def one_sided(not_above: float, exact: float) -> bool:
    """Nearly all truths on one side of the predictions."""
    return _FAR < min(not_above, 1 - not_above) < _ONE_SIDED and exact < _ONE_SIDED


@rule(
    misleads=("mse", "mae"),
    why="every prediction is {pred_low:g}, so a loss tells of the truths alone: look at the skill",
)
def constant_prediction(constant: bool) -> bool:  # noqa: FBT001
    """One number is predicted in every row."""
    return constant


# Probabilities of two classes


@rule(
    fits=("log_loss", "brier"),
    why="they reward honest probabilities",
)
def probabilities(task: str, hard: bool, prob_low: float, prob_high: float) -> bool:  # noqa: FBT001
    """Probabilities of yes that are no decisions."""
    return task == "binary" and not hard and prob_low >= 0 and prob_high <= 1


@rule(
    fits=("zero_one",),
    misleads=("log_loss", "brier"),
    why="every probability is 0 or 1: these are decisions",
)
def decisions(task: str, hard: bool) -> bool:  # noqa: FBT001
    """Decisions in place of probabilities."""
    return task == "binary" and hard


@rule(
    fits=("logistic",),
    misleads=("log_loss", "brier"),
    flags=("--score",),
    why="the column reaches from {prob_low:.3g} to {prob_high:.3g}: these are scores, no "
    "probabilities",
)
def scores(task: str, prob_low: float, prob_high: float) -> bool:
    """See a column of probabilities that leaves [0, 1]."""
    return task == "binary" and (prob_low < 0 or prob_high > 1)


@rule(
    fits=("cost(fp=1, fn={fn:.0f})",),
    misleads=("zero_one",),
    why="yes is {yes_share:.2%} of the rows, so always saying no looks good",
)
def rare_yes(task: str, yes_share: float) -> bool:
    """One of two classes is rare, and it is yes."""
    return task == "binary" and 0 < yes_share < _RARE


@rule(
    misleads=("zero_one",),
    why="no is rare: {yes_share:.2%} of the rows are yes, so always saying yes looks good",
)
def rare_no(task: str, yes_share: float) -> bool:
    """One of two classes is rare, and it is no."""
    return task == "binary" and 1 - _RARE < yes_share < 1


@rule(
    fits=("brier",),
    misleads=("log_loss",),
    why="{impossible} rows happened that had a probability of 0: log_loss is infinite",
)
def certain_and_wrong(task: str, impossible: int, hard: bool) -> bool:  # noqa: FBT001
    """Certain probabilities of two classes that were wrong."""
    return task == "binary" and impossible > 0 and not hard


@rule(
    fits=("brier",),
    misleads=("focal",),
    why="no probability leaves {prob_low:.2g} to {prob_high:.2g}, so no loss can tell how sure the "
    "model may be; losscli improve tries a temperature",
)
def never_extreme(task: str, prob_low: float, prob_high: float) -> bool:
    """No probability of yes near 0 or 1."""
    return task == "binary" and _RARE <= prob_low < prob_high <= 1 - _RARE


# Several classes


@rule(
    fits=("cross_entropy", "brier"),
    why="they reward honest probabilities of all classes",
)
def class_probabilities(task: str) -> bool:
    """Probabilities of several classes."""
    return task == "multiclass"


@rule(
    misleads=("zero_one",),
    why="the class {rarest} has {rarest_share:.2%} of the rows, which hardly count: look at the "
    "balanced value",
)
def rare_class(task: str, rarest_share: float, classes: int) -> bool:
    """See a class that is rare beside the others."""
    return task in ("multiclass", "labels") and rarest_share < _RARE / 2 and classes > 1


@rule(
    fits=("brier",),
    misleads=("cross_entropy",),
    why="{impossible} rows are of a class that had a probability of 0: cross_entropy is infinite",
)
def certain_and_wrong_class(task: str, impossible: int) -> bool:
    """Certain probabilities of several classes that were wrong."""
    return task == "multiclass" and impossible > 0


@rule(
    fits=("rps",),
    why="the classes are numbers: if they are in an order, rps counts how far off a class is",
)
def ordered_classes(task: str, classes: int, ordered: bool) -> bool:  # noqa: FBT001
    """Several classes with numbers for names."""
    return task == "multiclass" and ordered and classes > 2  # noqa: PLR2004 - two have no middle


@rule(
    fits=("top_k_error(k=3)",),
    why="with {classes} classes the right one may well be among the first three",
)
def many_classes(task: str, classes: int) -> bool:
    """Ten classes or more."""
    return task == "multiclass" and classes >= 10  # noqa: PLR2004 - many, in words


# Labels, margins, intervals, distributions


@rule(fits=("zero_one",), why="only the predicted class is known, not how sure it was")
def predicted_classes(task: str) -> bool:
    """Classes without probabilities."""
    return task == "labels"


@rule(
    fits=("logistic", "hinge"),
    misleads=("exponential",),
    why="these are scores, no probabilities, and exponential lets one bad row decide",
)
def margins(task: str, roles: frozenset[str]) -> bool:
    """See a margin of two classes."""
    return task == "margin" and "score" in roles


@rule(
    fits=("interval_score(alpha={alpha:.2g})",),
    misleads=("coverage_error",),
    why="{coverage:.1%} of the truths are covered, which intervals that are wide enough always do: "
    "interval_score counts the width, too",
)
def intervals(task: str) -> bool:
    """Predicted intervals."""
    return task == "interval"


@rule(fits=("wis",), why="the levels are symmetric around the median")
def symmetric_quantiles(levels: tuple[float, ...]) -> bool:
    """Quantiles whose levels mirror each other, with the median."""
    mirrored = tuple(round(1 - level, 9) for level in reversed(levels))
    return 0.5 in levels and tuple(round(level, 9) for level in levels) == mirrored  # noqa: PLR2004


@rule(fits=("crps_quantile",), why="it judges all levels together")
def quantiles(levels: tuple[float, ...]) -> bool:
    """Predicted quantiles."""
    return len(levels) > 0


@rule(
    fits=("crps",),
    misleads=("dss",),
    why="crps stays in the unit of the truths, and rows far out do not decide it as they do dss",
)
def normal_forecasts(roles: frozenset[str]) -> bool:
    """See a predicted mean with a variance or standard deviation."""
    return "mean" in roles and bool(roles & {"variance", "std"})


@rule(fits=("crps_ensemble(fair=True)",), why="it does not favour ensembles of few members")
def ensembles(roles: frozenset[str]) -> bool:
    """See the members of an ensemble."""
    return "members" in roles


# Several truths in a row


@rule(
    fits=("log_loss", "hamming"),
    misleads=("zero_one",),
    why="several labels can be true at once, and zero_one counts a row as wrong for one of them",
)
def several_probabilities(task: str, roles: frozenset[str]) -> bool:
    """See a probability for each label."""
    return task == "multilabel" and bool(roles & {"prob", "logit"})


@rule(
    fits=("hamming", "zero_one"),
    why="of each label only the decision is known: hamming counts labels, zero_one rows",
)
def several_decisions(task: str, roles: frozenset[str]) -> bool:
    """See a decision for each label."""
    return task == "multilabel" and "label" in roles


@rule(
    fits=("kl",),
    misleads=("cross_entropy",),
    why="the truths are shares: kl is 0 where they are met, cross_entropy is then their entropy",
)
def soft_labels(task: str) -> bool:
    """Shares of classes as truths."""
    return task == "soft"


@rule(
    fits=("giou",),
    misleads=("iou",),
    why="boxes that miss each other have the same iou, however far apart they are",
)
def boxes(parts: frozenset[str]) -> bool:
    """Corners of boxes as truths."""
    return parts == {"x1", "y1", "x2", "y2"}


@rule(
    fits=("cosine",),
    why="the truths are vectors: cosine judges where they point, whatever their length",
)
def vectors(task: str, parts: frozenset[str]) -> bool:
    """See vectors that are no boxes."""
    return task == "vectors" and not boxes(parts)
