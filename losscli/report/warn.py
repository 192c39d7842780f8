"""What a reader of the numbers must know, in words."""

from collections.abc import Iterator, Sequence

from losscli.losses.chosen import Chosen
from losscli.report.diagnostics import Outliers
from losscli.report.records import LossResult
from losscli.summary.census import Census
from losscli.visible import visible
from losscli.work import Summary

TRUSTWORTHY = 4
_STABLE = 2
_FEW_UNITS = 30
"""With fewer the spread between them is itself too uncertain (Cameron & Miller, 2015)."""


def warnings(
    summary: Summary,
    chosen: Sequence[Chosen],
    results: Sequence[LossResult],
    found: Outliers | None,
    coarse: Sequence[str],
    tails: Sequence[float],
    unit: str | None,
) -> Iterator[str]:
    """Return one sentence for each thing that the numbers do not say themselves."""
    yield from counted(summary.census)
    for result in results:
        if result.estimate.infinite_rows:
            yield f"{result.label} is infinite in {rows(result.estimate.infinite_rows)}"
        if result.unsure:
            yield f"no best constant of {result.label}, so no skill: {result.unsure}"
    yield from _undefined(summary, chosen)
    yield from _tails(tails, results)
    yield from _few_units(results, unit)
    yield from _empty_groups(chosen, results)
    yield from _different_aims(chosen)
    for name in coarse:
        yield (
            f"the median of {name} is not known, nor what follows from it: its histogram is too "
            "coarse so far from zero, and standard input cannot be read twice (name a file)"
        )
    if found and not found.exact_quantiles:
        yield "quantiles are those of a histogram, within 0.2 %: there are over a million rows"


def _undefined(summary: Summary, chosen: Sequence[Chosen]) -> Iterator[str]:
    whole = next(iter(summary.groups.values())).whole()
    for one, moments in zip(chosen, whole.moments, strict=True):
        count = int(moments.undefined[0])
        if count and not one.leaves_out:
            yield f"{one.label} has no value in {rows(count)}, so it has none over all of them"


def counted(census: Census) -> Iterator[str]:
    """Say how many rows were left out or changed, and why."""
    for why, count in sorted(census.dropped.items()):
        yield f"{count} of {rows(census.rows)} left out: {why}"
    for what, count in sorted(census.noted.items()):
        if count and what in _NOTED:
            yield f"{rows(count)} {_NOTED[what]}"


_NOTED = {
    "crossing quantiles": "with quantiles that cross",
    "rescaled probabilities": "whose probabilities were rescaled to the sum 1",
}
"""What the reader counts, in words."""


def rows(count: int) -> str:
    """Say how many rows."""
    return "1 row" if count == 1 else f"{count} rows"


def _few_units(results: Sequence[LossResult], unit: str | None) -> Iterator[str]:
    found = results[0].estimate
    count, noun = (found.groups, "groups") if found.groups else (found.clusters, "clusters")
    if unit is not None and 0 < count < _FEW_UNITS:
        one = "1 " + noun[:-1] if count == 1 else f"{count} {noun}"
        few = "there is no standard error" if count == 1 else "the intervals are likely too narrow"
        yield f"there {'is' if count == 1 else 'are'} only {one} of {visible(unit)}: {few}"


def _empty_groups(chosen: Sequence[Chosen], results: Sequence[LossResult]) -> Iterator[str]:
    found: dict[tuple[int, float], list[str]] = {}
    for one, result in zip(chosen, results, strict=True):
        if result.empty_groups:
            key = result.empty_groups, one.combine.of_nothing
            found.setdefault(key, []).append(result.label)
    for (count, value), labels in found.items():
        what = "1 group has" if count == 1 else f"{count} groups have"
        what += " nothing in truth and prediction"
        said = f"{value:g}" if value else "perfect (0)"
        yield f"{what}, which is {said} for {', '.join(labels)}"


def _tails(tails: Sequence[float], results: Sequence[LossResult]) -> Iterator[str]:
    heavy: dict[float, list[str]] = {}
    for result, index in zip(results, tails, strict=True):
        if index < TRUSTWORTHY:
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
