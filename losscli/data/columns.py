"""Which column plays which role: from the header, the first rows and what the user said."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data.binding import Columns, Two, columns_of, two_of
from losscli.data.block import Block, Piece, Source
from losscli.data.classes import one_negative
from losscli.data.flags import flag
from losscli.data.judge import Judge
from losscli.data.names import BREAKDOWNS, fold
from losscli.data.roles import Wanted
from losscli.data.scene import Scene, scene_of
from losscli.data.stated import stated, warned
from losscli.data.storage.compressed import begun
from losscli.data.task import choose_task
from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.roles import CLASSIFICATION
from losscli.visible import visible

__all__ = ["Plan", "Wanted", "plan"]

GROUP = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Plan:
    """What each column is for, decided once for the whole run.

    `columns` maps each role to its column or columns, `keys` those with several to what tells
    them apart. `classes` are those of the probability
    (or score) columns in the same order; `positive` and `negative` those of a binary or margin
    file (`negative` is None where the first rows hold the positive class alone). `levels` are
    the levels of the quantile columns, ascending, float64[q]. `types` is what the source is
    asked for. `class_weights` are the beta of the effective numbers and what each class weighs.
    `notes` say what was chosen, `warnings` what a reader of the numbers must know.
    """

    wanted: Wanted
    where: str
    task: str
    columns: Mapping[str, str | tuple[str, ...]]
    by: tuple[str, ...]
    types: Mapping[str, Any]
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    positive: str | None = None
    negative: str | None = None
    prob_is: str | None = None
    levels: NDArray[np.float64] = field(default_factory=lambda: np.empty(0), compare=False)
    costs: NDArray[np.float64] | None = field(default=None, compare=False)
    class_weights: tuple[float, Mapping[str, float]] | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def id(self) -> str | None:
        """The column that names a row."""
        return self.wanted.id

    @property
    def weight(self) -> str | None:
        """The column that says how much a row counts."""
        return self.wanted.weight

    @property
    def unit(self) -> str | None:
        """The column that says which rows belong together: the group, or the cluster."""
        group = self.wanted.group
        return self.wanted.cluster if group is None else group

    @property
    def truth(self) -> str:
        """The column of role `y`, "" where there is none or are several."""
        named = self.columns.get("y", "")
        return named if isinstance(named, str) else ""

    @property
    def shared(self) -> dict[str, NDArray[np.float64]]:
        """The arrays that are the same for all rows, by role."""
        found = {"levels": self.levels} if len(self.levels) else {}
        if self.costs is not None:
            found["cost_matrix"] = self.costs
        return found

    @property
    def judged(self) -> tuple[str, ...]:
        """The columns in which an empty cell leaves its row without a judgement."""
        named = [n if isinstance(n, tuple) else (n,) for n in self.columns.values()]
        more = tuple(name for name in (self.weight, self.unit) if name is not None)
        return tuple(dict.fromkeys((*(name for names in named for name in names), *more)))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns that are read as numbers."""
        return tuple(name for name, kind in self.types.items() if kind == pa.float64())

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns that are read as classes."""
        return tuple(name for name, kind in self.types.items() if kind == GROUP)

    @property
    def shown(self) -> dict[str, Any]:
        """The columns as the report shows them."""
        roles = {r: list(n) if isinstance(n, tuple) else n for r, n in self.columns.items()}
        units = {"group": self.wanted.group, "cluster": self.wanted.cluster}
        shown = {**roles, "by": list(self.by), "id": self.id, "weight": self.weight, **units}
        return {**shown, "class_weights": self.class_weights[0]} if self.class_weights else shown

    def block(self, piece: Piece) -> Block:
        """Return the judged rows of a piece; raise DataError at one that cannot be judged."""
        found = Judge(self, piece).block()
        return _weighted(found, self.truth, self.class_weights[1]) if self.class_weights else found

    def settle(self, seen: "set[str | None]") -> tuple[str | None, str]:
        """Return the negative and the positive class once the classes of every block are known.

        Raises DataError where two different classes stand beside the positive one, which a
        single block cannot tell if the first rows held the positive class alone.
        """
        positive = str(self.positive)
        if self.negative is not None:
            return self.negative, positive
        return one_negative(seen, positive, where=self.where, column=self.truth), positive


def _weighted(block: Block, truth: str, weights: Mapping[str, float]) -> Block:
    """Weigh each row by its class, and by its own weight where it has one."""
    y = block.columns["y"]
    codes = y if np.issubdtype(y.dtype, np.integer) else (y > 0).astype(np.intp)
    known = np.array([weights.get(name or "", np.nan) for name in block.classes])
    found = known[codes]
    if np.isnan(found).any():
        at = int(np.isnan(found).argmax())
        name = visible(block.classes[int(codes[at])] or "(empty)")
        place = block.place(at if block.rows is None else int(block.rows[at]))
        what = f"the class {name} of {visible(truth)} has no weight: it is not in the reference"
        raise DataError(what, where=place, remedy="count the classes where all of them are")
    return replace(block, weight=found if block.weight is None else found * block.weight)


@begun()
def plan(source: Source, wanted: Wanted) -> Plan:
    """Find the task and the columns; raise UsageError where they must be named."""
    scene = scene_of(source, wanted)
    task, main = choose_task(scene)
    two = two_of(scene, task, main)
    bound = columns_of(scene, task, main, two)
    by = _by(scene, task, bound.columns)
    classes, costs = _costs(scene.wanted, task, bound.classes, two)
    found = Plan(
        wanted=scene.wanted,
        where=scene.header.where,
        task=task,
        columns=bound.columns,
        by=by,
        types=_types(scene, task, bound.columns, by),
        keys=bound.keys,
        classes=classes,
        costs=costs,
        positive=two.positive,
        negative=two.negative,
        prob_is=two.prob_is,
        levels=bound.levels,
    )
    scene.header.refuse_twins(found.types)
    return replace(found, notes=stated(scene, found), warnings=warned(scene, found))


def _costs(
    wanted: Wanted, task: str, classes: tuple[str, ...], two: Two
) -> tuple[tuple[str, ...], NDArray[np.float64] | None]:
    """Return the classes, and what their decisions cost in this order.

    The classes of labels are those of the costs.
    """
    costs = wanted.costs
    if costs is None:
        return classes, None
    if two.positive is not None and task == "binary":
        negative = two.negative or next(name for name in costs.classes if name != two.positive)
        return classes, costs.of((negative, two.positive))
    if task == "labels":
        return costs.classes, costs.of(costs.classes)
    return classes, costs.of(classes) if classes else None


def _by(scene: Scene, task: str, columns: Columns) -> tuple[str, ...]:
    if scene.wanted.by:
        return scene.wanted.by
    if task in CLASSIFICATION:
        # the rows of an image or a series may be of any class
        return () if scene.wanted.group is not None else (scene.truth,)
    words = set(map(fold, BREAKDOWNS))
    taken = {scene.wanted.id, scene.wanted.weight, scene.wanted.group, scene.wanted.cluster}
    for named in columns.values():
        taken.update(named if isinstance(named, tuple) else (named,))
    found = [n for n in scene.header.names if fold(n) in words and n not in taken]
    return tuple(found) if len(found) == 1 else ()


def _types(scene: Scene, task: str, columns: Columns, by: tuple[str, ...]) -> dict[str, Any]:
    """Return the type that each used column is read in; one column cannot have two."""
    classes = ("y", "label") if task in CLASSIFICATION else ()
    found: dict[str, Any] = {}
    for role, named in columns.items():
        for name in named if isinstance(named, tuple) else (named,):
            _declare(scene, found, flag(role), name, GROUP if role in classes else pa.float64())
    if scene.wanted.weight is not None:
        _declare(scene, found, "--weight", scene.wanted.weight, pa.float64())
    for name in by:
        _declare(scene, found, "--by", name, GROUP)
    for option in ("group", "cluster"):
        if (name := getattr(scene.wanted, option)) is not None:
            _declare(scene, found, f"--{option}", name, GROUP)
    if scene.wanted.id is not None and found.get(scene.wanted.id) != GROUP:
        _declare(scene, found, "--id", scene.wanted.id, pa.string())
    return found


def _declare(scene: Scene, found: dict[str, Any], option: str, name: str, kind: Any) -> None:  # noqa: ANN401
    if found.setdefault(name, kind) != kind:
        one, other = (
            ("text", "numbers") if kind == GROUP or kind == pa.string() else ("numbers", "text")
        )
        what = f"{option} {visible(name)} is read as {one}, and as {other} for another role"
        raise UsageError(
            what, where=scene.header.where, remedy="name another column, or copy it in the file"
        )
