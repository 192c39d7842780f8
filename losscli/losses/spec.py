"""What a loss is: a pure function from named columns to one number per row, and its facts."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeVar, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

from losscli.losses.combine import MEAN, Combine

Vector = NDArray[np.float64]
"""One float64 per row."""
Matrix = NDArray[np.float64]
"""k float64 per row, shape (n, k), C-contiguous."""
Codes = NDArray[np.intp]
"""The position of each row's class in the class list."""
Terms = Vector | tuple[Vector, ...]
Value = float | str | bool
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Interval:
    """The numbers from `low` to `high`: validates, documents and generates test data.

    `without` are the numbers in between that are not meant.
    """

    low: float = -np.inf
    high: float = np.inf
    low_open: bool = False
    high_open: bool = False
    without: tuple["Interval", ...] = ()

    def holds(self, values: Vector) -> NDArray[np.bool_]:
        """Tell for each value whether it lies inside (NaN does not)."""
        above = values > self.low if self.low_open else values >= self.low
        below = values < self.high if self.high_open else values <= self.high
        inside = above & below
        for hole in self.without:
            inside &= ~hole.holds(values)
        return inside

    def __and__(self, other: "Interval") -> "Interval":
        """Return the numbers that lie in both."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, shut = min((self.high, not self.high_open), (other.high, not other.high_open))
        holes = tuple(dict.fromkeys(self.without + other.without))
        return Interval(low, high, low_open, not shut, holes)

    def __contains__(self, value: float) -> bool:
        """Tell whether the number lies inside."""
        return bool(self.holds(np.float64(value)))  # type: ignore[arg-type]

    def __str__(self) -> str:
        """Return the range as mathematics writes it."""
        left = "(" if self.low_open or np.isinf(self.low) else "["
        right = ")" if self.high_open or np.isinf(self.high) else "]"
        holes = " and ".join(f"{h.low:g}" if h.low == h.high else str(h) for h in self.without)
        return f"{left}{self.low:g}, {self.high:g}{right}" + (f" without {holes}" if holes else "")


@dataclass(frozen=True)
class Choice:
    """The words that a parameter takes, beside or instead of the numbers of `numbers`."""

    words: tuple[str, ...]
    numbers: Interval | None = None

    def __contains__(self, value: object) -> bool:
        """Tell whether it is one of the words or of the numbers."""
        if isinstance(value, str):
            return value in self.words
        return self.numbers is not None and isinstance(value, int | float) and value in self.numbers

    def __str__(self) -> str:
        """Return the words, and the range of the numbers."""
        words = ", ".join(self.words)
        return f"{words} or a number in {self.numbers}" if self.numbers else words


REAL = Interval(low_open=True, high_open=True)
NOT_ZERO = Interval(low_open=True, high_open=True, without=(Interval(0, 0),))
POSITIVE = Interval(low=0, low_open=True, high_open=True)
NON_NEGATIVE = Interval(low=0, high_open=True)
OPEN_UNIT = Interval(0, 1, low_open=True, high_open=True)
UNIT = Interval(0, 1)
AT_LEAST_ONE = Interval(low=1, high_open=True)
ABOVE_MINUS_ONE = Interval(low=-1, low_open=True, high_open=True)

TASK_OF_ROLE = {
    "pred": "regression",
    "lower": "interval",
    "quantiles": "distribution",
    "prob": "binary",
    "probs": "multiclass",
    "score": "margin",
    "scores": "margin",
    "label": "labels",
}
"""The role that a loss asks for beside `y` tells its task."""


@dataclass(frozen=True)
class Parameter:
    """One keyword parameter of a loss; `default` is None where it must be given."""

    name: str
    default: Value | None
    legal: Interval | Choice | None
    required: bool

    @property
    def range(self) -> str:
        """The legal values, in words."""
        if isinstance(self.default, bool):
            return "True or False"
        if isinstance(self.legal, Choice):
            return f"one of {self.legal}"
        return f"a number in {REAL if self.legal is None else self.legal}"

    def check(self, value: Value) -> str:
        """Say what is wrong with `value`, or nothing."""
        if isinstance(self.default, bool) or isinstance(value, bool):
            fits = isinstance(self.default, bool) and isinstance(value, bool)
        elif isinstance(self.legal, Choice):
            fits = value in self.legal
        else:
            fits = not isinstance(value, str) and value in (self.legal or REAL)
        return "" if fits else f"{self.name} must be {self.range}"


@dataclass(frozen=True)
class Loss:
    """A registered loss: the function that gives the row losses, and the facts beside it.

    `function` takes the roles as positional names (arrays of n rows) and the parameters as
    keywords; it returns float64[n], or a tuple of them where `combine` needs several terms.
    `formula` is the textbook form, one expression a term: documentation and oracle.
    `elicits` names the property of the distribution of y that the best prediction is
    ("mean", "median", "quantile alpha", "probability" …); empty where it has no name, "-"
    where a constant prediction has no meaning.
    `floor` is the row loss of a perfect prediction, as a formula; empty where none is known.
    `bound` is the largest row loss there can be. A loss with `leaves_out` gives NaN for rows
    that it does not judge; in any other a NaN means that the number cannot be computed.
    """

    name: str
    task: str
    family: str
    function: Callable[..., Terms] = field(repr=False)
    formula: tuple[str, ...]
    elicits: str
    same_as: tuple[str, ...]
    differs: str
    aka: tuple[str, ...]
    combine: Callable[..., Combine] = field(repr=False)
    roles: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    domain: Callable[..., Mapping[str, Interval]] = field(repr=False)
    floor: str
    bound: float
    leaves_out: bool
    signed: bool

    @property
    def doc(self) -> str:
        """The docstring: what the loss rewards, and where it comes from."""
        return inspect.getdoc(self.function) or ""


LOSSES: dict[tuple[str, str], Loss] = {}
"""Every registered loss by (name, task)."""
AKA: dict[tuple[str, str], str] = {}
"""The name of the loss behind each other name, by (other name, task)."""


def loss(  # noqa: PLR0913 - each is one documented fact of a loss
    *,
    formula: str | tuple[str, ...] = (),
    elicits: str = "",
    same_as: str | tuple[str, ...] = (),
    differs: str = "",
    aka: tuple[str, ...] = (),
    combine: Combine | Callable[..., Combine] = MEAN,
    domain: Callable[..., Mapping[str, Interval]] | None = None,
    floor: str = "0",
    bound: float = np.inf,
    leaves_out: bool = False,
    signed: bool = False,
    name: str = "",
) -> Callable[[F], F]:
    """Register the decorated function as a loss and return it unchanged.

    The facts are those of `Loss`. Roles and parameters are read from the signature: names
    before the `*` are the columns that the loss asks for, keywords after it its parameters,
    `Annotated[..., Interval]` their legal range. `domain` gives the ranges of the roles where
    they depend on the parameters. `combine` may depend on the parameters too. `name` differs
    from the function's where one module holds the same name for two tasks. The same name for
    the same task twice raises ValueError.
    """

    def register(function: F) -> F:
        made = _read(function, name or function.__name__, formula, elicits, same_as, differs, aka)
        made = replace(
            made,
            combine=combine if not isinstance(combine, Combine) else lambda **_: combine,
            domain=domain or made.domain,
            floor=floor,
            bound=bound,
            leaves_out=leaves_out,
            signed=signed,
        )
        for word in (made.name, *made.aka):
            if (word, made.task) in LOSSES or (word, made.task) in AKA:
                message = f"the loss {word!r} is registered twice for {made.task}"
                raise ValueError(message)
        LOSSES[made.name, made.task] = made
        AKA.update({(word, made.task): made.name for word in made.aka})
        return function

    return register


def _read(
    function: Callable[..., Any],
    name: str,
    formula: str | tuple[str, ...],
    elicits: str,
    same_as: str | tuple[str, ...],
    differs: str,
    aka: tuple[str, ...],
) -> Loss:
    roles: dict[str, Interval] = {}
    parameters: list[Parameter] = []
    for argument in inspect.signature(function).parameters.values():
        legal = _legal(argument.annotation)
        if argument.kind is not inspect.Parameter.KEYWORD_ONLY:
            roles[argument.name] = legal if isinstance(legal, Interval) else REAL
            continue
        required = argument.default is inspect.Parameter.empty
        default = None if required else argument.default
        parameters.append(Parameter(argument.name, default, legal, required))
    return Loss(
        name=name,
        task=next((TASK_OF_ROLE[role] for role in roles if role in TASK_OF_ROLE), "regression"),
        family=function.__module__.rpartition(".")[2],
        function=function,
        formula=(formula,) if isinstance(formula, str) else formula,
        elicits=elicits,
        same_as=(same_as,) if isinstance(same_as, str) else same_as,
        differs=differs,
        aka=aka,
        combine=lambda **_: MEAN,
        roles=tuple(roles),
        parameters=tuple(parameters),
        domain=lambda **_: roles,
        floor="0",
        bound=np.inf,
        leaves_out=False,
        signed=False,
    )


def _legal(annotation: object) -> Interval | Choice | None:
    if get_origin(annotation) is not Annotated:
        return None
    return next((a for a in get_args(annotation)[1:] if isinstance(a, Interval | Choice)), None)


@dataclass(frozen=True)
class Part:
    """One loss of a hybrid: its weight and its parameters, all of them given."""

    weight: float
    loss: Loss
    parameters: Mapping[str, Value]


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
    def roles(self) -> tuple[str, ...]:
        """The roles that the parts ask for, without repetition."""
        return tuple(dict.fromkeys(role for part in self.parts for role in part.loss.roles))

    @property
    def name(self) -> str:
        """The name that was given, else the loss's own; a sum without a name has its label."""
        part = self.single
        own = part is not None and self.label in {part.loss.name, self.spelling}
        return part.loss.name if part and own else self.label

    @property
    def leaves_out(self) -> bool:
        """Tell whether NaN marks a row that is not judged; one part that is NaN is enough."""
        return any(part.loss.leaves_out for part in self.parts)

    @property
    def combine(self) -> Combine:
        """How the terms become the value."""
        part = self.single
        return part.loss.combine(**part.parameters) if part else MEAN

    def domain(self) -> dict[str, tuple[Interval, str]]:
        """Return for each role the range that must hold, with the names of the losses."""
        found: dict[str, tuple[Interval, str]] = {}
        for part in self.parts:
            for role, interval in part.loss.domain(**part.parameters).items():
                if interval == REAL:
                    continue
                others, names = found.get(role, (REAL, ""))
                name = part.loss.name if others == REAL else f"{names} and {part.loss.name}"
                found[role] = (others & interval, name)
        return found

    def terms(self, columns: Mapping[str, NDArray[Any]]) -> tuple[Vector, ...]:
        """Compute the terms of each row; `columns` maps each role to its contiguous array."""
        if self.single:
            return _terms(self.single, columns)
        total = sum(part.weight * _terms(part, columns)[0] for part in self.parts)
        return (np.asarray(total),)


def _terms(part: Part, columns: Mapping[str, NDArray[Any]]) -> tuple[Vector, ...]:
    with np.errstate(all="ignore"):
        found = part.loss.function(*(columns[r] for r in part.loss.roles), **part.parameters)
    return found if isinstance(found, tuple) else (found,)
