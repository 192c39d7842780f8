"""A loss as it was asked for: with its parameters, or as a sum of several."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.losses.arguments import Columns, optional
from losscli.losses.auto import AUTO
from losscli.losses.combine import MEAN, Combine
from losscli.losses.domain import REAL, Interval, PerRow
from losscli.losses.parameter import Value
from losscli.losses.spec import Loss, Vector
from losscli.losses.squares import UNITS, apart


@dataclass(frozen=True)
class Part:
    """One loss of a hybrid: its weight and its parameters, all of them given.

    `asked` is how it was asked for, where parameters were auto and have been found since.
    """

    weight: float
    loss: Loss
    parameters: Mapping[str, Value]
    asked: str = field(default="", compare=False)

    @property
    def label(self) -> str:
        """How people see it, without its weight."""
        return self.asked or replace(self, weight=1.0).spelled(full=False)

    def spelled(self, *, full: bool) -> str:
        """Return the part as it can be asked for; in short without parameters that are defaults."""
        loss = self.loss
        plain = all(self.parameters.get(p.name) == p.default for p in loss.parameters)
        said = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        call = loss.name if not said or (plain and not full) else f"{loss.name}({said})"
        return call if self.weight == 1 else f"{self.weight}*{call}"

    @property
    def auto(self) -> tuple[str, ...]:
        """The parameters that are to be found from the data."""
        return tuple(
            parameter.name
            for parameter in self.loss.parameters
            if parameter.auto and self.parameters.get(parameter.name) == AUTO
        )

    @property
    def columns(self) -> dict[str, str]:
        """The parameters that are given by a column: name of the parameter -> column."""
        return {
            parameter.name: value
            for parameter in self.loss.parameters
            if isinstance(parameter.legal, PerRow)
            and isinstance(value := self.parameters.get(parameter.name), str)
            and value not in parameter.legal.words
        }

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that must have columns."""
        return tuple(dict.fromkeys([*self.loss.roles, *self.columns.values()]))

    def domain(self) -> dict[str, Interval]:
        """Return for each argument, and each column of a parameter, the range that must hold."""
        found = dict(self.loss.domain(**self.parameters))
        legal = {parameter.name: parameter.legal for parameter in self.loss.parameters}
        for name, column in self.columns.items():
            allowed = legal[name]
            if isinstance(allowed, PerRow) and allowed.numbers:
                found[column] = found.get(column, REAL) & allowed.numbers
        return found


@dataclass(frozen=True)
class Chosen:
    """A loss as it was asked for: one loss with its parameters, or a weighted sum of several.

    `label` is what people see, `spelling` the full form with every parameter.
    """

    label: str
    spelling: str
    parts: tuple[Part, ...]

    @property
    def single(self) -> Part | None:
        """The part of a loss that is no hybrid."""
        return self.parts[0] if len(self.parts) == 1 and self.parts[0].weight == 1 else None

    @property
    def own(self) -> bool:
        """Tell whether a part of it is a loss of the user's own."""
        return any(part.loss.origin for part in self.parts)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the parts ask for, without repetition."""
        return tuple(dict.fromkeys(role for part in self.parts for role in part.roles))

    @property
    def optional(self) -> tuple[str, ...]:
        """The arguments that have a default where there is no column of their name."""
        arguments = (name for part in self.parts for name in part.loss.arguments)
        return tuple(name for name in dict.fromkeys(arguments) if optional(name))

    @property
    def name(self) -> str:
        """The name that was given, else the loss's own; a sum without a name has its label."""
        part = self.single
        own = part is not None and (
            self.label in {part.loss.name, self.spelling}
            or self.label.startswith(f"{part.loss.name}(")
        )
        return part.loss.name if part and own else self.label

    @property
    def auto(self) -> bool:
        """Tell whether it has parameters that are to be found from the data."""
        return any(part.auto for part in self.parts)

    @property
    def leaves_out(self) -> bool:
        """Tell whether NaN marks a row that is not judged; one part that is NaN is enough."""
        return any(part.loss.leaves_out for part in self.parts)

    @property
    def has_floor(self) -> bool:
        """Tell whether no row can lose less than 0, so that a part of a loss means something."""
        return all(part.loss.floor and not part.loss.signed for part in self.parts)

    @property
    def combine(self) -> Combine:
        """How the terms become the value."""
        part = self.single
        return part.loss.combine(**part.parameters) if part else MEAN

    def domain(self) -> dict[str, tuple[Interval, str]]:
        """Return for each role the range that must hold, with the names of the losses."""
        found: dict[str, tuple[Interval, str]] = {}
        for part in self.parts:
            for role, interval in part.domain().items():
                if interval == REAL:
                    continue
                others, names = found.get(role, (REAL, ""))
                name = part.loss.name if others == REAL else f"{names} and {part.loss.name}"
                found[role] = (others & interval, name)
        return found

    def terms(self, columns: Mapping[str, NDArray[Any]]) -> tuple[Vector, ...]:
        """Compute the terms of each row; `columns` maps each role to its contiguous array.

        What follows from the columns is computed once for all losses that are given the same
        `Columns`.
        """
        if not isinstance(columns, Columns):
            columns = Columns(columns)
        if self.single:
            return _terms(self.single, columns)
        return (self.total(self.losses_of_parts(columns)),)

    def apart(
        self, columns: Mapping[str, NDArray[Any]], terms: tuple[Vector, ...]
    ) -> tuple[Vector, ...]:
        """Return what is to be added up of terms: `copies` of each (squares.py)."""
        part = self.single
        if part is None or not part.loss.squares:
            return terms
        if not isinstance(columns, Columns):
            columns = Columns(columns)
        with np.errstate(all="ignore"):
            return apart(part.loss, part.parameters, columns, terms)

    def copies(self, terms: int) -> int:
        """Return how often so many columns of sums hold each term: once, or in each unit."""
        part = self.single
        squares = len(part.loss.squares) if part else 0
        return len(UNITS) if squares and terms >= len(UNITS) * squares else 1

    def root(self, columns: Mapping[str, NDArray[Any]]) -> Vector | None:
        """Return the number whose square the row loss is, where it is one."""
        part = self.single
        if part is None or not part.loss.squares:
            return None
        with np.errstate(all="ignore"):
            found: Vector = np.abs(Columns(columns)[part.loss.squares[0]])
        return found

    def losses_of_parts(self, columns: Mapping[str, NDArray[Any]]) -> tuple[Vector, ...]:
        """Compute the row losses of each part, before they are weighted."""
        if not isinstance(columns, Columns):
            columns = Columns(columns)
        return tuple(_terms(part, columns)[0] for part in self.parts)

    def total(self, losses: Sequence[Vector]) -> Vector:
        """Return the row losses of the sum from those of its parts."""
        with np.errstate(all="ignore"):
            weighted = (p.weight * found for p, found in zip(self.parts, losses, strict=True))
            return np.asarray(sum(weighted))


def _terms(part: Part, columns: Mapping[str, NDArray[Any]]) -> tuple[Vector, ...]:
    given = {name: columns[column] for name, column in part.columns.items()}
    with np.errstate(all="ignore"):
        found = part.loss.function(
            *(columns[name] for name in part.loss.arguments), **{**part.parameters, **given}
        )
    return found if isinstance(found, tuple) else (found,)
