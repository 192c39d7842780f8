"""Workers of a Dask cluster, here or elsewhere: they open the source themselves and read it.

Only summaries travel, and each is added once, however often its stretches had to be read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from losscli.errors import UsageError

__all__ = ["opened"]


@contextmanager
def opened(scheduler: Any) -> Iterator[Any]:  # noqa: ANN401 - as `losscli.engine.opened` says
    """Give a fold that works on a cluster.

    `scheduler` is an address, a `losscli.engine.Scheduler`, a distributed.Client or None: the
    client that is in use. Raises UsageError where there is none, or a worker differs from here.
    """
    try:
        import distributed  # noqa: F401, PLC0415 - an extra
    except ImportError:
        what = "a cluster needs Dask, which is not installed"
        raise UsageError(what, remedy="pip install 'losscli[dask]'") from None
    from losscli.engine.dask.cluster import connected  # noqa: PLC0415 - brings Dask
    from losscli.engine.dask.fold import folding  # noqa: PLC0415 - likewise

    with connected(scheduler) as client:
        yield folding(client)
