"""How commands read their words and show their help: without rich and pydantic."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

from losscli.cli.words import Words
from losscli.errors import UsageError
from losscli.render import format_named, format_names

PLUGIN = "--plugin"


def _read_quickly(params: Iterable[Any]) -> None:
    for param in params:
        param._runtime_param = Words()  # noqa: SLF001 - without it typer's own reader works, too


def plugins(args: Iterable[str]) -> Iterator[str]:
    """Yield the files that the words name as plugins."""
    words = iter(args)
    for word in words:
        option, equals, value = word.partition("=")
        if word == "--":
            return
        if option == PLUGIN and (path := value if equals else next(words, None)) is not None:
            yield path


def _load_plugins(args: Iterable[str], options: Collection[str]) -> None:
    """Run the plugins that the words name: what they register is known to the other words."""
    for path in plugins(args) if PLUGIN in options else ():
        from losscli.losses.plugin.load import load  # noqa: PLC0415 - brings numpy

        load(path)


def _with_columns(args: Iterable[str], options: Collection[str]) -> Iterator[str]:
    words = iter(args)
    for word in words:
        option, equals, value = word.partition("=")
        name = option.removeprefix("--")
        if option in options or name == option or not _asked_for(name):
            yield word
            if word == "--":
                yield from words
            continue
        column = value if equals else next(words, "")
        yield from ("--column", f"{name}={column}")


def _asked_for(name: str) -> bool:
    """Tell whether some loss has an argument of that name."""
    if not name.isidentifier():
        return False
    from losscli.losses.spec import LOSSES  # noqa: PLC0415 - brings numpy

    return any(name in (*loss.arguments, *loss.roles) for loss in LOSSES.values())


def _refuse_twice(said: Sequence[Any]) -> None:
    """Refuse an option that takes one value and is given two: the first would not count."""
    for param in said:
        if said.count(param) > 1 and not (param.multiple or param.is_flag):
            what = f"{max(param.opts, key=len)} is given twice, but takes one value"
            raise UsageError(what, remedy="give it once")


def _options(command: Any, ctx: Any) -> set[str]:  # noqa: ANN401 - typer's own Click
    return {option for param in command.get_params(ctx) for option in param.opts}


class Program(TyperGroup):
    """The group of all commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own Click
        """Read the words before the command."""
        _read_quickly(self.get_params(ctx))
        return super().parse_args(ctx, args)


class Grouped(TyperCommand):
    """A command whose help lists each option under the heading of its `rich_help_panel`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as above
        """Read the words of the command."""
        _read_quickly(self.get_params(ctx))
        _load_plugins(args, _options(self, ctx))
        _, _, said = self.make_parser(ctx).parse_args(args=[*args])
        rest = super().parse_args(ctx, args)
        _refuse_twice(said)
        return rest

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as above
        """Return the words after the program's name, as the man pages write them."""
        arguments = (p for p in self.get_params(ctx) if p.param_type_name == "argument")
        names = (f"{p.metavar}..." if p.nargs != 1 else str(p.metavar) for p in arguments)
        return ["[OPTIONS]", *names]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the options by group, in the order in which the groups first appear."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record:
                group = getattr(param, "rich_help_panel", None) or "Options"
                groups.setdefault(group, []).append(record)
        for group, records in groups.items():
            with formatter.section(group):
                formatter.write_dl(records)


class WithFormats(Grouped):
    """A command that lists the formats, too, and takes any column that a loss asks for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as above
        """Read --es ES_95 as --column es=ES_95 where a loss has an argument of that name."""
        options = _options(self, ctx)
        _load_plugins(args, options)
        if any(word.partition("=")[0] == "--loss" for word in args):
            args = list(_with_columns(args, options))
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Write each format with the suffixes that choose it and its help line."""
        formats = [format_named(name) for name in format_names()]
        with formatter.section("Formats"):
            formatter.write_dl([(f"{f.name} {', '.join(f.suffixes)}", f.help) for f in formats])
