"""The arguments of a loss that are no columns: what follows from columns, computed when asked for.

A loss may ask for `log_probs` as it asks for `probs`: it gets the logarithm of the probabilities,
or the log-softmax of the logits where the file has those. A function of derived.py is one way to
get at an argument from others, by their names; the first way of each names the columns that a
file is expected to have.
"""

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

from losscli.dataclass import dataclass
from losscli.losses.domain import Interval
from losscli.roles import ROLES, SHARED

Array = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Way:
    """One way to compute an argument: a function of others, and where those may lie.

    An `optional` one is a default: a column of the argument's name goes before.
    """

    function: Callable[..., Array]
    needs: tuple[str, ...]
    domain: Mapping[str, Interval]
    optional: bool = False

    @property
    def doc(self) -> str:
        """What is assumed where this way is taken."""
        return inspect.getdoc(self.function) or ""


WAYS: dict[str, list[Way]] = {}
"""The ways to get at each argument, the usual one first."""


def derived(
    name: str, *, optional: bool = False
) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Register a function as a way to compute the argument `name` from its own arguments."""

    def register(function: Callable[..., Array]) -> Callable[..., Array]:
        needs = inspect.signature(function).parameters
        domain = {
            word: legal
            for word, argument in needs.items()
            if get_origin(argument.annotation) is Annotated
            for legal in get_args(argument.annotation)[1:]
        }
        WAYS.setdefault(name, []).append(Way(function, tuple(needs), domain, optional))
        return function

    return register


def bases(argument: str) -> tuple[str, ...]:
    """Return the roles whose columns an argument needs, as a rule."""
    if argument in ROLES or argument not in WAYS:
        return (argument,)
    return tuple(base for need in WAYS[argument][0].needs for base in bases(need))


def ranges(argument: str) -> dict[str, Interval]:
    """Return where the columns that lead to an argument may lie."""
    found: dict[str, Interval] = {}
    for way in WAYS.get(argument, []):
        found |= way.domain
        for need in way.needs:
            found = ranges(need) | found
    return found


def optional(argument: str) -> bool:
    """Tell whether an argument has a default where the file has no column of its name."""
    return any(way.optional for way in WAYS.get(argument, []))


def way_to(argument: str, known: Mapping[str, Any]) -> Way | None:
    """Return a way from what is known to an argument, the most direct one; None without any."""
    ways = WAYS.get(argument, [])
    direct = (way for way in ways if all(need in known for need in way.needs))
    found = next(direct, None)
    if found is None:
        far = (way for way in ways if all(n in known or way_to(n, known) for n in way.needs))
        found = next(far, None)
    return found


def obtainable(role: str, roles: Collection[str]) -> bool:
    """Tell whether a role has columns, or follows from roles that have."""
    return role in roles or way_to(role, dict.fromkeys(roles)) is not None


def column_role(name: str) -> str:
    """Return the role of the column of that name: the name, unless it means something else."""
    taken = name in ROLES or name in SHARED or name in WAYS or name == "y"
    return f'{_COLUMN}{name}")' if taken else name


def column_of(role: str) -> str:
    """Return the name of the column that a role outside of the vocabulary is."""
    return role[len(_COLUMN) : -2] if role.startswith(_COLUMN) else role


_COLUMN = 'col("'


class Columns(dict[str, NDArray[Any]]):
    """The columns of some rows by role; what follows from them is computed once, when asked for."""

    def __init__(self, columns: Mapping[str, NDArray[Any]]) -> None:
        super().__init__(columns)
        # what was computed is no way to anything else: log(prob) is not that of the logits
        self._known = dict.fromkeys(columns)

    def __missing__(self, argument: str) -> NDArray[Any]:
        """Compute an argument; KeyError where nothing leads to it."""
        way = way_to(argument, self._known)
        if way is None:
            raise KeyError(argument)
        found = np.ascontiguousarray(way.function(*(self[need] for need in way.needs)))
        found.flags.writeable = False
        self[argument] = found
        return found
