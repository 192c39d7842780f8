"""What all tests share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    import distributed

# a busy machine is no failure; the same examples every time make a failure one to look into
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(scope="module")
def client() -> "Iterator[distributed.Client]":
    """Two workers for all tests of a module."""
    from losscli.engine.dask import cluster  # noqa: PLC0415 - slow, and for few tests

    with cluster.connected("local:2") as found:
        yield found
