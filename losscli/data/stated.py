"""What was chosen for the user, in words and with the flags that pin it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from losscli.data.binding import BY_CLASS
from losscli.data.flags import flag, pinned, shown
from losscli.data.names import OFFERED, fold
from losscli.data.peek import joined
from losscli.data.roles import Candidate
from losscli.data.scene import Scene
from losscli.losses.arguments import WAYS
from losscli.roles import ROLES
from losscli.visible import visible

if TYPE_CHECKING:
    from losscli.data.columns import Plan


def stated(scene: Scene, plan: "Plan") -> tuple[str, ...]:
    """Say which columns, task, positive class and breakdown were chosen, and what is offered."""
    found = list(_columns(scene, plan))
    if scene.wanted.task is None:
        found.append(f"the task is {plan.task} ({flag('task', plan.task)})")
    if plan.positive is not None and scene.wanted.positive is None:
        shown_flag = flag("positive", plan.positive)
        found.append(f"the positive class is {visible(plan.positive)} ({shown_flag})")
    assumed = [role for role in scene.wanted.optional if role not in plan.columns]
    found += [f"{_assumed(role)} ({flag(role)} COLUMN names them)" for role in assumed]
    if plan.by and not scene.wanted.by and plan.by != (plan.truth,):
        pins = " ".join(flag("by", name) for name in plan.by)
        found.append(f"broken down by {shown(plan.by)} ({pins})")
    offers = [
        flag(option, name)
        for option, words in OFFERED.items()
        for name in scene.header.names
        if fold(name) in map(fold, words) and name not in plan.types
    ]
    if offers:
        found.append(f"not used, unless named: {', '.join(offers)}")
    return tuple(found)


def _assumed(role: str) -> str:
    return next(way.doc for way in WAYS[role] if way.optional).partition(".")[0]


def _columns(scene: Scene, plan: "Plan") -> Iterator[str]:
    roles = [(role, named) for role, named in plan.columns.items() if role not in scene.given]
    if "pred" in scene.given:
        roles = [(role, named) for role, named in roles if role != "label"]
    if not roles:
        return
    words, pins = [], []
    for role, named in plan.columns.items():
        words.append(_plays(plan, role, named))
        pins.append(_pinned(scene, plan, role, named))
    if plan.prob_is == "predicted" and not scene.wanted.prob_is:
        pins.append(f"--prob-is {plan.prob_is}")
    if {"logit", "logits"} & plan.columns.keys() and not scene.wanted.logits:
        pins.append("--logits")
    yield f"{', '.join(words)} ({' '.join(pins)})"


def _plays(plan: "Plan", role: str, named: str | tuple[str, ...]) -> str:
    if role == "y" and isinstance(named, str):
        return f"{visible(named)} is the truth"
    if role in ("prob", "logit") and isinstance(named, str):
        whose = "the predicted class" if plan.prob_is == "predicted" else plan.positive
        return f"{shown([named])} {ROLES[role].plays} of {visible(str(whose))}"
    plays = ROLES[role].plays if role in ROLES else f"as {role}"
    if isinstance(named, str):
        return visible(named) if named == role else f"{visible(named)} {plays}"
    return f"{shown(named)} {_family_plays(plan, role, plays)}"


def _family_plays(plan: "Plan", role: str, plays: str) -> str:
    keys = shown(plan.keys[role])
    family = ROLES[role].family if role in ROLES else ""
    if role == "y":
        return f"are the truths of {keys}"
    if family == "number":
        return plays
    if family == "level":
        return f"{plays} {keys}"
    classes = "the classes " if plan.classes and role in BY_CLASS else ""
    return f"{plays} of {classes}{keys}"


def _pinned(scene: Scene, plan: "Plan", role: str, named: str | tuple[str, ...]) -> str:
    if isinstance(named, str):
        return flag(role, named)
    return pinned(scene.header, Candidate(role, named, plan.keys[role]))


def warned(scene: Scene, plan: "Plan") -> tuple[str, ...]:
    """Say what a reader of the numbers must know about the choice of columns."""
    found = []
    used = {*plan.columns, "pred"} if plan.task == "labels" else set(plan.columns)
    idle = [role for role in scene.given if role not in used]
    if idle:
        flags = joined([flag(role) for role in idle])
        found.append(f"{flags} {'is' if len(idle) == 1 else 'are'} not used for {plan.task}")
    if scene.wanted.positive is not None and plan.positive is None:
        found.append(f"--positive is not used for {plan.task}")
    open_task = not (scene.wanted.task or scene.wanted.tasks or scene.given.keys() - {"y"})
    if plan.task == "regression" and open_task and _probability(scene, plan):
        name = str(plan.columns["pred"])
        found.append(
            f"every truth is 0 or 1 and every {visible(name)} lies in [0, 1] in the first rows: "
            f"if it is a probability, say {flag('prob', name)}"
        )
    return tuple(found)


def _probability(scene: Scene, plan: "Plan") -> bool:
    truths = set(scene.peek.numbers(plan.truth))
    return (
        truths <= {0.0, 1.0}
        and "pred" in plan.columns
        and bool(truths)
        and scene.peek.in_unit([str(plan.columns["pred"])])
    )
