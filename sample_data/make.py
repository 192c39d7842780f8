# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "scikit-learn==1.9.1", "scipy==1.17.1"]
# ///
"""Write the sample files: true values and out-of-fold predictions of real models.

Run it from anywhere; the files are written next to this script (or into the
folder named as the only argument).  Nothing is downloaded: every data set is
one that scikit-learn ships.  Rows stay in the order of the source.  No row is
left out and no value is changed, apart from the rounding and the row-wise
sorting of quantiles that README.md describes.
"""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_wine,
)
from sklearn.linear_model import (
    HuberRegressor,
    LogisticRegression,
    QuantileRegressor,
    RidgeCV,
)
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Floats = npt.NDArray[np.float64]

KFOLD = KFold(n_splits=10, shuffle=True, random_state=0)
STRATIFIED = StratifiedKFold(n_splits=10, shuffle=True, random_state=0)
PENALTIES = np.logspace(-3, 3, 13)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def write(path: Path, header: list[str], columns: list[Iterable[object]]) -> None:
    """Write one CSV file with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))


def fixed(values: Floats, decimals: int) -> list[str]:
    """Write numbers with a fixed count of decimals."""
    return [f"{value:.{decimals}f}" for value in values]


def shortest(values: Floats) -> list[str]:
    """Write measured numbers as the source does, without a trailing `.0`."""
    return [f"{value:.12g}" for value in values]


def millionths(probabilities: Floats) -> list[list[str]]:
    """Round each row to 6 decimals and let its largest entry absorb the rest.

    Counting in whole millionths makes every written row sum to exactly 1.
    """
    counts = np.rint(probabilities * 1_000_000).astype(np.int64)
    rows = np.arange(len(counts))
    counts[rows, counts.argmax(axis=1)] += 1_000_000 - counts.sum(axis=1)
    return [fixed(column / 1_000_000, 6) for column in counts.T]


def breast_cancer(folder: Path) -> None:
    """Regression: the `worst texture` of a sample from its means and errors."""
    data = load_breast_cancer()
    names = list(data.feature_names)
    inputs = data.data[:, :20]
    truth = data.data[:, names.index("worst texture")]
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=PENALTIES))
    predicted = cross_val_predict(model, inputs, truth, cv=KFOLD)
    rows = range(1, len(truth) + 1)
    write(
        folder / "breast_cancer.csv",
        ["id", "y_true", "y_pred", "diagnosis"],
        [rows, shortest(truth), fixed(predicted, 3), data.target_names[data.target]],
    )

    robust = make_pipeline(StandardScaler(), HuberRegressor(alpha=0.0, max_iter=10_000, tol=1e-8))
    predicted = cross_val_predict(robust, inputs, truth, cv=KFOLD)
    write(
        folder / "breast_cancer_huber.csv",
        ["id", "y_true", "y_pred"],
        [rows, shortest(truth), fixed(predicted, 3)],
    )


def diabetes(folder: Path) -> None:
    """Regression, interval and quantiles: the progression of diabetes."""
    data = load_diabetes(scaled=False)
    truth = shortest(data.target)
    sex = data.data[:, data.feature_names.index("sex")]
    ridge = make_pipeline(StandardScaler(), RidgeCV(alphas=PENALTIES))
    predicted = cross_val_predict(ridge, data.data, data.target, cv=KFOLD)
    write(
        folder / "diabetes.csv",
        ["id", "y_true", "y_pred", "sex"],
        [
            range(1, len(truth) + 1),
            truth,
            fixed(predicted, 3),
            [f"sex-{code:.0f}" for code in sex],
        ],
    )

    levels = [
        cross_val_predict(
            make_pipeline(StandardScaler(), QuantileRegressor(quantile=level, alpha=0)),
            data.data,
            data.target,
            cv=KFOLD,
        )
        for level in QUANTILES
    ]
    columns = [fixed(column, 3) for column in np.sort(levels, axis=0)]
    write(
        folder / "diabetes_intervals.csv",
        ["y_true", "lower", "upper"],
        [truth, columns[0], columns[-1]],
    )
    write(
        folder / "diabetes_quantiles.csv",
        ["y_true", *(f"q{level}" for level in QUANTILES)],
        [truth, *columns],
    )


def digits(folder: Path) -> None:
    """Classify digits: all ten of them, and `is it an 8?`."""
    data = load_digits()
    rows = range(1, len(data.target) + 1)
    model = make_pipeline(
        StandardScaler(),
        LogisticRegression(C=0.1, tol=1e-8, max_iter=5000),
    )
    ten = cross_val_predict(
        model,
        data.data,
        data.target,
        cv=STRATIFIED,
        method="predict_proba",
    )
    write(
        folder / "digits.csv",
        ["id", "y_true", *(f"prob_{digit}" for digit in range(10))],
        [rows, data.target, *millionths(ten)],
    )

    eight = (data.target == 8).astype(int)  # noqa: PLR2004
    probability, score = (
        cross_val_predict(model, data.data, eight, cv=STRATIFIED, method=method)
        for method in ("predict_proba", "decision_function")
    )
    write(
        folder / "digit8.csv",
        ["id", "y_true", "y_prob", "score"],
        [rows, eight, fixed(probability[:, 1], 8), fixed(score, 6)],
    )


def wine(folder: Path) -> None:
    """Labels: the cultivar of a wine from only two of its measurements."""
    data = load_wine()
    names = list(data.feature_names)
    inputs = data.data[:, [names.index("alcohol"), names.index("color_intensity")]]
    truth = data.target_names[data.target]
    predicted = cross_val_predict(GaussianNB(), inputs, truth, cv=STRATIFIED)
    write(folder / "wine_labels.csv", ["y_true", "y_pred"], [truth, predicted])


def main() -> None:
    """Write all the files."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for task in (breast_cancer, diabetes, digits, wine):
        task(folder)


if __name__ == "__main__":
    main()
