"""What a user states of a loss in its decorator: of the kind it must be, or refused in words."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from keyword import iskeyword
from typing import Any, get_args, get_origin

from losscli.losses.combine import Combine
from losscli.losses.domain import Interval
from losscli.losses.peer import Peer
from losscli.roles import TASKS

_WORDS = {
    str: "a text",
    bool: "True or False",
    tuple[str, ...]: "a tuple of texts, as in ('one', 'other')",
    tuple[Peer, ...]: "a tuple of losscli.losses.peer.Peer",
    float | str: "a number or a text",
}
_LONGEST = 60
_MOST_TERMS = 100


def check(loss: Any) -> None:  # noqa: ANN401 - a Loss, which uses this module
    """Raise TypeError or ValueError where a fact of a loss, or its name, cannot be one."""
    for name in (loss.name, *loss.aka):
        check_name(name)
    for name, field in type(loss).__dataclass_fields__.items():
        value = getattr(loss, name)
        if not _fits(value, field.type):
            kind = _WORDS.get(field.type, "a function")
            raise TypeError(f"{name} must be {kind}, not {type(value).__name__}")
    if loss.task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}")
    known = [parameter.name for parameter in loss.parameters]
    word, _, named = loss.elicits.partition(" ")
    if named and named not in known and word != "mean":  # and variance
        raise ValueError(f"elicits names a parameter after {word!r}, and {named!r} is none")
    for parameter in loss.parameters:
        if not isinstance(parameter.default, int | float | str | None):
            kind = type(parameter.default).__name__
            raise TypeError(f"{parameter.name} must be a number, a text, True or False, not {kind}")
    for word in loss.squares:
        if word not in loss.arguments:
            raise ValueError(f"squares names arguments, and {word!r} is none")


def check_name(name: object) -> None:
    """Raise ValueError where a loss of that name could not be asked for."""
    from losscli.losses.formula.made import WORDS  # noqa: PLC0415 - it uses what uses this

    said = str(name)
    fits = said.isidentifier() and said.isascii() and len(said) <= _LONGEST
    if not fits or iskeyword(said) or said in WORDS:
        what = f"{said[:_LONGEST]!r} is no name that --loss can hold"
        raise ValueError(f"{what}: give another, as in @losscli.loss(name='my_loss')")


def _fits(value: object, kind: Any) -> bool:  # noqa: ANN401 - an annotation
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(isinstance(one, get_args(kind)[0]) for one in value)
    if get_origin(kind) is not None and kind != float | str:
        return get_origin(kind) is not Callable or callable(value)
    return isinstance(value, int | float | str if kind == float | str else kind)


def terms_of(loss: Any) -> range:  # noqa: ANN401 - a Loss
    """Return how many terms its function may give; raises as `check` where a function is none."""
    parameters = {parameter.name: parameter.default for parameter in loss.parameters}
    least = max(1 + len(loss.parts) + len(loss.beside), len(loss.squares))
    if any(parameter.required for parameter in loss.parameters):
        return range(least, _MOST_TERMS)
    combine, domain = loss.combine(**parameters), loss.domain(**parameters)
    if not isinstance(combine, Combine):
        raise TypeError(f"combine must be a losscli.losses.combine.Combine, not {combine!r:.60}")
    ranges = domain.values() if isinstance(domain, Mapping) else [None]
    if not all(isinstance(legal, Interval) for legal in ranges):
        raise TypeError("domain must give a losscli.losses.domain.Interval by argument")
    if not isinstance(wrong := loss.check(**parameters), str):
        raise TypeError(f"check must say what is wrong, or nothing: not {wrong!r:.60}")
    asked = _Asked()
    combine.value(asked)
    return range(least, least + 1) if not asked.most else range(1 + asked.most, _MOST_TERMS)


class _Asked:
    """Finished terms that tell which of them are asked for (`Finished` of combine.py)."""

    def __init__(self) -> None:
        self.most = 0

    def mean(self, term: int) -> Fraction:
        """Return a mean."""
        self.most = max(self.most, term)
        return Fraction(1)

    def low(self, term: int) -> float:
        """Return a smallest value."""
        return float(self.mean(term))

    high = low

    def median(self) -> float:
        """Return a median."""
        return 1.0
