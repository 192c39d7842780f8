"""Sums of losses that have a name, wherever a loss can be named."""

from collections.abc import Mapping, Sequence

from losscli.errors import UsageError
from losscli.losses.syntax import pieces


def hybrids_of(texts: Sequence[str]) -> dict[str, str]:
    """Return named sums, such as "blend=0.7*mse + 0.3*mae", by their name.

    Raises UsageError where a text has no name; whether it is a sum is seen when it is used.
    """
    found = {}
    for text in texts:
        name, _, rest = text.partition("=")
        if not name.strip().isidentifier() or not rest.strip():
            remedy = "as in blend=0.7*mse + 0.3*mae"
            raise UsageError("a named sum of losses has a name and a sum", remedy=remedy)
        found[name.strip()] = f"{name.strip()}={rest}"
    return found


def expanded(texts: Sequence[str], hybrids: Mapping[str, str]) -> list[str]:
    """Return lists of losses with each name of a hybrid replaced by what it stands for."""
    if not hybrids:
        return list(texts)
    return [",".join(_piece(piece, hybrids) for piece in _cut(text)) for text in texts]


def _piece(piece: str, hybrids: Mapping[str, str]) -> str:
    return hybrids.get(piece.strip(), piece)


def _cut(text: str) -> list[str]:
    return [text[start:end] for start, end in pieces(text)]
