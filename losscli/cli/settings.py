"""What is in force: flags beat the environment, that beats the configuration, that the defaults."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from difflib import get_close_matches
from pathlib import Path
from stat import S_ISREG
from typing import Any

import typer
from typer.main import get_command

from losscli.cli.words import Words
from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.visible import visible

PREFIX = "LOSSCLI_"
HYBRIDS = "losses"
"""The table of a configuration that names sums of losses."""
_NOT_SET = {"files", "config", "debug", "hybrid", "plugin"} | {
    *("scheduler", "tls_ca", "tls_cert", "tls_key", "insecure", "allow_remote"),
    *("rows", "only_worst"),
}
"""What a single run alone can say, and what has a table of its own.

Who answers at the address of a scheduler can run programs here.
"""
_NAME = "pyproject.toml"
_MAY_NAME_US = re.compile(rb"losscli|\\[uUx]|\0")
"""Our name in bytes, or what can hide it: an escape of TOML, two bytes a letter as in UTF-16."""
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Setting:
    """The value of an option, and where it comes from."""

    value: Any
    source: str


@dataclass(frozen=True)
class Settings:
    """Settings by the name of the option's argument; `file` is the configuration, if any."""

    values: Mapping[str, Setting] = field(default_factory=dict)
    file: Path | None = None


def key_of(param: Any) -> str:  # noqa: ANN401 - typer's own Click has no public types
    """Return the key of an option in a configuration: its long flag without the dashes."""
    return HYBRIDS if param.name == "hybrid" else str(max(param.opts, key=len)).lstrip("-")


def settable() -> dict[str, Any]:
    """Return the options that can be set, those of the commands that judge, by their key."""
    from losscli.cli.compare import compare_files  # noqa: PLC0415 - it uses what this module sets
    from losscli.cli.eval import evaluate_files  # noqa: PLC0415 - likewise

    found: dict[str, Any] = {}
    for command in (evaluate_files, compare_files):
        app = typer.Typer(add_completion=False)
        app.command()(command)
        params = {key_of(p): p for p in get_command(app).params if p.name not in _NOT_SET}
        found |= {key: param for key, param in params.items() if key not in found}
    return found


def keys() -> dict[str, str]:
    """Return the key of each setting by the name of its argument."""
    return {str(param.name): key for key, param in settable().items()}


def in_force(config: str | None) -> Settings:
    """Read the configuration (the nearest, where none is named) and the environment.

    Raises UsageError where a key is unknown or a value does not fit.
    """
    if config is None:
        config = os.environ.get(f"{PREFIX}CONFIG") or None
    file = _nearest(Path.cwd()) if config is None else Path(config)
    if config is not None and not Path(config).is_file():
        where, what = visible(config, limit=500), "there is no such configuration"
        raise UsageError(what, where=where, remedy="--config FILE names one")
    if file is None and not any(name.startswith(PREFIX) for name in os.environ):
        return Settings()
    known = settable()
    values: dict[str, Setting] = {}
    if file is not None:
        values = dict(_of_file(file, _table(file, sure=bool(config)), known))
    values |= dict(_of_environment(known))
    return Settings(values, file)


def _nearest(folder: Path) -> Path | None:
    """Return the first pyproject.toml, from this folder upwards, that has our table.

    Raises UsageError where one is there that may have it but cannot be read: its limits would
    be lost without a word.
    """
    for place in (folder, *folder.parents):
        file = place / _NAME
        raw = _bytes(file)
        # what does not so much as name the program, however it is written, is not parsed
        if raw and _MAY_NAME_US.search(raw) and _table(file, sure=False) is not None:
            return file
    return None


def _bytes(file: Path) -> bytes | None:
    """Return what a file holds, or None where there is nothing of that name."""
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(file, error.strerror) from None
    try:
        if not S_ISREG(file.stat().st_mode):
            raise _unreadable(file, "it is no file")
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error.strerror) from None


def _unreadable(file: Path, why: str | None) -> UsageError:
    what = f"may hold the settings but cannot be read: {why}"
    remedy = "mend or remove it, or name another: --config FILE"
    return UsageError(what, where=visible(str(file), limit=500), remedy=remedy)


def _table(file: Path, *, sure: bool) -> Any:  # noqa: ANN401 - any TOML
    import tomllib  # noqa: PLC0415 - most runs have no configuration

    where = visible(str(file), limit=500)
    try:
        found = tomllib.loads(file.read_bytes().decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        what = f"is no TOML ({visible(str(error), limit=200)})"
        raise UsageError(what, where=where, remedy="mend it, or name another: --config") from None
    tool = found.get("tool")
    table = tool.get("losscli") if isinstance(tool, dict) else None
    if table is None and sure:
        raise UsageError("has no table [tool.losscli]", where=where, remedy="add one")
    return table


def _of_file(file: Path, table: Any, known: Mapping[str, Any]) -> Iterator[tuple[str, Setting]]:  # noqa: ANN401
    where = f"{visible(str(file), limit=500)}, tool.losscli"
    if not isinstance(table, dict):
        raise UsageError("is no table", where=where, remedy="begin it with [tool.losscli]")
    for key, value in table.items():
        place = f"{where}.{visible(key)}"
        if key == HYBRIDS:
            yield "hybrid", Setting(_hybrids(value, place), file.name)
            continue
        if key == "plugin":
            raise _plugin(place)
        if key not in known:
            raise UsageError("there is no such setting", where=place, remedy=_near(key, known))
        try:
            yield known[key].name, Setting(_fitting(known[key], value), file.name)
        except UsageError as error:
            raise UsageError(error.what, where=place, remedy=error.remedy) from None


def _hybrids(table: Any, where: str) -> list[str]:  # noqa: ANN401 - any TOML
    if not isinstance(table, dict) or not all(isinstance(text, str) for text in table.values()):
        remedy = f'[tool.losscli.{HYBRIDS}] holds lines such as blend = "0.7*mse + 0.3*mae"'
        raise UsageError("is no table of named sums", where=where, remedy=remedy)
    from losscli.losses.language import parse  # noqa: PLC0415 - brings numpy

    for name, text in table.items():
        try:
            found = parse([f"{name}={text}"])
        except UsageError as error:
            place = f"{where}.{visible(name)}"
            raise UsageError(error.what, where=place, remedy=error.remedy) from None
        if len(found) != 1 or found[0].name != name:
            place, what = f"{where}.{visible(name)}", "is not the name of one sum of losses"
            raise UsageError(what, where=place, remedy='as in blend = "0.7*mse + 0.3*mae"')
    return [f"{name}={text}" for name, text in table.items()]


def _plugin(where: str) -> UsageError:
    what = "a plugin is a program, and what lies beside the data must not choose what is run"
    return UsageError(what, where=where, remedy="name it in the command: --plugin FILE.py")


def _of_environment(known: Mapping[str, Any]) -> Iterator[tuple[str, Setting]]:
    words = {key.upper().replace("-", "_"): param for key, param in known.items() if key != HYBRIDS}
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name == f"{PREFIX}CONFIG" or not os.environ[name]:
            continue  # a CI sets an empty variable where there is nothing to say
        if name == f"{PREFIX}PLUGIN":
            raise _plugin(f"${name}")
        param = words.get(name.removeprefix(PREFIX))
        if param is None:
            near = get_close_matches(name.removeprefix(PREFIX)[:100], [*words], n=1)
            remedy = f"did you mean {PREFIX}{near[0]}?" if near else f"unset {visible(name)}"
            raise UsageError("there is no such setting", where=f"${visible(name)}", remedy=remedy)
        try:
            yield param.name, Setting(_spoken(param, os.environ[name]), f"${name}")
        except UsageError as error:
            raise UsageError(error.what, where=f"${name}", remedy=error.remedy) from None


def _spoken(param: Any, text: str) -> Any:  # noqa: ANN401 - as above
    """Return the value that a variable of the environment gives; lists have a line an item."""
    if param.multiple:
        return [line for line in text.splitlines() if line.strip()]
    if param.is_flag:
        if text.lower() not in (*_YES, *_NO):
            raise UsageError(f"{visible(text)!r} is neither yes nor no", remedy="set it to 1 or 0")
        return text.lower() in _YES
    return Words().coerce(text, param=param, ctx=None)


def _fitting(param: Any, value: Any) -> Any:  # noqa: ANN401 - as above
    """Return the value of a key as the command line would give it."""
    listed = value if isinstance(value, list) else [value]
    if param.multiple:
        if all(isinstance(one, str) for one in listed):
            return listed
        raise UsageError("takes a list of texts", remedy=f'such as {key_of(param)} = ["…"]')
    if param.is_flag:
        if isinstance(value, bool):
            return value
        raise UsageError("takes true or false", remedy=f"such as {key_of(param)} = true")
    number = param.type_descriptor.annotation in (int, float)
    kinds = (int, float) if number else (str,)
    if isinstance(value, bool) or not isinstance(value, kinds):
        what = "takes a number" if number else "takes a text"
        example = "10" if number else '"…"'
        raise UsageError(what, remedy=f"such as {key_of(param)} = {example}")
    return Words().coerce(str(value), param=param, ctx=None)


def _near(key: str, known: Mapping[str, Any]) -> str:
    words = [*known, HYBRIDS]
    same = [word for word in words if word == key.replace("_", "-").lower()]
    near = same or get_close_matches(key[:100], words, n=1)
    return f"did you mean {near[0]}?" if near else "losscli config lists the settings"
