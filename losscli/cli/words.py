"""From the words of an option to its value."""

from typing import Any

from losscli.errors import UsageError
from losscli.visible import visible

_NOUNS = {int: "a whole number", float: "a number"}


class Words:
    """Reads the words given for one option; stands in for typer's reader.

    That one imports pydantic, which takes longer than all the rest of a short run.
    """

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:  # noqa: ANN401, ARG002 - typer's
        """Return the value of what was typed for `param`; UsageError where it does not fit."""
        kind = param.type_descriptor
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if kind.choices is not None and value not in kind.choices:
            wanted = f"one of {', '.join(map(repr, kind.choices))}"
            raise _refusal(param, value, wanted, kind.choices[0])
        return _number(value, param) if kind.annotation in _NOUNS else value


def _number(value: Any, param: Any) -> int | float:  # noqa: ANN401 - a default is a number
    kind = param.type_descriptor.annotation
    noun, least = _NOUNS[kind], param.min
    if least is not None:
        noun += f" of at least {least}"
    try:
        number: int | float = kind(value)
    except ValueError:
        raise _refusal(param, value, noun, param.default or least) from None
    if "_" in str(value) or (least is not None and not number >= least):
        raise _refusal(param, value, noun, param.default or least)
    return number


def _refusal(param: Any, value: str, wanted: str, example: object) -> UsageError:  # noqa: ANN401
    option = param.opts[0]
    what = f"{option} takes {wanted}, not {visible(str(value))!r}"
    remedy = "--help says what it is for" if example is None else f"such as {option} {example}"
    return UsageError(what, remedy=remedy)
