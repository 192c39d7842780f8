"""The program as typer sees it: its commands, its help, and its complaints in our words."""

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from losscli import __version__
from losscli.cli import compare, delivery, explain, losses
from losscli.cli import eval as eval_
from losscli.cli.reader import Grouped, Program, WithFormats
from losscli.errors import Exit, UsageError
from losscli.visible import visible

_REFUSAL: type[Exception] = next(
    kind for kind in reversed(typer.BadParameter.__mro__) if hasattr(kind, "show")
)
"""Every complaint about the words of a command line, in the Click that typer brings or uses."""

_MISSING = {
    "losscli eval": ("there is no file to judge", "losscli eval preds.csv"),
    "losscli compare": ("there is nothing to compare", "losscli compare old.csv new.csv"),
    "losscli explain": ("there is no loss to explain", "losscli losses lists them"),
}
app = typer.Typer(
    name="losscli",
    cls=Program,
    add_completion=False,
    rich_markup_mode=None,  # help without rich: half the time, and no markup in error texts
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("eval", cls=WithFormats, short_help="Judge a prediction file.")(eval_.evaluate_files)
app.command("compare", cls=WithFormats, short_help="Compare two models on the same rows.")(
    compare.compare_files
)
app.command("losses", cls=Grouped, short_help="List the losses.")(losses.list_losses)
app.command("explain", cls=Grouped, short_help="Explain one loss.")(explain.explain)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - how typer calls it
    if wanted:
        typer.echo(f"losscli {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Losses of predictions: exact, by class, with the rows that cause them.

    Start with: losscli eval preds.csv --loss mse,mae,huber
    """


def call(arguments: Sequence[str]) -> int:
    """Run a command; what it prints reaches stdout only if nothing went wrong, and then whole."""
    command, printed = get_command(app), io.StringIO()
    code = int(Exit.PASSED)
    try:
        with redirect_stdout(printed), command.make_context("losscli", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as leaving:
        code = leaving.exit_code
    except _REFUSAL as refusal:
        raise _in_our_words(refusal, arguments) from refusal
    delivery.deliver(printed.getvalue())
    return code


def _in_our_words(refusal: Exception, arguments: Sequence[str]) -> UsageError:
    context = getattr(refusal, "ctx", None)
    path = context.command_path if context else "losscli"
    option, near = getattr(refusal, "option_name", ""), getattr(refusal, "possibilities", None)
    if option and near:
        return UsageError(f"no such option {visible(option)}", remedy=f"did you mean {near[0]}?")
    message = visible(refusal.format_message(), limit=500)  # type: ignore[attr-defined]
    what, _, meant = message.replace("Value error, ", "").partition(". Did you mean ")
    what = what[:1].lower() + what[1:].rstrip(".")
    if meant:
        return UsageError(what, remedy=f"did you mean {meant.partition('?')[0]}?")
    if "o such command" in what and _may_be_file(arguments[0]):
        return UsageError(what, remedy=f"losscli eval {visible(arguments[0], limit=500)}")
    if path in _MISSING and "issing argument" in what:
        return UsageError(_MISSING[path][0], remedy=_MISSING[path][1])
    return UsageError(what, remedy=f"{path} --help shows how it is used")


def _may_be_file(word: str) -> bool:
    return "." in word or Path(word).exists()
