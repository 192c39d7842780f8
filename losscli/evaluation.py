"""One evaluation from end to end: a source and the names of losses in, a report out."""

import inspect
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from losscli import engine as engines
from losscli.adapt import Adaptation
from losscli.data.partitions import on_cluster
from losscli.errors import UsageError
from losscli.gates.plan import Gates, Texts
from losscli.job import Job
from losscli.losses.compat import check
from losscli.losses.hybrids import expanded, hybrids_of
from losscli.losses.language import parse
from losscli.losses.names import nearest
from losscli.report import Report
from losscli.run import Progress, Run
from losscli.visible import visible
from losscli.wanted import check_numbers, texts, words

if TYPE_CHECKING:
    from losscli.row_losses import RowsOut

_READ = ("data", "truth", "train", "fit_on", "freeze_from", "against", "cost_matrix")
"""The arguments that name files to read."""


def evaluate(  # noqa: PLR0913 - the arguments are the options of the command line
    data: Any,  # noqa: ANN401 - a path, several, or a DataFrame
    *,
    losses: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    task: str | None = None,
    true: Any = None,  # noqa: ANN401 - a name, or several for several truths
    columns: Mapping[str, str] | None = None,
    weight: str | None = None,
    group: str | None = None,
    cluster: str | None = None,
    pooled: bool = False,
    id: str | None = None,  # noqa: A002 - the role's word
    truth: Any = None,  # noqa: ANN401 - as data
    positive: str | None = None,
    prob_is: Any = None,  # noqa: ANN401
    scores_are_probs: bool = False,
    normalize: bool = False,
    logits: bool = False,
    cost_matrix: Any = None,  # noqa: ANN401 - a path, a DataFrame or {truth: {decision: cost}}
    train: Any = None,  # noqa: ANN401 - as data
    season: int = 1,
    fit_on: Any = None,  # noqa: ANN401 - as data
    freeze_from: "str | os.PathLike[str] | None" = None,
    class_weights: float | None = None,
    missing: Any = "error",  # noqa: ANN401
    top: int = 10,
    level: float = 0.95,
    compat: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    no_header: bool = False,
    max_unpacked: float | None = None,
    expect_rows: int | None = None,
    hybrids: Sequence[str] = (),
    fail_if: Texts = (),
    warn_if: Texts = (),
    strict: bool = False,
    against: "str | os.PathLike[str] | None" = None,
    baseline_other_data: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
    engine: str = "threads",
    scheduler: Any = None,  # noqa: ANN401 - an address, a losscli.engine.Scheduler or a client
    rows: "str | os.PathLike[str] | None" = None,
    only_worst: str | int | None = None,
    **roles: Any,  # noqa: ANN401 - names, a pattern or {class: column}
) -> Report:
    """Judge predictions and return the report.

    `data` is the path of a file (CSV, JSON lines, Parquet or Arrow), of a folder of them, a glob,
    a list of paths (one data set), "-" for standard input, a pandas DataFrame, anything with
    Arrow's stream interface (an Arrow table, a polars DataFrame), a list or an iterator of those,
    or a Dask DataFrame, which is judged where its partitions are. With `no_header` the columns
    of delimited text are named "1", "2" and so on. A compressed file may unpack to `max_unpacked`
    times its size.
    `losses` are texts as for `--loss`: "mse", "huber(delta=2)",
    "0.7*mse + 0.3*mae" (default: what is usual for the task). `by` names the columns to break
    down by. `true` names what happened, and the word of any other role what plays it (pred, prob,
    probs, label, score, scores, lower, upper, quantiles, mean, variance, std, members, and the
    argument names of losses): a column, or for several a list, a pattern such as "p_*" or
    {class: column}; `columns` is the same as a mapping. They are found by convention where they
    are not given. `logits` says that the columns of probabilities hold logits, `cost_matrix` what
    each decision costs for each truth.
    `truth` is data with the truths where they are not in `data`, matched by the column `id`,
    else by the position of the rows; a column that both have is called "truth.NAME" there.
    `group` names the column of what belongs together (an image, a series): a loss is then the
    mean of the values of the groups, or with `pooled` one value over all rows. `cluster` names
    rows that are not independent, for the standard errors. `train` is the history of the series
    (the groups) in the order of time, from which mase and rmsse take the errors of forecasting
    y[t] by y[t - season].
    `fit_on` is data (of the same columns) from which parameters that are auto are found, in
    place of `data` itself; `freeze_from` is a saved report whose findings are taken over.
    `class_weights` is the beta of the effective numbers that classes are weighed by.
    `level` is the confidence of the intervals, `top` the number of worst rows to show.
    `compat` ("sklearn", "torch" or "keras") asks for that library's numbers where they differ.
    `hybrids` are named sums, such as "blend=0.7*mse + 0.3*mae", that losses and limits can name.
    `fail_if` and `warn_if` are limits, such as "mse > 0.25": the report holds their verdicts,
    and those of `warn_if` count as failures if `strict`. `against` is a saved report or a file
    of predictions, which limits call the baseline; it must be of the same truths unless
    `baseline_other_data`.
    `engine` reads files in "threads", or in "processes" forked from this one (faster; not for
    a program that runs threads of its own), or with "dask" on the cluster of `scheduler`:
    "tcp://host:8786", "local:4" (started for this), or a distributed.Client (default: the one in
    use). Workers open files themselves.
    `rows` is a file (.parquet, .csv, .jsonl, .arrow or .feather) that gets the losses of every
    judged row, `only_worst` ("1%" or a number of rows) says that it gets those alone that have the
    largest first loss. What can only be read once is refused then.
    Raises DataError where the data cannot be judged and UsageError where the arguments do not
    fit, both with a remedy; the same rows give the same numbers to the bit for any `jobs`.
    """
    given = locals()
    named = hybrids_of(hybrids)
    asked = parse(expanded(texts(losses), named))
    check_numbers(top, level)
    if compat is not None:
        check(compat)
    _check_words(roles)
    gates = Gates.of(fail_if, warn_if, asked, against, named)
    engine = "dask" if engine == "threads" and on_cluster(data) else engine
    adaptation = Adaptation.of(fit_on, freeze_from)
    adaptation.refuse_same(data)
    out = _rows_out(given)
    with engines.opened(engine, scheduler) as fold:
        job = Job(asked, gates, adaptation, given, fold)
        done = job.run(data, expect_rows, out)
        baseline = gates.baseline(lambda path: job.run(path).report)
    report = gates.judge(
        done.report,
        done.bounds,
        baseline,
        done.tails,
        strict=strict,
        other_data=baseline_other_data,
    )
    return _with_rows(report, out, done.run) if out and done.run else report


def _rows_out(given: Mapping[str, Any]) -> "RowsOut | None":
    """Return where row losses go, which is no file that is read."""
    if given["rows"] is None and given["only_worst"] is None:
        return None
    from losscli.row_losses import RowsOut  # noqa: PLC0415 - seldom asked for

    out = RowsOut.of(given["rows"], given["only_worst"])
    if out:
        out.refuse_inputs(*(given.get(name) for name in _READ))
    return out


def _with_rows(report: Report, out: "RowsOut", run: Run) -> Report:
    """Write the row losses; the report says so."""
    from losscli.row_losses import write_rows  # noqa: PLC0415 - as above

    notes = write_rows(out, run, report.judged, report.losses[0].estimate.rows)
    return replace(report, notes=(*report.notes, *notes))


def _check_words(roles: Collection[str]) -> None:
    """Refuse a word that is neither an option nor a role."""
    known = words()
    for word in roles:
        if word not in known:
            options = inspect.signature(evaluate).parameters
            remedy = nearest(word, [*options, *known]) or "help(losscli.evaluate) lists them"
            raise UsageError(f"evaluate takes no {visible(word)!r}", remedy=remedy)
