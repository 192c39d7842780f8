"""The decorator `dataclass` of the standard library, without compiling methods for every class.

That takes half a millisecond a class, and the start of the program defines about a hundred of
them. Here the methods are the same for every class, and look up its fields.
"""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(kind: type | None = None, /, *, frozen: bool = False) -> Any:  # noqa: ANN401
        """Make a class a dataclass; what it defines itself stays as it is."""
        return _made(frozen=frozen) if kind is None else _made(frozen=frozen)(kind)


def _made(*, frozen: bool) -> Callable[[type], type]:
    methods: dict[str, Any] = {"__init__": _init, "__repr__": _repr, "__eq__": _eq}
    methods["__hash__"] = None
    if frozen:
        methods |= {"__hash__": _hash, "__setattr__": _setattr, "__delattr__": _delattr}

    def make(kind: type) -> type:
        found: type = dataclasses.dataclass(init=False, repr=False, eq=False)(kind)
        for name, method in methods.items():
            if name not in vars(kind) or (name == "__hash__" and vars(kind)[name] is None):
                setattr(found, name, method)
        return found

    return make


def _init(self: Any, *values: object, **named: object) -> None:  # noqa: ANN401 - any dataclass
    fields = self.__dataclass_fields__
    if len(values) > len(fields):
        message = f"{type(self).__name__} takes {len(fields)} values, not {len(values)}"
        raise TypeError(message)
    given = dict(zip(fields, values, strict=False))
    wrong = [name for name in named if name in given or name not in fields]
    if wrong:
        message = f"{type(self).__name__} has no {wrong[0]!r} left to set"
        raise TypeError(message)
    given |= named
    own = self.__dict__
    for name, field in fields.items():  # in their order, which vars() shows
        own[name] = given[name] if name in given else _default(self, field)
    if hasattr(self, "__post_init__"):
        self.__post_init__()


def _default(self: object, field: "dataclasses.Field[Any]") -> Any:  # noqa: ANN401
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    message = f"{type(self).__name__} needs a value for {field.name!r}"
    raise TypeError(message)


def _values(self: Any) -> tuple[Any, ...]:  # noqa: ANN401
    own = self.__dict__
    return tuple(own[name] for name, field in self.__dataclass_fields__.items() if field.compare)


def _repr(self: Any) -> str:  # noqa: ANN401
    shown = [name for name, field in self.__dataclass_fields__.items() if field.repr]
    parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({parts})"


def _eq(self: object, other: object) -> bool:
    return _values(self) == _values(other) if type(self) is type(other) else NotImplemented


def _hash(self: object) -> int:
    return hash(_values(self))


def _setattr(self: object, name: str, value: object) -> None:  # noqa: ARG001
    message = f"cannot assign to field {name!r}"
    raise dataclasses.FrozenInstanceError(message)


def _delattr(self: object, name: str) -> None:  # noqa: ARG001
    message = f"cannot delete field {name!r}"
    raise dataclasses.FrozenInstanceError(message)
