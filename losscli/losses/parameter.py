"""A keyword parameter of a loss: its default, and its legal values."""

from losscli.dataclass import dataclass
from losscli.losses.auto import AUTO, Rule
from losscli.losses.domain import REAL, Choice, Interval, PerRow

Value = float | str | bool


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
