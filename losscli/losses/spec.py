"""What a loss is: a pure function from named columns to one number per row, and its facts."""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import Annotated, Any, TypeVar, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

import losscli.losses.derived  # noqa: F401 - registers what the arguments of losses follow from
from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.arguments import bases, column_of, ranges
from losscli.losses.auto import AUTO, Rule
from losscli.losses.combine import MEAN, Combine
from losscli.losses.domain import REAL, UNIT, ZERO_OR_ONE, Choice, Interval, PerRow
from losscli.losses.peer import Peer
from losscli.roles import ROLES, SHARED

Vector = NDArray[np.float64]
"""One float64 per row."""
_SEVERAL = "one column of the file for each"
Matrix = Annotated[NDArray[np.float64], _SEVERAL]
"""k float64 per row, shape (n, k), C-contiguous."""
BOX = ("x1", "y1", "x2", "y2")
"""The corners of a box: x1 < x2 and y1 < y2."""
Codes = NDArray[np.intp]
"""The position of each row's class in the class list."""
Terms = Vector | tuple[Vector, ...]
Value = float | str | bool
F = TypeVar("F", bound=Callable[..., Any])
K = TypeVar("K")


@dataclass(frozen=True)
class Parameter:
    """One keyword parameter of a loss; `default` is None where it must be given.

    `auto` is the rule by which it follows from the data, where it has one.
    """

    name: str
    default: Value | None
    legal: Interval | Choice | None
    required: bool
    auto: Rule | None = None

    @property
    def range(self) -> str:
        """The legal values, in words."""
        if isinstance(self.default, bool):
            return "True or False"
        if isinstance(self.default, str) and self.legal is None:
            return "a word"
        if isinstance(self.legal, PerRow):
            return str(self.legal)
        if isinstance(self.legal, Choice):
            return f"one of {self.legal}"
        legal = REAL if self.legal is None else self.legal
        return f"{legal.noun} in {legal}"

    def check(self, value: Value) -> str:
        """Say what is wrong with `value`, or nothing."""
        if self.auto and value == AUTO:
            return ""
        if isinstance(self.default, str) and self.legal is None:
            fits = isinstance(value, str)
        elif isinstance(self.default, bool) or isinstance(value, bool):
            fits = isinstance(self.default, bool) and isinstance(value, bool)
        elif isinstance(self.legal, Choice):
            fits = value in self.legal
        else:
            fits = not isinstance(value, str) and value in (self.legal or REAL)
        return "" if fits else f"{self.name} must be {self.range}"


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
    own, several, parameters = _signature(function, foreign=foreign)
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


def signature(function: Callable[..., Any]) -> tuple[dict[str, Interval], tuple[Parameter, ...]]:
    """Return the arguments of a loss with their legal ranges, and its parameters."""
    domain, _, parameters = _signature(function)
    return domain, parameters


def _signature(
    function: Callable[..., Any], *, foreign: bool = False
) -> tuple[dict[str, Interval], frozenset[str], tuple[Parameter, ...]]:
    domain: dict[str, Interval] = {}
    several: set[str] = set()
    parameters: list[Parameter] = []
    plain = inspect.unwrap(function)
    if foreign:
        _check_arguments(plain)
    said = inspect.get_annotations(plain, eval_str=foreign)
    code, defaults = plain.__code__, plain.__kwdefaults__ or {}
    columns = code.co_argcount
    for name in code.co_varnames[:columns]:
        legal = _legal(said.get(name))
        domain[name] = legal if isinstance(legal, Interval) else REAL
        if _SEVERAL in get_args(said.get(name)):
            several.update(bases(name))
    for name in code.co_varnames[columns : columns + code.co_kwonlyargcount]:
        required, rule = name not in defaults, _of_kind(Rule, said.get(name))
        legal = _legal(said.get(name))
        parameters.append(Parameter(name, defaults.get(name), legal, required, rule))
    if foreign:
        several.update(one for one in domain if one in ROLES and ROLES[one].family)
    return domain, frozenset(several), tuple(parameters)


def _check_arguments(function: Callable[..., Any]) -> None:
    """Refuse what is neither a column nor a parameter, with a way to write it."""
    for argument in inspect.signature(function).parameters.values():
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            raise TypeError(f"{argument} names no column: a loss names each that it asks for")
        if argument.kind is not argument.KEYWORD_ONLY and argument.default is not argument.empty:
            name = argument.name
            raise TypeError(f"{name} has a default, so it is no column: write *, before {name}")


def _flag(role: str, *, several: bool) -> str:
    if not role.isidentifier():
        return f"column {column_of(role)}"
    word = "true" if role == "y" else role.replace("_", "-") if role in SHARED else role
    family = role in SHARED or (role in ROLES and bool(ROLES[role].family))
    return f"--{word} '{role}_*'" if several and not family else f"--{word}"


def task_of(roles: tuple[str, ...], several: Collection[str]) -> str:
    """Return the task that the first role of the vocabulary tells."""
    known = [ROLES[role] for role in roles if role in ROLES]
    told = (role.of_many if "y" in several else role.task for role in known)
    return next(filter(None, told), "regression")


def usual_range(role: str, task: str) -> Interval:
    """Return where the columns of a role may lie, whatever a loss says."""
    if role in ("prob", "probs"):
        return UNIT
    return {"multilabel": ZERO_OR_ONE, "soft": UNIT}.get(task, REAL) if role == "y" else REAL


def _legal(annotation: object) -> Interval | Choice | None:
    return _of_kind(Interval, annotation) or _of_kind(Choice, annotation)


def _of_kind(kind: type[K], annotation: object) -> K | None:
    """Return what an annotation says of that kind."""
    said = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((one for one in said if isinstance(one, kind)), None)
