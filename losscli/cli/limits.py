"""Limits on the command line: their options, and what a verdict means for the program."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from losscli.cli.delivery import Target
from losscli.cli.failure import say
from losscli.errors import Exit
from losscli.visible import visible

if TYPE_CHECKING:
    from losscli.comparison.records import Comparison
    from losscli.report import Report

_GROUP = "Limits"
_MOST = 10
"""More lines than this on stderr are not read."""


def _option(metavar: str, help_: str, *names: str) -> Any:  # noqa: ANN401 - what typer takes
    return typer.Option(*names, metavar=metavar or None, help=help_, rich_help_panel=_GROUP)


FailIf = Annotated[
    list[str] | None,
    _option("LIMIT", "Such as 'mse > 0.25'; exit 1 where it is so; repeatable.", "--fail-if"),
]
WarnIf = Annotated[
    list[str] | None, _option("LIMIT", "The same, and only reported; repeatable.", "--warn-if")
]
Strict = Annotated[bool, _option("", "Let --warn-if fail, too.", "--strict")]
ExitZero = Annotated[
    bool, _option("", "Exit 0 where a limit failed; the report says so.", "--exit-zero")
]
Save = Annotated[
    str | None,
    _option("FILE", "Write the JSON report as a baseline, unless a limit failed.", "--save"),
]
Against = Annotated[
    str | None,
    _option("FILE", "What limits call the baseline: a saved report or predictions.", "--against"),
]
OtherData = Annotated[
    bool, _option("", "Accept a baseline of other rows; flagged.", "--baseline-other-data")
]


def code_of(report: "Report | Comparison", *, exit_zero: bool) -> Exit:
    """Return the exit code of a verdict; `exit_zero` turns nothing but 1 into 0."""
    if report.verdict == "unjudged":
        return Exit.UNJUDGED
    failed = report.verdict == "failed" and not exit_zero
    return Exit.FAILED if failed else Exit.PASSED


def tell(report: "Report | Comparison", *, quiet: bool) -> None:
    """Say on stderr which limits could not be judged, and how many failed."""
    from losscli.render._gates import sentence, summary  # noqa: PLC0415 - not before it is judged

    lines = [sentence(gate) for gate in report.gates if gate.status == "unjudged"]
    for line in lines[:_MOST]:
        say(f"losscli: {line}")
    if len(lines) > _MOST:
        say(f"losscli: … and {len(lines) - _MOST} more limits could not be judged")
    if report.gates and not quiet:
        say(f"losscli: {summary(report)}")


def may_be_saved(report: "Report | Comparison", target: Target) -> bool:
    """Tell whether the baseline is written; say why not, since a worse one would hide a decline."""
    if report.verdict in ("none", "passed"):
        return True
    path = visible(str(target.path), limit=500)
    say(f"losscli: {path} is left as it was: the verdict is {report.verdict}")
    return False
