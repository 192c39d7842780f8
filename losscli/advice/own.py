"""Losses of the user's own that fit: those of plugins that were run, and sums that have a name."""

from collections.abc import Collection, Iterator, Sequence

from losscli.data.columns import Plan
from losscli.errors import UsageError
from losscli.losses.arguments import column_of, obtainable
from losscli.losses.chosen import Chosen
from losscli.losses.hybrids import hybrids_of
from losscli.losses.language import parse, resolve
from losscli.losses.plugin.load import source_of
from losscli.losses.spec import LOSSES
from losscli.roles import ROLES


def own(found: Plan, names: Collection[str], sums: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each loss that these predictions have the columns of, why it is told, and its plugin.

    `names` are the columns that are there, `sums` texts such as "blend=0.7*mse + 0.3*mae". What
    is for other predictions, or needs a parameter, is passed over.
    """
    for name, text in hybrids_of(sums).items():
        if _fits(text, found, names):
            yield text, f"you have named it {name}", ""
    for loss in LOSSES.values():
        if source_of(loss.origin) is not None and loss.task == found.task:
            said = " ".join(loss.doc.partition("\n\n")[0].split()).rstrip(".")
            why = f"a loss of your own: {said[:1].lower()}{said[1:]}" if said else "it is your own"
            if _fits(loss.name, found, names):
                yield loss.name, why, loss.origin


def _fits(text: str, found: Plan, names: Collection[str]) -> bool:
    try:
        chosen = resolve(parse([text]), found.task)
    except UsageError:
        return False
    return all(_is_there(role, found, names) for one in chosen for role in _needs(one))


def _needs(chosen: Chosen) -> Iterator[str]:
    return (role for role in chosen.roles if role not in chosen.optional)


def _is_there(role: str, found: Plan, names: Collection[str]) -> bool:
    known = {*found.columns, *found.shared, "levels"}
    return obtainable(role, known) or (role not in ROLES and column_of(role) in names)
