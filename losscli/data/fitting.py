"""Which columns fit each task: what was named for it, else what the first rows allow."""

from collections.abc import Callable
from dataclasses import replace

from losscli.data.flags import flag, shown
from losscli.data.names import LONE_PROBABILITIES, fold
from losscli.data.roles import Candidate
from losscli.data.scene import YES_AND_NO, Scene
from losscli.errors import UsageError
from losscli.losses.arguments import obtainable
from losscli.roles import ROLES


def _multiclass(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    families = [c for c in scene.of("probs") if len(c.columns) > 1] + _bare(scene)
    logits = scene.of("logits")
    if "logits" in scene.given or scene.wanted.logits:
        return logits
    families = families or [c for c in logits if forced or scene.whole(c)]
    return families if forced or "probs" in scene.given else _believed(scene, families)


def _believed(scene: Scene, families: list[Candidate]) -> list[Candidate]:
    """Return the families that are not there by chance, and are no margins."""
    return [c for c in _no_margins(scene, families) if c.sure or scene.whole(c)]


def _no_margins(scene: Scene, families: list[Candidate]) -> list[Candidate]:
    margins = {c.columns for c in scene.options if c.role == "scores"}
    sums = scene.peek.sums_to_one
    return [c for c in families if c.columns not in margins or sums(c.columns)]


def _bare(scene: Scene) -> list[Candidate]:
    """Return the columns that are named by class alone, where their rows sum to 1."""
    if "probs" in scene.given:
        return []
    labels = [c.columns[0] for c in scene.of("label") if not scene.peek.numeric(c.columns[0])]
    said = {text for name in (scene.truth, *labels) for text in scene.peek.distinct(name)}
    for classes in (said, set(scene.peek.distinct(scene.truth))):
        columns = tuple(name for name in scene.header.names if name in classes)
        every = len(columns) > 1 and set(columns) == classes
        if every and scene.truth not in columns and scene.peek.sums_to_one(columns):
            return [Candidate("probs", columns, columns, sure=False)]
    return []


def _binary(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    if not (forced or scene.two_truths()):
        return []
    logits = scene.of("logit")
    if "logit" in scene.given or scene.wanted.logits:
        return logits
    options = scene.of("prob")
    if scene.wanted.prob_is and "prob" not in scene.given:
        lone = [c for c in scene.of("score") if fold(c.columns[0]) in LONE]
        options += [Candidate("prob", c.columns, pair=c.pair) for c in lone]
    if not forced:
        margins = {c.columns for c in scene.options if c.role == "score"}
        numbers = [c for c in options if scene.peek.numeric(c.columns[0])]
        unit = scene.peek.in_unit
        options = [c for c in numbers if c.columns not in margins or unit(c.columns)]
    if options or "prob" in scene.given:
        return options
    # One class's probability of two tells the other's.
    families = [c for c in scene.of("probs") + _bare(scene) if _two(scene, c)]
    families = families if forced else _no_margins(scene, families)
    return families or logits


def _two(scene: Scene, family: Candidate) -> bool:
    seen = set(scene.peek.distinct(scene.truth))
    if len(family.keys) == 1:
        return len(seen) == YES_AND_NO and family.keys[0] in seen
    return len(family.keys) == YES_AND_NO and seen <= set(family.keys)


def _margin(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    single, family = scene.of("score"), [c for c in scene.of("scores") if len(c.columns) > 1]
    if "score" in scene.given or "scores" in scene.given:
        return [scene.given[role] for role in ("score", "scores") if role in scene.given]
    if forced:
        return single if scene.two_truths() and single else family or single
    if scene.two_truths() and single:
        probabilities = {c.columns for c in scene.options if c.role == "prob"}
        unit = scene.peek.in_unit
        numbers = [c for c in single if scene.peek.numeric(c.columns[0])]
        return [c for c in numbers if c.columns not in probabilities or not unit(c.columns)]
    return [c for c in family if scene.whole(c)]


def _distribution(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    if not (forced or scene.peek.numeric(scene.truth)):
        return []
    found = scene.of("quantiles"), _normal(scene), scene.of("members")
    named = [options for options in found if _served(scene, options)]
    return next(filter(None, named), [])


def _normal(scene: Scene) -> list[Candidate]:
    """Return the columns that are a mean and a spread beside it."""
    spreads = [scene.given[role] for role in ("std", "variance") if role in scene.given]
    spreads = spreads or scene.of("std") or scene.of("variance")
    return [
        Candidate("normal", c.columns + spread.columns, (), ("mean", spread.role))
        for c in scene.of("mean")
        for spread in spreads[:1]
    ]


def _served(scene: Scene, options: list[Candidate]) -> bool:
    """Tell whether candidates play what the losses ask for, where that is known, or was named."""
    roles = {role for c in options for role in c.roles or (c.role,)}
    asked = scene.wanted.extra or [r for r in scene.given if r in ROLES]
    return not asked or any(obtainable(role, roles) for role in asked)


def _soft(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    named = [scene.given[role] for role in ("probs", "logits") if role in scene.given]
    if named:
        return [_in_order(scene, c) for c in named]
    options = [replace(c, role="probs") for c in scene.options if c.role == "prob"]
    options += [replace(c, role="logits") for c in scene.options if c.role == "logit"]
    sums = scene.peek.sums_to_one
    return [
        c
        for c in options
        if scene.truths
        and (forced or (sums(scene.truths.columns) and (c.role == "logits" or sums(c.columns))))
    ][:1]


def _multilabel(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    truths = [n for name in _truths(scene) for n in scene.peek.numbers(name)]
    if not (forced or set(truths) <= {0.0, 1.0}):
        return []
    named = ("prob", "logit", "label", "score")
    likely = [r for r in named if r != "prob" or r in scene.given or _probable(scene)]
    return _first_of(scene, tuple(likely))


def _probable(scene: Scene) -> bool:
    """Tell whether columns that may be probabilities or scores lie in [0, 1]."""
    scores = {c.columns for c in scene.options if c.role == "score"}
    found = [c.columns for c in scene.options if c.role == "prob"]
    return all(columns not in scores or scene.peek.in_unit(columns) for columns in found)


def _vectors(scene: Scene, _: bool) -> list[Candidate]:  # noqa: FBT001
    return _first_of(scene, ("pred",))


def _first_of(scene: Scene, roles: tuple[str, ...]) -> list[Candidate]:
    """Return what may play the first of the roles that is there and serves the losses."""
    for role in roles if scene.truths else ():
        found = [_in_order(scene, c) for c in scene.of(role) if _served(scene, [c])]
        if found:
            return found
    return []


def _truths(scene: Scene) -> tuple[str, ...]:
    return scene.truths.columns if scene.truths else ()


def _in_order(scene: Scene, found: Candidate) -> Candidate:
    """Return columns in the order of the truths that they predict."""
    assert scene.truths
    keys, own = scene.truths.keys, dict(zip(found.keys, found.columns, strict=True))
    if set(own) == set(keys):
        return replace(found, keys=keys, columns=tuple(own[key] for key in keys))
    odd = sorted(set(own) ^ set(keys))
    what = f"{flag('y')} and {flag(found.role)} are not about the same: {shown(odd)} is in one only"
    if not own:
        what = f"{flag(found.role)} names one column beside {len(keys)} truths"
    remedy = f"such as {flag('y')} 'y_*' {flag(found.role)} '{found.role}_*'"
    raise UsageError(what, where=scene.header.where, remedy=remedy)


def _interval(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    low, high = scene.given.get("lower"), scene.given.get("upper")
    if low and high:
        ends = ("lower", "upper")
        return [Candidate("bounds", low.columns + high.columns, (), ends, pair=True)]
    if not (forced or scene.peek.numeric(scene.truth)):
        return []
    return [
        c
        for c in scene.options
        if c.role == "bounds"
        and (not low or c.columns[0] == low.columns[0])
        and (not high or c.columns[1] == high.columns[0])
    ]


FITTING: dict[str, Callable[[Scene, bool], list[Candidate]]] = {
    "multiclass": _multiclass,
    "binary": _binary,
    "margin": _margin,
    "distribution": _distribution,
    "interval": _interval,
    "soft": _soft,
    "multilabel": _multilabel,
    "vectors": _vectors,
}
"""For each task what may play its main role; the second argument says that no other is left."""
LONE = {fold(word) for word in LONE_PROBABILITIES}
