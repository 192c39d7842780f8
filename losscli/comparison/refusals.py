"""What `compare` refuses."""

import os
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from losscli.adapt import Adaptation
from losscli.comparison.verdict import MODES
from losscli.errors import DataError, UsageError
from losscli.losses.chosen import Chosen
from losscli.visible import visible
from losscli.wanted import ADAPTING
from losscli.wanted import reading as known_words

_HEAD = 64


def check_words(reading: Mapping[str, Any], mode: str) -> None:
    """Refuse what compare does not take."""
    for word in reading.keys() - known_words() - {*ADAPTING}:
        raise TypeError(f"compare() got an unexpected keyword argument {word!r}")
    if mode not in MODES:
        what = f"there is no mode {visible(mode)!r}"
        raise UsageError(what, remedy=f"choose one of {', '.join(MODES)}")


def refuse_report(data: Any) -> None:  # noqa: ANN401 - a path or a DataFrame
    """Refuse a file that holds a report, which has no rows to pair."""
    if not isinstance(data, str | os.PathLike) or not Path(data).is_file():
        return
    with Path(data).open("rb") as file:
        head = file.read(_HEAD)
    kind = "a pickle" if head[:1] == b"\x80" else "a saved report" if b'"schema"' in head else ""
    if kind:
        remedy = (
            "compare takes both files of predictions; losscli eval NEW --against takes a report"
        )
        where = visible(os.fspath(data), 200)
        raise DataError(f"is {kind}, which has no rows to pair", where=where, remedy=remedy)


def refuse_losses(chosen: Sequence[Chosen], *, units: bool) -> None:
    """Refuse losses whose change over all rows means nothing."""
    for one in chosen:
        name = visible(one.label)
        if any(part.loss.signed for part in one.parts):
            what = f"{name} is signed, so neither more nor less of it is better"
            remedy = "compare a loss that is better the smaller it is, such as mae"
            raise UsageError(what, where="--loss", remedy=remedy)
        if one.combine.empty is not None and not units:
            what = f"{name} is a value of many rows together, such as the pixels of an image"
            remedy = "name the image of each row: --group COLUMN; --pooled takes all rows as one"
            raise UsageError(what, where="--loss", remedy=remedy)


def refuse_adapting(chosen: Sequence[Chosen], adaptation: Adaptation, old: str) -> None:
    """Refuse losses that would be fitted to one of the models which they are to compare."""
    for one in chosen:
        if one.auto and not adaptation.fixed:
            what = f"{visible(one.label)} would adapt to one of the two models, or differ for each"
            remedy = f"--fit-on {visible(old, 200)}, or --freeze-from a saved report"
            raise UsageError(what, where="--loss", remedy=remedy)


def check_classes(
    seen: Mapping[str, Sequence[str | None]], named: Collection[tuple[str, str]], where: str
) -> None:
    """Refuse a named class that no row has."""
    for by, cls in sorted(named):
        known = [one for one in seen[by] if one is not None]
        if cls not in known:
            near = get_close_matches(cls, known, n=1)
            first = ", ".join(visible(one) for one in known[:5])
            remedy = f"did you mean {visible(near[0])}?" if near else f"its classes are {first}"
            what = f"no row has the class {visible(cls)!r} of {visible(by)}"
            raise DataError(what, where=where, remedy=remedy)
