"""What must not be left behind where the program leaves at once, as at Ctrl-C."""

from collections.abc import Callable

before_leaving: list[Callable[[], None]] = []
"""Half-written files, a hidden cursor, a folder of workers: quick calls that never wait."""
