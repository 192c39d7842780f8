"""The numbers of many rows with the group of each, for medians by group."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.summary.distribution import Sample

Vector = NDArray[np.float64]
Codes = NDArray[np.integer]

MOST_VALUES = 20_000_000
"""So many rows are kept for medians by group: 12 bytes each, 20 with weights."""


@dataclass(frozen=True)
class _Lot:
    """The numbers of some rows, their groups as codes, and the texts behind these."""

    names: Sequence[str]
    codes: NDArray[np.int32]
    values: Vector
    weight: Vector | None


@dataclass(frozen=True)
class GroupValues:
    """Every number with its group; `+` merges, `GroupValues()` is the zero.

    A median has no sums, so that all rows are kept.
    """

    lots: tuple[_Lot, ...] = ()

    @classmethod
    def of(
        cls, group: tuple[Codes, Sequence[str]], values: Vector, weight: Vector | None = None
    ) -> "GroupValues":
        """Keep numbers (float64[n]); `group` are their codes and the texts behind them."""
        codes, names = group
        return cls((_Lot(names, codes.astype(np.int32), values, weight),))

    def __add__(self, other: "GroupValues") -> "GroupValues":
        """Merge the numbers of two lots of rows."""
        return GroupValues(self.lots + other.lots)

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return sum(len(lot.values) for lot in self.lots)

    def medians(self, names: Sequence[str]) -> Vector:
        """Return the (weighted) median of each group, NaN for one without numbers."""
        place = {name: k for k, name in enumerate(names)}
        # a text may be listed that no row has: its place is anything
        codes = np.concatenate(
            [np.array([place.get(name, 0) for name in lot.names])[lot.codes] for lot in self.lots]
        )
        values = np.concatenate([lot.values for lot in self.lots])
        mass = np.concatenate(
            [np.ones(len(lot.values)) if lot.weight is None else lot.weight for lot in self.lots]
        )
        order = np.lexsort((mass, values, codes))
        codes, values, mass = codes[order], values[order], mass[order]
        found = np.full(len(names), np.nan)
        starts = np.flatnonzero(np.diff(codes, prepend=-1)).tolist()
        for start, stop in zip(starts, [*starts[1:], len(codes)], strict=True):
            own = Sample(values[start:stop], mass[start:stop], exact=True)
            found[codes[start]] = own.median()
        return found
