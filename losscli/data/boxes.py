"""The corners of boxes: which column is which, and boxes without an area."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.flags import flag, shown
from losscli.data.names import fold
from losscli.data.roles import Candidate
from losscli.errors import UsageError
from losscli.losses.spec import BOX

if TYPE_CHECKING:
    from losscli.data.judge import Judge

_ALSO = {"xmin": "x1", "ymin": "y1", "xmax": "x2", "ymax": "y2"}
_ALSO |= {"left": "x1", "top": "y1", "right": "x2", "bottom": "y2"}


def in_order(truths: Candidate, components: Sequence[str], where: str) -> Candidate:
    """Return the columns of the truth in the order that the losses ask for, by their keys."""
    boxes = components == BOX
    also = _ALSO if boxes else {}
    place = {also.get(fold(key), fold(key)): k for k, key in enumerate(truths.keys)}
    if set(place) != set(map(fold, components)) or len(truths.keys) != len(components):
        of = " of a box" if boxes else ""
        what = f"the losses ask for {', '.join(components)}{of}, not {shown(truths.keys)}"
        named = ",".join(f"{name}=…" for name in components)
        remedy = f"name the columns true_{components[0]} … true_{components[-1]}, or {flag('y')} "
        if boxes and ({"w", "h"} <= set(place) or {"width", "height"} <= set(place)):
            remedy, named = "give corners: x2 is x1 + width, y2 is y1 + height", ""
        raise UsageError(what, where=where, remedy=remedy + named)
    order = [place[fold(name)] for name in components]
    return replace(
        truths,
        columns=tuple(truths.columns[k] for k in order),
        keys=tuple(truths.keys[k] for k in order),
    )


def refuse_without_area(judge: "Judge", found: dict[str, NDArray[Any]]) -> None:
    """Refuse the first row whose true or predicted box is no box."""
    if judge.plan.wanted.components != BOX or found["y"].ndim == 1:
        return
    for role in ("y", "pred"):
        box = found[role]
        bad = ~((box[:, 0] < box[:, 2]) & (box[:, 1] < box[:, 3]))
        names = shown(judge.plan.columns[role])
        judge.refuse_first(np.asarray(bad), lambda r: _said(names, box[r].tolist()), _REMEDY)  # noqa: B023


_REMEDY = "a box has x1 < x2 and y1 < y2; mend the row, or leave it out"


def _said(names: str, box: list[float]) -> str:
    return f"the box ({names}) is {', '.join(f'{value:g}' for value in box)}, which has no area"
