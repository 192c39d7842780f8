"""Ways to call every read of a source and fold what is made of them: one module each."""

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any, Protocol, TypeVar

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.visible import visible

P = TypeVar("P")
S = TypeVar("S")


class Fold(Protocol):
    """What the module of an engine holds under the name `fold`.

    Returns what `judge` makes of all pieces: `judge(piece, what is known so far)` for each that
    `read()` gives, one after the other. What is known is a summary: it adds with `+`, and the
    order does not matter to the result. Where it has a method `emptied`, that gives the zero
    for further pieces, with what they need not find out again. `jobs`
    workers (default: as many as processors) call the reads. Where calls fail, the error of the
    first of them in the order of the source is raised. `progress` is told now and then how
    many stretches are done, and of how many where that is known.
    """

    def __call__(
        self,
        reads: Iterator[Callable[[], Iterable[P]]],
        judge: Callable[[P, S], S],
        zero: S,
        jobs: int | None = None,
        progress: Callable[..., None] | None = None,
    ) -> S:
        """Call the reads and fold what is made of them."""
        ...


@dataclass(frozen=True)
class Scheduler:
    """Where a cluster is: `address` is tcp://host:port, tls://host:port or local:N.

    The files of `tls_ca`, `tls_cert` and `tls_key` are in PEM. What is neither on this machine
    nor encrypted is refused unless it is said to be safe: `insecure`.
    """

    address: str
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    insecure: bool = False


def opened(name: str, scheduler: Any = None) -> AbstractContextManager[Fold]:  # noqa: ANN401
    """Give the fold of an engine; what it needs is there until it is closed.

    `scheduler` is that of a cluster: an address, a `Scheduler` or a distributed.Client.
    """
    module = _module(name)
    if hasattr(module, "opened"):
        found: AbstractContextManager[Fold] = module.opened(scheduler)
        return found
    if scheduler is not None:
        what = f"a scheduler is not for the engine {name}"
        raise UsageError(what, remedy="leave it out, or ask for a cluster: --engine dask")
    return nullcontext(module.fold)


def _module(name: str) -> Any:  # noqa: ANN401 - a module
    names = [m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")]
    if name not in names:
        what = f"there is no engine {visible(name)!r}"
        raise UsageError(what, remedy=f"choose one of {', '.join(names)}")
    return import_module(f"{__name__}.{name}")
