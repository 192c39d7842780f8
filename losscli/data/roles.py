"""Which columns could play which role beside a given truth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal

from losscli.data.families import Folded, bounded, family, leveled
from losscli.data.names import CONVENTIONS, GENERIC, WEAK_FAMILIES, Convention, fold
from losscli.dataclass import dataclass
from losscli.roles import ROLES

if TYPE_CHECKING:
    from losscli.data.costs import Costs

Named = str | Sequence[str] | Mapping[str, str]
"""A column's name, several, a pattern such as p_*, cat=p1,dog=p2, or {class: column}."""


@dataclass(frozen=True)
class Wanted:
    """What the user said about the columns.

    `roles` maps a role to what was named for it. `tasks` are those that every asked-for loss
    allows (empty: no preference). `group` is the column whose rows have one value together,
    `cluster` that of rows that are not independent; at most one of the two. `extra` are the roles
    that the losses ask for, where their task is known: a role of the vocabulary is found as ever,
    any other is the column of that name, or of those names with a rest (pi_*) where it is in
    `several`. Those in `optional` are bound where there is such a column. `truth` says whether
    the losses ask for one column of what happened, for several or for none, where that is known;
    `components` are what several must be, in this order, where the losses say so. `places` tells
    where the text of a loss names a column, by its role.
    """

    roles: Mapping[str, Named] = field(default_factory=dict)
    task: str | None = None
    positive: str | None = None
    weight: str | None = None
    id: str | None = None
    by: tuple[str, ...] = ()
    group: str | None = None
    cluster: str | None = None
    prob_is: Literal["predicted", "positive"] | None = None
    scores_are_probs: bool = False
    normalize: bool = False
    logits: bool = False
    missing: Literal["error", "drop"] = "error"
    tasks: frozenset[str] = frozenset()
    extra: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    several: frozenset[str] = frozenset()
    costs: "Costs | None" = None
    truth: Literal["one", "several", "none", ""] = ""
    components: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """Columns that could play a role; `keys` are their classes, or their levels as text.

    `roles` are those of the columns where together they play several.
    `pair` says that a convention names both the truth and these columns, `sure` that the
    names alone tell the role, `predicted` that it is the probability of the predicted class.
    """

    role: str
    columns: tuple[str, ...]
    keys: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
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
        own = _vocabulary(truth, folded) if convention is GENERIC else ()
        for candidate in (*_of(convention, truth, folded), *own):
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
            found = {} if named == "<class>" else family(named, folded)
            if found:
                columns, keys = tuple(found.values()), tuple(found)
                pair = named != template and len(columns) > 1
                sure = template not in WEAK_FAMILIES
                yield Candidate(role, columns, keys, pair=pair, sure=sure)
    for template in convention.quantiles:
        for columns, keys in leveled(template, folded):
            yield Candidate("quantiles", columns, keys)
    for ends in convention.bounds:
        for columns, keys in bounded(ends, folded):
            yield Candidate("bounds", columns, keys, ("lower", "upper"))


def _vocabulary(truth: str, folded: Folded) -> Iterator[Candidate]:
    """Give what the vocabulary itself calls columns of its roles."""
    for role in ROLES.values():
        for named in role.names:
            if not role.family:
                yield from _singles(role.word, "", [named], truth, folded)
                continue
            found = family(named.replace("<rest>", "<class>"), folded)
            if len(found) > 1:
                yield Candidate(role.word, tuple(found.values()), tuple(found))


def _singles(
    role: str, kind: str, words: Sequence[str], truth: str, folded: Folded
) -> Iterator[Candidate]:
    for word in words:
        named = word.replace("<truth>", truth)
        for name in folded.get(fold(named), ()):
            predicted = kind == "of_predicted"
            yield Candidate(role, (name,), pair=named != word, predicted=predicted)


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
