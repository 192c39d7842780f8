"""Commands whose options can be set by the environment and by a configuration."""

import os
from pathlib import Path
from typing import Any

from losscli.cli import settings
from losscli.cli.failure import say
from losscli.cli.reader import WithFormats
from losscli.errors import UsageError
from losscli.visible import visible

_LIMITS = ("fail_if", "warn_if")
"""The settings that must not be left out in silence: a limit that nobody judges."""


class Configured(WithFormats):
    """A command that takes what no flag says from the settings that are in force."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own Click
        """Read the words of the command, then the settings."""
        rest = super().parse_args(ctx, args)
        found = settings.in_force(ctx.params.get("config"))
        used: dict[str, list[str]] = {}
        for param in self.get_params(ctx):
            setting = found.values.get(str(param.name))
            if setting and not _is_said(ctx, str(param.name)):
                ctx.params[param.name] = placed(str(param.name), setting, found.file)
                used.setdefault(setting.source, []).append(settings.key_of(param))
        if not ctx.params.get("quiet"):
            for source, keys in used.items():
                shown = visible(str(found.file), limit=500) if source[:1] != "$" else source
                say(f"losscli: set by {shown}: {', '.join(keys)}")
            known = {str(param.name) for param in self.get_params(ctx)}
            if unused := [name for name in _LIMITS if name in found.values.keys() - known]:
                keys = [
                    f"{name.replace('_', '-')} ({found.values[name].source})" for name in unused
                ]
                say(f"losscli: {ctx.info_name} does not judge {visible(', '.join(keys))}")
        if ctx.params.get("hybrid"):
            from losscli.losses.hybrids import expanded, hybrids_of  # noqa: PLC0415 - brings numpy

            named = hybrids_of(ctx.params["hybrid"])
            ctx.params["loss"] = expanded(ctx.params["loss"] or (), named)
        return rest


def _is_said(ctx: Any, name: str) -> bool:  # noqa: ANN401 - as above
    source = ctx.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def placed(name: str, setting: settings.Setting, file: Path | None) -> Any:  # noqa: ANN401
    """Return the value of a setting; the paths of a configuration are those beside it.

    Raises UsageError where it would write outside of its folder: a project that was downloaded
    must not choose any file to overwrite.
    """
    if file is None or setting.source[:1] == "$" or name not in ("against", "save", "output"):
        return setting.value
    if name != "output":
        return _beside(file, setting.value, writes=name == "save")
    return [_output(file, text) for text in setting.value]


def _output(file: Path, text: str) -> str:
    form, mark, rest = text.partition(":")
    if rest and len(form) > 1 and form.isidentifier():
        return f"{form}{mark}{_beside(file, rest, writes=True)}"
    return _beside(file, text, writes=True)


def _beside(file: Path, text: str, *, writes: bool) -> str:
    folder = file.resolve().parent
    path = folder / text
    if writes and folder not in path.resolve().parents:
        what = f"{visible(text, limit=500)} is not in the folder of the configuration"
        remedy = "name it with a flag: --output or --save"
        raise UsageError(what, where=visible(str(file), limit=500), remedy=remedy)
    return os.path.relpath(path) if not Path(text).is_absolute() else text
