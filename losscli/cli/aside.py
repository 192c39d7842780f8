"""A command with a plugin runs in a process of its own; where that dies, this one says so.

Whatever a plugin writes to stdout, by whatever way, goes to stderr: stdout is for the report.
"""

import faulthandler
import os
import re
import signal
from collections.abc import Callable, Sequence
from functools import cache

from losscli.cli import ahead, interrupt, terminal
from losscli.cli.failure import exit_code_of
from losscli.cli.reader import plugins
from losscli.errors import UsageError
from losscli.visible import visible

_PLACE = re.compile(rb'File "(.*)", line (\d+)')
"""A line of what faulthandler writes."""


def run(command: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run a command in a process of its own and return its exit code."""
    if not hasattr(os, "fork") or terminal.stdout is None:
        return command(arguments)
    told, tells = os.pipe()
    faulthandler.enable(_record()[1])
    parent, process = os.getpid(), os.fork()
    if not process:
        ahead.end_with(parent)
        signal.signal(signal.SIGTERM, interrupt.leave)  # with nothing half-written left behind
        _keep_stdout()
        code = command(arguments)
        os.write(tells, bytes([code]))
        return code
    _, status = os.waitpid(process, 0)
    if byte := _read(told):
        return byte[0]
    ended = os.waitstatus_to_exitcode(status)
    places = [*_places(arguments), ", ".join(plugins(arguments))]
    error = _end(places, f"code {ended}" if ended >= 0 else signal.Signals(-ended).name)
    from losscli.cli import refusal  # noqa: PLC0415 - most runs need none

    refusal.tell(arguments, error)
    return exit_code_of(error, debug=False)


@cache
def _record() -> tuple[int, int]:
    """Return the ends of the pipe in which a process that dies of a signal says where."""
    return os.pipe()


def _read(pipe: int) -> bytes:
    """Return what is in a pipe by now; others may hold its other end."""
    os.set_blocking(pipe, False)
    try:
        return os.read(pipe, 1 << 16)
    except BlockingIOError:
        return b""


def crash(arguments: Sequence[str]) -> UsageError | None:
    """Return the error that another process, one that this one has started, died in a plugin."""
    places = _places(arguments)
    return _end(places, "it crashed") if places else None


def _keep_stdout() -> None:
    """Keep stdout for the report; what is written to its descriptor goes to stderr from now on."""
    out = terminal.stdout
    assert out is not None
    kept = os.dup(out.fileno())
    terminal.stdout = open(kept, "w", encoding=out.encoding)  # noqa: PTH123, SIM115 - to the end
    try:
        os.dup2(2, out.fileno())
    except OSError:  # there is no stderr
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def _places(arguments: Sequence[str]) -> list[str]:
    """Return the lines of plugins that a process has died in, the innermost first."""
    paths = {*plugins(arguments)}
    lines = ((os.fsdecode(f), int(line)) for f, line in _PLACE.findall(_read(_record()[0])))
    return [f"{file}, line {line}" for file, line in lines if file in paths]


def _end(places: Sequence[str], how: str) -> UsageError:
    """Return the error that what a plugin runs has ended the process."""
    what = f"what the plugin runs ends the program ({how}) with nothing judged"
    return UsageError(what, where=visible(places[0], limit=500), remedy="mend it there")
