"""What went wrong, as one line on stderr and an exit code."""

import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

from losscli.errors import Exit, LosscliError
from losscli.visible import visible


def exit_code_of(error: Exception, *, debug: bool) -> Exit:
    """Say on stderr what went wrong and return the exit code for it.

    A reader that closed its pipe wanted no more: nothing is said, but the code is not 0.
    `debug` adds the traceback.
    """
    if debug:
        say("".join(traceback.format_exception(error)).rstrip())
    if not isinstance(error, BrokenPipeError):
        say(f"losscli: {sentence(error, debug=debug)}")
    known = isinstance(error, LosscliError | OSError | MemoryError)
    return Exit.UNJUDGED if known else Exit.DEFECT


def sentence(error: Exception, *, debug: bool = False) -> str:
    """Say in one line what went wrong."""
    if isinstance(error, LosscliError):
        return str(error)
    if isinstance(error, OSError):
        return _system(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory; fewer --jobs need less"
    kind, text = type(error).__name__, visible(str(error), limit=300)
    again = "run it again as losscli --debug … and report what it says"
    return f"a defect of losscli itself: {kind}: {text}; {'please report it' if debug else again}"


def say(line: str) -> None:
    """Write a line to stderr; where nobody can read it, that changes nothing."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()


def say_notes(notes: Sequence[str], *, quiet: bool) -> None:
    """Say on stderr what was found without being asked for."""
    for note in () if quiet else notes:
        say(f"losscli: {visible(note, limit=2000)}")


def _system(error: OSError) -> str:
    where = f"{visible(str(error.filename), limit=300)}: " if error.filename is not None else ""
    return f"{where}{error.strerror or type(error).__name__}"
