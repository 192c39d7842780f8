"""Moments of several losses, class by class."""

import numpy as np

from losscli.dataclass import dataclass
from losscli.summary.exact import ExactSums
from losscli.summary.moments import Moments

Class = str | None


@dataclass(frozen=True)
class Grouped:
    """For each class its mass (rows, or their weights) and the moments of each loss.

    Classes are in the order of their text, the class of empty cells first, so that the same
    rows give the same record whatever their order. `Grouped()` is the zero.
    """

    classes: tuple[Class, ...] = ()
    mass: ExactSums | None = None
    moments: tuple[Moments, ...] = ()

    def __add__(self, other: "Grouped") -> "Grouped":
        """Merge two lots of rows; classes that only one of them has are kept."""
        if self.mass is None:
            return other
        if other.mass is None:
            return self
        classes = self.classes
        if classes != other.classes:
            classes = tuple(sorted({*classes, *other.classes}, key=in_order))
        one, two = self.among(classes), other.among(classes)
        assert one.mass is not None
        assert two.mass is not None
        both = zip(one.moments, two.moments, strict=True)
        return Grouped(classes, one.mass + two.mass, tuple(a + b for a, b in both))

    def among(self, classes: tuple[Class, ...]) -> "Grouped":
        """Return the same with further classes, of no rows."""
        if classes == self.classes or self.mass is None:
            return self
        place = {name: k for k, name in enumerate(classes)}
        places = np.array([place[name] for name in self.classes], dtype=np.intp)
        return Grouped(
            classes,
            self.mass.spread(places, len(classes)),
            tuple(m.spread(places, len(classes)) for m in self.moments),
        )

    def ordered(self) -> "Grouped":
        """Return the same with the classes in order."""
        return self.among(tuple(sorted(self.classes, key=in_order)))

    def whole(self) -> "Grouped":
        """Return the same rows as one class."""
        places = np.zeros(len(self.classes), dtype=np.intp)
        mass = self.mass.spread(places, 1) if self.mass else None
        return Grouped((None,), mass, tuple(m.spread(places, 1) for m in self.moments))


def in_order(name: Class) -> tuple[bool, str]:
    """Return what puts classes in the order of their text, the class of empty cells first."""
    return name is not None, name or ""
