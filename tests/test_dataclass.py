"""Our `dataclass` does what that of the standard library does."""

import dataclasses
import pickle
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest

from losscli.dataclass import dataclass


@dataclass(frozen=True)
class Ours:
    """A class of every kind of field that is used."""

    size: int
    name: str = "x"
    parts: dict[str, int] = dataclasses.field(default_factory=dict)
    quiet: float = dataclasses.field(default=0.5, repr=False)
    place: int = dataclasses.field(default=0, compare=False)

    @cached_property
    def twice(self) -> int:
        """Return what is computed once."""
        return 2 * self.size


@dataclasses.dataclass(frozen=True)
class Theirs:
    """The same."""

    size: int
    name: str = "x"
    parts: dict[str, int] = dataclasses.field(default_factory=dict)
    quiet: float = dataclasses.field(default=0.5, repr=False)
    place: int = dataclasses.field(default=0, compare=False)


@dataclass
class OursOpen:
    """One that may be changed, with a check of its own."""

    size: int

    def __post_init__(self) -> None:
        self.size += 1


@dataclasses.dataclass
class TheirsOpen:
    """The same."""

    size: int

    def __post_init__(self) -> None:
        self.size += 1


CALLS: list[Callable[[Any], Any]] = [
    lambda kind: vars(kind(1)),
    lambda kind: list(vars(kind(quiet=2.0, size=1))),
    lambda kind: vars(kind(1, "y", {"a": 1}, 0.25)),
    lambda kind: kind(1) == kind(1),
    lambda kind: kind(1) == kind(2),
    lambda kind: kind(1) == (1, "x", {}, 0.5),
    lambda kind: repr(kind(1, "y")).partition("(")[2],
    lambda kind: hash(kind(1, parts=())) == hash(kind(1, parts=())),
    lambda kind: hash(kind(1, parts=())) == hash(kind(2, parts=())),
    lambda kind: kind(1, place=1) == kind(1, place=2),
    lambda kind: hash(kind(1)),
    lambda kind: vars(dataclasses.replace(kind(1), name="z")),
    lambda kind: dataclasses.replace(kind(1), none="z"),
    lambda kind: vars(pickle.loads(pickle.dumps(kind(1, "y")))),  # noqa: S301
    lambda kind: [field.name for field in dataclasses.fields(kind)],
    lambda kind: kind(),
    lambda kind: kind(1, size=2),
    lambda kind: kind(1, none=2),
    lambda kind: kind(1, 2, 3, 4, 5, 6),
    lambda kind: setattr(kind(1), "size", 2),
    lambda kind: setattr(kind(1), "other", 2),
    lambda kind: delattr(kind(1), "size"),
]


def outcome(call: Callable[[Any], Any], kind: type) -> Any:
    try:
        return call(kind)
    except (TypeError, AttributeError) as error:
        return type(error)


@pytest.mark.parametrize("call", CALLS)
def test_it_does_what_the_standard_library_does(call: Callable[[Any], Any]) -> None:
    assert outcome(call, Ours) == outcome(call, Theirs)


@pytest.mark.parametrize("call", [lambda kind: kind(1).size, lambda kind: hash(kind(1))])
def test_one_that_may_be_changed_is_the_same_too(call: Callable[[Any], Any]) -> None:
    assert outcome(call, OursOpen) == outcome(call, TheirsOpen)
    changed = OursOpen(1)
    changed.size = 7
    assert changed.size == 7


def test_default_values_are_not_shared() -> None:
    assert Ours(1).parts is not Ours(1).parts


def test_what_is_computed_once_is_kept() -> None:
    one = Ours(3)
    assert one.twice == 6
    assert vars(one)["twice"] == 6
    assert one == Ours(3)
