"""The options of `losscli eval`: what each is called, takes and does."""

import inspect
from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal, get_args

import typer

from losscli.render import format_names
from losscli.roles import ROLES, TASKS

_WHAT = "What to compute"
_COLUMNS = "Which column is what (default: found by name, and stated)"
_READ = "How to read"
_RUN = "Where it runs"
_OUT = "Where it goes"


def _option(group: str, metavar: str, help_: str, *names: str, least: int | None = None) -> Any:  # noqa: ANN401 - as above
    return typer.Option(
        *names, metavar=metavar or None, help=help_, rich_help_panel=group, min=least
    )


def _column(help_: str, *names: str, metavar: str = "COLUMN") -> Any:  # noqa: ANN401 - as above
    return _option(_COLUMNS, metavar, help_, *names)


Files = Annotated[list[str], typer.Argument(metavar="FILE", hidden=True)]

TaskOption = Annotated[
    str | None, _option(_WHAT, "TASK", f"{', '.join(TASKS)}; default: by the columns found.")
]
Losses = Annotated[
    list[str] | None,
    _option(
        _WHAT,
        "LOSSES",
        "Such as mse,huber(delta=2) or mix=0.7*mse+0.3*mae; repeatable; default: the usual ones.",
        "--loss",
    ),
]
Plugins = Annotated[
    list[str] | None,
    _option(_WHAT, "FILE", "Python with losses of your own; it is run; repeatable.", "--plugin"),
]
By = Annotated[
    list[str] | None,
    _option(
        _WHAT, "COLUMN", "Break down by a column; repeatable; default for classes: the true class."
    ),
]
Group = Annotated[
    str | None,
    _option(_WHAT, "COLUMN", "What belongs together (an image, a series): the mean of its values."),
]
Pooled = Annotated[
    bool, _option(_WHAT, "", "One value over all rows, not the mean of the groups.", "--pooled")
]
Cluster = Annotated[
    str | None,
    _option(_WHAT, "COLUMN", "Which rows are not independent: intervals by cluster."),
]
Train = Annotated[
    str | None,
    _option(_WHAT, "FILE", "The history of each series, in order: the scale of mase and rmsse."),
]
Season = Annotated[
    int, _option(_WHAT, "N", "Steps back to what a naive forecast repeats in --train.", least=1)
]
FitOn = Annotated[
    str | None,
    _option(_WHAT, "FILE", "Where parameters that are auto come from; default: the judged rows."),
]
FreezeFrom = Annotated[
    str | None, _option(_WHAT, "FILE", "A saved report whose fitted parameters are taken over.")
]
ClassWeights = Annotated[
    float | None,
    _option(_WHAT, "BETA", "Weigh classes by their effective numbers; a beta such as 0.999."),
]
Top = Annotated[int, _option(_WHAT, "N", "How many of the worst rows to show.", least=0)]
Compat = Annotated[
    Literal["sklearn", "torch", "keras"] | None,
    _option(_WHAT, "LIBRARY", "Print the numbers of sklearn, torch or keras where theirs differ."),
]
Level = Annotated[float, _option(_WHAT, "P", "The level of the intervals.")]

TrueColumn = Annotated[
    str | None, _column("What happened; 'y_*' where each row has several truths.", "--true")
]
Columns = Annotated[
    list[str] | None,
    _column(
        "Any other column that a loss asks for, as in es=ES_95; also --es ES_95; repeatable.",
        "--column",
        metavar="NAME=COLUMN",
    ),
]
Weight = Annotated[str | None, _column("How much each row counts.")]
Id = Annotated[str | None, _column("What names each row.", "--id")]
Positive = Annotated[str | None, _column("The class that --prob is about.", metavar="CLASS")]
ProbIs = Annotated[
    Literal["predicted", "positive"] | None,
    _column("predicted or positive: whose probability --prob is.", metavar="WHOSE"),
]
ScoresAreProbs = Annotated[
    bool, _column("Allow margins that all lie in [0, 1].", "--scores-are-probs", metavar="")
]
Normalize = Annotated[
    bool, _column("Rescale probabilities that do not sum to 1.", "--normalize", metavar="")
]
Logits = Annotated[
    bool, _column("The columns of probabilities hold logits.", "--logits", metavar="")
]
CostMatrix = Annotated[
    str | None,
    _column(
        "What each decision (column) costs for each truth (row), by class.",
        "--cost-matrix",
        metavar="FILE",
    ),
]

Truth = Annotated[
    str | None,
    _option(_READ, "FILE", "Where the truths are if not in FILE, matched by --id or position."),
]
Missing = Annotated[
    Literal["error", "drop"],
    _option(_READ, "error|drop", "What to do with rows whose cells are empty or not finite."),
]
Encoding = Annotated[str | None, _option(_READ, "NAME", "Such as latin-1; default: UTF-8.")]
Delimiter = Annotated[
    str | None, _option(_READ, "CHARACTER", "Such as ';' or tab; default: by the first rows.")
]
Decimal = Annotated[
    Literal[".", ","] | None, _option(_READ, "CHARACTER", "The decimal mark: '.' or ','.")
]
NoHeader = Annotated[
    bool,
    _option(_READ, "", "The first line is a row: columns are named 1, 2, 3, …", "--no-header"),
]
MaxUnpacked = Annotated[
    float | None,
    _option(
        _READ,
        "N",
        "How many times its size a file may unpack to; default 200, above 1 GiB.",
        "--max-unpacked",
        least=1,
    ),
]
ExpectRows = Annotated[
    int | None, _option(_READ, "N", "Refuse data with another number of rows.", least=0)
]
Jobs = Annotated[
    int | None, _option(_READ, "N", "How many threads; the numbers do not depend on it.", least=1)
]

AllowRemote = Annotated[
    bool,
    _option(_READ, "", "Read what a configuration names by a URL.", "--allow-remote"),
]
Engine = Annotated[
    Literal["processes", "threads", "dask"],
    _option(_RUN, "ENGINE", "processes (default) or threads of this machine, or dask: a cluster."),
]
SchedulerOption = Annotated[
    str | None,
    _option(
        _RUN,
        "ADDRESS",
        "The cluster: tcp://host:port, tls://host:port, or local:N for N workers started here.",
        "--scheduler",
    ),
]
TlsCa = Annotated[str | None, _option(_RUN, "FILE", "Who vouches for the cluster.", "--tls-ca")]
TlsCert = Annotated[str | None, _option(_RUN, "FILE", "The certificate to show it.", "--tls-cert")]
TlsKey = Annotated[str | None, _option(_RUN, "FILE", "The key of that.", "--tls-key")]
Insecure = Annotated[
    bool,
    _option(_RUN, "", "Trust an unencrypted scheduler on another machine.", "--insecure"),
]

Config = Annotated[
    str | None,
    _option(_OUT, "FILE", "The configuration; default: the nearest pyproject.toml.", "--config"),
]
Hybrids = Annotated[
    list[str] | None,
    # the table of named sums of a configuration; in words --loss blend=… names one
    typer.Option("--hybrid", metavar="NAME=SUM", hidden=True),
]
FormatOption = Annotated[
    str, _option(_OUT, "|".join(format_names()), "What stdout gets.", "--format")
]
Output = Annotated[
    list[str] | None,
    _option(
        _OUT,
        "FILE",
        "Write a file, too; its suffix or markdown:FILE names the format; repeatable.",
        "--output",
        "-o",
    ),
]
Rows = Annotated[
    str | None,
    _option(_OUT, "FILE", "Write the losses of every row: .parquet, .csv or .arrow.", "--rows"),
]
OnlyWorst = Annotated[
    str | None,
    _option(_OUT, "N|P%", "With --rows: only so many, by the first loss.", "--only-worst"),
]
Quiet = Annotated[bool, _option(_OUT, "", "Nothing on stderr but errors.", "--quiet", "-q")]
Debug = Annotated[bool, _option(_OUT, "", "Show the traceback of an error.", "--debug")]


def with_roles(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each role of the vocabulary, in place of its `**roles`."""
    signature = inspect.signature(command)
    parameters = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    at = 1 + [parameter.name for parameter in parameters].index("true")
    parameters[at:at] = [
        inspect.Parameter(
            role.word,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[str | None, _column(role.help, metavar=role.metavar)],
        )
        for role in ROLES.values()
        if role.help
    ]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return command


def others(command: Callable[..., None], kept: Collection[str]) -> set[str]:
    """Return the options of a command that do not say what is read, and where; but for `kept`."""
    found = inspect.signature(command).parameters.values()
    return {p.name for p in found if _panel(p) not in (_COLUMNS, _READ, _RUN)} - set(kept)


def _panel(parameter: inspect.Parameter) -> str:
    about = get_args(parameter.annotation)[1:]
    return str(getattr(about[0], "rich_help_panel", "")) if about else ""
