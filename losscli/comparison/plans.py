"""Which columns are whose: the plans of the old and the new model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from losscli.data.block import Source
from losscli.data.columns import Plan, Wanted
from losscli.data.peek import Peek
from losscli.data.scene import YES_AND_NO, scene_of
from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.syntax import Request
from losscli.truth_file import planned
from losscli.visible import visible
from losscli.wanted import wanted

_ROLE_OF_TASK = {
    "regression": "pred",
    "labels": "label",
    "binary": "prob",
    "margin": "score",
    "multiclass": "probs",
    "distribution": "quantiles",
}


@dataclass(frozen=True)
class Named:
    """The columns that the user named for the prediction of each model."""

    old: Any = None
    new: Any = None


@dataclass(frozen=True)
class Plans:
    """The plan of each model; `named` are the classes that the user named."""

    old: Plan
    new: Plan
    named: frozenset[tuple[str, str]]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    def weighted(self, old: Plan) -> "Plans":
        """Return the plans with the weights of the classes that the old one has."""
        return replace(self, old=old, new=replace(self.new, class_weights=old.class_weights))


def plans(
    sources: Sequence[Source], given: Mapping[str, Any], asked: Sequence[Request], names: Named
) -> Plans:
    """Find the columns of each model; what belongs to a row and no model is read from the old."""
    if len(sources) == 1 and (names.old is None or names.new is None):
        what = "there is one file, and it must be said which columns are the models'"
        remedy = "--old COLUMN --new COLUMN, or name a second file"
        raise UsageError(what, where=visible(sources[0].files[0], 200), remedy=remedy)
    columns, named = _classes(given.get("by"), sources[0].names)
    asked_for = wanted({**given, "by": columns}, asked)
    old = planned(sources[0], _with(sources[0], asked_for, names.old))
    if not old.truth:
        what = f"compare takes one column of truths, and {old.task} predictions have another number"
        remedy = "losscli eval with --save and --against holds one against the other"
        raise UsageError(what, where=old.where, remedy=remedy)
    same = replace(
        asked_for,
        task=old.task,
        positive=old.positive,
        by=(),
        **_of_rows(old, sources[-1]),
        prob_is=old.prob_is or asked_for.prob_is,  # type: ignore[arg-type]
    )
    new = _lean(planned(sources[-1], _with(sources[-1], same, names.new, old.task)))
    if list(old.levels) != list(new.levels):
        said = [", ".join(f"{q:g}" for q in one.levels) for one in (old, new)]
        what = f"the quantile levels of the old model are {said[0]}, of the new one {said[1]}"
        raise UsageError(what, where=new.where, remedy="name those that both have: --quantiles")
    notes = old.notes if len(sources) > 1 else _of_one_file(old)
    more = [note for note in new.notes if note not in old.notes and len(sources) > 1]
    warnings = dict.fromkeys((*old.warnings, *new.warnings))
    return Plans(old, new, named, (*notes, *more), tuple(warnings))


def _of_rows(old: Plan, source: Source) -> dict[str, Any]:
    """Return the columns about rows, not models, that the new source has, too: they must agree."""
    wanted = {"weight": old.weight, "cluster": old.wanted.cluster, "group": old.wanted.group}
    return {word: name if name in source.names else None for word, name in wanted.items()}


def _classes(
    by: str | Sequence[str] | None, names: Sequence[str]
) -> tuple[tuple[str, ...], frozenset[tuple[str, str]]]:
    """Part what the user named into columns and classes (city=Oslo)."""
    columns: dict[str, None] = {}
    named: list[tuple[str, str]] = []
    for text in [by] if isinstance(by, str) else by or ():
        column, equals, cls = text.partition("=")
        if equals and text not in names:
            named.append((column, cls))
        columns[column if equals and text not in names else text] = None
    return tuple(columns), frozenset(named)


def _with(source: Source, asked: Wanted, name: Any, task: str | None = None) -> Wanted:  # noqa: ANN401
    """Give a model's column the role that the task has for it."""
    if name is None:
        return asked
    role = _role(source, asked, name, task)
    if asked.roles.keys() - {"y"}:
        other = ", ".join(f"--{one}" for one in asked.roles if one != "y")
        what = f"--old and --new name the columns of the models, and so does {other}"
        raise UsageError(what, remedy=f"leave out {other}")
    return replace(asked, roles={**asked.roles, role: name})


def _role(source: Source, asked: Wanted, name: Any, task: str | None) -> str:  # noqa: ANN401
    task = task or asked.task or (next(iter(asked.tasks)) if len(asked.tasks) == 1 else None)
    if task:
        if task not in _ROLE_OF_TASK:
            what = f"one column is no {task} prediction"
            raise UsageError(what, where="--old, --new", remedy="give two files")
        return _ROLE_OF_TASK[task]
    if not isinstance(name, str) or "*" in name or ("," in name and name not in source.names):
        return "probs"
    scene = scene_of(source, replace(asked, roles={**asked.roles, "pred": name}))
    peek: Peek = scene.peek
    column = scene.given["pred"].columns[0]
    two = len(peek.distinct(scene.truth)) <= YES_AND_NO
    if (
        peek.numeric(column)
        and peek.in_unit([column])
        and two
        and "binary" in (asked.tasks or {"binary"})
    ):
        return "prob"
    return "pred"


def _lean(found: Plan) -> Plan:
    """Leave out what is not the model's: the default breakdown."""
    needed = {*found.judged, found.id}
    types = {name: kind for name, kind in found.types.items() if name in needed}
    return replace(found, by=(), types=types)


def _of_one_file(old: Plan) -> tuple[str, ...]:
    """Say what was chosen, without the flags for the prediction, which is each model's."""
    task = [note for note in old.notes if note.startswith(("the task", "the positive"))]
    rest = [note for note in old.notes if note.startswith("broken down")]
    truth = visible(old.truth)
    said = [] if "y" in old.wanted.roles else [f"{truth} is the truth (--true {truth})"]
    return (*said, *task, *rest)
