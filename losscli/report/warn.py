"""What a reader of the numbers must know, in words."""

from collections.abc import Iterator, Sequence

from losscli.losses.chosen import Chosen
from losscli.report.records import LossResult, Outliers
from losscli.summarise import Summary

_TRUSTWORTHY = 4
_STABLE = 2


def warnings(
    summary: Summary,
    chosen: Sequence[Chosen],
    results: Sequence[LossResult],
    found: Outliers | None,
    coarse: Sequence[str],
) -> Iterator[str]:
    """Return one sentence for each thing that the numbers do not say themselves."""
    for why, count in sorted(summary.census.dropped.items()):
        yield f"{count} of {rows(summary.census.rows)} left out: {why}"
    for what, count in sorted(summary.census.noted.items()):
        if count and what in _NOTED:
            yield f"{rows(count)} {_NOTED[what]}"
    for result in results:
        if result.estimate.infinite_rows:
            yield f"{result.label} is infinite in {rows(result.estimate.infinite_rows)}"
    yield from _tails(summary, results)
    yield from _different_aims(chosen)
    for name in coarse:
        yield (
            f"the median of {name} is not known, nor what follows from it: its histogram is too "
            "coarse so far from zero, and standard input cannot be read twice (name a file)"
        )
    if found and not found.exact_quantiles:
        yield "quantiles are those of a histogram, within 0.2 %: there are over a million rows"


_NOTED = {
    "crossing quantiles": "with quantiles that cross",
    "rescaled probabilities": "whose probabilities were rescaled to the sum 1",
}
"""What the reader counts, in words."""


def rows(count: int) -> str:
    """Say how many rows."""
    return "1 row" if count == 1 else f"{count} rows"


def _tails(summary: Summary, results: Sequence[LossResult]) -> Iterator[str]:
    heavy: dict[float, list[str]] = {}
    for result, largest in zip(results, summary.largest, strict=True):
        index = largest.tail_index(result.estimate.rows)
        if index < _TRUSTWORTHY:
            heavy.setdefault(index, []).append(result.label)
    for index, labels in heavy.items():
        what = f"the tail of {', '.join(labels)} is heavy (index {index:.1f})"
        if index < _STABLE:
            yield f"{what}: a few rows decide the mean, and its interval cannot be trusted"
        else:
            yield f"{what}: the interval is likely too narrow"


def _different_aims(chosen: Sequence[Chosen]) -> Iterator[str]:
    aims: dict[str, str] = {}
    for one in chosen:
        part = one.single
        if part and "pred" in part.loss.roles and part.loss.elicits not in ("", "-"):
            word, _, parameter = part.loss.elicits.partition(" ")
            aim = f"{word} {part.parameters[parameter]:g}" if parameter else word
            aims.setdefault({"quantile 0.5": "median"}.get(aim, aim), one.label)
    if len(aims) > 1:
        said = ", ".join(f"{label} rewards the {aim}" for aim, label in aims.items())
        yield f"{said}: no one column can be best under all of them"
