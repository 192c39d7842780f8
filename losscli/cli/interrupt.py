"""Ctrl-C: tidy up and leave at once, whatever the worker threads are doing."""

import os
import signal
from contextlib import suppress
from types import FrameType

from losscli.leaving import before_leaving

INTERRUPTED = 130
leave_with = os._exit
"""End the process; what plugins run cannot (visit.py)."""


def watch() -> None:
    """Leave with 130 at the first Ctrl-C; where Ctrl-C was ignored it stays ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)


def leave(_signal: int, _frame: FrameType | None) -> None:
    """Tidy up and leave, as a signal asks."""
    # Raising KeyboardInterrupt would wait in every `with` for threads that are still at work.
    for tidy in before_leaving:
        with suppress(Exception):
            tidy()
    leave_with(INTERRUPTED)
