"""Losses as another library computes them, where its number differs from the textbook's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from losscli.dataclass import dataclass
from losscli.errors import UsageError
from losscli.losses.chosen import Chosen, Part
from losscli.losses.peer import LIBRARIES, Peer
from losscli.losses.signature import signature
from losscli.losses.spec import Loss
from losscli.visible import visible

OFFERED = ("sklearn", "torch", "keras")
"""The libraries whose numbers can be had."""


@dataclass(frozen=True)
class Likeness:
    """What became of one loss: `name` is what the library calls it, empty where it has none.

    `changed` tells whether the value is the library's own rather than the textbook's; where it
    is not, and `differs` says something, the library's number may be another one.
    """

    loss: str
    name: str
    differs: str
    changed: bool


def check(library: str) -> None:
    """Raise UsageError where there is no such library."""
    if library not in OFFERED:
        what = f"there is no --compat {visible(str(library))}"
        raise UsageError(what, remedy=f"it is one of {', '.join(OFFERED)}")


def as_in(chosen: Chosen, library: str) -> Chosen:
    """Return the loss with the row losses of the library, wherever they differ from ours."""
    return replace(chosen, parts=tuple(_as_in(part, library) for part in chosen.parts))


def likenesses(chosen: Sequence[Chosen], library: str) -> tuple[Likeness, ...]:
    """Return what becomes of each loss that was asked for, hybrids part by part."""
    losses = dict.fromkeys(part.loss for one in chosen for part in one.parts)
    return tuple(_likeness(loss, library) for loss in losses)


def said(found: Sequence[Likeness], library: str) -> Iterator[str]:
    """Say in sentences what the values are."""
    written = LIBRARIES[library]
    for one in found:
        if one.changed:
            yield f"{one.loss} is {written}'s number ({one.name}). {one.differs}"
        elif one.differs:
            number = f"{written}'s number ({one.name}) may differ"
            yield f"{one.loss} is the textbook's, and {number}. {one.differs}"
    same = [f"{one.loss} ({one.name})" for one in found if one.name and not one.differs]
    if same:
        yield f"{written} computes the same number: {', '.join(same)}"
    if none := [one.loss for one in found if not one.name]:
        yield f"{written} has nothing of the kind, so this is the textbook's: {', '.join(none)}"
    if library == "keras":
        yield "Keras computes in single precision: its numbers agree in about 6 digits"


def _likeness(loss: Loss, library: str) -> Likeness:
    peer = _peer(loss, library)
    if peer is None:
        return Likeness(loss.name, "", "", changed=False)
    return Likeness(loss.name, peer.name, peer.differs, changed=peer.changes)


def _peer(loss: Loss, library: str) -> Peer | None:
    """Return the peer in a library: the one with a number of its own, else the first."""
    found = [peer for peer in loss.peers if peer.library == library]
    return next((peer for peer in found if peer.changes), found[0] if found else None)


def _as_in(part: Part, library: str) -> Part:
    return replace(part, loss=like(part.loss, library))


def like(loss: Loss, library: str) -> Loss:
    """Return a loss with the number of a library, itself where it has none of its own."""
    peer = _peer(loss, library)
    if peer is None or not peer.changes:
        return loss
    if peer.combine:
        loss = replace(loss, combine=peer.combine, library=library)
    if peer.rows is None:
        return loss
    domain = signature(peer.rows).domain
    return replace(
        loss,
        function=peer.rows,
        arguments=tuple(domain),
        domain=lambda **_: domain,
        squares=(),
        signed=loss.signed or peer.signed,
        library=library,
    )
