"""Write more_peers.json: forecasts, metrics that are no losses, and other orders of arguments.

As make_peers.py, whose peers.json it reads for the data that both judge:

    pip install torch keras xgboost lightgbm scoringrules==0.10.0 numba sktime utilsforecast \\
        model-diagnostics vowpalwabbit
    KERAS_BACKEND=torch python tests/reference/make_more_peers.py
"""

import json
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import scoringrules
import torch
import vowpalwabbit
from boosted import lightgbm_value, xgboost_value
from model_diagnostics.scoring import HomogeneousExpectileScore
from sktime.performance_metrics import forecasting as sktime
from torch import nn
from utilsforecast import losses as utilsforecast

Data = dict[str, np.ndarray]
N, K = 60, 4
DRAW = np.random.default_rng(21)
HERE = Path(__file__).parent
KNOWN = json.loads((HERE / "peers.json").read_text())["data"]
LIBRARIES = (
    *("torch", "keras", "xgboost", "lightgbm", "scoringrules", "sktime", "utilsforecast"),
    *("model-diagnostics", "vowpalwabbit"),
)
SEASONS = (1, 3)


def single(values: Any) -> np.ndarray:
    return np.asarray(values).astype(np.float32).astype(np.float64)


def data() -> dict[str, Data]:
    numbers = np.sort(DRAW.normal(size=(N, 5)), axis=1)
    return {
        "pairs": {
            "y": DRAW.choice([-1.0, 1.0], N),
            "score": single(DRAW.normal(size=N)),
            "score2": single(DRAW.normal(size=N)),
        },
        "label scores": {
            "y": DRAW.integers(0, 2, (N, K)).astype(float),
            "score": single(DRAW.normal(size=(N, K))),
        },
        "intervals": {
            "y": single(DRAW.normal(size=N)),
            "lower": single(numbers[:, 1]),
            "upper": single(numbers[:, 3]),
        },
        "quantiles": {
            "y": single(DRAW.normal(size=N)),
            "quantiles": single(numbers),
            "levels": np.array([0.05, 0.25, 0.5, 0.75, 0.95]),
        },
        "small mask": {"y": np.array([1.0, 0.0, 0.0]), "prob": np.array([0.5, 0.25, 0.0])},
        "far normal": {"y": np.array([40.0]), "mean": np.zeros(1), "variance": np.ones(1)},
    }


def torch_losses() -> Iterator[tuple[str, str, str, Callable[..., torch.Tensor]]]:
    """Yield (data, our loss, their name, what to call with the columns)."""
    for m in (0.0, 0.3):
        yield (
            "pairs",
            f"margin_ranking(margin={m})",
            "MarginRankingLoss",
            lambda y, score, score2, m=m: nn.MarginRankingLoss(m)(score, score2, y),
        )
    yield (
        "label scores",
        "multi_label_margin",
        "MultiLabelMarginLoss",
        lambda y, score: nn.MultiLabelMarginLoss()(score, places(y)),
    )


def places(y: torch.Tensor) -> torch.Tensor:
    """Return the places of the labels that are true, then -1."""
    rows = [[*np.flatnonzero(row).tolist(), *[-1] * K][:K] for row in y.numpy()]
    return torch.tensor(rows)


def keras_metrics() -> Iterator[tuple[str, str, str, float]]:
    """Yield (data, our loss, their name, the number): of accuracies, what they lack of 1."""
    made = keras.metrics
    yield "numbers", "rmse", "RootMeanSquaredError", said(made.RootMeanSquaredError(), "numbers")
    for where in ("binary", "even odds"):
        yield where, "zero_one", "BinaryAccuracy", 1 - said(made.BinaryAccuracy(), where)
    for where in ("classes", "even classes"):
        for k in (1, 2):
            top = said(made.TopKCategoricalAccuracy(k), where)
            yield where, f"top_k_error(k={k})", "TopKCategoricalAccuracy", 1 - top
        sure = made.CategoricalAccuracy()
        yield where, "zero_one", "CategoricalAccuracy", 1 - said(sure, where)


def keras_masks(found: Data) -> Iterator[tuple[str, str, str, float]]:
    y, prob = (values.astype(np.float32) for values in found.values())
    made = keras.losses
    for loss, one in (
        ("dice", made.Dice()),
        ("tversky(alpha=0.3, beta=0.7)", made.Tversky(alpha=0.7, beta=0.3)),
    ):
        yield "small mask", loss, type(one).__name__, float(one(y, prob))


def said(metric: Any, where: str) -> float:
    y, predicted = (np.array(values) for values in KNOWN[where].values())
    y = np.eye(predicted.shape[1])[y] if predicted.ndim > 1 else y[:, None]
    metric.update_state(y, predicted if predicted.ndim > 1 else predicted[:, None])
    return float(metric.result())


def scores(found: dict[str, Data]) -> Iterator[tuple[str, str, str, Any]]:
    """Yield the same of scoringrules, one number a row."""
    for where in ("normal", "far normal"):
        y, mean, variance = found[where].values()
        std = np.sqrt(variance)
        yield where, "log_score", "logs_normal", scoringrules.logs_normal(y, mean, std)
        yield where, "crps", "crps_normal", scoringrules.crps_normal(y, mean, std)
    y, members = found["ensemble"].values()
    for fair, estimator in ((False, "qd"), (True, "fair")):
        row = scoringrules.crps_ensemble(y, members, estimator=estimator)
        yield "ensemble", f"crps_ensemble(fair={fair})", "crps_ensemble", row
    y, lower, upper = found["intervals"].values()
    for alpha in (0.1, 0.3):
        row = scoringrules.interval_score(y, lower, upper, alpha)
        yield "intervals", f"interval_score(alpha={alpha})", "interval_score", row
    y, quantiles, levels = found["quantiles"].values()
    row = scoringrules.crps_quantile(y, quantiles, levels)
    yield "quantiles", "crps_quantile", "crps_quantile", row
    ends = quantiles[:, [1, 0]], quantiles[:, [3, 4]], np.array([0.5, 0.1])
    row = scoringrules.weighted_interval_score(y, quantiles[:, 2], *ends, backend="numba")
    yield "quantiles", "wis", "weighted_interval_score", row
    y, probs = found["classes"].values()
    # it numbers the classes from 1
    yield "classes", "rps", "rps_score", scoringrules.rps_score(y + 1, probs)


def expectiles(found: Data) -> Iterator[tuple[str, str, str, float]]:
    """Yield (library, our loss, their name, the number)."""
    y, pred = found.values()
    for alpha in (0.3, 0.7):
        loss = f"expectile(alpha={alpha})"
        theirs = float(HomogeneousExpectileScore(level=alpha)(y, pred))
        yield "model-diagnostics", loss, "HomogeneousExpectileScore", theirs
    yield "Vowpal Wabbit", "expectile(alpha=0.7)", "expectile", vowpal_wabbit(y, pred, 0.3)


def vowpal_wabbit(y: np.ndarray, pred: np.ndarray, q: float) -> float:
    """Return the mean loss of a model that says the only feature, whose weight is 1."""
    options = f"--loss_function expectile --expectile_q {q} --noconstant --initial_weight 1"
    model = vowpalwabbit.Workspace(
        f"{options} -t --quiet --min_prediction -100 --max_prediction 100"
    )
    rows = []
    for truth, said in zip(y.tolist(), pred.tolist(), strict=True):
        example = model.example(f"{truth} | x:{said}")
        model.predict(example)
        rows.append(example.get_loss())
    return float(np.mean(rows))


def boosted(found: dict[str, Data]) -> Iterator[tuple[str, str, str, str, float]]:
    """Yield (library, data, our loss, their name, the number)."""
    quantile = {"objective": "reg:quantileerror", "quantile_alpha": 0.9}
    value = xgboost_value("quantile", found["numbers"], **quantile)
    yield "xgboost", "numbers", "pinball(alpha=0.9)", "quantile", value
    name = "tweedie-nloglik@1.5"
    yield "xgboost", "amounts", "tweedie", name, xgboost_value(name, found["amounts"])
    for loss, name in (("gamma", "gamma_deviance"), ("tweedie", "tweedie"), ("mape", "mape")):
        yield "lightgbm", "amounts", loss, name, lightgbm_value(name, found["amounts"])


def values(found: dict[str, Data]) -> Iterator[dict[str, Any]]:
    lots: list[tuple[str, str, str, str, float]] = []
    for where, ours, theirs, call in torch_losses():
        columns = {role: torch.tensor(values) for role, values in found[where].items()}
        lots.append(("torch", where, ours, theirs, float(call(**columns))))
    lots += [("keras", *one) for one in keras_metrics()]
    lots += [("keras", *one) for one in keras_masks(found["small mask"])]
    for where, ours, theirs, rows in scores(found):
        lots.append(("scoringrules", where, ours, theirs, float(np.mean(rows))))
    for library, ours, theirs, value in expectiles(found["numbers"]):
        lots.append((library, "numbers", ours, theirs, value))
    lots += boosted(found)
    for library, where, ours, theirs, value in lots:
        number = value if np.isfinite(value) else str(value)
        yield {"library": library, "name": theirs, "loss": ours, "data": where, "value": number}


def series() -> dict[str, Any]:
    """Return two series that end in what is judged, and one that never moved in training."""
    train = {
        "a": single(DRAW.normal(size=30).cumsum()),
        "b": single(10 * DRAW.normal(size=30).cumsum()),
        "still": np.ones(30),
    }
    y = {name: single(DRAW.normal(size=8)) for name in train}
    pred = {name: single(DRAW.normal(size=8)) for name in train}
    judged, history = (
        pd.concat(
            pd.DataFrame({"unique_id": name, "ds": range(start, start + len(lot[name]))} | more)
            for name, more in columns.items()
        )
        for start, lot, columns in (
            (30, y, {name: {"y": y[name], "model": pred[name]} for name in y}),
            (0, train, {name: {"y": train[name]} for name in y}),
        )
    )
    return {
        "train": {name: of.tolist() for name, of in train.items()},
        "y": {name: of.tolist() for name, of in y.items()},
        "pred": {name: of.tolist() for name, of in pred.items()},
        "values": list(of_series(y, pred, train, judged, history)),
    }


def of_series(
    y: Data, pred: Data, train: Data, judged: pd.DataFrame, history: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    for season in SEASONS:
        for loss, theirs in (
            ("mase", sktime.MeanAbsoluteScaledError(sp=season)),
            ("rmsse", sktime.MeanSquaredScaledError(sp=season, square_root=True)),
        ):
            found = {n: float(theirs(y[n], pred[n], y_train=train[n])) for n in y}
            yield {"library": "sktime", "loss": loss, "season": season} | written(found)
            call = getattr(utilsforecast, loss)
            by = call(judged, ["model"], seasonality=season, train_df=history)
            found = dict(zip(by["unique_id"], by["model"].astype(float), strict=True))
            yield {"library": "utilsforecast", "loss": loss, "season": season} | written(found)


def written(found: dict[str, float]) -> dict[str, Any]:
    return {"values": {n: v if np.isfinite(v) else str(v) for n, v in found.items()}}


def in_lines(found: dict[str, Any]) -> str:
    """Return JSON with one line for each data set and each value."""
    parts = []
    for name, part in found.items():
        if isinstance(part, dict):
            lines = [f"{json.dumps(key)}: {json.dumps(one)}" for key, one in part.items()]
        else:
            lines = [json.dumps(one) for one in part]
        left, right = "{}" if isinstance(part, dict) else "[]"
        parts.append(f'"{name}": {left}\n  ' + ",\n  ".join(lines) + f"\n {right}")
    return "{" + ",\n ".join(parts) + "}\n"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    made = data()
    known = {k: {role: np.array(v) for role, v in d.items()} for k, d in KNOWN.items()}
    (HERE / "more_peers.json").write_text(
        in_lines(
            {
                "versions": {name: version(name) for name in LIBRARIES},
                "data": {k: {role: v.tolist() for role, v in d.items()} for k, d in made.items()},
                "values": list(values(known | made)),
                "series": series(),
            }
        )
    )
