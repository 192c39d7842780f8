"""Write the files in which each rule of advice fires, and those in which it does not.

    python tests/advice/write_cases.py

RULE.fires.csv and RULE.silent.csv are read by tests/test_advice.py.
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
ROWS = 240
RANDOM = np.random.default_rng(20)
PLACE = (np.arange(ROWS) + 0.5) / ROWS
LOGIT = np.log(PLACE / (1 - PLACE))


def numbers(y: object, pred: object) -> pd.DataFrame:
    return pd.DataFrame({"y_true": y, "y_pred": pred}).round(4)


def probs(y: object, prob: object) -> pd.DataFrame:
    return pd.DataFrame({"y_true": y, "y_prob": prob}).round(4)


def classes(names: list[str], y: list[str]) -> pd.DataFrame:
    table = RANDOM.dirichlet(np.ones(len(names)), ROWS).round(3) * 0.9 + 0.1 / len(names)
    table[:, 0] += 1 - table.sum(axis=1)
    frame = pd.DataFrame({f"prob_{name}": table[:, k] for k, name in enumerate(names)})
    return frame.assign(y_true=y)


def taken(names: list[str]) -> list[str]:
    return [names[k % len(names)] for k in range(ROWS)]


even = np.tile([-1.0, -0.6, -0.3, 0.3, 0.6, 1.0], ROWS // 6)
level = np.linspace(20.5, 40.5, ROWS)
plain = numbers(level + even, level)
wild = np.where(np.arange(ROWS) % 20 == 0, 60.0, even)
far = numbers(level + wild, level)
counted = np.tile([0, 0, 1, 0, 2, 3], ROWS // 6)
yes = np.tile([0, 1], ROWS // 2)
rare = (np.arange(ROWS) % 30 == 0).astype(int)
honest = np.where(np.arange(ROWS) % 4 < 2, 0.02, 0.97)
four = ["a", "b", "c", "d"]
ends = pd.DataFrame({"y_true": level + even, "lower": level - 0.8, "upper": level + 0.8})
scored = pd.DataFrame({"y_true": yes, "score": LOGIT})
normal = pd.DataFrame({"y_true": level + even, "mean": level, "std": 1.0})
members = pd.DataFrame({f"member_{k}": level + k - 1.5 for k in range(3)})
ensemble = members.assign(y_true=level + even)


def levels(*found: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"y_true": level + even} | {f"q{q}": level + 2 * float(q) - 1 for q in found}
    )


impossible = classes(four, taken(four))
impossible["prob_b"] += impossible["prob_a"].where(impossible.index == 0, 0.0)
impossible["prob_a"] = impossible["prob_a"].where(impossible.index > 0, 0.0)

labels = pd.DataFrame({"y_a": yes, "y_b": rare})
chances = labels.assign(prob_a=honest, prob_b=PLACE.round(4))
decided = labels.assign(label_a=yes, label_b=yes)
some = np.random.default_rng(21).dirichlet([1, 1, 1], (2, ROWS))
shares = pd.DataFrame(
    np.hstack([*some]), columns=[f"{r}_{c}" for r in ("y", "prob") for c in "abc"]
)
corner = np.linspace(0.0, 5.0, ROWS)
boxed = pd.DataFrame(
    {f"true_{name}": corner + k for k, name in enumerate(("x1", "y1", "x2", "y2"))}
    | {f"pred_{name}": corner + k + even for k, name in enumerate(("x1", "y1", "x2", "y2"))}
)
pointing = pd.DataFrame(
    {"y_north": level, "y_east": even, "pred_north": level + even, "pred_east": level}
)

CASES: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = {
    "even_errors": (plain, far),
    "far_errors": (far, plain),
    "zeros": (numbers(np.where(level < 22, 0.0, level), level), plain),
    "wide_range": (numbers(np.exp(level / 3), np.exp(level / 3) * 1.1), plain),
    "signs": (numbers(level + even - 30, level - 30), plain),
    "counts": (numbers(counted, 1 + even / 4), plain),
    "predictions_below_zero": (numbers(level, level - 21), plain),
    "amounts": (numbers(counted * 1.7, 1 + even / 4), plain),
    "skewed": (numbers(np.exp(LOGIT), np.exp(LOGIT) + even), plain),
    "biased": (numbers(level + even + 3, level), plain),
    "one_sided": (numbers(level + np.where(PLACE < 0.92, -1.0, 1.0) * PLACE, level), plain),
    "constant_prediction": (numbers(level, 30.0), plain),
    "probabilities": (probs(yes, honest), probs(yes, yes)),
    "decisions": (probs(yes, yes), probs(yes, honest)),
    "scores": (probs(yes, LOGIT), probs(yes, honest)),
    "rare_yes": (probs(rare, honest), probs(yes, honest)),
    "rare_no": (probs(1 - rare, honest), probs(yes, honest)),
    "certain_and_wrong": (probs(yes, np.where(PLACE < 0.01, 1.0, honest)), probs(yes, honest)),
    "never_extreme": (probs(yes, 0.3 + 0.4 * PLACE), probs(yes, honest)),
    "class_probabilities": (classes(four, taken(four)), probs(yes, honest)),
    "rare_class": (
        classes(four, ["a" if k % 60 == 0 else "b" for k in range(ROWS)]),
        classes(four, taken(four)),
    ),
    "certain_and_wrong_class": (impossible, classes(four, taken(four))),
    "ordered_classes": (
        classes(["1", "2", "3"], taken(["1", "2", "3"])),
        classes(four, taken(four)),
    ),
    "many_classes": (
        classes(list("abcdefghijkl"), taken(list("abcdefghijkl"))),
        classes(four, taken(four)),
    ),
    "predicted_classes": (
        pd.DataFrame({"y_true": taken(four), "y_pred": taken(four)}),
        classes(four, taken(four)),
    ),
    "margins": (scored, probs(yes, honest)),
    "intervals": (ends, plain),
    "symmetric_quantiles": (levels("0.1", "0.5", "0.9"), levels("0.1", "0.5", "0.8")),
    "quantiles": (levels("0.1", "0.9"), plain),
    "normal_forecasts": (normal, plain),
    "ensembles": (ensemble, plain),
    "several_probabilities": (chances, decided),
    "several_decisions": (decided, chances),
    "soft_labels": (shares, chances),
    "boxes": (boxed, pointing),
    "vectors": (pointing, boxed),
}


if __name__ == "__main__":
    for rule, both in CASES.items():
        for frame, ending in zip(both, ("fires", "silent"), strict=True):
            frame.to_csv(HERE / f"{rule}.{ending}.csv", index=False, float_format="%.10g")
