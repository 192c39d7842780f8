"""`losscli improve`: predictions in, the maps of them that would lower a loss out."""

# ruff: noqa: PLR0913 - the options of a command are the arguments of a function

import sys
from typing import Any

from losscli.cli import delivery, options, terminal
from losscli.cli.compare import with_options_of
from losscli.cli.eval import evaluate_files
from losscli.cli.failure import say_notes
from losscli.cli.judging import asked_for, improved
from losscli.cli.reading import inputs, reading
from losscli.errors import UsageError
from losscli.render import format_named

_NOT_HERE = options.others(evaluate_files, ("task", "level")) | {
    *("cost_matrix", "scores_are_probs", "label", "score", "scores", "lower", "upper"),
    *("quantiles", "mean", "variance", "std", "members"),
}
"""The words of `losscli eval` that improve does not know."""


@with_options_of(evaluate_files, without=_NOT_HERE)
def improve_file(
    files: options.Files,
    *,
    loss: options.Losses = None,
    plugin: options.Plugins = None,  # noqa: ARG001 - read before the command is
    delimiter: options.Delimiter = None,
    config: options.Config = None,  # noqa: ARG001 - read before the command is
    hybrid: options.Hybrids = None,  # noqa: ARG001 - --loss has them already
    format: options.FormatOption = "table",  # noqa: A002 - the option's word
    output: options.Output = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before the command is
    **given: Any,  # noqa: ANN401 - what `improve` takes
) -> None:
    """Find what would lower one loss of the predictions in FILE without training anew.

    For numbers the shift and the scale, for probabilities the temperature and the shift of the
    logit, for decisions the threshold. They are fitted on all rows; the gain of each half of the
    rows is judged with what was fitted on the other half, so that it is honest.
    """
    shape, targets = format_named(format), delivery.targets(output or [], inputs(files, given))
    delivery.for_advice(shape, targets)
    delivery.check_stdout()
    asked = asked_for(loss, given["task"])
    if len(asked) > 1:
        what = f"improve takes one loss, not {len(asked)}"
        raise UsageError(what, where="--loss", remedy="name one, such as --loss mae")
    given = reading({**given, "delimiter": delimiter})
    found = improved(files, {**given, "loss": loss}, quiet=quiet)
    say_notes(found.notes, quiet=quiet)
    delivery.write(found, targets)
    sys.stdout.write(shape.render(found, terminal.style()))
