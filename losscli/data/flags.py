"""What the user named: columns, patterns of columns, and the flags that pin a choice."""

import difflib
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from losscli.data.names import fold, level, percent
from losscli.data.roles import Candidate, Named
from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.roles import ROLES
from losscli.visible import visible

FAMILIES = tuple(role.word for role in ROLES.values() if role.family)
"""The roles that several columns play together."""
LOGITS = {"prob": "logit", "score": "logit", "probs": "logits", "scores": "logits"}
"""What the columns of a role are where they hold logits."""
_NUMBER = re.compile(r"-?\d*\.?\d+", re.ASCII)
_QUARTILES = ("1", "2", "3")
_TRAILING_NUMBER = re.compile(r"-?(0?\.\d+|\d+(?:\.\d+)?)%?$", re.ASCII)


def flag(role: str, value: str = "") -> str:
    """Return the flag that pins a role, as it can be pasted."""
    own = ROLES[role].flag if role in ROLES else ""
    if not role.isidentifier():
        pair = f"{role}={value}" if value else role
        return f"--column {shlex.quote(visible(pair, limit=2000))}"
    word = "--true" if role == "y" else f"--{own or role}"
    return f"{word} {shlex.quote(visible(value, limit=2000))}" if value else word


def shown(names: Iterable[str], most: int = 12) -> str:
    """Join the names of columns or classes for a message; the rest is counted."""
    names = list(names)
    words = [visible(name) or "(no name)" for name in names[:most]]
    more = [f"… {len(names) - most} more"] if len(names) > most else []
    return ", ".join(words + more)


@dataclass(frozen=True)
class Header:
    """The names of the columns in order; `where` is the file, for messages."""

    names: tuple[str, ...]
    where: str

    def folded(self, without: frozenset[str] = frozenset()) -> dict[str, list[str]]:
        """Return the columns that fold to each folded name, in the order of the file."""
        found: dict[str, list[str]] = {}
        for name in self.names:
            if name and name not in without:
                found.setdefault(fold(name), []).append(name)
        return {own: list(dict.fromkeys(names)) for own, names in found.items()}

    def column(self, option: str, name: str) -> str:
        """Return the column called `name`; raise UsageError with the nearest names."""
        if name in self.names:
            return name
        same = [own for own in self.names if _normal(own) == _normal(name)]
        if same:
            return same[0]
        near = [own for own in self.names if fold(own) == fold(name)]
        near += difflib.get_close_matches(name, self.names, n=3, cutoff=0.5)
        near = list(dict.fromkeys(near))[:3]
        what = f"{option}: there is no column {visible(name)!r}"
        found = f"did you mean {shown(near)}?" if near else f"the columns are {shown(self.names)}"
        raise UsageError(what, where=self.where, remedy=found)

    def optional(self, option: str, name: str | None) -> str | None:
        """Return the same, or None where nothing is named; "" is a name that pandas writes."""
        return None if name is None else self.column(option, name)

    def refuse_twins(self, used: Iterable[str]) -> None:
        """Raise DataError where a used column's name stands in the header more than once."""
        count = Counter(map(_normal, self.names))
        for name in used:
            if count[_normal(name)] > 1:
                what = f"the header has the column {visible(name)} {count[_normal(name)]} times"
                remedy = "give each column its own name"
                raise DataError(what, where=self.where, remedy=remedy)


def given(header: Header, role: str, named: Named, known: Sequence[Candidate]) -> Candidate:
    """Return what the user named for a role; `known` families tell the classes of bare names.

    A role that is one column beside one truth is a family where several are named: `y_*`.
    """
    if role not in FAMILIES and not _several(header, role, named):
        if not isinstance(named, str):
            what = f"{flag(role)} takes one column"
            raise UsageError(what, where=header.where)
        return Candidate(role, (header.column(flag(role), named),), pair=True)
    found = _family(header, role, named, known)
    columns, keys = tuple(column for _, column in found), tuple(key for key, _ in found)
    repeated = [key for key, count in Counter(keys).items() if count > 1]
    if repeated or len(found) < 2:  # noqa: PLR2004 - a family has two
        found_words = f"finds {shown(repeated)} twice" if repeated else f"finds {shown(columns)}"
        what = f"{flag(role)} needs two or more columns of their own, and {found_words}"
        raise UsageError(what, where=header.where, remedy=f"{flag(role)} cat=p1,dog=p2")
    return Candidate(role, columns, keys, pair=True)


def _several(header: Header, role: str, named: Named) -> bool:
    able = role == "y" or role not in ROLES or ROLES[role].of_many
    many = not isinstance(named, str) or (named not in header.names and set(named) & set("*,="))
    return bool(able and many)


def _family(
    header: Header, role: str, named: Named, known: Sequence[Candidate]
) -> list[tuple[str, str]]:
    """Return (class or level, column) of each column."""
    option = flag(role)
    if isinstance(named, Mapping):
        return [(str(key), header.column(option, name)) for key, name in named.items()]
    if isinstance(named, str):
        named = [named] if named in header.names else named.split(",")
    found: list[tuple[str, str]] = []
    for word in named:
        key, equals, column = word.rpartition("=")
        if word in header.names:
            found.append((_own_key(role, word, named, known), word))
        elif equals:
            found.append((key.strip(), header.column(option, column.strip())))
        elif word.count("*") == 1:
            found += _matching(header, word)
        else:
            column = header.column(option, word.strip())
            found.append((_own_key(role, column, named, known), column))
    return found


def _matching(header: Header, pattern: str) -> list[tuple[str, str]]:
    before, _, after = pattern.partition("*")
    return [
        (name[len(before) : len(name) - len(after)], name)
        for name in header.names
        if name.startswith(before) and name.endswith(after) and len(name) > len(before + after)
    ]


def _own_key(role: str, column: str, named: Sequence[str], known: Sequence[Candidate]) -> str:
    """Return the class of a column that was named bare: its family's, else its own name."""
    if role == "quantiles":
        number = _TRAILING_NUMBER.search(column)
        return number[0] if number else column
    wanted = {word.strip() for word in named}
    for candidate in known:
        if candidate.role == role and wanted <= set(candidate.columns):
            return candidate.keys[candidate.columns.index(column)]
    return column


def levels(header: Header, candidate: Candidate) -> tuple[float, ...]:
    """Return the quantile level of each column; raise UsageError where a name tells none.

    Percent without a sign are read only where they are symmetric: q1, q2, q3 may be quartiles.
    """
    bare = [key.rstrip("%").lstrip(" _") for key in candidate.keys]
    signed = all(key.endswith("%") for key in candidate.keys)
    if signed or (all(map(percent, bare)) and _symmetric(bare)):
        return _read(header, candidate, bare, percent)
    return _read(header, candidate, bare, level)


def _read(
    header: Header, candidate: Candidate, texts: Sequence[str], reads: Callable[[str], float | None]
) -> tuple[float, ...]:
    found = [reads(text) for text in texts]
    both = list(zip(candidate.columns, texts, found, strict=True))
    if lacking := [(column, text) for column, text, value in both if value is None]:
        what = f"the quantile level of {shown(c for c, _ in lacking)} is not in the name"
        numbers = [(column, text) for column, text in lacking if _NUMBER.fullmatch(text)]
        if numbers := [(column, text) for column, text in numbers if text not in _QUARTILES]:
            column, text = numbers[0]
            among = "(0, 1)" if reads is level else "(0, 100), as percent are"
            what = f"{visible(text)}, the quantile level of {visible(column)}, is not in {among}"
        meant = [(name, reads(text.lstrip("-"))) for name, text, _ in both]
        legal = [f"{value:g}={name}" for name, value in meant if value]
        example = ",".join(legal) if len(legal) > 1 else "0.05=low,0.5=middle,0.95=high"
        raise UsageError(what, where=header.where, remedy=f"give it: {flag('quantiles', example)}")
    return tuple(value or 0.0 for value in found)


def _symmetric(percents: Sequence[str]) -> bool:
    mirrored = sorted(100 - Decimal(text) for text in percents)
    return mirrored == sorted(Decimal(text) for text in percents)


def pinned(header: Header, candidate: Candidate) -> str:
    """Return the flags that name a candidate's columns, as they can be pasted."""
    if candidate.roles:
        pairs = zip(candidate.roles, candidate.columns, strict=True)
        return " ".join(flag(role, column) for role, column in pairs)
    if candidate.role not in FAMILIES and not candidate.keys:
        return flag(candidate.role, candidate.columns[0])
    named = list(zip(candidate.keys, candidate.columns, strict=True))
    key, column = named[0]
    for at in [i for i in range(len(column)) if column.startswith(key, i)]:
        pattern = f"{column[:at]}*{column[at + len(key) :]}"
        if _matching(header, pattern) == named:
            return flag(candidate.role, pattern)
    return flag(candidate.role, ",".join(f"{key}={column}" for key, column in named))


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)
