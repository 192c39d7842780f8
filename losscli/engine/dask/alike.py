"""What must be the same wherever a file is judged, for its numbers to be the same to the bit."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import losscli

_REMEDIES = {
    "losscli": "install the same losscli on all machines",
    "numpy": "install the same numpy on all machines",
    "processor": "let all numpys use what the weakest processor has: set NPY_DISABLE_CPU_FEATURES, "
    "such as X86_V4, on all machines",
    "arithmetic": "take workers with the same system libraries as this machine",
}
_WORDS = {
    "losscli": "losscli",
    "numpy": "numpy",
    "processor": "the processor's level that numpy uses",
    "arithmetic": "what exp, log and other functions return",
}
_FUNCTIONS = ("exp", "expm1", "log", "log1p", "log10", "sinh", "cosh", "tanh", "power", "arctan2")


@cache
def here() -> Mapping[str, str]:
    """Return what this process computes with."""
    return {
        "losscli": f"{losscli.__version__} (code {_code()})",
        "numpy": np.__version__,
        "processor": _level(),
        "arithmetic": _bits(),
    }


def difference(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[str, str] | None:
    """Return in which a worker differs, in words, and the remedy; None if in nothing."""
    for fact, value in ours.items():
        other = theirs.get(fact)
        if other != value:
            what = f"{_WORDS[fact]} is {other or 'unknown'} there and {value} here"
            return what, _REMEDIES[fact]
    return None


def _code() -> str:
    """Return a digest of the program: one version may have been changed by hand."""
    found = hashlib.blake2b(digest_size=4)
    for path in sorted(_modules(Path(losscli.__file__).parent)):
        found.update(path.read_bytes())
    return found.hexdigest()


def _modules(folder: Path) -> Iterator[Path]:
    yield from folder.rglob("*.py")


def _level() -> str:
    """Return for which instructions the exp of numpy is compiled that it uses here."""
    introspect = getattr(np.lib, "introspect", None)
    if introspect is None:
        return "unknown"
    found: Any = introspect.opt_func_info(func_name="^(exp|log)$", signature="float64")
    levels = [kind["current"] for kinds in found.values() for kind in kinds.values()]
    return ", ".join(dict.fromkeys(map(str, levels)))


def _bits() -> str:
    """Return a digest of what the functions that losses use return for some numbers."""
    numbers = np.ldexp(1 + np.arange(512) / 511, np.arange(512) % 12 - 6)
    found = hashlib.blake2b(digest_size=4)
    for name in _FUNCTIONS:
        function = getattr(np, name)
        found.update(function(*[numbers] * function.nin).tobytes())
    slow = [(math.erf(x), math.lgamma(x)) for x in numbers[:64].tolist()]
    found.update(np.array(slow).tobytes())
    return found.hexdigest()
