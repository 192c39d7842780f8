"""Losses that adapt to data: parameters that are `auto`, found in a pass of their own."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from losscli.data.columns import plan
from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.finder import finder
from losscli.gates.binding import Bound
from losscli.gates.frozen import SAVE, frozen
from losscli.gates.saved import called
from losscli.losses.chosen import Chosen, Part
from losscli.report import Fit, Report
from losscli.run import Run
from losscli.visible import visible
from losscli.wanted import open_source

_MOST = 10
"""More values than these are not said on stderr."""
_ROLES = ("y", "pred")
"""What the residuals are of that every rule asks for."""


@dataclass(frozen=True)
class Adaptation:
    """Where parameters that are `auto` come from: the judged rows, a reference, or a report.

    `reference` is what `--fit-on` names, `frozen` holds what a saved report found, by the loss.
    """

    reference: Any = None
    frozen: Mapping[str, Fit] | None = None
    where: str = ""

    @classmethod
    def of(cls, reference: Any, report: "str | os.PathLike[str] | None") -> "Adaptation":  # noqa: ANN401 - as data
        """Read what is asked for; UsageError where it is both, DataError where it is no report."""
        if isinstance(reference, str) and reference == "-":
            raise UsageError("the reference is a file", where="--fit-on", remedy="name it")
        if report is None:
            return cls(reference)
        if reference is not None:
            what = "--fit-on and --freeze-from both say where parameters come from"
            raise UsageError(what, remedy="leave one of them out")
        path = os.fspath(report)
        if "://" not in path and not Path(path).is_file():
            raise DataError("there is no such report", where=called(path), remedy=SAVE)
        return cls(None, frozen(path), called(path))

    @property
    def fixed(self) -> bool:
        """Tell whether the parameters do not depend on the rows that are judged."""
        return self.reference is not None or self.frozen is not None

    def refuse_same(self, data: Any) -> None:  # noqa: ANN401 - as data
        """Refuse to fit on the very rows that are judged, under the name of a reference."""
        files = data if isinstance(data, list | tuple) else [data]
        if any(_same(self.reference, one) for one in files):
            what = "the reference is the file that is judged"
            remedy = "name another, or leave --fit-on out: auto adapts to the judged rows by itself"
            raise UsageError(what, where="--fit-on", remedy=remedy)

    def settled(
        self,
        chosen: Sequence[Chosen],
        run: Run,
        reading: Mapping[str, Any],
        others: tuple[Fit, ...] = (),
    ) -> "Settled":
        """Return the losses with a number for every parameter, and what was found.

        `others` is what was found beside the parameters of losses.
        """
        if not any(one.auto for one in chosen):
            if self.fixed and not others:
                option = "--fit-on" if self.frozen is None else "--freeze-from"
                remedy = "--loss 'huber(delta=auto)' does"
                raise UsageError(f"no loss asks for {option}", remedy=remedy)
            return Settled(tuple(chosen), others, ())
        if self.frozen is not None:
            origin, find = "frozen", self._of_report
        elif self.reference is not None:
            origin, find = "reference", finder("reference", self._reference(run, reading))
        else:
            origin, find = "judged", finder("judged", run)
        fits: dict[str, Fit] = {}
        for part in (part for one in chosen for part in one.parts if part.auto):
            call = _call(part)
            if call not in fits:
                fits[call] = find(part, call)
        told = tuple(origin if one.auto else "" for one in chosen)
        return Settled(tuple(_filled(one, fits) for one in chosen), (*others, *fits.values()), told)

    def _reference(self, run: Run, reading: Mapping[str, Any]) -> Run:
        source = open_source(self.reference, **reading)
        found = run.plan
        roles = {role: found.columns[role] for role in _ROLES}
        wanted = replace(
            found.wanted, roles=roles, task=found.task, by=(), id=None, group=None, cluster=None,
            extra=(), optional=(), tasks=frozenset({found.task}),
        )  # fmt: skip
        return replace(run, source=source, plan=plan(source, wanted), naive=None)

    def of_report(self, name: str) -> Fit:
        """Return what the saved report found under a name; DataError where it has nothing."""
        assert self.frozen is not None
        fit = self.frozen.get(name)
        if fit is None:
            known = ", ".join(map(visible, self.frozen)) or "nothing"
            what = f"the report has no parameters of {visible(name)}, only of {known}"
            remedy = SAVE.replace("huber(delta=auto)", visible(name)) if "=auto" in name else SAVE
            raise DataError(what, where=self.where, remedy=remedy)
        return fit

    def _of_report(self, part: Part, call: str) -> Fit:
        fit = self.of_report(call)
        for parameter in part.loss.parameters:
            if parameter.name in part.auto:
                value = fit.parameters.get(parameter.name)
                wrong = "it is missing" if value is None else parameter.check(value)
                if wrong:
                    what = f"{visible(call)}: {parameter.name} of the report is no use: {wrong}"
                    raise DataError(what, where=self.where, remedy=SAVE)
        if extra := sorted(set(fit.parameters) - set(part.auto)):
            what = f"{visible(call)}: the report has a parameter too many: {visible(extra[0])}"
            raise DataError(what, where=self.where, remedy=SAVE)
        return fit


@dataclass(frozen=True)
class Settled:
    """Losses whose parameters are numbers, what was found, and where each loss has it from."""

    chosen: tuple[Chosen, ...]
    fits: tuple[Fit, ...]
    adapted: tuple[str, ...]

    def bound(self, bounds: Sequence[Bound]) -> tuple[Bound, ...]:
        """Return limits bound to these losses, which stand where those without numbers stood."""
        return tuple(replace(one, chosen=self.chosen[one.number]) for one in bounds)

    def told(self, report: Report) -> Report:
        """Return the report of these losses with what was found."""
        losses = zip(report.losses, self.adapted or ("",) * len(report.losses), strict=True)
        return replace(
            report,
            losses=tuple(replace(one, adapted=origin) for one, origin in losses),
            fitted=self.fits,
            notes=(*report.notes, *self.notes),
            warnings=(*report.warnings, *self.warnings),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found, one sentence a loss, for stderr."""
        return tuple(_note(fit) for fit in self.fits)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Say that losses which adapt to the judged rows are of no use beside other rows."""
        names = [visible(fit.loss) for fit in self.fits if fit.origin == "judged"]
        if not names:
            return ()
        what = f"{', '.join(names)}: found from the rows that are judged, so the value cannot be"
        return (f"{what} compared with another model's (--fit-on FILE or --freeze-from REPORT)",)


def _same(reference: Any, data: Any) -> bool:  # noqa: ANN401 - as data
    paths = (str, os.PathLike)
    if isinstance(reference, paths) and isinstance(data, paths):
        return Path(reference).exists() and Path(data).exists() and Path(reference).samefile(data)
    return reference is not None and reference is data


def _call(part: Part) -> str:
    return replace(part, weight=1.0).spelled(full=True)


def _filled(one: Chosen, fits: Mapping[str, Fit]) -> Chosen:
    if not one.auto:
        return one
    parts = tuple(_with(part, fits[_call(part)]) if part.auto else part for part in one.parts)
    return replace(one, parts=parts, spelling=" + ".join(part.spelled(full=True) for part in parts))


def _with(part: Part, fit: Fit) -> Part:
    return replace(part, parameters={**part.parameters, **fit.parameters}, asked=part.label)


def _note(fit: Fit) -> str:
    known = list(fit.parameters.items())
    values = ", ".join(f"{visible(name)}={value!r}" for name, value in known[:_MOST])
    values += f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
    files = ", ".join(visible(name, limit=500) for name in fit.files)
    origin = "as frozen, once " if fit.origin == "frozen" else ""
    return f"{fit.loss}: {values}, {origin}found from {fit.rows} rows of {files}"
