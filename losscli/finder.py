"""Parameters of losses, found from the residuals of a source in a pass of their own."""

from dataclasses import replace

from losscli.dataclass import dataclass
from losscli.errors import DataError, UsageError
from losscli.losses.auto import Errors, NoFitError, Rule
from losscli.losses.chosen import Part
from losscli.losses.parameter import Value
from losscli.report import Fit
from losscli.run import Run, samples
from losscli.visible import visible
from losscli.work import Work


def refuse_one_pass(run: Run) -> None:
    """Refuse a source that is read once only."""
    if not run.source.rereadable:
        what = "what is found from the data takes a pass of its own, and standard input has one"
        remedy = "write it to a file, or find them elsewhere: --fit-on FILE, --freeze-from REPORT"
        raise UsageError(what, where=run.plan.where, remedy=remedy)


def finder(origin: str, run: Run) -> "Finder":
    """Read the residuals of a source; the parameters of each loss are found from them."""
    where = run.plan.where
    refuse_one_pass(run)
    work = Work(chosen=(), by=(), top=0, numeric=True, distributed=())
    first = replace(run, work=work)
    summary = first.summary()
    if not summary.census.judged:
        raise DataError("no rows are left to find parameters from", where=where)
    sample = samples(first, summary).residual
    assert sample is not None
    median = sample.median()
    errors = Errors(sample.values, sample.mass, sample.distances(median).median())
    census = summary.census
    head = (origin, tuple(run.source.files), census.judged, f"rows128:{census.digest:032x}")
    return Finder(errors, head, where)


@dataclass(frozen=True)
class Finder:
    """Finds parameters from residuals."""

    errors: Errors
    head: tuple[str, tuple[str, ...], int, str]
    where: str

    def __call__(self, part: Part, call: str) -> Fit:
        """Return what is found for a part of a loss; DataError where nothing is."""
        rules: dict[Rule, list[str]] = {}
        fixed: dict[str, float] = {}
        for parameter in part.loss.parameters:
            if parameter.auto and parameter.name in part.auto:
                rules.setdefault(parameter.auto, []).append(parameter.name)
            elif isinstance(value := part.parameters.get(parameter.name), int | float):
                fixed[parameter.name] = float(value)
        found: dict[str, float] = {}
        for rule, names in rules.items():
            try:
                found |= rule.fit(fixed, names, self.errors)
            except NoFitError as error:
                remedy = f"give a number: {visible(_with_numbers(part))}"
                what = f"{visible(call)} cannot be found from these rows: {error}"
                raise DataError(what, where=self.where, remedy=remedy) from None
        for parameter in part.loss.parameters:
            if parameter.name in found and parameter.check(found[parameter.name]):
                what = f"{visible(call)} would be {found[parameter.name]:g}"
                raise DataError(what, where=self.where, remedy=_with_numbers(part))
        origin, files, rows, digest = self.head
        return Fit(
            call, found, "; ".join(rule.words for rule in rules), origin, files, rows, digest
        )


def _with_numbers(part: Part) -> str:
    usual: dict[str, Value] = {
        p.name: p.default for p in part.loss.parameters if p.name in part.auto and p.default
    }
    return Part(1.0, part.loss, {**part.parameters, **usual}).spelled(full=True)
