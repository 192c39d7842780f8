"""The program as typer sees it: its commands, its help, and its complaints in our words."""

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from losscli import __version__
from losscli.cli import delivery
from losscli.cli.configured import Configured
from losscli.cli.reader import Grouped, Program
from losscli.errors import Exit, LosscliError, UsageError
from losscli.visible import visible

_REFUSAL: type[Exception] = next(
    kind for kind in reversed(typer.BadParameter.__mro__) if hasattr(kind, "show")
)
"""Every complaint about the words of a command line, in the Click that typer brings or uses."""

_MISSING = {
    "losscli eval": ("there is no file to judge", "losscli eval preds.csv"),
    "losscli compare": ("there is nothing to compare", "losscli compare old.csv new.csv"),
    "losscli suggest": ("there is no file to look at", "losscli suggest preds.csv"),
    "losscli improve": ("there is no file to improve", "losscli improve preds.csv --loss mae"),
    "losscli explain": ("there is no loss to explain", "losscli losses lists them"),
}
_COMMANDS: dict[str, tuple[str, type[Grouped], str]] = {
    "eval": ("evaluate_files", Configured, "Judge a prediction file."),
    "compare": ("compare_files", Configured, "Compare two models on the same rows."),
    "suggest": ("suggest_losses", Configured, "Suggest losses that fit the predictions."),
    "improve": ("improve_file", Configured, "Find what would help without training anew."),
    "losses": ("list_losses", Grouped, "List the losses."),
    "explain": ("explain", Grouped, "Explain one loss."),
    "check-loss": ("check_losses", Grouped, "Check losses of your own against the laws."),
    "config": ("show_settings", Grouped, "Show the settings that are in force."),
}
"""The function of each command in the module of its name, how it reads, and its line of help."""


def program(arguments: Sequence[str]) -> Any:  # noqa: ANN401 - typer's own Click
    """Return the program; where the words ask for one command, the others are not imported."""
    app = typer.Typer(
        name="losscli",
        cls=Program,
        add_completion=False,
        rich_markup_mode=None,  # help without rich: half the time, and no markup in error texts
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_program)
    asked = next((word for word in arguments if not word.startswith("-")), "")
    for name in [asked] if asked in _COMMANDS else _COMMANDS:
        function, reader, help_line = _COMMANDS[name]
        module = import_module(f"losscli.cli.{name.replace('-', '_')}")
        app.command(name, cls=reader, short_help=help_line)(getattr(module, function))
    return get_command(app)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - how typer calls it
    if wanted:
        typer.echo(f"losscli {__version__}")
        raise typer.Exit


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
    try:
        code, printed = _called(arguments)
    except BrokenPipeError:
        raise
    except Exception as error:
        from losscli.cli import refusal  # noqa: PLC0415 - most runs need none

        told = _blamed(error, arguments) or error
        refusal.tell(arguments, told)
        if told is error:
            raise
        raise told from error
    delivery.deliver(printed)
    return code


def _blamed(error: Exception, arguments: Sequence[str]) -> Exception | None:
    """Return what to say of what is no error of ours where a plugin raised it, or crashed."""
    aside: Any = sys.modules.get("losscli.cli.aside")
    crash: Exception | None = aside.crash(arguments) if aside else None
    if crash:
        return crash
    plugins: Any = sys.modules.get("losscli.losses.plugin.load")
    ours = plugins is None or isinstance(error, LosscliError)
    found: Exception | None = None if ours else plugins.blamed(error)
    return found


def _called(arguments: Sequence[str]) -> tuple[int, str]:
    command, printed = program(arguments), io.StringIO()
    code = int(Exit.PASSED)
    try:
        with redirect_stdout(printed), command.make_context("losscli", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as leaving:
        code = leaving.exit_code
    except _REFUSAL as error:
        raise _in_our_words(error, arguments) from error
    return code, printed.getvalue()


def _in_our_words(error: Exception, arguments: Sequence[str]) -> UsageError:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "losscli"
    option, near = getattr(error, "option_name", ""), getattr(error, "possibilities", None)
    if option and path in _MISSING and _is_of_eval(option):
        what = f"{option} is an option of losscli eval, not of {path}"
        return UsageError(what, remedy=f"{path} --help shows how it is used")
    if option and near:
        return UsageError(f"no such option {visible(option)}", remedy=f"did you mean {near[0]}?")
    message = visible(error.format_message(), limit=500)  # type: ignore[attr-defined]
    what, _, meant = message.replace("Value error, ", "").partition(". Did you mean ")
    what = what[:1].lower() + what[1:].rstrip(".")
    if meant:
        return UsageError(what, remedy=f"did you mean {meant.partition('?')[0]}?")
    if "o such command" in what and _may_be_file(arguments[0]):
        return UsageError(what, remedy=f"losscli eval {visible(arguments[0], limit=500)}")
    if path in _MISSING and "issing argument" in what:
        return UsageError(_MISSING[path][0], remedy=_MISSING[path][1])
    return UsageError(what, remedy=f"{path} --help shows how it is used")


def _is_of_eval(option: str) -> bool:
    from losscli.cli.eval import evaluate_files  # noqa: PLC0415 - for this one error

    return option[2:].replace("-", "_") in signature(evaluate_files).parameters


def _may_be_file(word: str) -> bool:
    return "." in word or Path(word).exists()
