"""The distribution of the row losses of any loss, and the numbers of it that limits ask for."""

from collections.abc import Sequence

from losscli.dataclass import dataclass
from losscli.losses.chosen import Chosen
from losscli.losses.distance import of_distance
from losscli.report.outliers import share
from losscli.report.records import RowMeasure
from losscli.summarise import Summary
from losscli.summary.distribution import Distribution, Sample


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
        value = sample.quantile(one.part) if quantile else share(sample, one.part)
        found[one.name] = RowMeasure(one.name, value, summary.census.judged, sample.exact)
    return tuple(found.values())
