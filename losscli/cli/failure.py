"""What went wrong, as one line on stderr and an exit code."""

import sys
import traceback
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
    if isinstance(error, BrokenPipeError):
        return Exit.UNJUDGED
    if isinstance(error, LosscliError):
        say(f"losscli: {error}")
        return Exit.UNJUDGED
    if isinstance(error, OSError):
        say(f"losscli: {_system(error)}")
        return Exit.UNJUDGED
    if isinstance(error, MemoryError):
        say("losscli: there is not enough memory; fewer --jobs need less")
        return Exit.UNJUDGED
    kind, text = type(error).__name__, visible(str(error), limit=300)
    again = "run it again as losscli --debug … and report what it says"
    remedy = "please report it" if debug else again
    say(f"losscli: a defect of losscli itself: {kind}: {text}; {remedy}")
    return Exit.DEFECT


def say(line: str) -> None:
    """Write a line to stderr; where nobody can read it, that changes nothing."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()


def _system(error: OSError) -> str:
    where = f"{visible(str(error.filename), limit=300)}: " if error.filename is not None else ""
    return f"{where}{error.strerror or type(error).__name__}"
