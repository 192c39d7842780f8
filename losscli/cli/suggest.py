"""`losscli suggest`: predictions in, the losses that fit them and those that mislead out."""

# ruff: noqa: PLR0913 - the options of a command are the arguments of a function

import sys
from typing import Any

from losscli.cli import delivery, options, terminal
from losscli.cli.compare import with_options_of
from losscli.cli.eval import evaluate_files
from losscli.cli.failure import say_notes
from losscli.cli.judging import suggested
from losscli.cli.reading import inputs, reading
from losscli.render import format_named

_NOT_HERE = options.others(evaluate_files, ("task",)) | {"cost_matrix"}
"""The words of `losscli eval` that suggest does not know."""


@with_options_of(evaluate_files, without=_NOT_HERE)
def suggest_losses(
    files: options.Files,
    *,
    plugin: options.Plugins = None,  # noqa: ARG001 - read before the command is
    delimiter: options.Delimiter = None,
    config: options.Config = None,  # noqa: ARG001 - likewise
    hybrid: options.Hybrids = None,
    format: options.FormatOption = "table",  # noqa: A002 - the option's word
    output: options.Output = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before the command is
    **given: Any,  # noqa: ANN401 - what `suggest` takes
) -> None:
    """Say which losses fit the predictions in FILE and which mislead, each with its reason.

    The advice follows from rules about what one reading of the rows tells: their task, zeros,
    signs, the tail of the errors, rare classes and the like. It ends with commands to run.
    """
    shape, targets = format_named(format), delivery.targets(output or [], inputs(files, given))
    delivery.for_advice(shape, targets)
    delivery.check_stdout()
    given = reading({**given, "delimiter": delimiter})
    given["columns"] = given["columns"] or None
    found = suggested(files, {**given, "hybrids": hybrid or ()}, quiet=quiet)
    say_notes(found.notes, quiet=quiet)
    delivery.write(found, targets)
    sys.stdout.write(shape.render(found, terminal.style()))
