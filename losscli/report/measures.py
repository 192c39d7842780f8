"""The distribution of the row losses of any loss, and the numbers of it that limits ask for."""

from collections.abc import Sequence

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.distance import of_distance
from losscli.report.outliers import share
from losscli.report.records import RowMeasure
from losscli.summary.distribution import Distribution, Sample
from losscli.work import Summary

_FAR = 1e-250


@dataclass(frozen=True)
class Asked:
    """What is asked of the rows of the loss `number`: a "quantile" or a "share" of the worst."""

    name: str
    number: int
    function: str
    part: float


def row_losses(summary: Summary, number: int, chosen: Chosen) -> Sample:
    """Return the row losses of a loss, from the residuals where they tell them."""
    if number in summary.rows or "residual" not in summary.numbers:
        return summary.rows.get(number, Distribution()).sample()
    distances = summary.numbers["residual"].sample().distances(0.0)
    return Sample(of_distance(chosen, distances.values), distances.mass, distances.exact)


def for_shares(summary: Summary, number: int, chosen: Chosen, losses: Sample) -> Sample:
    """Return row losses whose sum is a double, for the parts that some of the rows carry.

    These are `losses`, the row losses, or those of smaller or larger roots: the parts of squares
    do not depend on the unit.
    """
    largest = float(losses.values[-1]) if len(losses.values) else 0.0
    squares = chosen.single and chosen.single.loss.squares
    if not squares or number in summary.rows or _FAR < largest < 1 / _FAR:
        return losses
    if "residual" not in summary.numbers:
        return losses
    near = summary.numbers["residual"].sample().distances(0.0).near_one()
    return Sample(of_distance(chosen, near.values), near.mass, near.exact)


def row_measures(
    summary: Summary, chosen: Sequence[Chosen], asked: Sequence[Asked]
) -> tuple[RowMeasure, ...]:
    """Return what is asked, each once; the distributions must be among those that are kept."""
    samples: dict[int, Sample] = {}
    found: dict[str, RowMeasure] = {}
    for one in asked:
        if one.number not in samples:
            samples[one.number] = row_losses(summary, one.number, chosen[one.number])
        sample = samples[one.number]
        quantile = one.function == "quantile"
        parts = for_shares(summary, one.number, chosen[one.number], sample)
        value = sample.quantile(one.part) if quantile else share(parts, one.part)
        found[one.name] = RowMeasure(one.name, value, summary.census.judged, sample.exact)
    return tuple(found.values())
