"""Row losses of one block, with tallies for slices of few and of many terms."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.summary.moments import Moments
from losscli.summary.tally import Tally

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]


class Tallies:
    """Adds slices of row losses class by class, whose terms are in several units where needed."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._by_terms: dict[int, Tally] = {}

    def add(
        self,
        places: Integers,
        starts: Integers,
        terms: Sequence[Vector],
        weight: Sequence[Vector] = (),
    ) -> float:
        """Add rows as `Tally.add` does; `weight` is empty or the one column of weights."""
        if len(terms) not in self._by_terms:
            columns = len(terms) + len(weight)
            self._by_terms[len(terms)] = Tally(self._classes, columns, len(terms))
        return self._by_terms[len(terms)].add(places, starts, (*terms, *weight))

    def moments(self) -> Moments:
        """Return what was added up; at least one slice must have been."""
        first, *others = (tally.moments() for tally in self._by_terms.values())
        return sum(others, first)
