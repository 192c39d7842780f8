"""Classes: which of two is the positive one, and which differ only by their spelling."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from losscli.data.flags import flag, shown
from losscli.errors import DataError, UsageError
from losscli.visible import visible

_PARTNERS = (("0", "1"), ("-1", "1"), ("false", "true"), ("no", "yes"))
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_TWO = 2


def two_classes(
    seen: Sequence[str], positive: str | None, *, where: str, column: str
) -> tuple[str | None, str]:
    """Return the negative and the positive class of a column with the classes `seen`.

    The positive one is named by the user, or known: 1, true or yes. The negative one is None
    where the first rows hold the positive class alone.
    """
    name = visible(column)
    if positive is None and len(seen) <= _TWO:
        positive = _known_positive(seen)
        if positive is None:
            what = f"which class of {name} is the positive one? the first rows hold {shown(seen)}"
            remedy = "name it: " + " or ".join(flag("positive", text) for text in seen)
            raise UsageError(what, where=where, remedy=remedy if seen else "--positive CLASS")
    others = [text for text in seen if text != positive]
    if len(seen) > _TWO:
        what = f"{name} has more than two classes: {shown(seen)}"
        remedy = "--task multiclass or --task labels judges more than two"
        raise DataError(what, where=where, remedy=remedy)
    if len(others) == _TWO:
        what = f"--positive {visible(str(positive))!r} is not a class of {name}, which has "
        remedy = " or ".join(flag("positive", text) for text in seen)
        raise UsageError(what + shown(seen), where=where, remedy=remedy)
    return (others[0] if others else None), str(positive)


def one_negative(
    seen: Iterable[str | None], positive: str, *, where: str, column: str
) -> str | None:
    """Return the one class beside the positive one among all that were seen.

    For the end of a run whose first rows held one class only. Raises DataError where two
    different classes stand beside the positive one.
    """
    others = list(dict.fromkeys(text for text in seen if text not in (None, positive)))
    if len(others) > 1:
        what = (
            f"{visible(column)} has more than two classes: {shown(map(str, [positive, *others]))}"
        )
        raise DataError(what, where=where, remedy="--task multiclass or --task labels")
    return others[0] if others else None


def _plain(text: str) -> str:
    """Return a class as the pairs above spell it: 1.0 and +1 are 1, TRUE is true."""
    word = text.strip().casefold()
    if not _DECIMAL.fullmatch(word):
        return word
    value = Decimal(word)
    return str(int(value)) if value in (-1, 0, 1) else word


def _known_positive(seen: Sequence[str]) -> str | None:
    plain = {_plain(text): text for text in seen}
    if len(plain) != len(seen):
        return None
    for negative, positive in _PARTNERS:
        if plain and set(plain) <= {negative, positive}:
            return plain.get(positive) or _alike(plain[negative], positive)
    return None


def _alike(text: str, word: str) -> str:
    """Spell `word` as `text` is spelled: No gives Yes, 0.0 gives 1.0."""
    if text.istitle():
        return word.title()
    if text.isupper():
        return word.upper()
    return f"{word}.0" if text.endswith(".0") else word


def twins(classes: Iterable[str | None]) -> list[str]:
    """Return a warning for each set of classes that differ only by how they are spelled.

    By the spelling of a number (007 and 7), by case or by spaces (Cat and cat).
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for text in dict.fromkeys(classes):
        if text is not None:
            alike.setdefault(_key(text), []).append(text)
    found = []
    for key, texts in alike.items():
        if len(texts) > 1:
            how = "the spelling of a number" if key[0] == "number" else "case or spaces"
            names = " and ".join(repr(visible(text)) for text in texts)
            found.append(f"the classes {names} differ only by {how} and are judged as {len(texts)}")
    return found


def _key(text: str) -> tuple[str, ...]:
    word = " ".join(text.casefold().split())
    if _DECIMAL.fullmatch(word):
        return "number", str(Decimal(word).normalize() + 0)
    return "word", word
