"""A progress bar on stderr, for people who wait longer than a second."""

import os
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from losscli.leaving import before_leaving

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0
_REFRESH = 0.1


class Bar:
    """Shows how much is done; silent for the first second and wherever there is no terminal."""

    def __init__(self) -> None:
        self._begun = self._drawn = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        before_leaving.append(self._restore)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        before_leaving.remove(self._restore)
        if self._bar:
            self._bar.stop()

    def __call__(self, done: int, total: int | None = None) -> None:
        """Note that `done` of `total` are done; the unit is the caller's."""
        now = time.monotonic()
        if now - self._begun < _PATIENCE or now - self._drawn < _REFRESH:
            return
        self._drawn = now
        if self._bar is None:
            self._bar = _bar()
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total)
            self._bar.refresh()

    def _restore(self) -> None:
        """Show the cursor again; without the bar's own locks, which may be held right now."""
        if self._bar:
            with suppress(OSError):
                os.write(2, b"\x1b[?25h\n")


def bar_if_seen(*, quiet: bool) -> Bar | None:
    """Return a bar where stderr is a terminal that somebody looks at."""
    seen = not quiet and sys.stderr is not None and sys.stderr.isatty()
    return Bar() if seen and os.environ.get("TERM") != "dumb" else None


def _bar() -> "Progress":
    from rich.console import Console  # noqa: PLC0415 - only for those who wait
    from rich.progress import (  # noqa: PLC0415 - likewise
        BarColumn,
        Progress,
        TaskProgressColumn,
        TimeRemainingColumn,
    )

    # A thread that redraws would compete for the processors with the threads that work.
    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
    )
