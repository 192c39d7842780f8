"""Where the truths are classes: predicted by probabilities, scores, or as such."""

from losscli.advice.rule import rule

_RARE = 0.1


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


# Classes and scores alone


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
