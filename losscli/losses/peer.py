"""What other libraries call a loss, and how their number differs: facts that stand beside it."""

from collections.abc import Callable
from dataclasses import field
from typing import Any

from losscli.dataclass import dataclass
from losscli.losses.combine import Combine

LIBRARIES = {
    "sklearn": "scikit-learn",
    "torch": "PyTorch",
    "keras": "Keras",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
}
"""How people write the libraries that the facts are about most often; others go by their name."""

KERAS_EPSILON = 1e-7
"""What Keras takes for the smallest number that is not 0 (keras.config.epsilon)."""


@dataclass(frozen=True)
class Peer:
    """The same loss in another library.

    `name` is what it is called there, `differs` says how its number differs from ours, if it
    does. Where it differs by clipping, scale or dropped constants, `rows` is its row loss: a
    function of the same roles and parameters, with the ranges for which it has a value there;
    `signed` tells that its row losses can be below 0. `combine` is how its terms become the value,
    as that of a loss, where that differs.
    """

    library: str
    name: str
    differs: str = ""
    rows: Callable[..., Any] | None = field(default=None, repr=False)
    signed: bool = False
    combine: Callable[..., Combine] | None = field(default=None, repr=False)

    @property
    def written(self) -> str:
        """The library as people write it."""
        return LIBRARIES.get(self.library, self.library)

    @property
    def changes(self) -> bool:
        """Tell whether its own number can be had."""
        return self.rows is not None or self.combine is not None


def _maker(library: str, prefix: str = "") -> Callable[..., Peer]:
    def peer(
        name: str,
        differs: str = "",
        rows: Callable[..., Any] | None = None,
        *,
        signed: bool = False,
        combine: Callable[..., Combine] | None = None,
    ) -> Peer:
        return Peer(library, prefix + name, differs, rows, signed, combine)

    return peer


sklearn = _maker("sklearn", "sklearn.metrics.")
torch = _maker("torch", "torch.nn.")
keras = _maker("keras", "keras.losses.")
xgboost = _maker("xgboost")
lightgbm = _maker("lightgbm")
catboost = _maker("catboost")
