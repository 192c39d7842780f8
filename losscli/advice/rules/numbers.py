"""Where the truths are numbers: predicted as such, or by an interval or a distribution."""

from losscli.advice.rule import rule

_FAR = 0.01
_HEAVY = 3.0
"""The index of the tail of the squared errors below which a few rows decide their mean."""
_WIDE = 100.0
_BIASED = 0.5
_ONE_SIDED = 0.15


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


# Intervals and distributions


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
