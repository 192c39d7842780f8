"""What a loss is: a pure function from named columns to one number per row, and its facts."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Annotated, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

import losscli.losses.derived  # noqa: F401 - registers what the arguments of losses follow from
from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.arguments import bases, column_of, ranges
from losscli.losses.combine import MEAN, Combine
from losscli.losses.domain import REAL, Interval
from losscli.losses.parameter import Parameter
from losscli.losses.peer import Peer
from losscli.losses.signature import SEVERAL, signature, task_of, usual_range
from losscli.roles import ROLES, SHARED

Vector = NDArray[np.float64]
"""One float64 per row."""
Matrix = Annotated[NDArray[np.float64], SEVERAL]
"""k float64 per row, shape (n, k), C-contiguous."""
BOX = ("x1", "y1", "x2", "y2")
"""The corners of a box: x1 < x2 and y1 < y2."""
Codes = NDArray[np.intp]
"""The position of each row's class in the class list."""
Terms = Vector | tuple[Vector, ...]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Loss:
    """A registered loss: the function that gives the row losses, and the facts beside it.

    `function` takes `arguments` as positional names (arrays of n rows) and the parameters as
    keywords; it returns float64[n], or a tuple of them where `combine` needs several terms.
    `roles` are the columns that the arguments are, or are derived from (derived.py); those in
    `several` are one column for each of several truths, or a family of columns.
    `formula` is the textbook form, one expression a term: documentation and oracle.
    `elicits` names the property of the distribution of y that the best prediction is
    ("mean", "median", "quantile alpha", "probability" …); empty where it has no name, "-"
    where a constant prediction has no meaning.
    `use` and `avoid` say when to use it and when not, `peers` what other libraries call it and
    how their numbers differ, `differs` what else is to be known of other places.
    `ideal` is a perfect prediction, as a formula (of k, for each class) where it is not the
    truth itself; `floor` is the row loss of a perfect prediction, as a formula; empty where
    none is known. `bound` is the largest row loss there can be, as a number or a formula.
    `parts` name the terms after the first, where these are shown for themselves: they add up to
    the first. `beside` name terms after those, which are shown with them. `components` say what
    the columns of several truths, and of what predicts them, must be and in which order they are
    handed over. `squares` names for each term the argument of whose square it is a multiple (none
    for other terms): their sums are right also where a square is no double. `library` is the one
    whose row losses these are, where they are not the textbook's.
    A loss with `leaves_out` gives NaN for rows that it does not judge; in any other a NaN means
    that the number cannot be computed. `check` says what is wrong with parameters that are
    legal one by one, or nothing. `origin` is empty for our own losses; else it says where the
    loss comes from, and less is taken for granted.
    """

    name: str
    task: str
    family: str
    function: Callable[..., Terms] = field(repr=False)
    arguments: tuple[str, ...]
    roles: tuple[str, ...]
    several: frozenset[str] = field(repr=False)
    parameters: tuple[Parameter, ...]
    domain: Callable[..., Mapping[str, Interval]] = field(repr=False)
    formula: tuple[str, ...] = ()
    elicits: str = ""
    use: str = ""
    avoid: str = ""
    peers: tuple[Peer, ...] = ()
    differs: str = ""
    aka: tuple[str, ...] = ()
    combine: Callable[..., Combine] = field(default=lambda **_: MEAN, repr=False)
    check: Callable[..., str] = field(default=lambda **_: "", repr=False)
    ideal: str = ""
    floor: str = "0"
    bound: float | str = np.inf
    leaves_out: bool = False
    signed: bool = False
    parts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    squares: tuple[str, ...] = ()
    origin: str = ""
    library: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel by name, as every process registers the same losses; UsageError for any other.

        A formula travels as its text, a loss of a plugin with the text of the plugin.
        """
        if self.origin:
            from losscli.losses.plugin.travel import packed  # noqa: PLC0415 - few losses need it

            if found := packed(self):
                return found
        known = LOSSES.get((self.name, self.task)) is self or bool(self.library)
        if not (known and self.function.__module__.startswith("losscli.")):
            what = f"{self.name} is a loss of your own, which does not travel to the workers"
            raise UsageError(what, remedy="leave out --engine dask")
        return _named, (self.name, self.task, self.library)

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags of the roles as they are typed; 'y_*' stands for one column each."""
        return tuple(
            _flag(role, several=role in self.several) for role in self.roles if role != "levels"
        )

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers that a formula is written with."""
        return tuple(getattr(self.function, "numbers", ()))

    @property
    def doc(self) -> str:
        """The docstring: what the loss rewards, and where it comes from."""
        return inspect.getdoc(self.function) or ""


def _named(name: str, task: str, library: str) -> Loss:
    import losscli.losses  # noqa: F401, PLC0415 - registers them
    from losscli.losses.compat import like  # noqa: PLC0415 - it uses this module

    return like(LOSSES[name, task], library)


LOSSES: dict[tuple[str, str], Loss] = {}
"""Every registered loss by (name, task)."""
AKA: dict[tuple[str, str], str] = {}
"""The name of the loss behind each other name, by (other name, task)."""


class NameTakenError(ValueError):
    """Two losses of a task have the same name."""


def loss(  # noqa: PLR0913 - each is one documented fact of a loss
    function: Callable[..., Any] | None = None,
    /,
    *,
    formula: str | tuple[str, ...] = (),
    elicits: str = "",
    use: str = "",
    avoid: str = "",
    peers: tuple[Peer, ...] = (),
    differs: str = "",
    aka: tuple[str, ...] = (),
    combine: Combine | Callable[..., Combine] = MEAN,
    domain: Callable[..., Mapping[str, Interval]] | None = None,
    check: Callable[..., str] = lambda **_: "",
    ideal: str = "",
    floor: str = "0",
    bound: float | str = np.inf,
    leaves_out: bool = False,
    signed: bool = False,
    parts: tuple[str, ...] = (),
    beside: tuple[str, ...] = (),
    components: tuple[str, ...] = (),
    squares: tuple[str, ...] = (),
    name: str = "",
    task: str = "",
) -> Callable[[F], F]:
    """Register the decorated function as a loss and return it unchanged: @loss, or @loss(…).

    The facts are those of `Loss`. Roles and parameters are read from the signature: names
    before the `*` are the columns that the loss asks for, keywords after it its parameters,
    `Annotated[..., Interval]` their legal range. `domain` gives the ranges of the roles where
    they depend on the parameters. `combine` may depend on the parameters too. `name` differs
    from the function's where one module holds the same name for two tasks. The same name for
    the same task twice raises ValueError.
    A function that is not ours asks for any column of the file by argument name, and every fact
    is optional; it is called with read-only columns, and what it returns is checked.
    """

    def register(function: F) -> F:
        _check_function(function)
        read = _read(function, name or function.__name__)
        facts = {
            "task": task or read["task"],
            "parts": parts,
            "beside": beside,
            "components": components,
            "squares": squares,
            "formula": (formula,) if isinstance(formula, str) else formula,
            "elicits": elicits,
            "use": use,
            "avoid": avoid,
            "peers": peers,
            "differs": differs,
            "aka": aka,
            "combine": combine if not isinstance(combine, Combine) else lambda **_: combine,
            "domain": domain or read["domain"],
            "check": check,
            "ideal": ideal,
            "floor": floor,
            "bound": bound,
            "leaves_out": leaves_out,
            "signed": signed,
        }
        made = Loss(**{**read, **facts})
        if made.origin:
            from losscli.losses.plugin import stated  # noqa: PLC0415 - few losses need it

            stated.check(made)
            made.function.terms = stated.terms_of(made)  # type: ignore[attr-defined]
        for word in (made.name, *made.aka):
            if (word, made.task) in LOSSES or (word, made.task) in AKA:
                raise NameTakenError(f"the loss {word!r} is registered twice for {made.task}")
        LOSSES[made.name, made.task] = made
        AKA.update({(word, made.task): made.name for word in made.aka})
        return function

    if function is not None:  # without brackets
        return register(function)
    return register


def _check_function(function: Callable[..., Any]) -> None:
    """Refuse what is no function."""
    if not hasattr(function, "__code__"):
        what = f"a loss is a function, not {type(function).__name__}"
        raise TypeError(f"{what}: write def my_loss(y, pred): … below @losscli.loss")


def _read(function: Callable[..., Any], name: str) -> dict[str, Any]:
    """Return the fields of a `Loss` that follow from its function."""
    foreign = function.__module__.partition(".")[0] != "losscli"
    own, several, parameters = signature(function, foreign=foreign)
    if not own.keys() - SHARED:
        raise TypeError(f"{name} asks for no column: name some, as in def {name}(y, pred)")
    domain = {name: legal for argument in own for name, legal in ranges(argument).items()} | own
    roles = tuple(dict.fromkeys(role for argument in own for role in bases(argument)))
    task, origin = task_of(roles, several), ""
    if foreign:
        from losscli.losses.plugin.guard import Guarded  # noqa: PLC0415 - few losses need it

        domain |= {r: usual_range(r, task) for r, legal in domain.items() if legal == REAL}
        roles = tuple(sorted(roles, key=lambda role: role != "y"))
        function = Guarded(function, name, tuple(own))
        origin = function.file
    return {
        "name": name,
        "task": task,
        "family": function.__module__.rpartition(".")[2],
        "function": function,
        "arguments": tuple(own),
        "roles": roles,
        "several": several,
        "parameters": parameters,
        "domain": lambda **_: domain,
        "origin": origin,
    }


def _flag(role: str, *, several: bool) -> str:
    if not role.isidentifier():
        return f"column {column_of(role)}"
    word = "true" if role == "y" else role.replace("_", "-") if role in SHARED else role
    family = role in SHARED or (role in ROLES and bool(ROLES[role].family))
    return f"--{word} '{role}_*'" if several and not family else f"--{word}"
