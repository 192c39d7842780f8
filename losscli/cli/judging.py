"""What commands ask of the engine, with what they refuse before anything slow is imported.

It may happen in a process that is got ready ahead (ahead.py), so nothing here knows typer.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any, TypeVar

from losscli.cli.progress import bar_if_seen
from losscli.errors import UsageError
from losscli.roles import TASKS
from losscli.visible import visible

if TYPE_CHECKING:
    from losscli.advice.records import Advice
    from losscli.comparison.records import Comparison
    from losscli.improvement.records import Improvement
    from losscli.losses.syntax import Request
    from losscli.report import Report

R = TypeVar("R")


def evaluated(
    files: list[str], losses: list[str] | None, given: Mapping[str, Any], *, quiet: bool
) -> "Report":
    """Return the report on files; `given` are arguments of `losscli.evaluate`."""
    _check_limits(given, asked_for(losses, given["task"], given["cost_matrix"]))
    from losscli.evaluation import evaluate  # noqa: PLC0415 - brings pyarrow

    return _watched(evaluate, _data(files), losses=losses, **given, quiet=quiet)


def compared(
    files: list[str], losses: list[str] | None, given: Mapping[str, Any], *, quiet: bool
) -> "Comparison":
    """Return the comparison of files; `given` are arguments of `losscli.compare`."""
    _check_limits(given, asked_for(losses, given["task"], given["cost_matrix"]), baseline=True)
    from losscli.comparison.compare import compare  # noqa: PLC0415 - brings pyarrow

    return _watched(compare, *files, losses=losses, **given, quiet=quiet)


def improved(files: list[str], given: Mapping[str, Any], *, quiet: bool) -> "Improvement":
    """Return what would improve files; `given` are arguments of `losscli.improve`."""
    from losscli.improvement.improve import improve  # noqa: PLC0415 - brings pyarrow

    return _watched(improve, _data(files), **given, quiet=quiet)


def suggested(files: list[str], given: Mapping[str, Any], *, quiet: bool) -> "Advice":
    """Return the advice on files; `given` are arguments of `losscli.suggest`."""
    from losscli.advice.suggest import suggest  # noqa: PLC0415 - brings pyarrow

    return _watched(suggest, _data(files), **given, quiet=quiet)


def asked_for(
    texts: list[str] | None, task: str | None, cost_matrix: str | None = None
) -> "tuple[Request, ...]":
    """Return the losses; what cannot be asked for is refused before anything slow is read."""
    from losscli.losses.language import (  # noqa: PLC0415 - brings numpy
        NOTHING,
        OF_MATRIX,
        parse,
        resolve,
        tasks,
    )

    if task and task not in TASKS:
        what = f"--task takes one of {', '.join(map(repr, TASKS))}, not {visible(task)!r}"
        raise UsageError(what, remedy=f"such as --task {TASKS[0]}")
    asked = parse(texts or [])
    tasks(asked)
    if task:
        resolve(asked, task, given=OF_MATRIX if cost_matrix else NOTHING)
    return asked


def _watched(function: Callable[..., R], *values: object, quiet: bool, **given: object) -> R:
    """Call a function that takes `progress`, with a bar where somebody looks at it."""
    bar = bar_if_seen(quiet=quiet)
    with redirect_stdout(sys.stderr):  # what a plugin prints is no part of the report
        if bar is None:
            return function(*values, **given)
        with bar:
            return function(*values, progress=bar, **given)


def _data(files: list[str]) -> list[str] | str:
    return files if len(files) > 1 else files[0]


def _check_limits(
    given: Mapping[str, Any], asked: "Sequence[Request]", *, baseline: bool = False
) -> None:
    """Refuse limits and baselines that cannot be judged.

    `baseline` tells that there is one without --against.
    """
    fail_if, warn_if, against = given["fail_if"], given["warn_if"], given.get("against")
    if fail_if or warn_if or against is not None:
        from losscli.gates.plan import Gates  # noqa: PLC0415 - brings numpy
        from losscli.losses.hybrids import hybrids_of  # noqa: PLC0415 - likewise

        named = hybrids_of(given["hybrids"])
        Gates.of(fail_if, warn_if, asked, against, named, baseline=baseline)
