"""A fix as it was fitted on some rows, and where its search starts on others."""

from collections.abc import Sequence

from losscli.dataclass import dataclass
from losscli.improvement.kinds import Kind
from losscli.losses.chosen import Chosen

Pair = tuple[float, float]


@dataclass(frozen=True)
class Fitted:
    """One fix: its kind and parameters, and the loss on the rows it was fitted on.

    `map` is None where predictions stay as they are: `after` is then the loss with another
    threshold, None for no change at all. `why` says why there is no such fix.
    """

    kind: str
    parameters: dict[str, float]
    value: float
    map: Kind | None = None
    theta: tuple[float, ...] = ()
    after: Chosen | None = None
    why: str = ""

    @property
    def changes(self) -> bool:
        """Tell whether there is such a fix, other than no change at all."""
        return not self.why and (self.map is not None or self.after is not None)


def starts_of(kind: Kind, before: Sequence[Fitted], starts: Sequence[Pair]) -> Sequence[Pair]:
    """Return the starts; the last alone, where that is a fit of this kind."""
    known = bool(before) and before[-1].kind == kind.name
    return starts[-1:] if known else starts
