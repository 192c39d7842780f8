"""Which columns fit each task: what was named for it, else what the first rows allow."""

from collections.abc import Callable

from losscli.data.names import LONE_PROBABILITIES, fold
from losscli.data.roles import Candidate
from losscli.data.scene import YES_AND_NO, Scene


def _multiclass(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    families = [c for c in scene.of("probs") if len(c.columns) > 1] + _bare(scene)
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
    return families if forced else _no_margins(scene, families)


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
    return scene.of("quantiles") if forced or scene.peek.numeric(scene.truth) else []


def _interval(scene: Scene, forced: bool) -> list[Candidate]:  # noqa: FBT001
    low, high = scene.given.get("lower"), scene.given.get("upper")
    if low and high:
        return [Candidate("bounds", low.columns + high.columns, pair=True)]
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
}
"""For each task what may play its main role; the second argument says that no other is left."""
LONE = {fold(word) for word in LONE_PROBABILITIES}
