"""The options of `losscli eval`: what each is called, takes and does."""

from typing import Annotated, Any, Literal

import typer

from losscli.render import format_names

_WHAT = "What to compute"
_COLUMNS = "Which column is what (default: found by name, and stated)"
_READ = "How to read"
_OUT = "Where it goes"


def _option(group: str, metavar: str, help_: str, *names: str, least: int | None = None) -> Any:  # noqa: ANN401 - as above
    return typer.Option(
        *names, metavar=metavar or None, help=help_, rich_help_panel=group, min=least
    )


def _column(help_: str, *names: str, metavar: str = "COLUMN") -> Any:  # noqa: ANN401 - as above
    return _option(_COLUMNS, metavar, help_, *names)


Files = Annotated[list[str], typer.Argument(metavar="FILE", hidden=True)]

Task = Literal["regression", "binary", "multiclass", "labels", "margin", "interval", "distribution"]
TaskOption = Annotated[
    Task | None,
    _option(_WHAT, "TASK", f"{', '.join(Task.__args__)}; default: by the columns found."),
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
Top = Annotated[int, _option(_WHAT, "N", "How many of the worst rows to show.", least=0)]
Compat = Annotated[
    Literal["sklearn", "torch", "keras"] | None,
    _option(_WHAT, "LIBRARY", "Print the numbers of sklearn, torch or keras where theirs differ."),
]
Level = Annotated[float, _option(_WHAT, "P", "The level of the intervals.")]

TrueColumn = Annotated[str | None, _column("What happened.", "--true")]
Pred = Annotated[str | None, _column("A predicted number.")]
Prob = Annotated[str | None, _column("The predicted probability of yes.")]
Probs = Annotated[
    str | None,
    _column(
        "One for each class: 'p_*' (the rest is the class) or cat=p1,dog=p2.", metavar="COLUMNS"
    ),
]
Label = Annotated[str | None, _column("A predicted class.")]
Score = Annotated[str | None, _column("A margin: any real number.")]
Scores = Annotated[str | None, _column("A margin for each class, as --probs.", metavar="COLUMNS")]
Lower = Annotated[str | None, _column("The lower end of a predicted interval.")]
Upper = Annotated[str | None, _column("The upper end of a predicted interval.")]
Quantiles = Annotated[
    str | None, _column("Predicted quantiles: 'q*' or 0.1=low,0.5=mid,0.9=high.", metavar="COLUMNS")
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
ExpectRows = Annotated[
    int | None, _option(_READ, "N", "Refuse data with another number of rows.", least=0)
]
Jobs = Annotated[
    int | None, _option(_READ, "N", "How many threads; the numbers do not depend on it.", least=1)
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
Quiet = Annotated[bool, _option(_OUT, "", "Nothing on stderr but errors.", "--quiet", "-q")]
Debug = Annotated[bool, _option(_OUT, "", "Show the traceback of an error.", "--debug")]
