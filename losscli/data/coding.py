"""The truths of classification as codes, or as the two numbers of binary and margin files."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.flags import shown

if TYPE_CHECKING:
    from losscli.data.judge import Judge

Arrays = dict[str, NDArray[Any]]
_OTHER = "mend the cell, or choose another --task"


def _two(judge: "Judge", found: Arrays, low: float) -> tuple[str | None, ...]:
    """Put the truths of two classes as `low` and 1."""
    plan = judge.plan
    name, positive, negative = plan.truth, str(plan.positive), plan.negative
    if negative is None:
        names = [name, str(plan.columns["label"])] if plan.prob_is == "predicted" else [name]
        others = {text for own in names for text in judge.used(own)} - {positive}
        negative = min(others) if others else None
    table = {positive: 1.0} | ({} if negative is None else {negative: low})
    found["y"] = judge.looked_up(name, table, f"one of {shown(table)}", _OTHER)
    return negative, positive


def _binary(judge: "Judge", found: Arrays) -> tuple[str | None, ...]:
    classes = _two(judge, found, 0.0)
    plan = judge.plan
    if plan.prob_is == "predicted":
        table = {str(text): float(text == plan.positive) for text in classes if text is not None}
        name = str(plan.columns["label"])
        said_yes = judge.looked_up(name, table, f"one of {shown(table)}", _OTHER) == 1
        found["prob"] = np.where(said_yes, found["prob"], 1 - found["prob"])
    return classes


def _margin(judge: "Judge", found: Arrays) -> tuple[str | None, ...]:
    return _multiclass(judge, found) if "scores" in found else _two(judge, found, -1.0)


def _multiclass(judge: "Judge", found: Arrays) -> tuple[str | None, ...]:
    classes = judge.plan.classes
    table = {text: float(code) for code, text in enumerate(classes)}
    wanted = f"among the classes of the columns: {shown(classes)}"
    family = "scores" if "scores" in judge.plan.columns else "probs"
    remedy = f"mend the cell, or name the columns: --{family} CLASS=COLUMN,CLASS=COLUMN"
    found["y"] = judge.looked_up(judge.plan.truth, table, wanted, remedy).astype(np.intp)
    return classes


def _labels(judge: "Judge", found: Arrays) -> tuple[str | None, ...]:
    truth, label = judge.coded[judge.plan.truth], judge.coded[str(judge.plan.columns["label"])]
    if judge.plan.classes:
        return _declared(judge, found)
    place = {text: code for code, text in enumerate(dict.fromkeys(truth.texts + label.texts))}
    for role, column in (("y", truth), ("label", label)):
        table = np.array([place[text] for text in column.texts] or [0], dtype=np.intp)
        found[role] = table[judge.keep(column.codes)]
    return tuple(place)


def _declared(judge: "Judge", found: Arrays) -> tuple[str | None, ...]:
    """Look labels up among the classes that were declared."""
    classes = judge.plan.classes
    table = {text: float(code) for code, text in enumerate(classes)}
    wanted = f"among the classes of --cost-matrix: {shown(classes)}"
    for role in ("y", "label"):
        name = str(judge.plan.columns[role])
        found[role] = judge.looked_up(name, table, wanted, _OTHER).astype(np.intp)
    return classes


CLASSES: dict[str, Callable[["Judge", Arrays], tuple[str | None, ...]]] = {
    "binary": _binary,
    "margin": _margin,
    "multiclass": _multiclass,
    "labels": _labels,
}
"""For each task how its truths become numbers; each returns the texts behind the codes."""
