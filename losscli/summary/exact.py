"""Exact sums of doubles: many at a time, as integers that add without rounding."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.summary.dyadic import Dyadic

Integers = NDArray[np.int64]
Narrow = NDArray[np.signedinteger[Any]]

BITS = 32
_MASK = (1 << BITS) - 1
_ROOM = 1 << 28
"""How many additions of a value below 2^32 a 64-bit limb takes, with room to spare."""


class ExactSums:
    """`size` exact sums, each the sum over k of limb_k times 2^(32 k).

    Limbs are int64[size]; only those that were touched are kept. Adding is integer addition,
    so it is associative and commutative to the bit, and `ExactSums(size)` is the zero.
    """

    __slots__ = ("_load", "limbs", "size")

    def __init__(self, size: int, limbs: dict[int, Integers] | None = None, load: int = 0) -> None:
        self.size = size
        self.limbs = limbs or {}
        self._load = load

    def __getstate__(self) -> tuple[int, int, dict[int, Narrow]]:
        """Travel in as few bytes as the integers need."""
        return self.size, self._load, {at: _narrow(units) for at, units in self.limbs.items()}

    def __setstate__(self, state: tuple[int, int, dict[int, Narrow]]) -> None:
        self.size, self._load, narrow = state
        self.limbs = {at: units.astype(np.int64) for at, units in narrow.items()}

    @classmethod
    def of_integers(cls, numbers: Sequence[int], exponent: int) -> "ExactSums":
        """Take `number * 2**exponent` for each number; `exponent` is a multiple of 32."""
        length = max((abs(number).bit_length() for number in numbers), default=0) // BITS + 1
        raw = b"".join(abs(number).to_bytes(4 * length, "little") for number in numbers)
        table = np.frombuffer(raw, dtype="<u4").reshape(len(numbers), length).astype(np.int64)
        table *= np.array([-1 if number < 0 else 1 for number in numbers])[:, None]
        touched = np.flatnonzero(table.any(axis=0))
        base = exponent // BITS
        limbs = {base + int(k): np.ascontiguousarray(table[:, k]) for k in touched}
        return cls(len(numbers), limbs, 1)

    def add_units(self, places: NDArray[np.intp], units: Integers, exponent: int) -> None:
        """Add `units * 2**exponent` in place, one value below 2^54 for each of `places`."""
        limb, shift = divmod(exponent, BITS)
        low = (units & ((1 << (BITS - shift)) - 1)) << shift
        for at, part in ((limb, low), (limb + 1, units >> (BITS - shift))):
            if at not in self.limbs:
                self.limbs[at] = np.zeros(self.size, np.int64)
            self.limbs[at][places] += part
        self._spend(1 << 22)

    def _put(self, limb: int, units: Integers) -> None:
        held = self.limbs.get(limb)
        self.limbs[limb] = units if held is None else held + units

    def _spend(self, load: int) -> None:
        self._load += load
        if self._load > _ROOM:
            self._carry()

    def _carry(self) -> None:
        limb = min(self.limbs, default=0)
        while limb <= max(self.limbs, default=-1):
            units = self.limbs.get(limb)
            if units is not None:
                carried = units >> BITS
                # a carry of -1 over and over would walk up for ever: the top limb keeps its sign
                if limb < max(self.limbs) or (np.abs(units) >> BITS).any():
                    self.limbs[limb] = units & _MASK
                    if carried.any():
                        self._put(limb + 1, carried)
            limb += 1
        self._load = 1

    def __add__(self, other: "ExactSums") -> "ExactSums":
        """Add two lots of sums of the same size."""
        total = ExactSums(self.size, dict(self.limbs), self._load)
        for limb, units in other.limbs.items():
            total._put(limb, units)
        total._spend(other._load)
        return total

    def spread(self, places: NDArray[np.intp], size: int) -> "ExactSums":
        """Add sum i to place `places[i]` of `size` sums that are zero."""
        if self._load * len(places) > _ROOM:
            self._carry()
        limbs = {}
        for limb, units in self.limbs.items():
            limbs[limb] = np.zeros(size, np.int64)
            np.add.at(limbs[limb], places, units)
        return ExactSums(size, limbs, self._load * max(len(places), 1))

    def placed(self, places: NDArray[np.intp], size: int) -> "ExactSums":
        """Put sum i in place `places[i]`, each another one, of `size` sums that are else zero."""
        limbs = {limb: np.zeros(size, np.int64) for limb in self.limbs}
        for limb, units in self.limbs.items():
            limbs[limb][places] = units
        return ExactSums(size, limbs, self._load)

    def parted(self, size: int) -> list["ExactSums"]:
        """Return the sums in lots of so many."""
        return [
            ExactSums(
                size, {at: units[k : k + size] for at, units in self.limbs.items()}, self._load
            )
            for k in range(0, self.size, size)
        ]

    @classmethod
    def joined(cls, parts: "Sequence[ExactSums]") -> "ExactSums":
        """Return lots of sums as one."""
        touched = {limb for part in parts for limb in part.limbs}
        limbs = {
            limb: np.concatenate(
                [part.limbs.get(limb, np.zeros(part.size, np.int64)) for part in parts]
            )
            for limb in touched
        }
        load = max((part._load for part in parts), default=0)  # noqa: SLF001 - likewise
        return cls(sum(part.size for part in parts), limbs, load)

    def raised(self, limbs: int) -> "ExactSums":
        """Return the sums times 2 to the power of so many limbs."""
        raised = {limb + limbs: units for limb, units in self.limbs.items()}
        return ExactSums(self.size, raised, self._load)

    def put(self, other: "ExactSums", places: NDArray[np.intp]) -> None:
        """Add sum i of another one to place `places[i]`, in place."""
        times = int(np.bincount(places).max()) if len(places) > 1 else 1
        if other._load * times > _ROOM:  # noqa: SLF001 - of the same class
            other._carry()  # noqa: SLF001 - likewise
        for limb, units in other.limbs.items():
            if limb not in self.limbs:
                self.limbs[limb] = np.zeros(self.size, np.int64)
            np.add.at(self.limbs[limb], places, units)
        self._spend(other._load * times)  # noqa: SLF001 - likewise

    def integers(self) -> tuple[list[int], int]:
        """Return the sums as integers times 2 to the power of the second value."""
        if not self.limbs:
            return [0] * self.size, 0
        base = min(self.limbs)
        numbers = [0] * self.size
        for limb, units in self.limbs.items():
            shift = BITS * (limb - base)
            for place, value in enumerate(units.tolist()):
                if value:
                    numbers[place] += value << shift
        return numbers, BITS * base

    def floats(self) -> NDArray[np.float64]:
        """Return the sums as the nearest doubles."""
        if self.limbs.keys() <= {0}:
            return self.limbs.get(0, np.zeros(self.size)).astype(np.float64)
        numbers, exponent = self.integers()
        return np.array([math.ldexp(number, exponent) for number in numbers])

    def dyadics(self) -> list[Dyadic]:
        """Return the exact sums as whole numbers times a power of two."""
        numbers, exponent = self.integers()
        return [Dyadic(number, exponent) for number in numbers]

    def fractions(self) -> list[Fraction]:
        """Return the exact sums."""
        return [number.fraction() for number in self.dyadics()]


def _narrow(units: Integers) -> Narrow:
    most = max(int(units.max(initial=0)), ~int(units.min(initial=0)))
    kinds = (np.int8, np.int16, np.int32)
    return units.astype(next((kind for kind in kinds if most <= np.iinfo(kind).max), np.int64))
