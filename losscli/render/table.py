"""A table for people, as wide as the terminal."""

from dataclasses import replace
from io import StringIO
from typing import Any, Literal

from losscli.render import Style
from losscli.render._digits import NONE
from losscli.render._grid import Column, Commands, Facts, Grid
from losscli.render._layout import GAP, MARGIN, cells, fitted, lines
from losscli.render._page import page_of

SUFFIXES = (".txt",)

_MOST_CLASSES = 20
_LEAST_SENTENCE = 40
_ASCII = str.maketrans(f"·{NONE}█▉▊▋▌▍▎▏", "--########") | {
    ord("…"): "..",
    ord("→"): "->",
}
_BAD, _GOOD = "red", "green"
_VERDICTS = {"passed": _GOOD, "failed": _BAD, "unjudged": _BAD, "warned": "yellow"}


def prepare() -> None:
    """Import rich, which is slow; other formats do without."""
    import rich.console  # noqa: PLC0415
    import rich.padding  # noqa: PLC0415
    import rich.table  # noqa: PLC0415
    import rich.text  # noqa: F401, PLC0415


def render(report: Any, style: Style) -> str:  # noqa: ANN401 - any record
    """Return the report as text; only a single word or number can be wider than the width."""
    page, paper = page_of(report, _MOST_CLASSES), _Paper(style)
    paper.sentence(page.title, tone="bold")
    for part in page.parts:
        paper.line("")
        if isinstance(part, Facts):
            paper.facts(part)
        elif isinstance(part, Commands):
            paper.commands(part)
        else:
            paper.grid(part)
    if page.warnings:
        paper.line("")
    for warning in page.warnings:
        paper.sentence(warning, lead=" ! ", lead_tone="bold yellow")
    return paper.text()


class _Paper:
    """A rich console that wraps nothing, cuts nothing and reads no markup."""

    def __init__(self, style: Style) -> None:
        from rich.console import Console  # noqa: PLC0415 - slow; other formats do without

        self._style = style
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            width=100_000,  # the layout is ours
            force_terminal=style.colour,
            color_system="standard" if style.colour else None,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )

    def text(self) -> str:
        """Return all that was written, without spaces at the ends of lines."""
        written = (line.rstrip() for line in self._file.getvalue().split("\n"))
        return "\n".join(written).rstrip() + "\n"

    def line(self, text: str, tone: str = "", lead: str = "", lead_tone: str = "") -> None:
        """Write one line as it is."""
        from rich.text import Text  # noqa: PLC0415 - as above

        self._console.print(Text.assemble((lead, lead_tone), (text, tone)))

    def sentence(self, text: str, tone: str = "", lead: str = "", lead_tone: str = "") -> None:
        """Write a sentence, broken at its spaces; `lead` stands before its first line."""
        indent = " " * cells(lead)
        for part in lines(self._shown(text), self._style.width - len(indent)):
            self.line(part, tone, lead, lead_tone)
            lead = indent

    def facts(self, facts: Facts) -> None:
        """Write the heading with the sentences beside it, or below it where it is narrow."""
        lead = f"{' ' * MARGIN}{self._shown(facts.heading)}{' ' * GAP}"
        indent = " " * cells(lead)
        if self._style.width - len(indent) < _LEAST_SENTENCE:
            self.sentence(facts.heading, "bold", " " * MARGIN)
            lead = indent = " " * GAP
        for sentence in facts.sentences:
            self.sentence(sentence, lead=lead, lead_tone="bold")
            lead = indent

    def commands(self, found: Commands) -> None:
        """Write the heading and each command on a line of its own, whole."""
        self.line(self._shown(found.heading), "bold", " " * MARGIN)
        for command in found.lines:
            self.line(self._shown(command), lead=" " * GAP)

    def grid(self, grid: Grid) -> None:
        """Write a grid as a table, or row by row where it is too narrow for one."""
        shown = replace(
            grid,
            columns=tuple(replace(c, head=self._shown(c.head)) for c in grid.columns),
            rows=tuple(tuple(map(self._shown, row)) for row in grid.rows),
        )
        narrow = fitted(shown, self._style.width)
        if narrow:
            self._table(narrow)
        else:
            self._rows(shown)
        if grid.more:
            self.sentence(grid.more, lead=" " * MARGIN)

    def _table(self, grid: Grid) -> None:
        from rich.cells import cell_len  # noqa: PLC0415 - as above
        from rich.padding import Padding  # noqa: PLC0415 - as above
        from rich.table import Table  # noqa: PLC0415 - as above
        from rich.text import Text  # noqa: PLC0415 - as above

        table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False)
        for column, *found in zip(grid.columns, *grid.rows, strict=True):
            left = column.kind in ("text", "bar", "verdict")
            head = Text(column.head, "bold")
            # measured here, since the table would measure every cell several times
            lines = (line for text in (column.head, *found) for line in text.split("\n"))
            width = max(map(cell_len, lines))
            side: Literal["left", "right"] = "left" if left else "right"
            table.add_column(head, justify=side, no_wrap=True, width=width)
        for row in grid.rows:
            pairs = zip(row, grid.columns, strict=True)
            table.add_row(*(Text(cell, _tone(cell, column)) for cell, column in pairs))
        self._console.print(Padding(table, (0, 0, 0, MARGIN), expand=False))

    def _rows(self, grid: Grid) -> None:
        for row in grid.rows:
            margin = " " * MARGIN
            for cell, column in zip(row, grid.columns, strict=True):
                if column.kind != "bar":
                    write = self.sentence if column.wraps else self.line
                    write(cell, _tone(cell, column), f"{margin}{column.head}: ", "bold")
                    margin = " " * GAP

    def _shown(self, text: str) -> str:
        if not self._style.ascii:
            return text
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode()


def _tone(cell: str, column: Column) -> str:
    if column.kind == "bar":
        return "cyan"
    if column.kind == "verdict":
        return _VERDICTS.get(cell, "")
    if column.kind == "skill" and cell[:1].isdecimal():
        return _GOOD
    wordy = column.kind == "number" and cell[:1].isalpha()
    return _BAD if wordy or (column.kind == "skill" and cell.startswith("-")) else ""
