"""Which columns could play which role beside a given truth."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from losscli.data.names import (
    CONVENTIONS,
    FORECAST_KEYS,
    GENERIC,
    OFFERED,
    WEAK_FAMILIES,
    Convention,
    between,
    fold,
    level,
    percent,
)

Named = str | Sequence[str] | Mapping[str, str]
"""A column's name, several, a pattern such as p_*, cat=p1,dog=p2, or {class: column}."""
Folded = Mapping[str, Sequence[str]]
"""The columns that fold to each folded name, in the order of the file."""


@dataclass(frozen=True)
class Wanted:
    """What the user said about the columns.

    `roles` maps a role to what was named for it. `tasks` are those that every asked-for loss
    allows (empty: no preference). `extra` are roles that losses ask for beside those of the
    task: a role of the vocabulary is found as ever, any other is the column of that name.
    """

    roles: Mapping[str, Named] = field(default_factory=dict)
    task: str | None = None
    positive: str | None = None
    weight: str | None = None
    id: str | None = None
    by: tuple[str, ...] = ()
    prob_is: Literal["predicted", "positive"] | None = None
    scores_are_probs: bool = False
    normalize: bool = False
    missing: Literal["error", "drop"] = "error"
    tasks: frozenset[str] = frozenset()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """Columns that could play a role; `keys` are their classes, or their levels as text.

    `pair` says that a convention names both the truth and these columns, `sure` that the
    names alone tell the role, `predicted` that it is the probability of the predicted class.
    """

    role: str
    columns: tuple[str, ...]
    keys: tuple[str, ...] = ()
    pair: bool = False
    sure: bool = True
    predicted: bool = False


_FAMILY_ROLES = ("probs", "scores")
_SINGLE_ROLES = {
    "pred": ("pred", "value"),
    "label": ("pred", "label"),
    "prob": ("prob", "of_predicted"),
    "score": ("score",),
}


def truths(folded: Folded) -> list[str]:
    """Return the columns that could be the truth, in the order of the file.

    A convention calls them so, or other columns are named after them (`<truth>_pred`).
    """
    stems = {stem for own in folded for stem in _stems(own)}
    return [
        name
        for own, names in folded.items()
        for name in names
        if own in _TRUTHS or (own in stems and any(c.pair for c in candidates(name, folded)))
    ]


def _stems(own: str) -> Iterator[str]:
    """Return what a folded name may be named after."""
    for before, after in _AFTER_TRUTH:
        if own.startswith(before) and own.endswith(after):
            yield own[len(before) : len(own) - len(after)]
    if own.endswith(_FAMILIES_AFTER_TRUTH):
        yield from (own[:end] for end in range(1, len(own)))


def candidates(truth: str, folded: Folded) -> list[Candidate]:
    """Return what could play each role beside `truth`, each set of columns once a role.

    The role of an interval's two ends is "bounds". A column of a family plays no role alone:
    prob_a folds to proba, and is none where prob_b stands beside it.
    """
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Candidate] = {}
    for convention in _ALL:
        if convention.beside and not any(fold(word) in folded for word in convention.beside):
            continue
        pair = convention is not GENERIC and fold(truth) in map(fold, convention.truth)
        for candidate in _of(convention, truth, folded):
            if truth in candidate.columns:
                continue
            key = (candidate.role, candidate.columns, candidate.keys)
            earlier = found.get(key, replace(candidate, sure=False))
            found[key] = replace(
                candidate,
                pair=pair or candidate.pair or earlier.pair,
                sure=candidate.sure or earlier.sure,
                predicted=candidate.predicted or earlier.predicted,
            )
    families = {c for key in found for c in key[1] if key[0] in _FAMILY_ROLES and len(key[1]) > 1}
    return [
        candidate
        for candidate in found.values()
        if candidate.role not in _SINGLE_ROLES or candidate.columns[0] not in families
    ]


def _of(convention: Convention, truth: str, folded: Folded) -> Iterator[Candidate]:
    for role, kinds in _SINGLE_ROLES.items():
        for kind in kinds:
            yield from _singles(role, kind, getattr(convention, kind), truth, folded)
    for role in _FAMILY_ROLES:
        for template in getattr(convention, role):
            named = template.replace("<truth>", truth)
            family = {} if named == "<class>" else _family(named, folded)
            if family:
                columns, keys = tuple(family.values()), tuple(family)
                pair = named != template and len(columns) > 1
                sure = template not in WEAK_FAMILIES
                yield Candidate(role, columns, keys, pair=pair, sure=sure)
    for template in convention.quantiles:
        for columns, keys in _levels(template, folded):
            yield Candidate("quantiles", columns, keys)
    for ends in convention.bounds:
        yield from _bounds(ends, folded)


def _singles(
    role: str, kind: str, words: Sequence[str], truth: str, folded: Folded
) -> Iterator[Candidate]:
    for word in words:
        named = word.replace("<truth>", truth)
        for name in folded.get(fold(named), ()):
            predicted = kind == "of_predicted"
            yield Candidate(role, (name,), pair=named != word, predicted=predicted)


def _family(template: str, folded: Folded) -> dict[str, str]:
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


def _levels(template: str, folded: Folded) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    before, _, after = template.partition("<level>")
    rests = [
        (name, rest.lstrip(" _-"))
        for name in _fitting(before, after, folded)
        if (rest := between(name, before, after)) is not None
    ]
    decimals = [(name, rest) for name, rest in rests if level(rest)]
    if len(decimals) > 1:
        yield tuple(name for name, _ in decimals), tuple(rest for _, rest in decimals)
    hundredths = [(name, rest) for name, rest in rests if before and percent(rest)]
    mirrored = sorted(100 - Decimal(rest) for _, rest in hundredths)
    # q1, q2, q3 are quartiles to some: percent are read only where they are symmetric.
    if len(hundredths) > 1 and mirrored == sorted(Decimal(rest) for _, rest in hundredths):
        keys = tuple(f"{rest}%" for _, rest in hundredths)
        yield tuple(name for name, _ in hundredths), keys


def _bounds(ends: tuple[str, str], folded: Folded) -> Iterator[Candidate]:
    if "<model>" not in ends[0]:
        for low in folded.get(fold(ends[0]), ()):
            for high in folded.get(fold(ends[1]), ()):
                yield Candidate("bounds", (low, high))
        return
    names = {name for several in folded.values() for name in several}
    for low in sorted(names):
        fits = re.fullmatch(r"(.+)-lo-([\d.]+)", low)
        high = f"{fits[1]}-hi-{fits[2]}" if fits else ""
        if fits and high in names:
            yield Candidate("bounds", (low, high), keys=(fits[2],))


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


_ALL = (*CONVENTIONS, GENERIC)
_TRUTHS = {fold(word) for c in _ALL for word in c.truth}
_AFTER_TRUTH = {
    (fold(before), fold(after))
    for c in _ALL
    for word in c.pred
    for before, template, after in [word.partition("<truth>")]
    if template
}
_FAMILIES_AFTER_TRUTH = tuple(
    fold(word.partition("<class>")[2]) for c in _ALL for word in c.probs if "<truth>" in word
)
# Folded names would not do: prob_a folds to proba, and is a class's probability.
_KNOWN = {
    _spelled(word)
    for c in _ALL
    for words in (c.truth, c.pred, c.value, c.label, c.prob, c.of_predicted, c.score, *c.bounds)
    for word in words
    if "<" not in word
}
