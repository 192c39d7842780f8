"""GitHub tables, for job summaries and pull requests."""

import re
from typing import Any

from losscli.render import Style
from losscli.render._grid import Commands, Facts, Grid
from losscli.render._page import page_of
from losscli.visible import visible

SUFFIXES = (".md", ".markdown")

_MOST_CLASSES, _FEW_CLASSES = 1000, 20
_LIMIT = 1024 * 1024 - 1024
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render(report: Any, style: Style) -> str:  # noqa: ANN401, ARG001 - Markdown has one look
    """Return the report as GitHub Markdown of less than 1 MiB, the most that a summary takes."""
    text = _page(report, _MOST_CLASSES)
    return text if _size(text) <= _LIMIT else _cut(_page(report, _FEW_CLASSES))


def refusal(sentence: str) -> str:
    """Return one alert, for what could not be judged at all."""
    return (
        f"### losscli\n\n> [!CAUTION]\n> Nothing was judged: {_escaped(visible(sentence, 4000))}\n"
    )


def _page(report: Any, most: int) -> str:  # noqa: ANN401 - any record
    page = page_of(report, most)
    blocks = [f"### {_escaped(page.title)}\n"]
    blocks += [_part(part) for part in page.parts]
    blocks += [f"> [!WARNING]\n> {_escaped(text)}\n" for text in page.warnings]
    return "\n".join(blocks)


def _part(part: Grid | Facts | Commands) -> str:
    if isinstance(part, Commands):
        # a fence longer than any in the commands
        fence = "`" * (max(map(len, re.findall("`+", " ".join(part.lines))), default=2) + 1)
        fence = fence if len(fence) > 2 else "```"  # noqa: PLR2004 - the shortest fence
        return "\n".join([f"{fence}sh", *part.lines, f"{fence}\n"])
    return _facts(part) if isinstance(part, Facts) else _grid(part)


def _facts(facts: Facts) -> str:
    said = "".join(f"- {_escaped(sentence)}\n" for sentence in facts.sentences)
    return f"**{_escaped(facts.heading)}**\n\n{said}"


def _grid(grid: Grid) -> str:
    kept = [at for at, column in enumerate(grid.columns) if column.kind != "bar"]
    rules = ["---" if grid.columns[at].kind in ("text", "verdict") else "---:" for at in kept]
    heads = [_escaped(grid.columns[at].head) for at in kept]
    rows = [[_escaped(row[at]) for at in kept] for row in grid.rows]
    text = "".join(f"| {' | '.join(row)} |\n" for row in (heads, rules, *rows))
    return f"{text}\n{_escaped(grid.more)}\n" if grid.more else text


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text.translate(_ENTITIES))


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _cut(text: str) -> str:
    if _size(text) <= _LIMIT:
        return text
    kept = text.encode(errors="replace")[:_LIMIT].decode(errors="ignore").rpartition("\n")[0]
    return f"{kept}\n\nCut here: GitHub takes at most 1 MiB; `--format json` has all.\n"
