"""From the chosen columns to roles: classes, levels, and which of two classes is yes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from losscli.data.classes import two_classes
from losscli.data.flags import flag, levels, shown
from losscli.data.roles import Candidate, candidates
from losscli.data.scene import Scene, pick
from losscli.data.task import label_beside
from losscli.errors import UsageError
from losscli.visible import visible

Columns = dict[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Two:
    """The two classes of a binary or margin file, and whose probability is given."""

    negative: str | None = None
    positive: str | None = None
    prob_is: str | None = None
    label: str | None = None


def two_of(scene: Scene, task: str, main: Candidate | None) -> Two:
    """Find the two classes of a binary or margin file from the first rows and the names."""
    if main is None or (main.role not in ("prob", "score") and task != "binary"):
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
    negative, positive = two_classes(seen, positive, where=where, column=scene.truth)
    return Two(negative, positive, prob_is, label)


def _named_class(scene: Scene, column: str, seen: list[str]) -> str | None:
    """Return the class in the name of a probability: that of prob_no is no."""
    for family in candidates(scene.truth, scene.header.folded()):
        if family.role == "probs" and column in family.columns:
            key = family.keys[family.columns.index(column)]
            if key in seen and scene.wanted.positive not in (None, key):
                what = f"{visible(column)} is by its name the probability of {visible(key)}"
                remedy = f"{flag('positive', key)}, or name another column"
                raise UsageError(what, where=scene.header.where, remedy=remedy)
            if key in seen:
                return key
    return None


def columns_of(
    scene: Scene, task: str, main: Candidate | None, two: Two
) -> tuple[Columns, tuple[str, ...], NDArray[np.float64]]:
    """Return the columns by role, the classes behind a family and the quantile levels."""
    found: Columns = {"y": scene.truth}
    chosen = [main] if main else []
    for role in scene.wanted.extra:
        if role not in found and not any(role == c.role for c in chosen):
            chosen.append(_extra(scene, role))
    classes: tuple[str, ...] = ()
    quantile_levels = np.empty(0)
    for candidate in chosen:
        if candidate.role == "bounds":
            found["lower"], found["upper"] = candidate.columns
        elif candidate.role == "quantiles":
            found["quantiles"], quantile_levels = _ascending(scene, candidate)
        elif candidate.role == "probs" and task == "binary":
            found["prob"] = _of_positive(scene, candidate, two)
        elif candidate.role in ("probs", "scores"):
            found[candidate.role], classes = candidate.columns, candidate.keys
        else:
            found[candidate.role] = candidate.columns[0]
    if two.label:
        found["label"] = two.label
    return found, classes, quantile_levels


def _extra(scene: Scene, role: str) -> Candidate:
    """Return the columns of a role that losses ask for beside those of the task."""
    if role in ("lower", "upper") and role not in scene.given:
        bounds = pick(scene, [c for c in scene.options if c.role == "bounds"])
        if bounds:
            return Candidate(role, (bounds.columns[role == "upper"],))
    found = pick(scene, scene.of(role))
    return found or Candidate(role, (scene.header.column(flag(role), role),))


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
