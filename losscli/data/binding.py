"""From the chosen columns to roles: classes, levels, and which of two classes is yes."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from losscli.data.classes import two_classes
from losscli.data.families import family
from losscli.data.flags import FAMILIES, flag, levels, shown
from losscli.data.roles import Candidate, candidates
from losscli.data.scene import Scene, pick
from losscli.data.task import label_beside
from losscli.data.training import NAIVE
from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.arguments import WAYS, column_of, obtainable
from losscli.losses.names import nearest
from losscli.losses.spec import LOSSES
from losscli.roles import ROLES, SHARED
from losscli.visible import visible

Columns = dict[str, str | tuple[str, ...]]
BY_CLASS = [role.word for role in ROLES.values() if role.family == "class"]


@dataclass(frozen=True)
class Two:
    """The two classes of a binary or margin file, and whose probability is given."""

    negative: str | None = None
    positive: str | None = None
    prob_is: str | None = None
    label: str | None = None


def two_of(scene: Scene, task: str, main: Candidate | None) -> Two:
    """Find the two classes of a binary or margin file from the first rows and the names."""
    if main is None or not scene.truth:
        return Two()
    if main.role not in ("prob", "score") and task != "binary":
        return Two()
    where, positive = scene.header.where, scene.wanted.positive
    seen = scene.peek.distinct(scene.truth)
    label = None
    if task == "binary" and main.role == "prob":
        prob_is = scene.wanted.prob_is or ("predicted" if main.predicted else "positive")
        if prob_is == "predicted":
            beside = label_beside(scene)
            if beside is None:
                what = "the probability of the predicted class needs the predicted class"
                raise UsageError(what, where=where, remedy="name it: --label COLUMN")
            label = beside.columns[0]
            seen = list(dict.fromkeys(seen + scene.peek.distinct(label)))
        else:
            positive = _named_class(scene, main.columns[0], seen) or positive
    else:
        prob_is = None
        if main.role == "probs":
            # One class's column of two is the probability of that class.
            positive = positive or (main.keys[0] if len(main.keys) == 1 else None)
            seen = list(dict.fromkeys(seen + list(main.keys)))
    if scene.wanted.costs and task == "binary":
        costs = scene.wanted.costs
        seen = list(dict.fromkeys(seen))
        costs.of([*seen, *(name for name in costs.classes if name not in seen)][:2])
        seen = list(costs.classes)
    negative, positive = two_classes(seen, positive, where=where, column=scene.truth)
    return Two(negative, positive, prob_is, label)


def _named_class(scene: Scene, column: str, seen: list[str]) -> str | None:
    """Return the class in the name of a probability: that of prob_no is no."""
    for known in candidates(scene.truth, scene.header.folded()):
        if known.role == "probs" and column in known.columns:
            key = known.keys[known.columns.index(column)]
            if key in seen and scene.wanted.positive not in (None, key):
                what = f"{visible(column)} is by its name the probability of {visible(key)}"
                remedy = f"{flag('positive', key)}, or name another column"
                raise UsageError(what, where=scene.header.where, remedy=remedy)
            if key in seen:
                return key
    return None


@dataclass(frozen=True)
class Bound:
    """The columns by role; `keys` tell the columns of a role apart, `classes` are texts of y."""

    columns: Columns
    keys: dict[str, tuple[str, ...]]
    classes: tuple[str, ...]
    levels: NDArray[np.float64]


def columns_of(scene: Scene, task: str, main: Candidate | None, two: Two) -> Bound:
    """Return the columns by role, what tells those of a role apart, and the quantile levels."""
    found = Bound({}, {}, (), np.empty(0))
    if scene.truths:
        found.columns["y"], found.keys["y"] = scene.truths.columns, scene.truths.keys
    elif scene.truth:
        found.columns["y"] = scene.truth
    if main and main.role == "probs" and task == "binary":
        found.columns["prob"] = _of_positive(scene, main, two)
    elif main:
        found = _with(scene, found, main)
    for role in scene.wanted.extra:
        if not obtainable(role, {*found.columns, *SHARED}):
            found = _with(scene, found, _extra(scene, role, found))
    for role in scene.wanted.optional:
        if role in scene.given or role in scene.header.names:
            found.columns[role] = scene.header.column(flag(role), _named(scene, role))
    if two.label:
        found.columns["label"] = two.label
    return found


def _with(scene: Scene, found: Bound, candidate: Candidate) -> Bound:
    """Add the columns of a candidate."""
    columns, keys = found.columns, found.keys
    if candidate.roles:
        columns.update(zip(candidate.roles, candidate.columns, strict=True))
    elif candidate.role == "quantiles":
        columns["quantiles"], levels = _ascending(scene, candidate)
        keys["quantiles"] = tuple(f"{level:g}" for level in levels)
        return replace(found, levels=levels)
    elif candidate.keys or candidate.role in FAMILIES:
        columns[candidate.role], keys[candidate.role] = candidate.columns, candidate.keys
        if candidate.role in BY_CLASS and not scene.truths:
            return replace(found, classes=candidate.keys)
    else:
        columns[candidate.role] = candidate.columns[0]
    return found


def _named(scene: Scene, role: str) -> str:
    return scene.given[role].columns[0] if role in scene.given else role


def _extra(scene: Scene, role: str, found: Bound) -> Candidate:
    """Return the columns of a role that losses ask for beside those of the task."""
    if role in ("lower", "upper") and role not in scene.given:
        bounds = pick(scene, [c for c in scene.options if c.role == "bounds"])
        if bounds:
            return Candidate(role, (bounds.columns[role == "upper"],))
    for word in (role, *_instead(role)):
        if known := pick(scene, scene.of(word)):
            return known if role not in scene.wanted.several else _alike(scene, known, found)
    if role in scene.wanted.several:
        columns = family(f"{role}_<class>", scene.header.folded())
        if len(columns) > 1:
            return _alike(scene, Candidate(role, tuple(columns.values()), tuple(columns)), found)
        what = f"{flag(role)}: there are no columns {visible(role)}_<name>"
        remedy = f"name them: {flag(role)} 'PATTERN_*'"
        raise UsageError(what, where=scene.header.where, remedy=remedy)
    if role in NAIVE and role not in scene.header.names:
        what = f"there is no column {role}, the error of the naive forecast in training"
        remedy = (
            f"{flag(role)} COLUMN holds it, or losscli eval --train FILE takes it from the "
            "history of each series"
        )
        raise UsageError(what, where=scene.header.where, remedy=remedy)
    return Candidate(role, (_column_named(scene, role),))


def _column_named(scene: Scene, role: str) -> str:
    """Return the column that a role outside of the vocabulary is."""
    name, place = column_of(role), scene.wanted.places.get(role)
    if place is None:
        return scene.header.column(flag(role), name)
    try:
        return scene.header.column(place, name)
    except UsageError as error:
        what = f"there is no column {visible(name)!r} in {scene.header.where}"
        loss = nearest(name, [known for known, _ in LOSSES])
        said = (error.remedy, loss.replace("mean", "mean the loss"))
        remedy = "; ".join(filter(None, said))
        raise UsageError(what, where=place, remedy=remedy) from None


def _instead(role: str) -> list[str]:
    """Return the roles of the vocabulary that each do for another one."""
    return [way.needs[0] for way in WAYS.get(role, []) if len(way.needs) == 1]


def _alike(scene: Scene, candidate: Candidate, found: Bound) -> Candidate:
    """Put columns in the order of those of the other roles, which must have the same keys."""
    others = [r for r in found.keys if r in scene.wanted.several and r not in FAMILIES]
    if not others:
        return candidate
    keys = found.keys[others[0]]
    own = dict(zip(candidate.keys, candidate.columns, strict=True))
    if set(own) != set(keys):
        one, other = flag(others[0]), flag(candidate.role)
        odd = shown(sorted(set(own) ^ set(keys)))
        what = f"{one} and {other} are not about the same: {odd} is in one only"
        raise UsageError(what, where=scene.header.where, remedy=f"{one} a=… {other} a=…")
    return replace(candidate, keys=keys, columns=tuple(own[key] for key in keys))


def _ascending(scene: Scene, candidate: Candidate) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    found = sorted(zip(levels(scene.header, candidate), candidate.columns, strict=True))
    quantile_levels = np.array([q for q, _ in found])
    if len(np.unique(quantile_levels)) < len(found):
        what = f"two columns are the same quantile: {shown(candidate.columns)}"
        raise UsageError(
            what, where=scene.header.where, remedy="name them: --quantiles 0.1=COLUMN,0.9=COLUMN"
        )
    quantile_levels.flags.writeable = False
    return tuple(name for _, name in found), quantile_levels


def _of_positive(scene: Scene, family: Candidate, two: Two) -> str:
    columns = dict(zip(family.keys, family.columns, strict=True))
    if two.positive in columns:
        return columns[two.positive]
    what = f"{shown(family.columns)} is not the probability of {visible(str(two.positive))}"
    raise UsageError(
        what, where=scene.header.where, remedy="--prob COLUMN names the column that is"
    )
