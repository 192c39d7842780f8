"""What a rule of advice is: a condition over named facts, and what follows from it."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from losscli.dataclass import dataclass

Condition = Callable[..., bool]


@dataclass(frozen=True)
class Rule:
    """One rule: where `when` holds, losses that fit or mislead, and why in one sentence.

    The argument names of `when` are the facts that it needs; where one is not known the rule
    does not apply. Facts stand in braces in `fits`, `misleads` and `why`. `flags` are the options
    that the losses that fit need beside those of the file.
    """

    name: str
    when: Condition
    why: str
    fits: tuple[str, ...] = ()
    misleads: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def applies(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether the rule fires on these facts."""
        needs = inspect.signature(self.when).parameters
        return needs.keys() <= facts.keys() and bool(self.when(**{n: facts[n] for n in needs}))


RULES: dict[str, Rule] = {}
"""Every rule by name."""


def rule(
    *,
    why: str,
    fits: tuple[str, ...] = (),
    misleads: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
) -> Callable[[Condition], Condition]:
    """Register the decorated condition as the rule of its name; the facts are those of `Rule`."""

    def register(when: Condition) -> Condition:
        name = getattr(when, "__name__", "")
        if name in RULES:
            message = f"the rule {name!r} is there twice"
            raise ValueError(message)
        RULES[name] = Rule(name, when, why, fits, misleads, flags)
        return when

    return register
