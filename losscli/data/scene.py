"""What is known of a file before its task is chosen: header, first rows, the user's words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from losscli.data import several
from losscli.data.block import Source
from losscli.data.boxes import in_order
from losscli.data.flags import FAMILIES, LOGITS, Header, flag, given, pinned, shown
from losscli.data.peek import Peek, joined
from losscli.data.roles import Candidate, Wanted, candidates, truths
from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.roles import ROLES
from losscli.visible import first_of, visible

YES_AND_NO = 2
_OF_A_ROW = re.compile(r"-?\d+\.\d{3,}|-\d+(\.\d+)?", re.ASCII)
"""A number that hardly is a level or a class, and so no name of a column."""


@dataclass(frozen=True)
class Scene:
    """What is known of a file when its task is chosen.

    `truth` is the column of what happened, "" where there is none or several: then `truths`
    holds those. `given` are the columns that the user named by role, `options` what the
    conventions find.
    """

    header: Header
    peek: Peek
    wanted: Wanted
    truth: str
    given: dict[str, Candidate]
    options: tuple[Candidate, ...]
    truths: Candidate | None = None

    def of(self, role: str) -> list[Candidate]:
        """Return what may play a role: what the user named for it, else all options."""
        named = self.given.get(role)
        return [named] if named else [c for c in self.options if c.role == role]

    def two_truths(self) -> bool:
        """Tell whether the first rows hold at most two classes."""
        return len(self.peek.distinct(self.truth)) <= YES_AND_NO

    def whole(self, candidate: Candidate) -> bool:
        """Tell whether every truth of the first rows is one of a family's classes."""
        if self.truths:
            return set(self.truths.keys) == set(candidate.keys)
        return set(self.peek.distinct(self.truth)) <= set(candidate.keys)


def scene_of(source: Source, wanted: Wanted) -> Scene:
    """Find the truth and what may play each role beside it; unknown names are UsageErrors."""
    header = Header(tuple(source.names), first_of(source.files))
    wanted = replace(
        wanted,
        weight=header.optional("--weight", wanted.weight),
        id=header.optional("--id", wanted.id),
        group=header.optional("--group", wanted.group),
        cluster=header.optional("--cluster", wanted.cluster),
        by=tuple(dict.fromkeys(header.column("--by", name) for name in wanted.by)),
    )
    named = {(LOGITS.get(r, r) if wanted.logits else r): n for r, n in wanted.roles.items()}
    beside = getattr(source, "layout", None)  # of a file of truths
    single = {
        r: beside.truth(n) if beside and r == "y" else given(header, r, n, ())
        for r, n in named.items()
        if r not in FAMILIES
    }
    if "" in (*wanted.by, *(single["y"].columns if "y" in single else ())):
        what = "a column without a name can be neither the truth nor a breakdown"
        raise UsageError(what, where=header.where, remedy="write its name into the header")
    roles = {name for c in single.values() for name in c.columns if c.role != "y"}
    others = (wanted.weight, wanted.id, wanted.group, wanted.cluster)
    taken = roles | {name for name in others if name is not None}
    folded = header.folded(frozenset(taken))
    truth, truths = _truth(header, wanted, single, taken)
    if truths and wanted.components:
        truths = in_order(truths, wanted.components, header.where)
    twice = roles & {truth, *(truths.columns if truths else ())}
    if twice:
        what = f"{shown(sorted(twice))} is named for the truth and for something else"
        raise UsageError(what, where=header.where, remedy="name another column")
    options = tuple(several.beside(truths, folded) if truths else candidates(truth, folded))
    if wanted.logits:
        renamed = (replace(c, role=LOGITS.get(c.role, c.role)) for c in options)
        options = tuple(dict.fromkeys(renamed))
    families = {r: given(header, r, n, options) for r, n in named.items() if r in FAMILIES}
    peek = Peek(source.sample())
    return Scene(header, peek, wanted, truth, {**single, **families}, options, truths)


def _truth(
    header: Header, wanted: Wanted, named: Mapping[str, Candidate], taken: Iterable[str]
) -> tuple[str, Candidate | None]:
    """Return the column of the truth, or the columns of several."""
    if "y" in named and named["y"].keys:
        return "", named["y"]
    if "y" not in named and wanted.truth == "none":
        return "", None
    if "y" not in named and wanted.truth != "one":
        found = several.truths(header.folded(frozenset(taken)))
        if found and (wanted.truth == "several" or not truths(header.folded(frozenset(taken)))):
            return "", found
    if wanted.truth == "several":
        what = "the losses ask for several truths, and no columns y_<name> are there"
        if "y" in named:
            what = f"the losses ask for several truths, and {flag('y')} names one column"
        raise UsageError(what, where=header.where, remedy="name them: --true 'y_*'")
    return choose_truth(header, named, taken), None


def choose_truth(header: Header, named: Mapping[str, Candidate], taken: Iterable[str]) -> str:
    """Return the column of the truth: a pair of names beats a single one; a tie is refused.

    What the vocabulary calls a prediction (label) is the truth only where nothing else is.
    """
    if "y" in named:
        return named["y"].columns[0]
    folded = header.folded(frozenset(taken))
    found = truths(folded)
    found = [name for name in found if name not in ROLES] or found
    pairs = [name for name in found if any(c.pair for c in candidates(name, folded))]
    best = pairs or found
    if len(best) == 1:
        return best[0]
    if best:
        what = f"{joined([visible(name) for name in best])} could each be the truth"
        remedy = "name it: " + joined([flag("y", name) for name in best], "or")
        raise UsageError(what, where=header.where, remedy=remedy)
    what = f"no column is known as the truth; the columns are {shown(header.names)}"
    remedy = f"name it: --true COLUMN{_no_names(header.names)}"
    raise UsageError(what, where=header.where, remedy=remedy)


def _no_names(names: Sequence[str]) -> str:
    """Say what else may be so where the names of a header look as if they were none."""
    if names[0].startswith("#"):
        return "; or remove the lines before the header"
    if len(names) == 1 and " " in names[0].strip():
        many = "  " in names[0].strip()
        parted = "put it through tr -s ' ' ','" if many else "--delimiter space"
        return f"; or say what parts the columns: {parted}"
    if any(map(_OF_A_ROW.fullmatch, names)):
        return "; or say that the first line is a row: --no-header"
    return ""


def pick(scene: Scene, options: Sequence[Candidate]) -> Candidate | None:
    """Return the best of several candidates for a role; raise UsageError on a tie."""
    best = [c for c in options if c.pair] or list(options)
    if len({c.columns for c in best}) == 1 and len(best) > 1:
        best = [c for c in best if scene.whole(c)] or best
    if len(best) <= 1:
        return best[0] if best else None
    columns = [shown(c.columns) for c in best]
    what = f"{joined(columns)} could each be the {best[0].role} beside {visible(scene.truth)}"
    remedy = "name one: " + joined([pinned(scene.header, c) for c in best], "or")
    raise UsageError(what, where=scene.header.where, remedy=remedy)
