"""The compiled twins of the passes over all rows that cost the most, where they were built.

They are built where there is a C compiler when the package is installed, and give the same to
the bit as the code in numpy beside which they are called.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from losscli.summary import native
except ImportError:
    native = None  # type: ignore[assignment]

__all__ = ["native", "plain"]


def plain(values: NDArray[Any], kind: type[np.generic] = np.float64) -> NDArray[Any]:
    """Return an array as C takes it: of a type, without gaps and aligned. Mostly it is the same."""
    flags = values.flags
    if flags.c_contiguous and flags.aligned and values.dtype == kind:
        return values
    return np.require(values, kind, ["C", "A"])
