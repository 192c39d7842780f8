"""`losscli config`: the settings that are in force, and where each comes from."""

import sys
from collections.abc import Iterator

from losscli.cli import options, terminal
from losscli.cli.settings import HYBRIDS, in_force, settable
from losscli.visible import visible


def show_settings(*, config: options.Config = None) -> None:
    """Print the settings that are in force, and where each comes from.

    What is printed is a configuration itself: it can be pasted into a pyproject.toml. Flags beat
    the environment (LOSSCLI_LOSS, LOSSCLI_FAIL_IF, …; a list has a line an item), that beats the
    nearest pyproject.toml with a table [tool.losscli], that beats the defaults.
    """
    lines = "\n".join(_lines(config))
    sys.stdout.write(terminal.shown(f"{lines}\n", terminal.style()))


def _lines(config: str | None) -> Iterator[str]:
    found = in_force(config)
    if found.file is None:
        yield "# no pyproject.toml with a table [tool.losscli], from here upwards"
    else:
        yield f"# {visible(str(found.file), limit=500)}"
    yield "[tool.losscli]"
    for key, param in settable().items():
        setting = found.values.get(param.name)
        if setting:
            yield f"{key} = {_written(setting.value)}  # {visible(setting.source)}"
        elif param.default in (None, ()):
            yield f"# {key} is not set"
        else:
            yield f"{key} = {_written(param.default)}  # default"
    if hybrids := found.values.get("hybrid"):
        yield ""
        yield f"[tool.losscli.{HYBRIDS}]"
        for one in hybrids.value:
            name, _, text = one.partition("=")
            yield f"{name} = {_written(text)}  # {visible(hybrids.source)}"


def _written(value: object) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, str):
        return f'"{"".join(map(_letter, value))}"'
    return repr(value)


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits
