"""Each model alone, on the rows that both are judged on: what limits ask for, and its groups."""

from collections.abc import Mapping
from dataclasses import replace

from losscli import work as alone
from losscli.comparison.plans import Plans
from losscli.comparison.run import PairedRun
from losscli.comparison.summary import PairedSummary
from losscli.data.columns import Plan
from losscli.dataclass import dataclass
from losscli.facts import facts_of
from losscli.gates.baseline import from_report
from losscli.gates.binding import Bound
from losscli.gates.plan import Gates
from losscli.job import Done, done, of_matrix, work_of
from losscli.losses.chosen import Chosen
from losscli.refusals import refuse_units
from losscli.report import Gate
from losscli.report.facts import Samples
from losscli.run import samples


@dataclass(frozen=True)
class Models:
    """What is asked of each model alone: limits about the new one, and values by group.

    `chosen` are the losses that are compared, then those that only limits name.
    """

    gates: Gates
    bounds: tuple[Bound, ...]
    chosen: tuple[Chosen, ...]
    plans: Mapping[str, Plan]

    @classmethod
    def of(
        cls, gates: Gates, found: Plans, chosen: tuple[Chosen, ...], *, fixed: bool = False
    ) -> "Models":
        """Bind the limits; UsageError where one asks for what there is not.

        `fixed` is that of `Gates.bound`.
        """
        old, new = found.old, found.new
        wanted = replace(
            new.wanted,
            weight=old.weight,
            by=old.wanted.by,
            group=old.wanted.group,
            cluster=old.wanted.cluster,
        )
        new = replace(new, wanted=wanted, by=old.by)
        roles = (*new.columns, *new.shared)
        every, bounds = gates.bound(chosen, new.task, roles, old.by, of_matrix(new), fixed=fixed)
        return cls(gates, bounds, every, {"old": old, "new": new})

    @property
    def works(self) -> dict[str, alone.Work]:
        """What is asked of the rows of each model; nothing of one that nobody asks about."""
        grouped = self.plans["old"].wanted.group is not None
        names = [
            *(["old"] if grouped or self.gates.related else []),
            *(["new"] if grouped or self.bounds else []),
        ]
        return {name: work_of(self.plans[name], self.chosen, self.bounds, 0) for name in names}

    def check(self, summary: PairedSummary) -> None:
        """Refuse groups that cannot be kept, or are of several classes."""
        for name, found in summary.models.items():
            refuse_units(found, self.plans[name])

    def judged(
        self,
        summary: PairedSummary,
        run: PairedRun,
        *,
        level: float,
        strict: bool,
    ) -> tuple[tuple[Gate, ...], tuple[str, ...]]:
        """Return the verdict of each limit about the new model, and what must be said of them.

        The baseline is the old model.
        """
        if not self.bounds:
            return (), ()
        new = self._done("new", summary, run, level)
        baseline = None
        if self.gates.related:
            baseline = from_report(self._done("old", summary, run, level).report)
        report = replace(new.report, warnings=())
        found = self.gates.judge(
            report, self.bounds, baseline, new.tails, strict=strict, other_data=False
        )
        return found.gates, found.warnings

    def _done(self, name: str, summary: PairedSummary, run: PairedRun, level: float) -> Done:
        found, plan = summary.models[name], self.plans[name]
        source = run.sources[0 if name == "old" else -1]
        facts = facts_of(plan, found, self.chosen, level, source.files)
        return done(found, self.works[name], self.bounds, facts, self._samples(found, run))

    def _samples(self, summary: alone.Summary, run: PairedRun) -> Samples:
        """Return the sample of the truths, which only the best constants ask for."""
        if not any(bound.limit.function == "skill" for bound in self.bounds):
            return Samples()
        truths = {name: found for name, found in summary.numbers.items() if name == "y"}
        return samples(run, replace(summary, numbers=truths))
