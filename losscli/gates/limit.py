"""A limit, once its words are read."""

from dataclasses import field
from fractions import Fraction

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.visible import visible


@dataclass(frozen=True)
class Selector:
    """Which classes a limit is about: of the breakdown `by`, with at least `rows` rows.

    `cls` is the class (None: the one of empty cells); `every` asks for all of them.
    """

    by: str
    cls: str | None
    every: bool
    rows: int = 0


@dataclass(frozen=True)
class Edge:
    """What a value is held against: a number, or the baseline plus a step.

    `number` is that number or step, exactly; where `relative` it is a part of |baseline|.
    """

    number: Fraction = Fraction(0)
    baseline: bool = False
    relative: bool = False


@dataclass(frozen=True)
class Limit:
    """One limit: it is broken where the value stands on the operator's side of the edge.

    `function` is "" (the loss itself), "quantile", "share", "skill", "low" or "high", with
    `part` the quantile or the share of the rows. `loss` is the text of the loss.
    `severity` is "fail" or "warn", `option` where the limit was given
    and `said` in which words, where they are not those of `text`.
    """

    text: str
    severity: str
    function: str
    part: float
    loss: str
    selector: Selector | None
    operator: str
    edge: Edge
    option: str = field(default="", compare=False)
    said: str = field(default="", compare=False)

    def error(self, what: str, remedy: str = "") -> UsageError:
        """Return the error that something is wrong with this limit."""
        where = f"{self.option or 'limit'} '{visible(self.said or self.text, limit=200)}'"
        return UsageError(what, where=where, remedy=remedy)
