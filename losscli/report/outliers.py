"""Outlier diagnostics from finished distributions."""

import math

import numpy as np
from numpy.typing import NDArray

from losscli.losses.chosen import Chosen
from losscli.report.diagnostics import Concentration, Outliers, Residuals, WorstRow
from losscli.summary.distribution import Sample
from losscli.summary.worst import BadRow

CUT = 0.01
"""The worst share of rows that the trimmed mean leaves out."""
_WORST = (0.01, 0.05)
_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_Z = 0.6745
_LIMIT = 3.5
_LARGE = 1e6
RULE = "modified z > 3.5"
"""0.6745 |r - median| / MAD > 3.5 (Iglewicz & Hoaglin, 1993)."""

_GRID = np.linspace(-9, 9, 18_001)
_DENSITY = np.exp(-0.5 * _GRID * _GRID)


def residuals(sample: Sample) -> Residuals:
    """Return the robust facts of signed residuals."""
    median = sample.median()
    mad = sample.distances(median).median()
    flagged = None
    if mad > 0:
        far = _Z * np.abs(sample.values - median) > _LIMIT * mad
        flagged = int(np.sum(sample.mass[far])) if not sample.exact else int(np.sum(far))
    near = sample.near_one()
    size = near.mean_of(np.abs)
    ratio = math.sqrt(near.mean_of(np.square)) / size if size > 0 else math.nan
    return Residuals(median, mad, flagged, RULE, ratio if math.isfinite(ratio) else math.nan)


def outliers(
    chosen: Chosen,
    sample: Sample,
    found: Residuals | None,
    worst: tuple[WorstRow, ...],
    tail_index: float,
    parts: Sample,
) -> Outliers:
    """Put together what is known of the outliers of the first loss.

    `parts` are the row losses in a unit in which they can be added up.
    """
    normal = _normal_errors(chosen, found)
    return Outliers(
        loss=chosen.spelling,
        label=chosen.label,
        worst=worst,
        concentration=tuple(
            Concentration(part, share(parts, part), share(normal, part) if normal else math.nan)
            for part in _WORST
        ),
        quantiles=tuple((q, sample.quantile(q)) for q in _QUANTILES),
        residuals=found,
        trimmed_cut=CUT,
        trimmed=_trimmed(sample),
        tail_index=tail_index,
        exact_quantiles=sample.exact,
    )


def worst_part(sample: Sample, part: float) -> NDArray[np.float64]:
    """Return how much of the mass of each number belongs to the worst part of the rows.

    Of n rows (or a whole number of weight) they are the ceil(part * n) with the largest losses.
    """
    total = sample.total
    wanted = math.ceil(part * total) if total.is_integer() else part * total
    mass = sample.mass[::-1]
    before = np.concatenate([[0.0], np.cumsum(mass)[:-1]])
    return np.clip(wanted - before, 0.0, mass)[::-1]


def share(sample: Sample, part: float) -> float:
    """Return the part of the total loss that the worst part of the rows carries."""
    worst = worst_part(sample, part)
    total = _sum(sample, sample.mass)
    return _sum(sample, worst) / total if 0 < total < math.inf else math.nan


def _trimmed(sample: Sample) -> float:
    left = sample.mass - worst_part(sample, CUT)
    return _sum(sample, left) / float(np.sum(left)) if left.any() else math.nan


def _sum(sample: Sample, mass: NDArray[np.float64]) -> float:
    some = mass > 0
    with np.errstate(over="ignore"):
        return float(np.sum(sample.values[some] * mass[some]))


def _normal_errors(chosen: Chosen, found: Residuals | None) -> Sample | None:
    """Return the row losses of normal errors of the same robust scale, if they tell it all."""
    if found is None or not found.mad > 0 or chosen.domain() or set(chosen.roles) != {"y", "pred"}:
        return None
    scale = found.mad / _Z
    if chosen.single and chosen.single.loss.squares:
        scale = math.frexp(scale)[0]  # the squares of all scales lie alike
    e = _GRID * scale
    losses = chosen.terms({"y": e, "pred": np.zeros_like(e)})[0]
    elsewhere = chosen.terms({"y": e + scale, "pred": np.full_like(e, scale)})[0]
    if not np.allclose(losses, elsewhere, rtol=1e-6, atol=1e-9 * scale):
        return None
    order = np.argsort(losses, kind="stable")
    return Sample(losses[order], _DENSITY[order] * 0.1, exact=False)


def reason(row: BadRow, task: str, found: Residuals | None, mean: float) -> str:
    """Say in words why a row is among the worst."""
    y, pred = row.y, row.pred
    if isinstance(y, float) and isinstance(pred, float) and found and found.mad > 0:
        z = _Z * (y - pred - found.median) / found.mad
        side = "above" if z > 0 else "below"
        said = f"{abs(z):.1f}" if abs(z) < _LARGE else f"{abs(z):.3g}"
        return f"residual {said} robust deviations {side} the median"
    if isinstance(y, float) and isinstance(pred, dict) and pred.keys() == {"lower", "upper"}:
        return _beside_interval(y, pred["lower"], pred["upper"])
    if task == "multiclass" and isinstance(pred, dict):
        given = pred.get(y or "", math.nan) if not isinstance(y, float | dict) else math.nan
        return f"gave {given:.2g} to what happened"
    if task == "labels":
        return "another class happened" if row.loss else "right"
    return f"{row.loss / mean:.1f} times the mean loss" if 0 < mean < math.inf else ""


def _beside_interval(y: float, lower: float, upper: float) -> str:
    if lower <= y <= upper:
        return f"inside an interval of width {upper - lower:.4g}"
    side, distance = ("below", lower - y) if y < lower else ("above", y - upper)
    return f"{distance:.4g} {side} the interval"
