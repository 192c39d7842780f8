"""Write peers.json: the numbers of other libraries on small data.

Run it by hand, in an environment that has them; the tests read only what it wrote:

    pip install torch keras xgboost lightgbm catboost torchvision torchmetrics monai \\
        scoringrules==0.10.0
    KERAS_BACKEND=torch python tests/reference/make_peers.py

Every number of the ordinary data is a float32, so that all of them judge the same rows.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import catboost
import keras
import lightgbm
import monai
import numpy as np
import scoringrules
import torch
import torchmetrics
import torchvision
import xgboost
from boosted import lightgbm_value, xgboost_value
from catboost.utils import eval_metric
from monai.losses import DiceLoss, TverskyLoss
from torch import nn
from torchmetrics import regression
from torchmetrics.classification import BinaryJaccardIndex
from torchmetrics.segmentation import DiceScore
from torchvision import ops

Data = dict[str, np.ndarray]
N, K = 60, 4
DRAW = np.random.default_rng(20)
HERE = Path(__file__).parent


def single(values: Any) -> np.ndarray:
    return np.asarray(values).astype(np.float32).astype(np.float64)


def simplex() -> np.ndarray:
    """Return probabilities that sum to 1 exactly, in steps of 1/4096."""
    cuts = np.sort(DRAW.choice(np.arange(1, 4096), (N, K - 1)), axis=1)
    ends = np.column_stack([np.zeros(N), cuts, np.full(N, 4096)])
    return np.diff(ends, axis=1) / 4096


def boxes() -> np.ndarray:
    corner, size = DRAW.integers(0, 32, (N, 2)), DRAW.integers(8, 64, (N, 2))
    return np.column_stack([corner, corner + size]).astype(float)


def data() -> dict[str, Data]:
    signs = DRAW.choice([-1.0, 1.0], N)
    codes = DRAW.integers(0, K, N)
    amounts = single(DRAW.lognormal(size=N))
    ordinary: dict[str, Data] = {
        "numbers": {
            "y": single(DRAW.normal(size=N) * 3),
            "pred": single(DRAW.normal(size=N) * 3),
        },
        "amounts": {"y": amounts, "pred": single(amounts * DRAW.lognormal(sigma=0.5, size=N))},
        "counts": {
            "y": DRAW.poisson(np.linspace(0.5, 400, N)).astype(float),
            "pred": single(np.linspace(0.7, 390, N)),
        },
        "log rates": {
            "y": DRAW.poisson(np.linspace(0.5, 20, N)).astype(float),
            "pred": single(DRAW.normal(size=N)),
        },
        "binary": {
            "y": DRAW.integers(0, 2, N).astype(float),
            "prob": DRAW.integers(1, 4096, N) / 4096,
        },
        "classes": {"y": codes, "probs": simplex()},
        "margins": {"y": signs, "score": single(DRAW.normal(size=N) * 2)},
        "distances": {"y": signs, "score": single(np.abs(DRAW.normal(size=N)))},
        "scores": {"y": codes, "scores": single(DRAW.normal(size=(N, K)))},
    }
    ordinary |= {
        "normal": {
            "y": single(DRAW.normal(size=N)),
            "mean": single(DRAW.normal(size=N)),
            "variance": single(DRAW.lognormal(size=N)),
        },
        "vectors": {
            "y": single(DRAW.normal(size=(N, 3))),
            "pred": single(DRAW.normal(size=(N, 3))),
        },
        "multilabel": {
            "y": DRAW.integers(0, 2, (N, 3)).astype(float),
            "prob": DRAW.integers(1, 4096, (N, 3)) / 4096,
        },
        "soft": {"y": simplex(), "probs": simplex()},
    }
    ordinary |= {
        "mask": {"y": DRAW.integers(0, 2, N).astype(float), "prob": DRAW.integers(1, 64, N) / 64},
        "decisions": {
            "y": DRAW.integers(0, 2, N).astype(float),
            "prob": DRAW.integers(0, 2, N).astype(float),
        },
        "boxes": {"y": boxes(), "pred": boxes()},
        "ensemble": {
            "y": single(DRAW.normal(size=N)),
            "members": single(DRAW.normal(size=(N, 5))),
        },
        "labels": {
            "y": DRAW.integers(0, 2, (N, 3)).astype(float),
            "label": DRAW.integers(0, 2, (N, 3)).astype(float),
        },
    }
    thirds = [[1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]]
    edges: dict[str, Data] = {
        "sure": {
            "y": np.array([1.0, 1, 1, 0, 0, 0]),
            "prob": np.array([0.0, 1, 1e-300, 0, 1, 1e-300]),
        },
        "sure classes": {"y": np.array([0, 1, 2, 3]), "probs": np.array(thirds * 2)},
        "zeros": {"y": np.array([0.0, 1, 0, 2]), "pred": np.array([0.5, 1, 0.25, 0])},
        "far": {"y": np.array([0.0, 1000, -1000]), "pred": np.array([1000.0, 0, 0])},
        "huge": {"y": np.array([1e200]), "pred": np.array([-1e200])},
        "all below": {"y": np.array([0, 1]), "scores": np.array([[0.5, -3, -4], [-9, -2, -5.0]])},
        "narrow": {"y": np.ones(2), "mean": np.zeros(2), "variance": np.array([1e-9, 1e-6])},
        "sure multilabel": {
            "y": np.array([[1.0, 0, 1], [0, 0, 1]]),
            "prob": np.array([[0.0, 1, 1], [0, 0.5, 1e-300]]),
        },
        "sure soft": {
            "y": np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]),
            "probs": np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]),
        },
        "empty mask": {"y": np.zeros(4), "prob": np.zeros(4)},
        "even odds": {"y": np.array([0.0, 1.0]), "prob": np.array([0.5, 0.5])},
        "even classes": {"y": np.array([0, 1, 2]), "probs": np.array([[0.375, 0.375, 0.25]] * 3)},
        "boxes apart": {
            "y": np.array([[0.0, 0, 2, 2], [0, 0, 4, 1]]),
            "pred": np.array([[5.0, 5, 6, 7], [0, 0, 1, 4]]),
        },
        "wrong side": {"y": np.array([1.0]), "score": np.array([-1000.0])},
    }
    return ordinary | edges


CATBOOST = [
    ("numbers", "rmse", "RMSE"),
    ("numbers", "mae", "MAE"),
    ("numbers", "medae", "MedianAbsoluteError"),
    ("numbers", "lp(q=1.5)", "Lq:q=1.5"),
    ("numbers", "pinball(alpha=0.9)", "Quantile:alpha=0.9"),
    ("numbers", "expectile(alpha=0.3)", "Expectile:alpha=0.3"),
    ("numbers", "huber(delta=0.5)", "Huber:delta=0.5"),
    ("numbers", "fair", "FairLoss:smoothness=1"),
    ("numbers", "log_cosh", "LogCosh"),
    ("numbers", "within(x=0.5)", "NumErrors:greater_than=0.5"),
    ("numbers", "smape", "SMAPE"),
    ("numbers", "mape", "MAPE"),
    ("amounts", "msle", "MSLE"),
    ("log rates", "poisson_nll(log_input=True)", "Poisson"),
    ("amounts", "tweedie", "Tweedie:variance_power=1.5"),
    ("binary", "log_loss", "Logloss"),
    ("binary", "brier", "BrierScore"),
    ("binary", "zero_one", "ZeroOneLoss"),
    ("even odds", "zero_one", "ZeroOneLoss"),
    ("binary", "focal(alpha=0.25)", "Focal:focal_alpha=0.25;focal_gamma=2"),
    ("margins", "hinge", "HingeLoss"),
    ("classes", "cross_entropy", "MultiClass"),
    ("classes", "zero_one", "ZeroOneLoss"),
    ("even classes", "zero_one", "ZeroOneLoss"),
    ("multilabel", "log_loss", "MultiLogloss"),
    ("labels", "hamming", "HammingLoss"),
]
"""Data, our loss, and CatBoost's metric that is the same number, or nearly so."""


def catboost_value(metric: str, found: Data) -> float:
    """Return a metric of given predictions, which are logits where there are probabilities."""
    y, predicted = found.values()
    if "prob" in found:
        predicted = np.log(predicted) - np.log1p(-predicted)
    elif "probs" in found:
        predicted = np.log(predicted)
    elif "label" in found:
        predicted = 2 * predicted - 1
    elif metric.startswith("Tweedie"):
        predicted = np.log(predicted)
    if "score" in found:
        y = (y + 1) / 2
    if y.ndim > 1:
        y, predicted = y.T, predicted.T
    return float(eval_metric(y, predicted, metric)[0])


def image(values: torch.Tensor) -> torch.Tensor:
    return values.reshape(1, 1, 2, -1)


def torchmetrics_value(metric: Any, prediction: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the value of a metric, in double precision."""
    return metric.set_dtype(torch.float64)(prediction, y)


def of_masks_and_boxes() -> Iterator[tuple[str, str, str, str, Callable[..., torch.Tensor]]]:
    """Yield (library, data, our loss, their name, what to call with the columns)."""
    for where in ("mask", "empty mask"):
        for ours, name, made in (
            ("dice", "DiceLoss", DiceLoss()),
            ("iou", "DiceLoss(jaccard=True)", DiceLoss(jaccard=True)),
            ("tversky(alpha=0.3, beta=0.7)", "TverskyLoss", TverskyLoss(alpha=0.3, beta=0.7)),
        ):
            yield (
                "monai",
                where,
                ours,
                name,
                lambda y, prob, made=made: made(image(prob), image(y)),
            )
    for where in ("decisions", "empty mask"):
        yield (
            "torchmetrics",
            where,
            "dice",
            "1 - DiceScore",
            lambda y, prob: 1 - DiceScore(1)(image(prob).int(), image(y).int()),
        )
    for where in ("mask", "decisions"):
        yield (
            "torchmetrics",
            where,
            "iou",
            "1 - BinaryJaccardIndex",
            lambda y, prob: 1 - BinaryJaccardIndex()(prob, y.int()),
        )
    yield (
        "torchvision",
        "binary",
        "focal(alpha=0.25)",
        "sigmoid_focal_loss",
        lambda y, prob: ops.sigmoid_focal_loss(prob.logit(), y, reduction="mean"),
    )
    for where in ("boxes", "boxes apart"):
        yield (
            "torchvision",
            where,
            "iou",
            "1 - box_iou",
            lambda y, pred: 1 - ops.box_iou(pred, y).diag().mean(),
        )
        for ours, whole in (("giou", "generalized"), ("diou", "distance"), ("ciou", "complete")):
            call = getattr(ops, f"{whole}_box_iou_loss")
            yield (
                "torchvision",
                where,
                ours,
                call.__name__,
                lambda y, pred, call=call: call(pred, y, reduction="mean"),
            )


def torchmetrics_losses() -> Iterator[tuple[str, str, str, Callable[..., torch.Tensor]]]:
    for ours, made in (
        ("smape", regression.SymmetricMeanAbsolutePercentageError()),
        ("wape", regression.WeightedMeanAbsolutePercentageError()),
        ("nrmse", regression.NormalizedRootMeanSquaredError("mean")),
        ("nrmse(divisor=std)", regression.NormalizedRootMeanSquaredError("std")),
        ("nrmse(divisor=range)", regression.NormalizedRootMeanSquaredError("range")),
    ):
        yield (
            "numbers" if ours == "smape" else "amounts",
            ours,
            type(made).__name__,
            lambda y, pred, made=made: torchmetrics_value(made, pred, y),
        )
    yield (
        "ensemble",
        "crps_ensemble",
        "ContinuousRankedProbabilityScore",
        lambda y, members: torchmetrics_value(
            regression.ContinuousRankedProbabilityScore(), members, y
        ),
    )


def by_torch(found: Data) -> dict[str, torch.Tensor]:
    return {role: torch.tensor(values) for role, values in found.items()}


def torch_losses() -> Iterator[tuple[str, str, str, Callable[..., torch.Tensor]]]:
    """Yield (data, our loss, their name, what to call with the columns)."""
    for where in ("numbers", "huge"):
        yield where, "mae", "L1Loss", lambda y, pred: nn.L1Loss()(pred, y)
        for d in (1.0, 0.25):
            yield (
                where,
                f"huber(delta={d})",
                "HuberLoss",
                lambda y, pred, d=d: nn.HuberLoss(delta=d)(pred, y),
            )
            yield (
                where,
                f"smooth_l1(beta={d})",
                "SmoothL1Loss",
                lambda y, pred, d=d: nn.SmoothL1Loss(beta=d)(pred, y),
            )
    yield "numbers", "mse", "MSELoss", lambda y, pred: nn.MSELoss()(pred, y)
    for where, log in (("counts", False), ("zeros", False), ("log rates", True)):
        for full in (False, True):
            yield (
                where,
                f"poisson_nll(full={full}, log_input={log})",
                "PoissonNLLLoss",
                lambda y, pred, log=log, full=full: nn.PoissonNLLLoss(log, full)(pred, y),
            )
    for where in ("binary", "sure"):
        yield where, "log_loss", "BCELoss", lambda y, prob: nn.BCELoss()(prob, y)
    yield "binary", "brier", "MSELoss", lambda y, prob: nn.MSELoss()(prob, y)
    yield "classes", "cross_entropy", "NLLLoss", lambda y, probs: nn.NLLLoss()(probs.log(), y)
    for e in (0.1, 0.3):
        yield (
            "classes",
            f"label_smoothing(epsilon={e})",
            "CrossEntropyLoss",
            lambda y, probs, e=e: nn.CrossEntropyLoss(label_smoothing=e)(probs.log(), y),
        )
    yield "margins", "logistic", "SoftMarginLoss", lambda y, score: nn.SoftMarginLoss()(score, y)
    yield (
        "margins",
        "logistic",
        "BCEWithLogitsLoss",
        lambda y, score: nn.BCEWithLogitsLoss()(score, (y + 1) / 2),
    )
    yield "wrong side", "logistic", "SoftMarginLoss", lambda y, score: nn.SoftMarginLoss()(score, y)
    for m in (1.0, 0.5):
        yield (
            "distances",
            f"hinge_embedding(margin={m})",
            "HingeEmbeddingLoss",
            lambda y, score, m=m: nn.HingeEmbeddingLoss(m)(score, y),
        )
    yield (
        "scores",
        "weston_watkins",
        "MultiMarginLoss",
        lambda y, scores: nn.MultiMarginLoss()(scores, y),
    )


def torch_of_several() -> Iterator[tuple[str, str, str, Callable[..., torch.Tensor]]]:
    """Yield the same for forecasts of a distribution and for several truths a row."""
    for where in ("normal", "narrow"):
        for full in (False, True):
            yield (
                where,
                f"gaussian_nll(full={full})",
                "GaussianNLLLoss",
                lambda y, mean, variance, full=full: nn.GaussianNLLLoss(full=full)(
                    mean, y, variance
                ),
            )
    yield (
        "vectors",
        "cosine",
        "CosineEmbeddingLoss",
        lambda y, pred: nn.CosineEmbeddingLoss()(pred, y, torch.ones(len(y))),
    )
    for where in ("multilabel", "sure multilabel"):
        yield where, "log_loss", "BCELoss", lambda y, prob: nn.BCELoss()(prob, y)
    yield (
        "multilabel",
        "log_loss",
        "MultiLabelSoftMarginLoss",
        lambda y, prob: nn.MultiLabelSoftMarginLoss()(prob.logit(), y),
    )
    yield "soft", "kl", "KLDivLoss", lambda y, probs: nn.KLDivLoss()(probs.log(), y)
    yield (
        "soft",
        "cross_entropy",
        "CrossEntropyLoss",
        lambda y, probs: nn.CrossEntropyLoss()(probs.log(), y),
    )


def keras_losses() -> Iterator[tuple[str, str, str, Callable[[], Any]]]:
    """Yield (data, our loss, their name, what makes their loss)."""
    made = keras.losses
    for where in ("numbers", "far"):
        yield where, "mse", "MeanSquaredError", made.MeanSquaredError
        yield where, "mae", "MeanAbsoluteError", made.MeanAbsoluteError
        yield where, "log_cosh", "LogCosh", made.LogCosh
        yield where, "huber(delta=0.5)", "Huber", lambda: made.Huber(delta=0.5)
    for where in ("amounts", "zeros"):
        yield where, "mape", "MeanAbsolutePercentageError", made.MeanAbsolutePercentageError
        yield where, "msle", "MeanSquaredLogarithmicError", made.MeanSquaredLogarithmicError
    for where in ("counts", "zeros"):
        yield where, "poisson_nll", "Poisson", made.Poisson
    for where in ("binary", "sure"):
        yield where, "log_loss", "BinaryCrossentropy", made.BinaryCrossentropy
        yield where, "focal", "BinaryFocalCrossentropy", made.BinaryFocalCrossentropy
        yield (
            where,
            "focal(gamma=1.5, alpha=0.25)",
            "BinaryFocalCrossentropy",
            lambda: made.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.25, gamma=1.5),
        )
        yield (
            where,
            "label_smoothing(epsilon=0.2)",
            "BinaryCrossentropy",
            lambda: made.BinaryCrossentropy(label_smoothing=0.2),
        )
    for where in ("classes", "sure classes"):
        yield where, "cross_entropy", "CategoricalCrossentropy", made.CategoricalCrossentropy
        yield (
            where,
            "label_smoothing(epsilon=0.2)",
            "CategoricalCrossentropy",
            lambda: made.CategoricalCrossentropy(label_smoothing=0.2),
        )
        yield where, "focal", "CategoricalFocalCrossentropy", made.CategoricalFocalCrossentropy
    yield "vectors", "cosine", "CosineSimilarity", made.CosineSimilarity
    for where in ("multilabel", "sure multilabel"):
        yield where, "log_loss", "BinaryCrossentropy", made.BinaryCrossentropy
    for where in ("soft", "sure soft"):
        yield where, "kl", "KLDivergence", made.KLDivergence
        yield where, "cross_entropy", "CategoricalCrossentropy", made.CategoricalCrossentropy
    for where in ("mask", "empty mask"):
        yield where, "dice", "Dice", made.Dice
        yield (
            where,
            "tversky(alpha=0.3, beta=0.7)",
            "Tversky",
            lambda: made.Tversky(alpha=0.7, beta=0.3),
        )
    yield "binary", "brier", "MeanSquaredError", made.MeanSquaredError
    yield "margins", "hinge", "Hinge", made.Hinge
    yield "margins", "squared_hinge", "SquaredHinge", made.SquaredHinge
    for where in ("scores", "all below"):
        yield where, "crammer_singer", "CategoricalHinge", made.CategoricalHinge


def keras_value(made: Any, found: Data) -> float:
    y, predicted = found.values()
    if y.ndim < predicted.ndim:
        y = np.eye(predicted.shape[1])[y]
    elif y.ndim == 1:
        y, predicted = y[:, None], predicted[:, None]
    return float(made(y.astype(np.float32), predicted.astype(np.float32)))


BOOSTED = [
    ("numbers", "rmse", "rmse", "rmse"),
    ("numbers", "mae", "mae", "l1"),
    ("numbers", "mse", "", "l2"),
    ("numbers", "huber(delta=0.9)", "", "huber"),
    ("numbers", "pseudo_huber", "mphe", ""),
    ("numbers", "fair", "", "fair"),
    ("numbers", "pinball(alpha=0.9)", "", "quantile"),
    ("amounts", "mape", "mape", ""),
    ("amounts", "rmsle", "rmsle", ""),
    ("amounts", "gamma", "gamma-deviance", ""),
    ("counts", "poisson_nll", "", "poisson"),
    ("counts", "poisson_nll(full=True)", "poisson-nloglik", ""),
    ("binary", "log_loss", "logloss", "binary_logloss"),
    ("binary", "zero_one", "error", "binary_error"),
    ("classes", "cross_entropy", "mlogloss", "multi_logloss"),
    ("classes", "zero_one", "merror", "multi_error"),
    ("classes", "top_k_error(k=2)", "", "multi_error@2"),
]
"""Data, our loss, and the metrics of XGBoost and LightGBM that are the same number."""


def values(found: dict[str, Data]) -> Iterator[dict[str, Any]]:
    for where, ours, theirs, call in (*torch_losses(), *torch_of_several()):
        value = float(call(**by_torch(found[where])))
        yield {"library": "torch", "name": theirs, "loss": ours, "data": where, "value": value}
    for where, ours, theirs, make in keras_losses():
        value = keras_value(make(), found[where])
        yield {"library": "keras", "name": theirs, "loss": ours, "data": where, "value": value}
    for where, ours, metric in CATBOOST:
        value = catboost_value(metric, found[where])
        name = metric.partition(":")[0]
        yield {"library": "catboost", "name": name, "loss": ours, "data": where, "value": value}
    others = ((("torchmetrics", *one) for one in torchmetrics_losses()), of_masks_and_boxes())
    for library, where, ours, theirs, call in (one for lot in others for one in lot):
        value = float(call(**by_torch(found[where])))
        yield {"library": library, "name": theirs, "loss": ours, "data": where, "value": value}
    for where, ours, *metrics in BOOSTED:
        for library, metric in zip(("xgboost", "lightgbm"), metrics, strict=True):
            if metric:
                compute = xgboost_value if library == "xgboost" else lightgbm_value
                value = compute(metric, found[where])
                yield {
                    "library": library,
                    "name": metric,
                    "loss": ours,
                    "data": where,
                    "value": value,
                }


def wis() -> float:
    """Return what scoringrules' numpy backend says of y = 10 under 25 %: 8, 50 %: 9, 75 %: 12."""
    low, high, level = np.array([[8.0]]), np.array([[12.0]]), np.array([0.5])
    y, median = np.array([10.0]), np.array([9.0])
    said = scoringrules.weighted_interval_score(y, median, low, high, level, backend="numpy")
    return float(said)


def in_lines(written: dict[str, Any]) -> str:
    """Return JSON with one line for each data set and each value."""
    parts = []
    for name, part in written.items():
        pairs = part.items() if isinstance(part, dict) else enumerate(part)
        lines = [
            f"{json.dumps(key)}: {json.dumps(one)}" if isinstance(part, dict) else json.dumps(one)
            for key, one in pairs
        ]
        left, right = "{}" if isinstance(part, dict) else "[]"
        parts.append(f'"{name}": {left}\n  ' + ",\n  ".join(lines) + f"\n {right}")
    return "{" + ",\n ".join(parts) + "}\n"


if __name__ == "__main__":
    judged = data()
    written = {
        "versions": {
            m.__name__: m.__version__
            for m in (
                *(torch, keras, xgboost, lightgbm, catboost),
                *(torchvision, torchmetrics, monai, scoringrules),
            )
        },
        "data": {k: {role: v.tolist() for role, v in d.items()} for k, d in judged.items()},
        "values": [
            one | {"value": str(one["value"])} if not np.isfinite(one["value"]) else one
            for one in values(judged)
        ],
        "wrong": {"wis": wis()},
    }
    (HERE / "peers.json").write_text(in_lines(written))
