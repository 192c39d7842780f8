"""What a GitHub Actions runner makes of the lines of a step, by its documentation.

A line that begins with `::`, spaces aside, is a command: `::name key=value,key=value::message`.
Values undo %0D, %0A, %3A and %2C, then %25; the message %0D, %0A, then %25. A line that holds
`##[name]` is one, too. Ten annotations of a kind are kept, the others dropped.
"""

import re
from dataclasses import dataclass

KNOWN = {
    *("error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "echo"),
    *("stop-commands", "set-env", "set-output", "add-path", "save-state", "add-matcher"),
}
ANNOTATIONS = ("error", "warning", "notice")
_OLD = re.compile(r"##\[([\w-]+)[^\]]*\]")


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    message: str


def command(line: str) -> Command | None:
    """Return the command that a line is, or None."""
    if old := _OLD.search(line):
        return Command(old[1], {}, line[old.end() :])
    text = line.lstrip()
    end = text.find("::", 2)
    if not text.startswith("::") or end < 0:
        return None
    name, _, rest = text[2:end].partition(" ")
    if name.lower() not in KNOWN:
        return None
    pairs = (pair.split("=", 1) for pair in rest.strip().split(",") if "=" in pair)
    properties = {key: _undone(value, ":,") for key, value in pairs}
    return Command(name.lower(), properties, _undone(text[end + 2 :], ""))


def _undone(text: str, also: str) -> str:
    for character in f"\r\n{also}%":
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def shown(text: str) -> dict[str, list[Command]]:
    """Return the annotations that people see, by kind; ValueError for any other command."""
    found: dict[str, list[Command]] = {kind: [] for kind in ANNOTATIONS}
    for line in text.splitlines():
        one = command(line)
        if one is None:
            continue
        if one.name not in found:
            raise ValueError(line)
        found[one.name].append(one)
    return {kind: some[:10] for kind, some in found.items()}
