"""Where a row has several truths: labels, shares, the corners of a box, a vector."""

from losscli.advice.rule import rule


@rule(
    fits=("log_loss", "hamming"),
    misleads=("zero_one",),
    why="several labels can be true at once, and zero_one counts a row as wrong for one of them",
)
def several_probabilities(task: str, roles: frozenset[str]) -> bool:
    """See a probability for each label."""
    return task == "multilabel" and bool(roles & {"prob", "logit"})


@rule(
    fits=("hamming", "zero_one"),
    why="of each label only the decision is known: hamming counts labels, zero_one rows",
)
def several_decisions(task: str, roles: frozenset[str]) -> bool:
    """See a decision for each label."""
    return task == "multilabel" and "label" in roles


@rule(
    fits=("kl",),
    misleads=("cross_entropy",),
    why="the truths are shares: kl is 0 where they are met, cross_entropy is then their entropy",
)
def soft_labels(task: str) -> bool:
    """Shares of classes as truths."""
    return task == "soft"


@rule(
    fits=("giou",),
    misleads=("iou",),
    why="boxes that miss each other have the same iou, however far apart they are",
)
def boxes(parts: frozenset[str]) -> bool:
    """Corners of boxes as truths."""
    return parts == {"x1", "y1", "x2", "y2"}


@rule(
    fits=("cosine",),
    why="the truths are vectors: cosine judges where they point, whatever their length",
)
def vectors(task: str, parts: frozenset[str]) -> bool:
    """See vectors that are no boxes."""
    return task == "vectors" and not boxes(parts)
