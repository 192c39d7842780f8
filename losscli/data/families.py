"""Columns that belong together: one for each class, each quantile, each end, each model."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from losscli.data.names import (
    CONVENTIONS,
    FORECAST_KEYS,
    GENERIC,
    OFFERED,
    between,
    fold,
    level,
    percent,
)

_PERCENT = 100
Folded = Mapping[str, Sequence[str]]
"""The columns that fold to each folded name, in the order of the file."""


def family(template: str, folded: Folded) -> dict[str, str]:
    """Return class -> column of the columns that fit a template and have no name of their own."""
    before, _, after = template.partition("<class>")
    found: dict[str, str] = {}
    for name in _fitting(before, after, folded):
        rest = between(name, before, after)
        if rest is not None and _spelled(name) not in _KNOWN:
            found.setdefault(rest, name)
    return found


def _fitting(before: str, after: str, folded: Folded) -> list[str]:
    head, tail = fold(before), fold(after)
    return [
        name
        for own, names in folded.items()
        if own.startswith(head) and own.endswith(tail)
        for name in names
    ]


def leveled(template: str, folded: Folded) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Give (columns, levels as text) of the quantiles that fit a template.

    A number that is no level is given, too, where it stands beside two that are: it is refused if
    these columns are chosen, and not passed over.
    """
    before, _, after = template.partition("<level>")
    rests = [
        (name, rest.lstrip(" _"))
        for name in _fitting(before, after, folded)
        if (rest := between(name, before, after)) is not None
    ]
    for reads, mark in ((level, ""), (percent, "%")):
        numbers = [(name, rest) for name, rest in rests if _spells(rest, whole=bool(mark))]
        legal = [rest for _, rest in numbers if reads(rest.lstrip("-"))]
        # q1, q2, q3 are quartiles to some: percent are read only where they are symmetric.
        if len(legal) > 1 and (not mark or (before and _symmetric(legal))):
            yield tuple(name for name, _ in numbers), tuple(rest + mark for _, rest in numbers)


def _spells(text: str, *, whole: bool) -> bool:
    """Tell whether a text is a number as levels are written, be it one or not."""
    shape = r"-?\d{1,3}(\.\d+)?" if whole else r"-?\d*\.\d+"
    return re.fullmatch(shape, text, re.ASCII) is not None and abs(float(text)) <= _PERCENT


def _symmetric(percents: Sequence[str]) -> bool:
    mirrored = sorted(_PERCENT - Decimal(text) for text in percents)
    return mirrored == sorted(map(Decimal, percents))


def bounded(
    ends: tuple[str, str], folded: Folded
) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """Give (columns, levels) of each pair of columns that are the ends of an interval."""
    if "<model>" not in ends[0]:
        for low in folded.get(fold(ends[0]), ()):
            for high in folded.get(fold(ends[1]), ()):
                yield (low, high), ()
        return
    names = {name for several in folded.values() for name in several}
    for low in sorted(names):
        fits = re.fullmatch(r"(.+)-lo-([\d.]+)", low)
        high = f"{fits[1]}-hi-{fits[2]}" if fits else ""
        if fits and high in names:
            yield (low, high), (fits[2],)


def models(truth: str, folded: Folded) -> list[str]:
    """Return the columns that are models where a frame is laid out as Nixtla's are."""
    if fold(truth) != "y" or not any(fold(key) in folded for key in FORECAST_KEYS):
        return []
    kept = {fold(word) for words in OFFERED.values() for word in words}
    kept.update(map(fold, FORECAST_KEYS))
    return [
        name
        for own, names in folded.items()
        for name in names
        if own not in kept and name != truth and not re.search(r"-(lo|hi)-[\d.]+$", name)
    ]


def _spelled(name: str) -> str:
    return re.sub(r"[ ._-]+", "_", name.casefold()).strip("_")


# Folded names would not do: prob_a folds to proba, and is a class's probability.
_KNOWN = {
    _spelled(word)
    for c in (*CONVENTIONS, GENERIC)
    for words in (c.truth, c.pred, c.value, c.label, c.prob, c.of_predicted, c.score, *c.bounds)
    for word in words
    if "<" not in word
}
