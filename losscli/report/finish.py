"""From summaries to the report."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from losscli.losses.chosen import Chosen
from losscli.report.constant import best_constant
from losscli.report.diagnostics import Outliers, WorstRow
from losscli.report.facts import Facts, Samples
from losscli.report.finisher import Finisher, Medians
from losscli.report.groups import ByGroup
from losscli.report.measures import for_shares, row_losses
from losscli.report.outliers import outliers, reason, residuals
from losscli.report.parts import largest_part, parts_of, terms_of
from losscli.report.records import BestConstant, LossResult, PartResult
from losscli.report.report import Report
from losscli.report.terms import Terms
from losscli.report.truths import NoConstantError, Truths
from losscli.report.truths_of import truths_of
from losscli.report.units import cluster_moments
from losscli.report.warn import warnings
from losscli.summary.distribution import Distribution
from losscli.summary.dyadic import Dyadic, quotient
from losscli.summary.group_sums import GroupSums
from losscli.summary.worst import BadRow
from losscli.work import Summary


def finish(summary: Summary, chosen: Sequence[Chosen], facts: Facts, samples: Samples) -> Report:
    """Turn the summary of all rows into the report."""
    census = summary.census
    by_row, overall_by_row = _by_row(summary, chosen, facts)
    of_groups = ByGroup.of(summary, chosen, facts.level) if facts.grouped else None
    groups: Mapping[str | None, Finisher] = of_groups.by if of_groups else by_row
    overall = of_groups.overall if of_groups else overall_by_row
    truths = None if of_groups else truths_of(summary, facts, samples)
    results = []
    for k, one in enumerate(chosen):
        value = overall.estimate(k, 0)
        constant, unsure = _constant(one, truths)
        results.append(
            LossResult(
                loss=one.spelling,
                label=one.label,
                name=one.name,
                parameters=dict(one.single.parameters) if one.single else {},
                estimate=value,
                best_constant=constant,
                unsure=unsure,
                skill=1 - value.value / constant.value
                if constant and constant.value and overall_by_row.has_floor(k)
                else math.nan,
                empty_groups=_empty_groups(one, k, of_groups, overall_by_row),
                parts=_parts(one, k, summary, None if of_groups else overall.terms(k, 0)),
                balanced=_balanced(one, k, facts, groups, by_row),
            )
        )
    breakdown = [
        line for name in facts.shown_by for line in groups[name].lines(name, overall, results)
    ]
    total = overall_by_row.terms(0, 0).sum(0) if not results[0].estimate.infinite_rows else None
    found = _outliers(summary, chosen[0], facts, samples, total)
    tails = (
        of_groups.tail_indices()
        if of_groups
        else [
            largest.tail_index(result.estimate.rows)
            for result, largest in zip(results, summary.largest, strict=True)
        ]
    )
    return Report(
        files=facts.files,
        rows=census.rows,
        judged=census.judged,
        digest=f"rows128:{census.digest:032x}",
        columns=facts.columns,
        task=facts.task,
        level=facts.level,
        losses=tuple(results),
        breakdown=tuple(breakdown),
        outliers=found,
        groups=of_groups.record(str(facts.unit), chosen[0], summary.worst.kept)
        if of_groups
        else None,
        warnings=(
            *facts.warnings,
            *warnings(summary, chosen, results, found, samples.coarse, tails, facts.unit),
        ),
        notes=facts.notes,
        compat=facts.compat,
        environment={"numpy": np.__version__},
    )


def _constant(chosen: Chosen, truths: Truths | None) -> tuple[BestConstant | None, str]:
    """Return the best constant, or why it is not sure."""
    try:
        return (best_constant(chosen, truths) if truths else None), ""
    except NoConstantError as error:
        return None, str(error)


def _balanced(
    chosen: Chosen,
    number: int,
    facts: Facts,
    groups: Mapping[str | None, Finisher],
    by_row: Mapping[str | None, Finisher],
) -> float:
    """Return the mean of the class values; of rows, where groups hold rows of several classes."""
    by = groups if facts.truth in groups else by_row
    # the pixels of one class are no image: overlap has no value by true class
    known = facts.truth in by and not chosen.combine.empty
    return by[facts.truth].balanced(number) if known else math.nan


def _empty_groups(
    chosen: Chosen, number: int, of_groups: ByGroup | None, overall: Finisher
) -> int | None:
    empty = chosen.combine.empty
    if empty is None:
        return None
    if of_groups:
        return of_groups.overall.found[number].empty
    return int(empty(overall.terms(number, 0)))


def _medians(summary: Summary, by: str, classes: tuple[str | None, ...]) -> Medians:
    place = {name: k for k, name in enumerate(classes)}
    return {(k, place[c]): d for (k, name, c), d in summary.medians.items() if name == by}


def _whole(medians: Medians) -> Medians:
    total: dict[tuple[int, int], Distribution] = {}
    for (k, _), found in medians.items():
        total[k, 0] = total.get((k, 0), Distribution()) + found
    return total


def _by_row(
    summary: Summary, chosen: Sequence[Chosen], facts: Facts
) -> tuple[dict[str | None, Finisher], Finisher]:
    """Return what finishes the losses of rows in each breakdown, and over all of them."""
    found: dict[str | None, Finisher] = {}
    for name, group in summary.groups.items():
        medians = _medians(summary, name, group.classes)
        sums = None if facts.grouped else summary.units.get(name)
        clusters = cluster_moments(sums, group.classes) if sums else ()
        found[name] = Finisher(group, chosen, facts.level, medians, clusters)
    name, group = next(iter(summary.groups.items()))
    medians = _whole(_medians(summary, name, group.classes))
    clusters = ()
    if summary.units and not facts.grouped:
        whole = next(iter(summary.units.values())).whole()
        clusters = cluster_moments(GroupSums((whole,)), (None,))
    return found, Finisher(group.whole(), chosen, facts.level, medians, clusters)


def _parts(
    chosen: Chosen, number: int, summary: Summary, terms: Terms | None
) -> tuple[PartResult, ...]:
    if number in summary.parts:
        return parts_of(chosen, summary.parts[number])
    return terms_of(chosen, terms) if terms else ()


def _outliers(
    summary: Summary, chosen: Chosen, facts: Facts, samples: Samples, total: Dyadic | None
) -> Outliers:
    found = residuals(samples.residual) if samples.residual else None
    sample = row_losses(summary, 0, chosen)
    mean = sample.mean_of(lambda losses: losses) if len(sample.values) else math.nan
    worst = tuple(
        WorstRow(
            row=row,
            file=facts.files[file],
            id=bad.id,
            y=bad.y,
            pred=bad.pred,
            loss=bad.loss,
            share=_share(bad, total) if total and total.units > 0 else math.nan,
            reason=_reason(chosen, bad, reason(bad, facts.task, found, mean)),
        )
        for bad in summary.worst.rows
        for file, row in (summary.census.place(bad.part, bad.row),)
    )
    tail_index = summary.largest[0].tail_index(summary.census.judged)
    parts = for_shares(summary, 0, chosen, sample)
    return outliers(chosen, sample, found, worst, tail_index, parts)


def _share(bad: BadRow, total: Dyadic) -> float:
    """Return the part of the total loss that a row carries, also where its loss is no double."""
    if math.isfinite(bad.root):
        return quotient(Dyadic.of(bad.weight) * Dyadic.of(bad.root) * Dyadic.of(bad.root), total)
    known = math.isfinite(bad.loss)
    return quotient(Dyadic.of(bad.weight) * Dyadic.of(bad.loss), total) if known else math.nan


def _reason(chosen: Chosen, bad: BadRow, said: str) -> str:
    return "; ".join(filter(None, (said, largest_part(chosen, bad.parts))))
