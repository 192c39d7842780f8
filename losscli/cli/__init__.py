"""The command line: parses, calls, prints, exits.

Nothing here is imported before it is used: help, lists and usage errors are to be quick.
"""

import gc
import os
import sys
import warnings
from collections.abc import Sequence

from losscli.cli import ahead, interrupt


def main() -> None:
    """Run the program and leave with its exit code, without waiting for worker threads."""
    interrupt.watch()
    gc.disable()  # what a short run leaves in circles is not worth looking for
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries tell programmers is not for users
    # the matrices whose products are sums are too small for OpenBLAS's threads
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    ahead.start(sys.argv[1:])
    code = _run(sys.argv[1:])
    ahead.wait()
    # Everything is flushed and on disk: what an orderly exit would still do is take time,
    # or try once more to write to a pipe that is closed.
    interrupt.leave_with(code)


def _run(arguments: Sequence[str]) -> int:
    if not any(word.startswith("--plugin") for word in arguments):
        return run(arguments)
    from losscli.cli import aside  # noqa: PLC0415 - few commands have plugins

    return aside.run(run, arguments)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; whatever went wrong is one line on stderr."""
    from losscli.cli.failure import exit_code_of  # noqa: PLC0415 - after the watch for Ctrl-C

    try:
        from losscli.cli.command import call  # noqa: PLC0415 - as above

        return call(arguments)
    except KeyboardInterrupt:  # raised by a plugin: Ctrl-C itself leaves at once
        return interrupt.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where everything ends
        return exit_code_of(error, debug="--debug" in arguments)
