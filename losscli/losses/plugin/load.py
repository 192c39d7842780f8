"""Loading losses: from a file that the command line names, or from installed packages."""

import hashlib
import importlib
import shlex
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType

import numpy as np

from losscli.errors import UsageError
from losscli.losses.plugin.guard import described, is_interrupt
from losscli.losses.plugin.visit import Visit, line_in
from losscli.losses.spec import AKA, LOSSES, Loss, NameTakenError
from losscli.visible import visible

GROUP = "losscli.losses"
"""The group of the entry points that bring losses."""
_LOADED: dict[str, tuple[tuple[str, str], ...]] = {}
"""The losses of each plugin that was run, by its path."""
_SOURCES: dict[str, str] = {}
_installed: list[str] = []


def load(path: str) -> tuple[Loss, ...]:
    """Run a plugin, unless it was run before, and return the losses that it registers.

    Raises UsageError, with its line, where it cannot be run or registers none.
    """
    file = str(Path(path).resolve())
    if file not in _LOADED:
        try:
            source = decode_source(Path(path).read_bytes())
        except (OSError, SyntaxError, ValueError) as error:
            said = getattr(error, "strerror", None) or "it is no text in UTF-8"
            raise UsageError(
                f"the plugin cannot be read: {said}",
                where=visible(path, limit=500),
                remedy="name a file of Python: --plugin FILE.py",
            ) from None
        load_source(file, path, source)
    return tuple(LOSSES[key] for key in _LOADED[file])


def load_source(file: str, path: str, source: str) -> None:
    """Run the text of a plugin as that of a file, unless it was run before."""
    if file in _LOADED:
        return
    before = set(LOSSES)
    with _undone_on_failure(), redirect_stdout(sys.stderr):
        _run(path, source)
        found = tuple(key for key in LOSSES if key not in before)
        if not found:
            what = "the plugin registers no loss"
            remedy = "decorate a function: @losscli.loss"
            raise UsageError(what, where=visible(path, limit=500), remedy=remedy)
    _LOADED[file], _SOURCES[path] = found, source


def _run(path: str, source: str) -> None:
    stem, mark = Path(path).stem, hashlib.sha256(source.encode()).hexdigest()[:12]
    module = ModuleType(f"losscli_plugin_{mark}.{stem}")
    module.__file__ = path
    sys.modules[module.__name__] = module
    try:
        with Visit(path), np.errstate(), warnings.catch_warnings():
            exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102 - named to be run
    except BaseException as error:
        if is_interrupt(error):
            raise
        raise _failure(path, error) from None


def blamed(error: BaseException) -> UsageError | None:
    """Return what to say of an error that arose in a plugin, wherever that was called."""
    found = (path for path in _SOURCES if line_in(path, error))
    return next((_failure(path, error) for path in found), None)


def _failure(path: str, error: BaseException) -> UsageError:
    line = line_in(path, error)
    what = f"the plugin fails: {described(error)}"
    if isinstance(error, SyntaxError) and error.filename in (path, None):
        line, what = error.lineno, f"the plugin is no Python: {visible(error.msg)}"
    if isinstance(error, NameTakenError):
        what = str(error)
    where = visible(path, limit=500) + (f", line {line}" if line else "")
    return UsageError(what, where=where, remedy=_remedy(path, error))


def _remedy(path: str, error: BaseException) -> str:
    if isinstance(error, NameTakenError):
        return 'give it another name, as in @losscli.loss(name="my_loss")'
    if isinstance(error, ModuleNotFoundError):
        module, folder = str(error.name), str(Path(path).parent)
        if (Path(path).parent / f"{module}.py").exists():
            return (
                f"name its folder: PYTHONPATH={visible(shlex.quote(folder), limit=500)} losscli …"
            )
        return f"install it: pip install {visible(module)}"
    return "mend it there"


def source_of(path: str) -> str | None:
    """Return the text of a plugin that was run, for processes that have not run it."""
    return _SOURCES.get(path)


def load_installed() -> None:
    """Load the losses of installed packages, once; UsageError where one cannot be loaded."""
    if _installed:
        return
    _installed.append(GROUP)
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and seldom needed

    for point in entry_points(group=GROUP):
        try:
            with _undone_on_failure(), redirect_stdout(sys.stderr), Visit(""), np.errstate():
                point.load()
        except BaseException as error:
            if is_interrupt(error):
                raise
            package = visible(point.dist.name if point.dist else point.module)
            what = f"the losses of the package {package} cannot be loaded: {described(error)}"
            remedy = f"mend or remove it: pip uninstall {package}"
            raise UsageError(what, where=_innermost(error), remedy=remedy) from None


def _innermost(error: BaseException) -> str:
    """Return where an error arose, outside of this package and what imports others."""
    ours = ("<", str(Path(__file__).parents[2]), str(Path(importlib.__file__).parent))
    places = [
        f"{frame.filename}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(ours)
    ]
    return visible(places[-1], limit=500) if places else ""


@contextmanager
def _undone_on_failure() -> Iterator[None]:
    losses, names = dict(LOSSES), dict(AKA)
    try:
        yield
    except BaseException:
        for registry, before in ((LOSSES, losses), (AKA, names)):
            for key in [key for key in registry if key not in before]:
                del registry[key]
        raise
