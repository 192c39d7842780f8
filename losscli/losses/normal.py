"""Normal and ensemble forecasts: how well a predicted distribution fits what happened."""

import math
from typing import Annotated

import numpy as np

from losscli.losses.domain import NON_NEGATIVE, POSITIVE
from losscli.losses.peer import Peer, torch
from losscli.losses.spec import Matrix, Vector, loss
from losscli.losses.stable import within_doubles

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


_TORCH_LEAST = 1e-6


def _torch_gaussian(
    y: Vector, mean: Vector, std: Annotated[Vector, NON_NEGATIVE], *, full: bool
) -> Vector:
    variance, e = np.maximum(std * std, _TORCH_LEAST), y - mean
    found: Vector = 0.5 * (np.log(variance) + e * e / variance)
    return found + _HALF_LOG_2PI if full else found


@loss(
    formula="log(std) + ((y - mean)/std)**2/2 + (log(2*pi)/2 if full else 0)",
    elicits="mean and variance",
    use="Where a model says how sure it is of a number, and that is to be honest.",
    avoid="Where rows can be far off: one that was thought sure rules (crps).",
    peers=(torch("GaussianNLLLoss", "It raises variances below 1e-6 to 1e-6.", _torch_gaussian),),
    floor="",
)
def gaussian_nll(
    y: Vector,
    mean: Vector,
    std: Annotated[Vector, POSITIVE],
    log_std: Vector,
    *,
    full: bool = False,
) -> Vector:
    """Surprise under the predicted normal distribution: (log of the variance + z squared)/2.

    `full` adds the constant log(2 pi)/2 that makes it minus the logarithm of the density; can be
    below 0, as densities can be above 1 (Nix & Weigend, 1994).
    """
    z = _z(y, mean, std)
    found = log_std + 0.5 * (z * z)
    return found + _HALF_LOG_2PI if full else found


@loss(
    formula="log(std) + ((y - mean)/std)**2/2 + log(2*pi)/2",
    elicits="mean and variance",
    use="To compare forecasts of a distribution where what is far off must be foreseen.",
    avoid="Where rows can be far off: one that was thought sure rules (crps).",
    peers=(
        Peer(
            "scoringrules",
            "scoringrules.logs_normal",
            "It is infinite from 39 spreads on, where the density is no double.",
        ),
    ),
    aka=("logs", "logarithmic_score"),
    floor="",
)
def log_score(y: Vector, mean: Vector, std: Annotated[Vector, POSITIVE], log_std: Vector) -> Vector:
    """Surprise: minus the logarithm of the predicted normal density at what happened.

    Strictly proper, and merciless to narrow forecasts that are wrong (Good, 1952).
    """
    return gaussian_nll(y, mean, std, log_std, full=True)


def _z(y: Vector, mean: Vector, std: Vector) -> Vector:
    return within_doubles(
        (y - mean) / std, lambda y, mean, std: (y - mean) / std, y, mean, std, degree=0
    )


@loss(
    formula="2*log(std) + ((y - mean)/std)**2",
    elicits="mean and variance",
    use="Where the mean and the variance are all that is predicted, of whatever distribution.",
    avoid="Beside log_score: it is twice that, less a constant.",
    aka=("dawid_sebastiani",),
    floor="",
)
def dss(y: Vector, mean: Vector, std: Annotated[Vector, POSITIVE], log_std: Vector) -> Vector:
    """Twice the surprise without its constant: sees the mean and the variance alone.

    Proper for every distribution that has both (Dawid & Sebastiani, 1999).
    """
    return 2 * gaussian_nll(y, mean, std, log_std)


@loss(
    formula="std*((y - mean)/std*erf((y - mean)/std/sqrt(2)) "
    "+ sqrt(2/pi)*exp(-((y - mean)/std)**2/2) - 1/sqrt(pi))",
    use="To compare forecasts of a distribution, also with forecasts of a single number (mae).",
    avoid="Where what is far out matters most: it hardly sees it (log_score).",
    peers=(Peer("scoringrules", "scoringrules.crps_normal"),),
    aka=("crps_normal", "crps_gaussian"),
    floor="std*(sqrt(2) - 1)/sqrt(pi)",
)
def crps(y: Vector, mean: Vector, std: Annotated[Vector, POSITIVE]) -> Vector:
    """Distance between the predicted normal distribution and what happened, in its unit.

    The absolute error where the spread is nothing; strictly proper, and milder than log_score to
    narrow forecasts that are wrong (Gneiting & Raftery, 2007).
    """
    z = _z(y, mean, std)
    inside = z * _erf(z * math.sqrt(0.5)) - 1 / math.sqrt(math.pi)
    near = std * (inside + math.sqrt(2 / math.pi) * np.exp(-0.5 * (z * z)))
    # far out z may be infinite where the distance is not
    far = within_doubles(_far(y, mean, std), _far, y, mean, std, degree=1)
    return np.where(np.abs(z) < _FAR, near, far)


def _far(y: Vector, mean: Vector, std: Vector) -> Vector:
    return np.asarray(np.abs(y - mean) - std / math.sqrt(math.pi))


_FAR = 40.0


def _erf(x: Vector) -> Vector:
    return np.fromiter(map(math.erf, x.tolist()), np.float64, len(x))


@loss(
    formula="sum(abs(m - y) for m in members)/len(members) "
    "- sum(abs(m - o) for m in members for o in members)"
    "/(2*len(members)*(len(members) - (1 if fair else 0)))",
    use="To compare ensembles, also with forecasts of a single number (mae).",
    avoid="To compare ensembles of different sizes without fair=true.",
    peers=(
        Peer("scoringrules", "scoringrules.crps_ensemble", "Its estimator 'fair' is fair=True."),
        Peer("torchmetrics", "torchmetrics.ContinuousRankedProbabilityScore"),
    ),
    elicits="-",
)
def crps_ensemble(y: Vector, members: Matrix, *, fair: bool = False) -> Vector:
    """Mean distance of the members from what happened, less half their mean distance.

    `fair` takes the distances between different members alone, so that small ensembles are not at
    a disadvantage (Gneiting & Raftery, 2007; Ferro, 2014).
    """
    return within_doubles(
        _crps_ensemble(y, members, fair=fair),
        lambda y, members: _crps_ensemble(y, members, fair=fair),
        *(y, members),
        degree=1,
    )


def _crps_ensemble(y: Vector, members: Matrix, *, fair: bool) -> Vector:
    m = members.shape[1]
    ordered, extra = np.sort(members, axis=1), 1 if fair else 0
    # the integral of (F - 1{y <= x})^2, whose parts are never negative; F jumps at each member
    total = np.maximum(ordered[:, 0] - y, 0.0) + np.maximum(y - ordered[:, -1], 0.0)
    for i in range(1, m):
        low, high = ordered[:, i - 1], ordered[:, i]
        inside = np.minimum(np.maximum(y, low), high)
        below, above = i * (i - extra), (m - i) * (m - i - extra)
        total += ((inside - low) * below + (high - inside) * above) / (m * (m - extra))
    return total
