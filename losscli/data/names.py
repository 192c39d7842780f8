"""How the world names its columns: the conventions as data, and how names are compared."""

import re
import unicodedata

from losscli.dataclass import dataclass

SEPARATORS = " ._-"
_FOLDED_AWAY = dict.fromkeys(map(ord, SEPARATORS))


def fold(name: str) -> str:
    """Return what is compared of a name: case-folded, without spaces, dots, bars and dashes."""
    return unicodedata.normalize("NFC", name).casefold().translate(_FOLDED_AWAY)


@dataclass(frozen=True)
class Convention:
    """One source's habit of naming columns; a template has `<truth>`, `<class>` or `<level>`.

    `pred` may hold numbers or labels, `value` numbers only, `label` labels only. `of_predicted`
    is the probability of whichever class was predicted. A name under both `prob` and `score`
    (`probs` and `scores`) is told apart by its values. The convention counts only where one of
    the names in `beside` is there too.
    """

    source: str
    truth: tuple[str, ...] = ()
    pred: tuple[str, ...] = ()
    value: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    prob: tuple[str, ...] = ()
    of_predicted: tuple[str, ...] = ()
    probs: tuple[str, ...] = ()
    score: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    bounds: tuple[tuple[str, str], ...] = ()
    quantiles: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


CONVENTIONS = (
    Convention(
        "scikit-learn, NannyML",
        truth=("y_true",),
        pred=("y_pred",),
        prob=("y_score", "y_prob", "y_proba", "y_pred_proba"),
        score=("y_score",),
        probs=("y_pred_proba_<class>", "y_proba_<class>", "y_prob_<class>", "y_score_<class>"),
        scores=("y_score_<class>",),
    ),
    Convention("Evidently", truth=("target",), pred=("prediction",), probs=("<class>",)),
    Convention(
        "MLflow",
        truth=("target", "label", "ground_truth"),
        pred=("prediction", "predictions", "outputs"),
        prob=("prediction_proba",),
    ),
    Convention("Spark ML", truth=("label",), pred=("prediction",), prob=("probability",)),
    Convention("H2O", pred=("predict",), probs=("p_<class>", "<class>")),
    Convention("AutoGluon", pred=("<truth>_pred",), probs=("<class>",), quantiles=("<level>",)),
    Convention("AutoGluon time series", value=("mean",), beside=("0.1", "0.5", "0.9")),
    Convention(
        "PyCaret",
        truth=("target",),
        pred=("prediction_label",),
        of_predicted=("prediction_score",),
        probs=("prediction_score_<class>",),
    ),
    Convention(
        "tidymodels",
        truth=("outcome",),
        value=(".pred",),
        label=(".pred_class",),
        probs=(".pred_<class>",),
        bounds=((".pred_lower", ".pred_upper"),),
    ),
    Convention("BigQuery ML, Vertex AI", pred=("predicted_<truth>",)),
    Convention("Vertex AI", probs=("<truth>_<class>_scores",)),
    Convention("DataRobot", pred=("<truth>_PREDICTION",), probs=("<truth>_<class>_PREDICTION",)),
    Convention(
        "Azure ML designer",
        truth=("label",),
        pred=("Scored Labels",),
        prob=("Scored Probabilities",),
        probs=('Scored Probabilities for Class "<class>"',),
    ),
    Convention(
        "ML.NET",
        truth=("Label",),
        label=("PredictedLabel",),
        prob=("Probability",),
        value=("Score",),
        score=("Score",),
        beside=("PredictedLabel", "Probability"),
    ),
    Convention("ML.NET regression", value=("Score",)),
    Convention(
        "CatBoost",
        truth=("Label",),
        value=("RawFormulaVal",),
        label=("Class",),
        prob=("Probability",),
        score=("RawFormulaVal",),
        beside=("SampleId", "DocId", "RawFormulaVal", "Probability"),
    ),
    Convention(
        "CatBoost, several classes",
        truth=("Label",),
        probs=("Probability:Class=<class>",),
        scores=("RawFormulaVal:Class=<class>",),
    ),
    Convention(
        "Weka",
        truth=("actual",),
        pred=("predicted",),
        of_predicted=("prediction",),
        beside=("inst#", "error"),
    ),
    Convention("Nixtla", truth=("y",), bounds=(("<model>-lo-<level>", "<model>-hi-<level>"),)),
    Convention("Prophet", truth=("y",), pred=("yhat",), bounds=(("yhat_lower", "yhat_upper"),)),
)
"""The habits that name a truth and a prediction that belong together."""

GENERIC = Convention(
    "generic",
    truth=(
        *("truth", "actual", "observed", "gold", "reference", "expected", "label", "target", "y"),
        *("true", "ground_truth", "gt", "y_true", "outcome"),
    ),
    pred=(
        *("pred", "predicted", "prediction", "forecast", "estimate", "yhat", "output"),
        *("predictions", "outputs", "y_hat"),
    ),
    label=("label", "predicted_label", "predicted_class"),
    prob=("prob", "proba", "probability"),
    probs=(
        *("prob_<class>", "proba_<class>", "p_<class>", "<class>_prob", "<class>_proba"),
        *("probability_<class>", "pred_proba_<class>", "pred_prob_<class>", "score_<class>"),
    ),
    score=("score", "margin", "decision_function"),
    scores=("score_<class>",),
    bounds=(("lower", "upper"), ("pred_lower", "pred_upper"), ("lwr", "upr"), ("lo", "hi")),
    quantiles=(
        *("<level>", "q<level>", "quantile<level>", "p<level>", "pct<level>", "pred_q<level>"),
        *("pred<level>", "y_pred<level>", "y_pred_q<level>", "percentile<level>"),
    ),
)
"""Names that stand for themselves: a truth and a prediction among them are two single names."""

LONE_PROBABILITIES = ("score", "prob", "proba", "probability", "confidence", "prediction_score")
"""Names that some write for the probability of yes and others for that of the predicted class."""

WEAK_FAMILIES = ("p_<class>", ".pred_<class>", "score_<class>")
"""Templates that other columns fit by chance: they count where the truths are their classes."""

BREAKDOWNS = ("class", "group", "segment", "category")
"""A single one of these becomes the breakdown of a regression file."""

OFFERED = {
    "weight": ("weight", "sample_weight", "weights", "sample_weights"),
    "id": ("id", "row_id", "sample_id", "unique_id"),
    "by": (*BREAKDOWNS, "fold"),
    "group": ("image", "image_id", "series", "series_id", "document", "document_id", "doc_id"),
}
"""Names that may stand for more than a feature: shown by their flag, used when named."""

FORECAST_KEYS = ("unique_id", "ds", "cutoff")
"""What Nixtla's frames have beside `y` and one column for each model."""

_DECIMAL = re.compile(r"0?\.\d+", re.ASCII)
_PERCENT = re.compile(r"\d{1,2}(\.\d+)?", re.ASCII)


def between(name: str, before: str, after: str) -> str | None:
    """Return the part of `name` between two words, in its own spelling, or None.

    The words are compared folded. One that ends (begins) with a separator asks for one in the
    name too, or for a digit where the part begins: `prob_<class>` finds prob_cat and prob1,
    but neither problem nor prob.
    """
    folded = fold(name)
    if not (folded.startswith(fold(before)) and folded.endswith(fold(after))):
        return None
    head = next((i for i in range(len(name) + 1) if fold(name[:i]) == fold(before)), None)
    tail = next((i for i in range(len(name), -1, -1) if fold(name[i:]) == fold(after)), None)
    if head is None or tail is None:
        return None
    if before and before[-1] in SEPARATORS:
        if name[head : head + 1] in tuple(SEPARATORS):
            head += 1
        elif not name[head : head + 1].isdigit():
            return None
    if after and after[0] in SEPARATORS:
        tail -= 1
        if name[tail : tail + 1] not in tuple(SEPARATORS):
            return None
    return name[head:tail] if head < tail else None


def level(text: str) -> float | None:
    """Return the quantile level that "0.05" or ".05" spells, or None."""
    found = float(text) if _DECIMAL.fullmatch(text) else 0.0
    return found if 0 < found < 1 else None


def percent(text: str) -> float | None:
    """Return the quantile level that "5" or "97.5" spells in percent, or None."""
    found = float(text) if _PERCENT.fullmatch(text) else 0.0
    return float(f"{text}e-2") if found > 0 else None
