"""A process that loads the engine while this one reads the command line and loads what draws.

Half of a short run is loading numpy and pyarrow, a third is loading typer and rich: two
processors do both at once. What is slow to import is imported when there are two processes.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, TypeVar

from losscli.cli import interrupt
from losscli.processors import processors

R = TypeVar("R")

_COMMANDS = ("eval", "compare")
_ALONE = ("--plugin", "--debug")
"""Plugins register their losses, and tracebacks are told, in the process that reads the words."""
_PR_SET_PDEATHSIG = 1
"""The name of an option of prctl(2)."""


class _Engine(NamedTuple):
    """The process, and the ends of the pipes that take a question and bring the answer."""

    process: int
    question: int
    answer: int


_ready: _Engine | None = None


def start(arguments: Sequence[str]) -> None:
    """Start the process, if the words are those of a command that asks it."""
    global _ready  # noqa: PLW0603 - there is one, of the one command that is run
    alone = any(word.startswith(_ALONE) for word in arguments)
    if not arguments or arguments[0] not in _COMMANDS or alone or not _helps():
        return
    (question, asked), (answered, answer) = os.pipe(), os.pipe()
    parent, process = os.getpid(), os.fork()
    if process:
        os.close(question)
        os.close(answer)
        _ready = _Engine(process, asked, answered)
        return
    try:
        os.close(asked)
        os.close(answered)
        os.dup2(2, 1)  # what a package of losses prints is no report
        end_with(parent)
        _serve(question, answer)
    finally:
        os._exit(0)


def call(function: Callable[[], R], meanwhile: Callable[[], object] | None = None) -> R:
    """Call a function of `losscli.cli.judging`, in the process that is ready if there is one.

    Then `meanwhile` is called here, and `function` must pickle.
    """
    if _ready is None:
        return function()
    from losscli.engine._failure import (  # noqa: PLC0415 - there are two processes by now
        Failure,
        pickled,
        received,
    )

    with suppress(BrokenPipeError), os.fdopen(_ready.question, "wb") as pipe:
        pipe.write(pickled(function))
    import losscli.report  # noqa: F401, PLC0415 - what comes back

    if meanwhile:
        meanwhile()
    found: R | Failure = received(_ready.answer)
    if isinstance(found, Failure):
        raise found.error
    return found


def wait() -> None:
    """Wait for the end of the process, so that its time and memory count as this one's."""
    if _ready is not None:
        os.kill(_ready.process, signal.SIGTERM)  # it may not have been asked
        os.waitpid(_ready.process, 0)


def _helps() -> bool:
    """Tell whether there are two processors, and a system that ends the process with this one."""
    return sys.platform.startswith("linux") and processors() > 1


def end_with(parent: int) -> None:
    """Let this process, a child of the other one, end with it where the system is Linux."""
    import ctypes  # noqa: PLC0415 - not for the process that reads the words

    if prctl := getattr(ctypes.CDLL(None), "prctl", None):
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _serve(question: int, answer: int) -> None:
    from losscli.engine import _failure  # noqa: PLC0415 - there are two processes by now

    try:
        import losscli.losses.language  # noqa: F401, PLC0415 - likewise

        function = _failure.received(question)
        signal.signal(signal.SIGTERM, interrupt.leave)  # with nothing half-written left behind
        found = function()
    except BaseException as error:  # noqa: BLE001 - raised by the process that asked
        found = _failure.Failure.of(0, error)
    with os.fdopen(answer, "wb") as pipe:
        pipe.write(_failure.pickled(found))
