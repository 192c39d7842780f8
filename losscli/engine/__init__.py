"""Ways to call every read of a source and fold what is made of them: one module each."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Protocol, TypeVar

P = TypeVar("P")
S = TypeVar("S")


class Fold(Protocol):
    """What the module of an engine holds under the name `fold`.

    Returns what `judge` makes of all stretches: `judge(read(), what is known so far)`. What is
    known is a summary: it adds with `+`, and the order does not matter to the result. `jobs`
    workers (default: as many as processors) call the reads. Where calls fail, the error of the
    first of them in the order of the source is raised. `progress` is told now and then how
    many stretches are done.
    """

    def __call__(
        self,
        reads: Iterator[Callable[[], P]],
        judge: Callable[[P, S], S],
        zero: S,
        jobs: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> S:
        """Call the reads and fold what is made of them."""
        ...


def engine(name: str) -> Fold:
    """Return the fold of the engine of that name, which is the name of its module."""
    found: Fold = import_module(f"{__name__}.{name}").fold
    return found
