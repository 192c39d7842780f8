"""Ways to call every read of a source and fold what is made of them: one module each."""

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Protocol, TypeVar

from losscli.errors import UsageError
from losscli.visible import visible

P = TypeVar("P")
S = TypeVar("S")


class Fold(Protocol):
    """What the module of an engine holds under the name `fold`.

    Returns what `judge` makes of all pieces: `judge(piece, what is known so far)` for each that
    `read()` gives, one after the other. What is known is a summary: it adds with `+`, and the
    order does not matter to the result. `jobs`
    workers (default: as many as processors) call the reads. Where calls fail, the error of the
    first of them in the order of the source is raised. `progress` is told now and then how
    many stretches are done.
    """

    def __call__(
        self,
        reads: Iterator[Callable[[], Iterable[P]]],
        judge: Callable[[P, S], S],
        zero: S,
        jobs: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> S:
        """Call the reads and fold what is made of them."""
        ...


def engine(name: str) -> Fold:
    """Return the fold of the engine of that name, which is that of its module; else UsageError."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    if name not in names:
        what = f"there is no engine {visible(name)!r}"
        raise UsageError(what, remedy=f"choose one of {', '.join(names)}")
    found: Fold = import_module(f"{__name__}.{name}").fold
    return found
