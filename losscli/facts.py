"""What a report says of the data beside the numbers: columns, classes, notes and warnings."""

from collections.abc import Sequence
from dataclasses import replace

from losscli.data.classes import twins
from losscli.data.columns import Plan
from losscli.data.flags import shown
from losscli.losses.chosen import Chosen
from losscli.losses.compat import Likeness, said
from losscli.report.facts import Facts
from losscli.roles import CLASSIFICATION
from losscli.run import Run
from losscli.work import Summary


def _shown_by(found: Plan, chosen: Sequence[Chosen]) -> tuple[str, ...]:
    """Return the breakdowns; losses that are values of images have none by true class."""
    asked = found.wanted.by
    overlap = all(one.combine.empty for one in chosen)
    return () if overlap and not asked and found.by == (found.truth,) else found.by


def facts_of_run(run: Run, summary: Summary, level: float) -> Facts:
    """Return what the report says of data that were read by a run."""
    found, source = run.plan, run.source
    rounded = summary.census.rounded
    told = [rounded[name][1] for name in found.types if name in rounded]
    facts = facts_of(found, summary, run.work.chosen, level, source.files)
    return replace(
        facts,
        columns={**found.shown, "train": run.naive.shown} if run.naive else found.shown,
        notes=(*source.notes, *found.notes, *_of_no_row(found, summary)),
        warnings=(*source.warnings, *told, *found.warnings, *facts.warnings),
    )


def _of_no_row(found: Plan, summary: Summary) -> list[str]:
    """Say which classes the costs alone declare: that of a typing error, maybe."""
    if found.costs is None or found.task != "labels":
        return []
    seen = set(summary.groups[found.truth].classes)
    unseen = [name for name in found.classes if name not in seen]
    return (
        [f"the costs are also of {shown(unseen)}, which is the truth of no row"] if unseen else []
    )


def facts_of(
    found: Plan,
    summary: Summary,
    chosen: Sequence[Chosen],
    level: float,
    files: tuple[str, ...],
) -> Facts:
    """Return what the report says of data that are read by a plan, beside the numbers."""
    truth = found.truth if found.task in CLASSIFICATION else None
    classes: tuple[str | None, ...] = found.classes
    if found.positive is not None and truth is not None:
        seen = set(summary.groups[truth].classes)
        classes = found.settle(seen)
    alike = [
        warning
        for group in summary.groups.values()
        for warning in twins([c for c in group.classes if c])
    ]
    return Facts(
        files=files,
        columns=found.shown,
        task=found.task,
        level=level,
        shown_by=_shown_by(found, chosen),
        truth=truth,
        unit=found.unit,
        grouped=found.wanted.group is not None,
        classes=classes,
        labels=found.keys.get("y", ()),
        levels=tuple(found.levels.tolist()),
        costs=found.costs,
        warnings=tuple(dict.fromkeys(alike)),
    )


def alike(facts: Facts, found: Sequence[Likeness], library: str) -> Facts:
    """Add how the numbers are those of a library that was asked for."""
    found_there = {"library": library, "losses": [dict(vars(one)) for one in found]}
    return replace(facts, compat=found_there, warnings=(*facts.warnings, *said(found, library)))
