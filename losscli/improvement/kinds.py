"""The maps of predictions that are tried: one function each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.losses.arguments import Columns
from losscli.losses.spec import Vector

Arrays = Mapping[str, NDArray[Any]]
Theta = Sequence[float]
Map = Callable[[Columns, Theta], dict[str, NDArray[Any]]]


@dataclass(frozen=True)
class Kind:
    """One family of maps: its name, task and parameters, and the `map` of columns by role.

    `map` returns the columns that take the place of those in `replaces`; `identity` are the
    parameters that leave predictions as they are.
    """

    name: str
    task: str
    parameters: tuple[str, ...]
    identity: tuple[float, ...]
    map: Map

    def columns(self, columns: Arrays, theta: Theta) -> dict[str, NDArray[Any]]:
        """Return all columns with the predictions mapped."""
        gone = PREDICTIONS[self.task]
        kept = {role: values for role, values in columns.items() if role not in gone}
        return kept | self.map(Columns(columns), theta)


PREDICTIONS = {
    "regression": ("pred",),
    "binary": ("prob", "logit"),
    "multiclass": ("probs", "logits"),
}
"""The roles that a map changes, by the tasks that have any."""


def _affine(columns: Columns, theta: Theta) -> dict[str, NDArray[Any]]:
    shift, scale = theta
    return {"pred": scale * columns["pred"] + shift}


def _shift(columns: Columns, theta: Theta) -> dict[str, NDArray[Any]]:
    return {"pred": columns["pred"] + theta[0]}


def _scale(columns: Columns, theta: Theta) -> dict[str, NDArray[Any]]:
    return {"pred": theta[0] * columns["pred"]}


def logit_of(columns: Columns) -> Vector:
    """Return the log-odds; those of 0 and 1 are infinite, and stay so under every map."""
    if "logit" in columns:
        return columns["logit"]
    with np.errstate(divide="ignore"):
        found: Vector = columns["log_prob"] - columns["log_not_prob"]
    return found


def _platt(columns: Columns, theta: Theta) -> dict[str, NDArray[Any]]:
    temperature, shift = theta
    return {"logit": logit_of(columns) / temperature + shift}


def _binary_temperature(columns: Columns, theta: Theta) -> dict[str, NDArray[Any]]:
    return {"logit": logit_of(columns) / theta[0]}


def _logit_shift(columns: Columns, theta: Theta) -> dict[str, NDArray[Any]]:
    return {"logit": logit_of(columns) + theta[0]}


def _temperature(columns: Columns, theta: Theta) -> dict[str, NDArray[Any]]:
    if "logits" in columns:
        return {"logits": columns["logits"] / theta[0]}
    known = columns if _BELOW in columns else _of_probs(columns["probs"])
    powers = np.exp(known[_BELOW] / theta[0])
    # probabilities that do not quite sum to 1 keep their sum, so that only the temperature counts
    return {"probs": powers * (known[_SUM] / _total(powers))[:, None]}


_BELOW, _SUM = "log_probs below the largest", "sum of probs"


def _of_probs(probs: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Return what every temperature needs of probabilities."""
    with np.errstate(divide="ignore"):
        logs = np.log(probs)
    return {_BELOW: logs - logs.max(axis=1)[:, None], _SUM: _total(probs)}


def prepared(task: str, columns: Arrays) -> Arrays:
    """Return columns of which every map takes less time: logarithms are taken once."""
    if task == "binary":
        kept = {role: values for role, values in columns.items() if role != "prob"}
        return {**kept, "logit": logit_of(Columns(columns))}
    if task == "multiclass" and "probs" in columns:
        return {**columns, **_of_probs(columns["probs"])}
    return columns


def _total(table: NDArray[np.float64]) -> Vector:
    """Add up column by column, in the one order that every row has."""
    found = np.zeros(len(table))
    for k in range(table.shape[1]):
        found += table[:, k]
    return found


KINDS = (
    Kind("shift", "regression", ("shift",), (0.0,), _shift),
    Kind("scale", "regression", ("scale",), (1.0,), _scale),
    Kind("affine", "regression", ("shift", "scale"), (0.0, 1.0), _affine),
    Kind("temperature", "binary", ("temperature",), (1.0,), _binary_temperature),
    Kind("logit_shift", "binary", ("shift",), (0.0,), _logit_shift),
    Kind("platt", "binary", ("temperature", "shift"), (1.0, 0.0), _platt),
    Kind("temperature", "multiclass", ("temperature",), (1.0,), _temperature),
)
"""Every map, the simpler ones of a task first."""
THRESHOLD = "threshold"
"""The kind of fix that moves the threshold of a decision, for losses that have one."""
