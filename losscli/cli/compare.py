"""`losscli compare`: two models on the same rows in, what changed out."""

# ruff: noqa: PLR0913 - the options of a command are the arguments of a function

import inspect
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

import typer

from losscli.cli import ahead, delivery, limits, options, terminal
from losscli.cli.eval import evaluate_files
from losscli.cli.failure import say_notes
from losscli.cli.judging import compared
from losscli.cli.reading import inputs, reading
from losscli.errors import UsageError
from losscli.render import format_named

_GROUP = "What to compare"
_MOST_FILES = 2
_NOT_HERE = {
    *("files", "compat", "save", "against", "baseline_other_data"),
    *("train", "season", "rows", "only_worst"),
}
"""The words of `losscli eval` that compare does not know."""


def _option(metavar: str, help_: str, *names: str) -> Any:  # noqa: ANN401 - what typer takes
    return typer.Option(*names, metavar=metavar or None, help=help_, rich_help_panel=_GROUP)


Files = Annotated[list[str], typer.Argument(metavar="OLD NEW", hidden=True)]
Old = Annotated[
    str | None, _option("COLUMN", "The old model's prediction; with --new, one file will do.")
]
New = Annotated[str | None, _option("COLUMN", "The new model's prediction.")]
ModeOption = Annotated[
    Literal["regression", "non-inferior", "point"],
    _option(
        "MODE",
        "regression: fail where a loss surely rose; non-inferior: fail unless it surely did not; "
        "point: take the plain numbers.",
        "--mode",
    ),
]
Tolerance = Annotated[
    list[str] | None,
    _option(
        "TOLERANCE",
        "How much a loss may rise: 0.1 or 2% for all, mse=2% for one; repeatable.",
        "--tolerance",
    ),
]


def with_options_of(
    other: Callable[..., None], without: set[str]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command take the options of another as well, with their names, help and defaults.

    What it declares itself comes first and counts; the rest reaches its `**given`.
    """

    def extend(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command).parameters
        ours = [p for p in own.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        theirs = [
            p
            for name, p in inspect.signature(other).parameters.items()
            if name not in own and name not in without
        ]
        every = [*ours, *theirs]
        command.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in every} | {"return": None}
        return command

    return extend


@with_options_of(evaluate_files, without=_NOT_HERE)
def compare_files(
    files: Files,
    *,
    old: Old = None,
    new: New = None,
    mode: ModeOption = "regression",
    tolerance: Tolerance = None,
    fail_if: limits.FailIf = None,
    warn_if: limits.WarnIf = None,
    exit_zero: limits.ExitZero = False,
    loss: options.Losses = None,
    plugin: options.Plugins = None,  # noqa: ARG001 - read before the command is
    delimiter: options.Delimiter = None,
    config: options.Config = None,  # noqa: ARG001 - read before the command is
    hybrid: options.Hybrids = None,
    format: options.FormatOption = "table",  # noqa: A002 - the option's word
    output: options.Output = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before the command is
    **given: Any,  # noqa: ANN401 - what `compare` takes
) -> None:
    """Judge two models on the same rows: OLD and NEW, or two columns of one file.

    Rows are joined by --id, else by their position. Prints each loss of both with the interval
    of the paired difference and a verdict, the classes and the rows that moved. Limits are about
    the new model, and the old one is their baseline. Exits with 1 where a loss regressed or a
    limit failed, with 2 where that could not be judged.
    """
    if len(files) > _MOST_FILES:
        what = f"compare takes two files, not {len(files)}"
        raise UsageError(what, remedy="losscli compare old.csv new.csv")
    shape, targets = format_named(format), delivery.targets(output or [], inputs(files, given))
    delivery.check_stdout()
    given |= {"by": given["by"] or (), "hybrids": hybrid or ()}
    given |= {"fail_if": fail_if or (), "warn_if": warn_if or ()}
    given = reading({**given, "delimiter": delimiter})
    words = {"mode": mode, "tolerance": tolerance, "old_pred": old, "new_pred": new}
    judge = partial(compared, files, loss, {**given, **words}, quiet=quiet)
    found = ahead.call(judge, meanwhile=shape.prepare)
    say_notes(found.notes, quiet=quiet)
    limits.tell(found, quiet=quiet)
    delivery.write(found, targets)
    sys.stdout.write(shape.render(found, terminal.style()))
    if code := limits.code_of(found, exit_zero=exit_zero):
        raise typer.Exit(code)
