"""Commands whose options can be set by the environment and by a configuration."""

import os
from pathlib import Path
from typing import Any

from losscli.cli import settings
from losscli.cli.failure import say
from losscli.cli.reader import WithFormats
from losscli.errors import UsageError
from losscli.visible import visible

_OF_TWO = ("old", "new", "mode", "tolerance")
"""Settings that are about two models, so that one alone has no use for them."""
_SOURCES = ("against", "cost_matrix", "train", "truth", "fit_on", "freeze_from")
"""The settings that name a file to read."""
_PATHS = (*_SOURCES, "save", "output")
"""Those that name files."""


class Configured(WithFormats):
    """A command that takes what no flag says from the settings that are in force."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own Click
        """Read the words of the command, then the settings."""
        if not {"-h", "--help"} & {*args}:  # each flag twice would make the help hard to read
            for param in self.params:
                _let_switch_off(param)
        rest = super().parse_args(ctx, args)
        found = settings.in_force(ctx.params.get("config"))
        used: dict[str, list[str]] = {}
        for param in self.get_params(ctx):
            setting = found.values.get(str(param.name))
            if setting and not _is_said(ctx, str(param.name)):
                if setting.source[:1] != "$" and not ctx.params.get("allow_remote"):
                    _refuse_url(param, setting.value)
                ctx.params[param.name] = placed(str(param.name), setting, found.file)
                used.setdefault(setting.source, []).append(settings.key_of(param))
        if not ctx.params.get("quiet"):
            for source, keys in used.items():
                shown = visible(str(found.file), limit=500) if source[:1] != "$" else source
                say(f"losscli: set by {shown}: {', '.join(keys)}")
            unused = self._unused(ctx, found)
            if unused:
                said = ", ".join(f"{key} ({source})" for key, source in unused)
                say(f"losscli: not used by {ctx.info_name}: {visible(said, limit=500)}")
        if ctx.params.get("hybrid") and "loss" in ctx.params:
            from losscli.losses.hybrids import expanded, hybrids_of  # noqa: PLC0415 - brings numpy

            named = hybrids_of(ctx.params["hybrid"])
            ctx.params["loss"] = expanded(ctx.params["loss"] or (), named)
        return rest

    def _unused(self, ctx: Any, found: settings.Settings) -> list[tuple[str, str]]:  # noqa: ANN401
        """Return what is set and means nothing here, though it is about one model's numbers."""
        ours = {*(str(param.name) for param in self.get_params(ctx)), *_OF_TWO}
        keys = settings.keys() if found.values.keys() - ours else {}
        return [
            (keys[name], setting.source)
            for name, setting in found.values.items()
            if name not in ours
        ]

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Say how a flag is switched off."""
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(
            "A flag that is switched on by the settings (losscli config) is switched off by "
            "--no-FLAG, such as --no-strict."
        )


def _let_switch_off(param: Any) -> None:  # noqa: ANN401 - as above
    """Let --no-strict switch off what the settings switch on."""
    if getattr(param, "is_flag", False) and param.name != "debug":
        param.secondary_opts = [f"--no-{settings.key_of(param)}"]


def _is_said(ctx: Any, name: str) -> bool:  # noqa: ANN401 - as above
    source = ctx.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _refuse_url(param: Any, value: Any) -> None:  # noqa: ANN401 - as above
    """Refuse a URL that a configuration names: data that were downloaded choose no servers."""
    if str(param.name) in _SOURCES and _is_url(str(value)):
        where, what = f"tool.losscli.{settings.key_of(param)}", "is a URL"
        remedy = "name it on the command line, or allow it there: --allow-remote"
        raise UsageError(what, where=where, remedy=remedy)


def _is_url(text: str) -> bool:
    return "://" in text


def placed(name: str, setting: settings.Setting, file: Path | None) -> Any:  # noqa: ANN401
    """Return the value of a setting; the paths of a configuration are those beside it.

    Raises UsageError where it would write outside of its folder: a project that was downloaded
    must not choose any file to overwrite.
    """
    if file is None or setting.source[:1] == "$" or name not in _PATHS:
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
    if not writes and _is_url(text):
        return text
    folder = file.resolve().parent
    path = folder / text
    if writes and folder not in path.resolve().parents:
        what = f"{visible(text, limit=500)} is not in the folder of the configuration"
        remedy = "name it with a flag: --output or --save"
        raise UsageError(what, where=visible(str(file), limit=500), remedy=remedy)
    return os.path.relpath(path) if not Path(text).is_absolute() else text
