"""What the arguments of `evaluate` and `compare` ask for: which source, columns and losses."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from losscli.data.block import Source
from losscli.data.columns import Wanted
from losscli.data.costs import read_costs
from losscli.data.training import NAIVE
from losscli.errors import UsageError
from losscli.losses.language import NOTHING, OF_MATRIX, resolve, tasks
from losscli.losses.parameter import Value
from losscli.losses.spec import LOSSES
from losscli.losses.syntax import Request
from losscli.roles import ROLES, SEVERAL, SHARED
from losscli.visible import visible

_AS_THEY_ARE = (
    *("task", "positive", "weight", "id"),
    *("prob_is", "scores_are_probs", "normalize", "logits", "missing"),
)
"""The arguments that are fields of `Wanted`."""
ADAPTING = ("fit_on", "freeze_from")
"""The arguments that tell where parameters come from that are auto."""
OPENING = ("delimiter", "decimal", "encoding", "no_header", "max_unpacked")
"""The arguments that tell how a source is opened."""
_READING = frozenset(
    {"true", "truth", "columns", "cluster", "expect_rows", *ADAPTING, *_AS_THEY_ARE, *OPENING}
)


def open_source(data: Any, **options: Any) -> Source:  # noqa: ANN401
    """Open a path, several (one data set) or a DataFrame; `options` are those of `Reading`."""
    if isinstance(data, str | os.PathLike):
        data = [data]
    if isinstance(data, list | tuple) and all(isinstance(o, str | os.PathLike) for o in data):
        from losscli.data.dataset import open_files  # noqa: PLC0415 - only one kind is needed
        from losscli.data.reading import Reading  # noqa: PLC0415 - likewise

        said = {name: value for name, value in options.items() if value is not None}
        return open_files([os.fspath(path) for path in data], Reading(**said))
    from losscli.data.frame import open_frame  # noqa: PLC0415

    return open_frame(data)


def texts(losses: str | Sequence[str] | None) -> list[str]:
    """Return the texts of --loss; UsageError for anything else."""
    several = isinstance(losses, Iterable) and not isinstance(losses, str)
    found: list[Any] = list(losses or ()) if several or losses is None else [losses]
    for text in found:
        if not isinstance(text, str):
            raise UsageError(
                f"{text!r} is no text of --loss",
                remedy='name losses, as in losses="mse,mae"; losscli.loss registers a function',
            )
    return found


def check_numbers(top: int, level: float) -> None:
    """Refuse a number of worst rows or a level that cannot be."""
    if top < 0:
        raise UsageError(f"{top} worst rows are not to be had", remedy="try top 10, or 0 for none")
    if not 0 < level < 1:
        raise UsageError(f"the level {level:g} is not between 0 and 1", remedy="try level 0.95")


def wanted(given: Mapping[str, Any], asked: Sequence[Request]) -> Wanted:
    """Return what arguments of `evaluate`, by name, and the losses say about the columns.

    Where an option has the name of a column that a loss asks for, the word means the option.
    """
    known = words() - _READING
    by_word = given.get("roles", given).items()
    roles = {role: name for role, name in by_word if role in known and name is not None}
    if given.get("true") is not None:
        roles["y"] = given["true"]
    able = tasks(asked) if asked else frozenset()
    spared = {"y", *SHARED, *(NAIVE if given.get("train") is not None else ())}
    costs = None if given.get("cost_matrix") is None else read_costs(given["cost_matrix"])
    spare = NOTHING if costs is None else OF_MATRIX
    task = next(iter(able)) if len(able) == 1 else ""
    # one by one, since a limit may name a loss that was asked for
    sure = [resolve([one], task, given=spare)[0] for one in asked] if task else []
    needs = tuple(dict.fromkeys(role for one in sure for role in one.roles))
    by = given.get("by") or ()
    return Wanted(
        roles={**roles, **(given.get("columns") or {})},
        by=(by,) if isinstance(by, str) else tuple(by),
        tasks=able,
        **_unit(given),
        costs=costs,
        extra=tuple(role for role in needs if role not in spared),
        optional=tuple(dict.fromkeys(role for one in sure for role in one.optional)),
        several=frozenset(r for one in sure for part in one.parts for r in part.loss.several),
        components=_components(asked, able & {*SEVERAL}, spare),
        truth=_kind_of_truth(able, given.get("task"), needs),
        places={
            role: at for r in asked for _, call in r.terms for role, at in call.columns.items()
        },
        **{name: given[name] for name in _AS_THEY_ARE if name in given},
    )


def _components(
    asked: Sequence[Request], able: Collection[str], spare: Mapping[str, Value]
) -> tuple[str, ...]:
    """Return what the columns of several truths must be, if the truth is several.

    A loss of that name may also be one of a single truth: iou is one of boxes and of masks.
    """
    found = (
        one
        for task in sorted(able)
        for request in asked
        for one in resolve([request], task, given=spare)
    )
    return next(filter(None, (part.loss.components for one in found for part in one.parts)), ())


def _unit(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the column of the groups, or that of the clusters."""
    group, cluster = given.get("group"), given.get("cluster")
    if group and cluster:
        what = f"--group {visible(group)} and --cluster {visible(cluster)}: one unit is enough"
        remedy = "a group is already taken for one independent unit; name one of the two"
        raise UsageError(what, remedy=remedy)
    pooled = given.get("pooled")
    return {"group": None if pooled else group, "cluster": group if pooled and group else cluster}


def _kind_of_truth(
    able: Collection[str], task: str | None, needs: Collection[str]
) -> Literal["one", "several", "none", ""]:
    """Tell whether there is one truth, several or none, where the losses or the task say it."""
    if needs and "y" not in needs:
        return "none"
    tasks = {task} if task else able
    if not tasks:
        return ""
    several = [one in SEVERAL for one in tasks]
    return "several" if all(several) else "" if any(several) else "one"


def reading() -> frozenset[str]:
    """Return the arguments that tell what is read, of one model or of two."""
    return _READING | words()


def words() -> frozenset[str]:
    """Return the words of all roles: those of the vocabulary and the argument names of losses."""
    of_losses = (name for loss in LOSSES.values() for name in (*loss.arguments, *loss.roles))
    own = (role.word for role in ROLES.values() if not role.flag)
    return frozenset({*own, *of_losses} - SHARED - {"y"})
