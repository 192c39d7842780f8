"""What CI is told where nothing could be judged: without it, it would show nothing at all."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path

from losscli.cli import delivery
from losscli.cli.configured import placed
from losscli.cli.failure import sentence
from losscli.cli.settings import in_force
from losscli.dataclass import dataclass
from losscli.errors import LosscliError
from losscli.render import format_named

_JUDGE = ("eval", "compare")
_SHORT = re.compile(r"-[a-zA-Z]*?o(.*)", re.DOTALL)


@dataclass
class _Words:
    """What the words of a command line say of where a report goes, though others do not fit."""

    outputs: list[str] = field(default_factory=list)
    format: str = ""
    config: str | None = None
    others: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, arguments: Sequence[str]) -> "_Words":
        found, words = cls(), iter(arguments)
        for word in words:
            option, equals, value = word.partition("=")
            short = _SHORT.fullmatch(word)
            if word == "--":
                found.others += words
            elif option in ("--output", "--format", "--config"):
                found._put(option, value if equals else next(words, ""))
            elif short:
                found._put("--output", short[1] or next(words, ""))
            else:
                found.others += [word, value]
        return found

    def _put(self, option: str, value: str) -> None:
        if option == "--output":
            self.outputs.append(value)
        elif option == "--format":
            self.format = value
        else:
            self.config = value


def tell(arguments: Sequence[str], error: Exception) -> None:
    """Write the error in every place and format that was asked for and can hold one.

    Files that are named elsewhere on the command line are left alone, and what cannot be
    written is passed over: the error itself is said in any case.
    """
    if not any(word in _JUDGE for word in arguments[:2]):
        return
    words = _Words.of(arguments)
    _add_settings(words)
    said = sentence(error)
    taken = {Path(word).absolute() for word in words.others if word}
    goals: dict[Path, tuple[delivery.Target, str]] = {}
    for text in dict.fromkeys(words.outputs):
        with suppress(LosscliError, OSError):
            goal = delivery.target(text)
            if goal.format.refusal and goal.path.absolute() not in taken:
                goals[goal.path.absolute()] = goal, goal.format.refusal(said)
    with suppress(OSError):
        delivery.write_texts([*goals.values()])
    with suppress(LosscliError, OSError):
        shape = format_named(words.format)
        if shape.refusal:
            delivery.deliver(shape.refusal(said))


def _add_settings(words: _Words) -> None:
    """Add what the environment and the configuration say, if they can be read."""
    with suppress(LosscliError, OSError):
        found = in_force(words.config)
        if not words.outputs and "output" in found.values:
            words.outputs = placed("output", found.values["output"], found.file)
        if not words.format and "format" in found.values:
            words.format = str(found.values["format"].value)
        if "against" in found.values:
            words.others.append(placed("against", found.values["against"], found.file))
