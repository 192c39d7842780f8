"""Reports made by hand, so that what is shown of them can be read off the page.

`python tests/handmade.py` writes tests/golden anew.
"""

import math
from dataclasses import replace
from pathlib import Path

from losscli.render import Style, format_named
from losscli.report import (
    BestConstant,
    ClassResult,
    Concentration,
    Estimate,
    Fit,
    Gate,
    Groups,
    LossResult,
    Outliers,
    Report,
    Residuals,
    WorstGroup,
    WorstRow,
)
from losscli.visible import visible

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = (
    "[/red]",
    "[bold]b[/bold]",
    ":smile:",
    "\x1b[31mred\x1b[0m",
    "\x9b31m",
    "##[error]x",
    "##vso[task.complete]",
    "::stop-commands::t",
    "a ::error::b",
    "\u202eright to left",
    "\u2066isolate",
    "two\nlines",
    "carriage\rreturn",
    "tab\tstop",
    "pi|pe",
    "<script>alert(1)</script>",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "'quoted",
    "`code`",
    "[link](http://x)",
    "back\\slash",
    "\udcff",
    "nul\x00",
    "(empty)",
    " padded ",
    "\u00a0",
    "\u3164",
    "x" * 200,
    "日本語",
    "",
)


def loss(label: str, value: float, **changes: object) -> LossResult:
    estimate = Estimate(
        value=value, rows=442, stderr=value * 0.06, low=value * 0.88, high=value * 1.12
    )
    made = LossResult(
        loss=label,
        label=label,
        name=label.partition("(")[0],
        parameters={},
        estimate=estimate,
        best_constant=BestConstant(152.1, value * 2),
        skill=0.5,
        balanced=math.nan,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def cls(name: str | None, label: str, value: float, share: float, rows: int = 200) -> ClassResult:
    estimate = Estimate(value, rows, value * 0.1, value * 0.8, value * 1.2)
    return ClassResult("sex", name, label, label, estimate, share, 1.03)


WORST = (
    WorstRow(17, "preds.csv", "p-9", 310.0, 120.4, 35948.16, 0.0269, "residual 3.9 robust"),
    WorstRow(3051, "preds.csv", None, 1e6 + 0.5, 1e6 + 0.25, 0.0625, 4.7e-8, "the loss is large"),
)
OUTLIERS = Outliers(
    loss="mse",
    label="mse",
    worst=WORST,
    concentration=(Concentration(0.01, 0.061, 0.084), Concentration(0.05, 0.2, math.nan)),
    quantiles=((0.5, 1203.4), (0.99, 20100.0), (1.0, 35948.16)),
    residuals=Residuals(-1.234, 33.0, 1, "modified z > 3.5", 1.31),
    trimmed_cut=0.01,
    trimmed=2850.4,
    tail_index=5.21,
    exact_quantiles=True,
)
REPORT = Report(
    files=("preds.csv",),
    rows=442,
    judged=440,
    digest="rows128:00",
    columns={"y": "y_true", "pred": "y_pred", "by": ["sex"], "id": "id", "weight": None},
    task="regression",
    level=0.95,
    losses=(loss("mse", 3025.4), loss("mae", 44.378), loss("huber(delta=2)", 0.012345)),
    breakdown=(
        cls("m", "mse", 3111.2, 0.52),
        cls("m", "mae", 45.04, 0.51),
        cls("m", "huber(delta=2)", 1.5, 0.51),
        cls(None, "mse", 2949.0, 0.48),
        cls(None, "mae", 43.9, 0.49),
        cls(None, "huber(delta=2)", math.nan, math.nan),
    ),
    outliers=OUTLIERS,
    warnings=("2 rows had no prediction and were dropped (--missing drop)",),
    notes=("y_true is the truth (--true y_true)",),
)

GATES = (
    Gate("mse > 3000", "fail", 3025.4, 3000.0, "failed", "mse", ">", "mse", rows=442),
    Gate("p99(mae) > 150", "fail", 149.5, 150.0, "passed", "p99(mae)", ">", "mae", rows=442),
    Gate(
        "mae[class=*] > baseline + 2%",
        "warn",
        45.04,
        44.88,
        "warned",
        "mae[sex=m]",
        ">",
        "mae",
        by="sex",
        cls="m",
        rows=200,
        baseline=44.0,
        hint="without its worst row the gate would pass",
    ),
    Gate(
        "mae[class=x] > 1",
        "fail",
        math.nan,
        math.nan,
        "unjudged",
        "mae[sex=x]",
        ">",
        "mae",
        by="sex",
        cls="x",
        why="there is no such class",
        remedy="there are m, (empty)",
    ),
)
GATED = replace(REPORT, gates=GATES, verdict="unjudged")


def with_classes(names: tuple[str | None, ...]) -> Report:
    """The report with these classes, all alike."""
    share = 1 / max(len(names), 1)
    breakdown = tuple(cls(name, "mse", 3025.4, share) for name in names)
    return replace(REPORT, losses=(loss("mse", 3025.4),), breakdown=breakdown)


def named(text: str) -> Report:
    """The report with this text wherever a text of a file can stand."""
    worst = replace(WORST[0], file=text, id=text, reason=f"because of {visible(text)}")
    classes = (replace(WORST[1], y=text, pred=text), replace(WORST[1], y=text, pred={text: 0.5}))
    return replace(
        with_classes((text, "other")),
        files=(text, "second.csv"),
        columns={
            **dict.fromkeys(("y", "pred", "id", "weight", "group", "cluster"), text),
            "by": [text],
            "train": {"files": [text], "season": 1},
        },
        groups=Groups(text, 2, "mse", "mse", ((0.5, 1.5),), (WorstGroup(text, 3, 1.5, 0.5),)),
        breakdown=tuple(replace(cls(text, "mse", 3025.4, 0.5), by=text) for _ in "a"),
        outliers=replace(OUTLIERS, worst=(worst, *classes)),
        warnings=(f"a warning about {text}",),
        gates=tuple(
            replace(gate, limit=text, measure=f"mae[sex={text}]", cls=text, by=text, why=text)
            for gate in GATES
        ),
        fitted=(Fit(text, {text: 1.5}, "as it was", "judged", (text,), 3, "rows128:00"),),
        verdict="unjudged",
    )


def write_goldens() -> None:
    """Write what the formats say of the report today: look at the difference before it is kept."""
    for name, text in goldens().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")


def goldens() -> dict[str, str]:
    """What each format makes of the report, by the name of the file that keeps it."""
    table = format_named("table").render
    made = {f"table-{w}.txt": table(REPORT, Style(width=w)) for w in (40, 80, 120)}
    made["table-ascii.txt"] = table(REPORT, Style(ascii=True))
    made["gates.txt"] = table(GATED, Style())
    for name in ("csv", "json", "markdown"):
        found = format_named(name)
        made[f"report{found.suffixes[0]}"] = found.render(REPORT, Style())
    for name in ("github", "jsonl", "junit", "openmetrics"):
        made[f"gates.{name}"] = format_named(name).render(GATED, Style())
    return made


if __name__ == "__main__":
    write_goldens()
