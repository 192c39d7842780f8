"""Where a report goes: files that are written whole or not at all, and stdout."""

import os
import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from losscli.cli import terminal
from losscli.dataclass import dataclass
from losscli.draft import discard, draft_of, naming
from losscli.errors import UsageError
from losscli.leaving import before_leaving
from losscli.render import Format, Style, format_for, format_named, format_names
from losscli.visible import visible


@dataclass(frozen=True)
class Target:
    """A file to write, and how."""

    path: Path
    format: Format


def targets(
    texts: Sequence[str], inputs: Sequence[str], against: str | None = None
) -> list[Target]:
    """Read each --output as a file and its format; UsageError, before any work, where it is none.

    `format:FILE` names the format, else the suffix of FILE chooses it. What could not be
    written, or would overwrite one of the `inputs`, the baseline `against` or another output, is
    refused here.
    """
    found = [target(text) for text in texts]
    taken: dict[Path, str] = {}
    if against is not None:
        taken[Path(against).resolve()] = "is the baseline"
    for one in found:
        path = _place(one.path)
        if _replaceable(path) and _is_stdout(path):
            what = f"{_shown(one.path)} is where stdout goes"
            raise UsageError(what, where="--output", remedy="write to another file")
        if path in taken:
            what = f"{_shown(one.path)} {taken[path]}"
            raise UsageError(what, where="--output", remedy="write to another file")
        if _replaceable(path):
            _refuse_input(one.path, "--output", inputs)
            taken[path] = "is named twice"
    return found


def baseline(path: str | None, inputs: Sequence[str]) -> Target | None:
    """Return where --save writes its JSON, or None where it is not asked for."""
    if path is None:
        return None
    if not path:
        raise UsageError("the file name is empty", where="--save ''", remedy="name a file: b.json")
    _refuse_input(Path(path), "--save", inputs)
    return Target(_writable(Path(path), "--save"), format_named("json"))


def _refuse_input(path: Path, option: str, inputs: Sequence[str]) -> None:
    from losscli.data.covered import is_read  # noqa: PLC0415 - most runs write no file

    if is_read(path, inputs):
        word = "is" if path.is_file() else "would be, the next time,"
        what = f"{_shown(path)} {word} one of the files to judge"
        raise UsageError(what, where=option, remedy="write to another file")


def refuse_rows(path: str | None, goals: Sequence[Target]) -> None:
    """Refuse a file for rows that a report goes to, too."""
    if path and Path(path).resolve() in {_place(goal.path) for goal in goals}:
        what = f"{visible(path, limit=500)} is named twice"
        raise UsageError(what, where="--rows", remedy="write to another file")


def for_advice(shape: Format, goals: Sequence[Target]) -> None:
    """Refuse formats that are about losses and gates alone, where there are none."""
    for option, form in (("--format", shape), *(("--output", goal.format) for goal in goals)):
        if form.of_gates:
            able = [name for name in format_names() if not format_named(name).of_gates]
            what = f"{form.name} has no words for advice"
            raise UsageError(what, where=option, remedy=f"choose one of {', '.join(able)}")


def target(text: str) -> Target:
    """Read one --output; UsageError where it cannot be written."""
    word, colon, rest = text.partition(":")
    if not rest and (not text or (colon and word in format_names())):
        what, remedy = "the file name is empty", f"name a file: {text or 'json:'}FILE"
        raise UsageError(what, where=f"--output '{text}'", remedy=remedy)
    named = rest and len(word) > 1 and word.isidentifier() and not Path(text).exists()
    path = Path(rest if named else text)
    try:
        form = format_named(word) if named else format_for(path)
    except UsageError as error:
        raise UsageError(error.what, where="--output", remedy=error.remedy) from None
    return Target(_writable(path, "--output"), form)


def _writable(path: Path, option: str) -> Path:
    if path.is_dir():
        raise UsageError(f"{_shown(path)} is a folder", where=option, remedy="name a file in it")
    folder = _place(path).parent
    if not folder.is_dir():
        remedy = f"mkdir -p {shlex.quote(_shown(folder))}"
        raise UsageError(f"there is no folder {_shown(folder)}", where=option, remedy=remedy)
    return path


def _shown(path: Path) -> str:
    return visible(str(path), limit=500)


def _descriptor(path: Path) -> int | None:
    """Return the number of the open file that is meant by a path such as /dev/stdout."""
    at = os.path.abspath(path)  # noqa: PTH100 - Path keeps the dots
    for _ in range(_MOST_LINKS):
        if found := _OPEN.fullmatch(at):
            return _stdout() if found[1] == "1" else int(found[1])
        if not os.path.islink(at):  # noqa: PTH114 - likewise
            break
        at = os.path.normpath(Path(at).parent / Path(at).readlink())
    return None


_OPEN = re.compile(rf"(?:/dev|/proc/(?:self|{os.getpid()}))/fd/(\d{{1,9}})")
_MOST_LINKS = 40
"""Of more links one after the other the system opens no file."""


def _stdout() -> int:
    """Return the descriptor of stdout, which is another one where a plugin might write to 1."""
    return 1 if terminal.stdout is None else terminal.stdout.fileno()


def _is_stdout(path: Path) -> bool:
    """Tell whether stdout goes to a file, and this is its name."""
    with suppress(OSError, ValueError):
        return path.is_file() and os.path.samestat(path.stat(), os.fstat(1))
    return False


def _replaceable(path: Path) -> bool:
    """Tell a plain file, or none yet, from /dev/null, a pipe, an open file and the like."""
    return _descriptor(path) is None and (path.is_file() or not path.exists())


def _place(path: Path) -> Path:
    """Return the file behind links; a pipe has no name but the link that opens it."""
    return Path(os.path.realpath(path)) if _replaceable(path) else path.absolute()


def write(report: Any, goals: Sequence[Target]) -> None:  # noqa: ANN401 - any record
    """Write a report to files, as `write_texts` does."""
    write_texts([(goal, goal.format.render(report, Style())) for goal in goals])


def write_texts(goals: Sequence[tuple[Target, str]]) -> None:
    """Write every file: all of them are complete on the disk before the first gets its name.

    Raises OSError, and leaves nothing behind, where one cannot be written.
    """
    texts = [(_place(goal.path), encoded(text)) for goal, text in goals]
    try:
        drafts = [(_draft(path, data), path) for path, data in texts if _replaceable(path)]
        for draft, path in drafts:
            with naming(path):
                draft.replace(path)
    finally:
        discard()
    for path, data in texts:
        if not _replaceable(path):
            descriptor = _descriptor(path)
            with naming(path):
                # an open file is written on: opened anew, it would begin again
                where = path if descriptor is None else descriptor
                with open(where, "wb", closefd=descriptor is None) as file:
                    file.write(data)


before_leaving.append(discard)


def _draft(path: Path, data: bytes) -> Path:
    """Write a file beside `path` that needs only its name."""

    def write(file: BinaryIO) -> None:
        with naming(path):
            file.write(data)

    return draft_of(path, write)


def encoded(text: str) -> bytes:
    r"""Return UTF-8; half a surrogate pair from a file's name becomes `\udcNN`, as JSON has it."""
    return text.encode("utf-8", "backslashreplace")


def check_stdout() -> None:
    """Raise UsageError where nothing could be printed in the end."""
    if terminal.stdout is None:
        remedy = "give it somewhere to go: --output report.json > /dev/null"
        raise UsageError("stdout is closed", remedy=remedy)


def deliver(text: str) -> None:
    """Write a text to stdout, whole; OSError where it cannot be, BrokenPipeError where unread."""
    if not text:
        return
    check_stdout()
    stdout = cast(TextIO, terminal.stdout)
    with naming(Path("stdout")):
        stdout.buffer.write(encoded(text))
        stdout.buffer.flush()
