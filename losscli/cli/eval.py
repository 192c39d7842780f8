"""`losscli eval`: a prediction file in, its losses out."""

# ruff: noqa: PLR0913 - the options of a command are the arguments of a function

import sys
from functools import partial

import typer

from losscli.cli import ahead, delivery, limits, options, terminal
from losscli.cli.failure import say_notes
from losscli.cli.judging import evaluated
from losscli.cli.reading import inputs, reading
from losscli.errors import UsageError
from losscli.render import format_named

_OURS = {
    *("files", "loss", "roles", "exit_zero", "save", "format", "output", "quiet"),
    *("config", "hybrid", "plugin"),
    "debug",
}
"""What the command line keeps to itself; every other word is one that `evaluate` knows."""


@options.with_roles
def evaluate_files(
    files: options.Files,
    *,
    loss: options.Losses = None,
    plugin: options.Plugins = None,
    task: options.TaskOption = None,
    by: options.By = None,
    group: options.Group = None,
    pooled: options.Pooled = False,
    cluster: options.Cluster = None,
    train: options.Train = None,
    season: options.Season = 1,
    fit_on: options.FitOn = None,
    freeze_from: options.FreezeFrom = None,
    class_weights: options.ClassWeights = None,
    top: options.Top = 10,
    level: options.Level = 0.95,
    compat: options.Compat = None,
    true: options.TrueColumn = None,
    column: options.Columns = None,
    weight: options.Weight = None,
    id: options.Id = None,  # noqa: A002 - the role's word
    positive: options.Positive = None,
    prob_is: options.ProbIs = None,
    scores_are_probs: options.ScoresAreProbs = False,
    normalize: options.Normalize = False,
    logits: options.Logits = False,
    cost_matrix: options.CostMatrix = None,
    truth: options.Truth = None,
    missing: options.Missing = "error",
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    no_header: options.NoHeader = False,
    max_unpacked: options.MaxUnpacked = None,
    expect_rows: options.ExpectRows = None,
    jobs: options.Jobs = None,
    allow_remote: options.AllowRemote = False,
    engine: options.Engine = "processes",
    scheduler: options.SchedulerOption = None,
    tls_ca: options.TlsCa = None,
    tls_cert: options.TlsCert = None,
    tls_key: options.TlsKey = None,
    insecure: options.Insecure = False,
    fail_if: limits.FailIf = None,
    warn_if: limits.WarnIf = None,
    strict: limits.Strict = False,
    exit_zero: limits.ExitZero = False,
    save: limits.Save = None,
    against: limits.Against = None,
    baseline_other_data: limits.OtherData = False,
    config: options.Config = None,
    hybrid: options.Hybrids = None,
    format: options.FormatOption = "table",  # noqa: A002 - the option's word
    output: options.Output = None,
    rows: options.Rows = None,
    only_worst: options.OnlyWorst = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
    **roles: str | None,
) -> None:
    """Judge the predictions in FILE (several are one data set, - is stdin).

    Prints each loss with its interval and its skill against the best constant, the losses of
    each class, and the rows that cost most.
    """
    given = {word: value for word, value in locals().items() if word not in _OURS} | roles
    read = inputs(files, given)
    shape, targets = format_named(format), delivery.targets(output or [], read, against)
    delivery.check_stdout()
    if not 0 < level < 1:
        what = f"--level {level:g} is not between 0 and 1"
        raise UsageError(what, remedy="such as --level 0.95")
    baseline = delivery.baseline(save, read)
    delivery.refuse_rows(rows, [*targets, *([baseline] if baseline else [])])
    given |= {"by": by or (), "hybrids": hybrid or ()}
    given |= {"fail_if": fail_if or (), "warn_if": warn_if or ()}
    judge = partial(evaluated, files, loss, reading(given), quiet=quiet)
    report = ahead.call(judge, meanwhile=shape.prepare)
    say_notes(report.notes, quiet=quiet)
    limits.tell(report, quiet=quiet)
    if baseline and limits.may_be_saved(report, baseline):
        targets = [*targets, baseline]
    delivery.write(report, targets)
    sys.stdout.write(shape.render(report, terminal.style()))
    if code := limits.code_of(report, exit_zero=exit_zero):
        raise typer.Exit(code)
