"""What the signature of a loss tells: the columns it asks for, its parameters, and its task."""

import inspect
from collections.abc import Callable, Collection
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin

from losscli.losses.arguments import bases
from losscli.losses.auto import Rule
from losscli.losses.domain import REAL, UNIT, ZERO_OR_ONE, Choice, Interval
from losscli.losses.parameter import Parameter
from losscli.roles import ROLES

SEVERAL = "one column of the file for each"
K = TypeVar("K")


class Signature(NamedTuple):
    """What the signature of a loss tells.

    `domain` are its arguments with their legal ranges, `several` the roles that are one column for
    each of several truths, or a family of columns.
    """

    domain: dict[str, Interval]
    several: frozenset[str]
    parameters: tuple[Parameter, ...]


def signature(function: Callable[..., Any], *, foreign: bool = False) -> Signature:
    """Read the signature of a loss; TypeError where one of a `foreign` function cannot be read."""
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
        if SEVERAL in get_args(said.get(name)):
            several.update(bases(name))
    for name in code.co_varnames[columns : columns + code.co_kwonlyargcount]:
        required, rule = name not in defaults, _of_kind(Rule, said.get(name))
        legal = _legal(said.get(name))
        parameters.append(Parameter(name, defaults.get(name), legal, required, rule))
    if foreign:
        several.update(one for one in domain if one in ROLES and ROLES[one].family)
    return Signature(domain, frozenset(several), tuple(parameters))


def _check_arguments(function: Callable[..., Any]) -> None:
    """Refuse what is neither a column nor a parameter, with a way to write it."""
    for argument in inspect.signature(function).parameters.values():
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            raise TypeError(f"{argument} names no column: a loss names each that it asks for")
        if argument.kind is not argument.KEYWORD_ONLY and argument.default is not argument.empty:
            name = argument.name
            raise TypeError(f"{name} has a default, so it is no column: write *, before {name}")


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
