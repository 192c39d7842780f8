"""What XGBoost and LightGBM say of given predictions."""

from typing import Any

import lightgbm
import numpy as np
import xgboost


def xgboost_value(metric: str, found: dict[str, np.ndarray], **more: Any) -> float:
    """Return a metric of given predictions: a model without trees says its base margin."""
    y, predicted = found.values()
    matrix = xgboost.DMatrix(np.zeros((len(y), 1)), label=y)
    options: dict[str, Any] = {"objective": "reg:squarederror", "eval_metric": metric} | more
    if predicted.ndim > 1:
        options |= {"objective": "multi:softprob", "num_class": predicted.shape[1]}
        predicted = np.log(predicted)
    matrix.set_base_margin(predicted)
    said = xgboost.train(options, matrix, 0).eval(matrix)
    return float(said.rpartition(":")[2])


def lightgbm_value(metric: str, found: dict[str, np.ndarray]) -> float:
    """Return a metric of given predictions: a tree that does not split adds nothing to them."""
    y, predicted = found.values()
    metric, _, top = metric.partition("@")
    options: dict[str, Any] = {"objective": _nothing, "metric": metric, "verbose": -1}
    options |= {"min_data_in_leaf": 1, "min_data_in_bin": 1}
    if predicted.ndim > 1:
        options |= {"num_class": predicted.shape[1], "multi_error_top_k": int(top or 1)}
    rows = np.arange(len(y), dtype=float)[:, None]
    lot = lightgbm.Dataset(rows, label=y, init_score=predicted, params=options)
    kept: dict[str, Any] = {}
    lightgbm.train(
        options,
        lot,
        1,
        valid_sets=[lot],
        valid_names=["v"],
        callbacks=[lightgbm.record_evaluation(kept)],
    )
    return float(next(iter(kept["v"].values()))[0])


def _nothing(predicted: np.ndarray, _: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros_like(predicted), np.ones_like(predicted)
