"""Which task a file is for: what was named decides, then the losses, then the columns."""

from collections.abc import Sequence

from losscli.data.families import models
from losscli.data.fitting import FITTING, LONE
from losscli.data.flags import flag, shown
from losscli.data.names import fold
from losscli.data.peek import joined
from losscli.data.roles import Candidate
from losscli.data.scene import YES_AND_NO, Scene, pick
from losscli.errors import UsageError
from losscli.roles import NO_TRUTH, ROLES, SEVERAL, TASKS
from losscli.visible import visible

FEW = 20
"""At most so many different integers may be classes as well as numbers."""
_WITH = {"lower": "--lower --upper", "mean": "--mean --std"}
_WITHIN = ("upper", "variance", "std")
"""Roles that are named together with others, and those others."""


def choose_task(scene: Scene) -> tuple[str, Candidate | None]:
    """Return the task and what plays its main role (None: the losses ask for others only).

    What the user named decides, then what the losses allow, then the columns found.
    """
    allowed = _allowed(scene)
    if scene.truths:
        return _of_many(scene, allowed)
    if not scene.truth:
        return allowed[0], None
    forced = len(allowed) == 1
    for task in allowed:
        if task in ("labels", "regression"):
            continue
        options = FITTING[task](scene, forced)
        found = pick(scene, options)
        if found:
            _ask_whose(scene, task, found, forced=forced)
            return task, found
    task, found = _plain(scene, [t for t in allowed if t in ("labels", "regression")])
    if found or (task == "regression" and scene.wanted.extra):
        return task, found
    if allowed == ["distribution"] and scene.wanted.extra:
        return "distribution", None
    raise _nothing(scene, allowed)


def _allowed(scene: Scene) -> list[str]:
    wanted, given = scene.wanted, scene.given
    if wanted.task:
        if wanted.task not in TASKS:
            what = f"there is no task {visible(wanted.task)!r}"
            raise UsageError(what, where="--task", remedy=f"choose one of {', '.join(TASKS)}")
        return [wanted.task]
    flagged = {task for role in given for task in _told(role, of_many=scene.truths is not None)}
    if "label" in given and len(flagged) > 1:
        # A label beside probabilities only tells whose they are.
        flagged.discard("labels")
    tasks = (wanted.tasks & flagged or wanted.tasks) if wanted.tasks else flagged
    if tasks:
        other = () if scene.truths else SEVERAL
        allowed = [task for task in TASKS if task in tasks and task not in other]
    else:
        apart = () if scene.truths else (*SEVERAL, *NO_TRUTH)
        allowed = [task for task in TASKS if task not in apart]
    # What is said of two classes is heard first where there are two columns for them.
    two = ("binary", "margin") if wanted.positive or wanted.prob_is else ()
    return sorted(allowed, key=lambda task: task not in two)


def _told(role: str, *, of_many: bool) -> tuple[str, ...]:
    """Return the tasks that a named role tells."""
    if role not in ROLES:
        return ()
    if of_many:
        return tuple(filter(None, [ROLES[role].of_many]))
    return ("labels", "regression") if role == "pred" else (ROLES[role].task,)


def _of_many(scene: Scene, allowed: Sequence[str]) -> tuple[str, Candidate | None]:
    """Return the task of several truths, and the columns that predict them."""
    tasks = [task for task in allowed if task in SEVERAL]
    assert scene.truths
    if not tasks:
        what = f"{shown(scene.truths.columns)} are several truths"
        remedy = f"name one for {joined(list(allowed), 'or')}: {flag('y', scene.truths.columns[0])}"
        raise UsageError(what, where=scene.header.where, remedy=remedy)
    for task in tasks:
        found = pick(scene, FITTING[task](scene, len(tasks) == 1))
        if found:
            return task, found
    raise _nothing(scene, tasks)


def label_beside(scene: Scene) -> Candidate | None:
    """Return the predicted label that stands beside a probability."""
    named = scene.given.get("label") or scene.given.get("pred")
    if named:
        return named
    truth = set(scene.peek.distinct(scene.truth))
    labels = [
        c for c in scene.of("label") if len(truth | set(scene.peek.distinct(c.columns[0]))) <= FEW
    ]
    alike = [c for c in labels if truth & set(scene.peek.distinct(c.columns[0]))]
    return pick(scene, alike)


def _ask_whose(scene: Scene, task: str, found: Candidate, *, forced: bool) -> None:
    """Refuse a probability that may be that of yes or that of whichever class was predicted."""
    column = found.columns[0]
    values = scene.peek.numbers(column)
    single = found.role == "prob" or (found.role == "score" and not forced)
    if not single or scene.wanted.prob_is or not values or not scene.two_truths():
        return
    never_below_half = max(values) <= 1 and min(values) >= 1 / YES_AND_NO
    doubtful = found.predicted != never_below_half if found.predicted else never_below_half
    known = found.predicted or fold(column) in LONE
    if task in ("binary", "margin") and known and doubtful and label_beside(scene):
        what = (
            f"{visible(column)} may be the probability of yes or that of the predicted class: "
            f"it stands beside a predicted label and is {'never' if never_below_half else 'often'} "
            "below 1/2 in the first rows"
        )
        remedy = "say which: --prob-is predicted or --prob-is positive"
        raise UsageError(what, where=scene.header.where, remedy=remedy)


def _refuse_probability(scene: Scene, name: str) -> None:
    """Refuse probabilities as labels: as text, each is another class than 0 and 1."""
    predicted = scene.peek.numbers(name)
    between = scene.peek.in_unit([name]) and any(0 < value < 1 for value in predicted)
    if between and set(scene.peek.numbers(scene.truth)) <= {0.0, 1.0}:
        shown, option = visible(name), flag("prob", name)
        what = f"the predictions in {shown} are numbers between 0 and 1, not labels"
        remedy = f"if they are probabilities, {option}; --task labels compares them as text"
        raise UsageError(what, where=scene.header.where, remedy=remedy)


def _plain(scene: Scene, allowed: Sequence[str]) -> tuple[str, Candidate | None]:
    """Tell labels from numbers where the file has one prediction column."""
    peek, truth = scene.peek, scene.truth
    numbers, labels = _numbers(scene), _labels(scene)
    if allowed == ["regression"]:
        return "regression", pick(scene, numbers)
    if allowed == ["labels"]:
        found = pick(scene, labels)
        explicit = scene.wanted.task or "label" in scene.given
        if found and not explicit and peek.numeric(truth) and not peek.few_integers(truth, 1000):
            what = f"the truths in {visible(truth)} are numbers, not labels"
            remedy = "--task labels compares them as text"
            raise UsageError(what, where=scene.header.where, remedy=remedy)
        if found and not explicit:
            _refuse_probability(scene, found.columns[0])
        return "labels", found
    if not allowed:
        return "", None
    found = None
    if peek.numeric(truth):
        found = pick(scene, [c for c in numbers if peek.numeric(c.columns[0])])
        if found and not _few(scene, found):
            return "regression", found
        sure = [] if numbers else [c for c in labels if _few(scene, c)]
    else:
        sure = [c for c in labels if not peek.numeric(c.columns[0])]
    if by_name := pick(scene, sure):
        return "labels", by_name
    if found or numbers or labels:
        raise _either(scene, found or (labels or numbers)[0])
    return "", None


def _numbers(scene: Scene) -> list[Candidate]:
    found = scene.of("pred")
    if found:
        return found
    taken = {c.columns[0] for c in scene.given.values()}
    names = models(scene.truth, scene.header.folded(frozenset(taken)))
    return [Candidate("pred", (n,)) for n in names if scene.peek.numeric(n)]


def _labels(scene: Scene) -> list[Candidate]:
    named = scene.given.get("label") or scene.given.get("pred")
    return [Candidate("label", named.columns, pair=True)] if named else scene.of("label")


def _few(scene: Scene, found: Candidate) -> bool:
    return all(scene.peek.few_integers(n, FEW) for n in (scene.truth, *found.columns))


class UnsureError(UsageError):
    """The truth and the prediction are known, but not what they are about."""


def _either(scene: Scene, found: Candidate) -> UnsureError:
    names = f"{visible(scene.truth)} and {visible(found.columns[0])}"
    what = f"{names} hold nothing but a few integers: they may be numbers or classes"
    if not _few(scene, found):
        what = f"one of {names} holds text, the other numbers"
    remedy = "say which: --task regression or --task labels"
    return UnsureError(what, where=scene.header.where, remedy=remedy)


def _nothing(scene: Scene, allowed: Sequence[str]) -> UsageError:
    several = scene.truths.columns if scene.truths else ()
    told = {r.word: r.of_many if several else r.task for r in ROLES.values() if r.help}
    roles = [role for task in allowed for role, its in told.items() if its == task]
    flags = [_WITH.get(role, flag(role)) for role in reversed(roles) if role not in _WITHIN]
    wanted = f" for {allowed[0]}" if len(allowed) == 1 else ""
    what = (
        f"beside the truth {shown(several or [scene.truth])}, "
        f"no column is known as the prediction{wanted}; "
        f"the columns are {shown(scene.header.names)}"
    )
    return UsageError(what, where=scene.header.where, remedy=f"name it: {joined(flags, 'or')}")
