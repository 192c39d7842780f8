"""Losses of one's own in processes that have not read their formula, or run their plugin."""

from pathlib import Path
from typing import Any

from losscli.losses.plugin.load import load_source, source_of
from losscli.losses.spec import LOSSES, Loss


def packed(loss: Loss) -> tuple[Any, ...] | None:
    """Return a call that gives the loss in any process; None where there is none."""
    if loss.origin == "formula":
        return _read, (loss.name,)
    source = source_of(loss.origin)
    return None if source is None else (_run, (loss.origin, source, (loss.name, loss.task)))


def _read(text: str) -> Loss:
    from losscli.losses.language import parse  # noqa: PLC0415 - a circle

    made = parse([text])[0].terms[0][1].made
    assert made
    return made


def _run(path: str, source: str, key: tuple[str, str]) -> Loss:
    load_source(str(Path(path).resolve()), path, source)
    return LOSSES[key]
