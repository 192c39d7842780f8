"""One evaluation from end to end: a source and the names of losses in, a report out."""

import inspect
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from losscli import engine as engines
from losscli.data.block import Source
from losscli.data.classes import twins
from losscli.data.columns import Plan, Wanted, plan
from losscli.data.costs import read_costs
from losscli.data.training import NAIVE, NaiveErrors, naive_errors
from losscli.errors import DataError, UsageError
from losscli.gates.binding import Bound
from losscli.gates.plan import Gates, Texts, asked_of_rows
from losscli.group_block import refuse_mixed, refuse_too_long, refuse_too_many
from losscli.losses.chosen import Chosen
from losscli.losses.compat import Likeness, as_in, check, likenesses, said
from losscli.losses.hybrids import expanded, hybrids_of
from losscli.losses.language import NOTHING, OF_MATRIX, default, parse, resolve, tasks
from losscli.losses.names import nearest
from losscli.losses.spec import LOSSES, Value
from losscli.losses.syntax import Request
from losscli.report import Report
from losscli.report.finish import Facts, finish
from losscli.report.measures import row_measures
from losscli.report.tails import Tail, tails
from losscli.report.warn import rows
from losscli.roles import CLASSIFICATION, ROLES, SEVERAL, SHARED
from losscli.run import Progress, Run, samples
from losscli.summarise import Summary, Work
from losscli.summary.census import Census
from losscli.visible import visible

_AS_THEY_ARE = (
    *("task", "positive", "weight", "id"),
    *("prob_is", "scores_are_probs", "normalize", "logits", "missing"),
)
"""The arguments that are fields of `Wanted`."""
OPENING = ("delimiter", "decimal", "encoding")
"""The arguments that tell how a source is opened."""


def evaluate(  # noqa: PLR0913 - the arguments are the options of the command line
    data: Any,  # noqa: ANN401 - a path, several, or a DataFrame
    *,
    losses: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    task: str | None = None,
    true: Any = None,  # noqa: ANN401 - a name, or several for several truths
    columns: Mapping[str, str] | None = None,
    weight: str | None = None,
    group: str | None = None,
    cluster: str | None = None,
    pooled: bool = False,
    id: str | None = None,  # noqa: A002 - the role's word
    positive: str | None = None,
    prob_is: Any = None,  # noqa: ANN401
    scores_are_probs: bool = False,
    normalize: bool = False,
    logits: bool = False,
    cost_matrix: Any = None,  # noqa: ANN401 - a path, a DataFrame or {truth: {decision: cost}}
    train: Any = None,  # noqa: ANN401 - as data
    season: int = 1,
    missing: Any = "error",  # noqa: ANN401
    top: int = 10,
    level: float = 0.95,
    compat: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    expect_rows: int | None = None,
    hybrids: Sequence[str] = (),
    fail_if: Texts = (),
    warn_if: Texts = (),
    strict: bool = False,
    against: "str | os.PathLike[str] | None" = None,
    baseline_other_data: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
    engine: str = "threads",
    **roles: Any,  # noqa: ANN401 - names, a pattern or {class: column}
) -> Report:
    """Judge predictions and return the report.

    `data` is the path of a CSV file, a list of paths (one data set), "-" for standard input,
    or a pandas DataFrame. `losses` are texts as for `--loss`: "mse", "huber(delta=2)",
    "0.7*mse + 0.3*mae" (default: what is usual for the task). `by` names the columns to break
    down by. `true` names what happened, and the word of any other role what plays it (pred, prob,
    probs, label, score, scores, lower, upper, quantiles, mean, variance, std, members, and the
    argument names of losses): a column, or for several a list, a pattern such as "p_*" or
    {class: column}; `columns` is the same as a mapping. They are found by convention where they
    are not given. `logits` says that the columns of probabilities hold logits, `cost_matrix` what
    each decision costs for each truth.
    `group` names the column of what belongs together (an image, a series): a loss is then the
    mean of the values of the groups, or with `pooled` one value over all rows. `cluster` names
    rows that are not independent, for the standard errors. `train` is the history of the series
    (the groups) in the order of time, from which mase and rmsse take the errors of forecasting
    y[t] by y[t - season].
    `level` is the confidence of the intervals, `top` the number of worst rows to show.
    `compat` ("sklearn", "torch" or "keras") asks for that library's numbers where they differ.
    `hybrids` are named sums, such as "blend=0.7*mse + 0.3*mae", that losses and limits can name.
    `fail_if` and `warn_if` are limits, such as "mse > 0.25": the report holds their verdicts,
    and those of `warn_if` count as failures if `strict`. `against` is a saved report or a file
    of predictions, which limits call the baseline; it must be of the same truths unless
    `baseline_other_data`.
    `engine` reads files in "threads", or in "processes" forked from this one (faster; not for
    a program that runs threads of its own).
    Raises DataError where the data cannot be judged and UsageError where the arguments do not
    fit, both with a remedy; the same rows give the same numbers to the bit for any `jobs`.
    """
    given = locals()
    named = hybrids_of(hybrids)
    asked = parse(expanded(texts(losses), named))
    check_numbers(top, level)
    if compat is not None:
        check(compat)
    _check_words(roles)
    gates = Gates.of(fail_if, warn_if, asked, against, named)
    job = _Job(asked, gates, given | roles)
    done = job.run(data, expect_rows)
    baseline = gates.baseline(lambda path: job.run(path).report)
    return gates.judge(
        done.report,
        done.bounds,
        baseline,
        done.tails,
        strict=strict,
        other_data=baseline_other_data,
    )


@dataclass(frozen=True)
class _Done:
    """A report without verdicts, and what these need beside it."""

    report: Report
    bounds: tuple[Bound, ...]
    tails: tuple[Tail | None, ...]


@dataclass(frozen=True)
class _Job:
    """What is asked of a source, whichever it is; `given` are the arguments of `evaluate`."""

    asked: tuple[Request, ...]
    gates: Gates
    given: Mapping[str, Any]

    def run(self, data: Any, expect_rows: int | None = None) -> _Done:  # noqa: ANN401 - as above
        given, compat = self.given, self.given["compat"]
        reading = {name: given[name] for name in OPENING}
        source = open_source(data, **reading)
        found = plan(source, wanted(given, (*self.asked, *self.gates.named)))
        asked = self.asked or default(found.task, found.columns)
        naive = _naive(given, found, reading)
        roles = (*found.columns, *found.shared, *(NAIVE if naive else ()))
        chosen = resolve(asked, found.task, roles, _of_matrix(found))
        chosen, bounds = self.gates.bound(chosen, found.task, roles, found.by, _of_matrix(found))
        _check_costs(found, chosen)
        naive = naive and _asked_for(naive, chosen)
        of_rows = asked_of_rows(bounds)
        if not (given["pooled"] or found.unit):
            _ask_for_groups(chosen)
        like = likenesses(chosen, compat) if compat else ()
        chosen = tuple(as_in(one, compat) for one in chosen) if compat else chosen
        truth = found.truth if found.task in CLASSIFICATION else None
        work = Work(
            chosen=chosen,
            by=tuple(dict.fromkeys([*found.by, *([truth] if truth else [])])),
            top=given["top"],
            numeric=truth is None and bool(found.truth),
            unit=found.unit,
            unit_by=found.by,
            grouped=found.wanted.group is not None,
            distributed=tuple(sorted({0, *(one.number for one in of_rows)})),
        )
        fold = engines.engine(given["engine"])
        run = Run(source, found, work, given["jobs"], given["progress"], fold, naive)
        summary = run.summary()
        check_rows(summary.census, expect_rows, found)
        facts = _facts(run, summary, given["level"])
        if found.unit:
            refuse_too_many(summary.units, found.unit, lambda: found.where, sure=True)
        if found.wanted.group:
            refuse_too_long(summary.unit_values, lambda: found.where)
            refuse_mixed(summary.units, found.wanted.group, found.where)
        if compat:
            facts = _alike(facts, like, compat)
        report = finish(summary, chosen, facts, samples(run, summary))
        report = replace(report, measures=row_measures(summary, chosen, of_rows))
        of_units = found.weight is not None or found.wanted.group is not None
        ends = tuple(None for _ in chosen) if of_units else tails(summary, chosen)
        return _Done(report, bounds, ends)


def _alike(facts: Facts, found: Sequence[Likeness], library: str) -> Facts:
    alike = {"library": library, "losses": [dict(vars(one)) for one in found]}
    return replace(facts, compat=alike, warnings=(*facts.warnings, *said(found, library)))


def check_numbers(top: int, level: float) -> None:
    """Refuse a number of worst rows or a level that cannot be."""
    if top < 0:
        raise UsageError(f"{top} worst rows are not to be had", remedy="try top 10, or 0 for none")
    if not 0 < level < 1:
        raise UsageError(f"the level {level:g} is not between 0 and 1", remedy="try level 0.95")


def wanted(given: Mapping[str, Any], asked: Sequence[Request]) -> Wanted:
    """Return what arguments of `evaluate`, by name, and the losses say about the columns."""
    known = words()
    roles = {role: name for role, name in given.items() if role in known and name is not None}
    if given.get("true") is not None:
        roles["y"] = given["true"]
    able = tasks(asked) if asked else frozenset()
    spared = {"y", *SHARED, *(NAIVE if given.get("train") is not None else ())}
    costs = None if given.get("cost_matrix") is None else read_costs(given["cost_matrix"])
    spare = NOTHING if costs is None else OF_MATRIX
    task = next(iter(able)) if len(able) == 1 else ""
    # one by one, since a limit may name a loss that was asked for
    sure = [resolve([one], task, given=spare)[0] for one in asked] if task else []
    needs = tuple(dict.fromkeys(role for one in sure for role in one.roles))
    by = given.get("by") or ()
    return Wanted(
        roles={**roles, **(given.get("columns") or {})},
        by=(by,) if isinstance(by, str) else tuple(by),
        tasks=able,
        **_unit(given),
        costs=costs,
        extra=tuple(role for role in needs if role not in spared),
        optional=tuple(dict.fromkeys(role for one in sure for role in one.optional)),
        several=frozenset(r for one in sure for part in one.parts for r in part.loss.several),
        components=next(filter(None, (p.loss.components for one in sure for p in one.parts)), ()),
        truth=_kind_of_truth(able, given.get("task"), needs),
        **{name: given[name] for name in _AS_THEY_ARE if name in given},
    )


def _check_costs(found: Plan, chosen: Sequence[Chosen]) -> None:
    if found.wanted.costs and not any(part.loss.name == "cost" for c in chosen for part in c.parts):
        raise UsageError("no loss asks for --cost-matrix", remedy="--loss cost does")


def reading() -> frozenset[str]:
    """Return the arguments that tell what is read, of one model or of two."""
    return frozenset(
        {"true", "columns", "cluster", "expect_rows", *_AS_THEY_ARE, *OPENING} | words()
    )


def words() -> frozenset[str]:
    """Return the words of all roles: those of the vocabulary and the argument names of losses."""
    of_losses = (name for loss in LOSSES.values() for name in (*loss.arguments, *loss.roles))
    own = (role.word for role in ROLES.values() if not role.flag)
    return frozenset({*own, *of_losses} - SHARED - {"y"})


def _unit(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the column of the groups, or that of the clusters."""
    group, cluster = given.get("group"), given.get("cluster")
    if group and cluster:
        what = f"--group {visible(group)} and --cluster {visible(cluster)}: one unit is enough"
        remedy = "a group is already taken for one independent unit; name one of the two"
        raise UsageError(what, remedy=remedy)
    pooled = given.get("pooled")
    return {"group": None if pooled else group, "cluster": group if pooled and group else cluster}


def _naive(given: Mapping[str, Any], found: Plan, reading: Mapping[str, Any]) -> NaiveErrors | None:
    """Return the errors of the naive forecast in the training data, where there are any."""
    train, season = given.get("train"), given.get("season", 1)
    if season < 1:
        raise UsageError(f"a season of {season} steps is none", remedy="try season 1")
    if train is None:
        if season != 1:
            raise UsageError("--season is a step in --train", remedy="name it: --train FILE")
        return None
    if not found.truth:
        raise UsageError(f"--train is not for {found.task}", remedy="leave it out")
    return naive_errors(open_source(train, **reading), found.truth, found.unit, season)


def _asked_for(naive: NaiveErrors, chosen: Sequence[Chosen]) -> NaiveErrors:
    roles = tuple(role for role in NAIVE if any(role in one.roles for one in chosen))
    if not roles:
        raise UsageError("no loss asks for --train", remedy="--loss mase and --loss rmsse do")
    return replace(naive, roles=roles)


def _ask_for_groups(chosen: Sequence[Chosen]) -> None:
    for one in chosen:
        if one.combine.empty is not None:
            what = f"{one.label} is a value of many rows together, such as the pixels of an image"
            remedy = "name the image of each row: --group COLUMN; --pooled takes all rows as one"
            raise UsageError(what, remedy=remedy)


def texts(losses: str | Sequence[str] | None) -> list[str]:
    """Return the texts of --loss; UsageError for anything else."""
    found = [losses] if isinstance(losses, str) else list(losses or [])
    for text in found:
        if not isinstance(text, str):
            raise UsageError(
                f"{text!r} is no text of --loss",
                remedy='name losses, as in losses="mse,mae"; losscli.loss registers a function',
            )
    return found


def _kind_of_truth(
    able: Collection[str], task: str | None, needs: Collection[str]
) -> Literal["one", "several", "none", ""]:
    """Tell whether there is one truth, several or none, where the losses or the task say it."""
    if needs and "y" not in needs:
        return "none"
    tasks = {task} if task else able
    if not tasks:
        return ""
    several = [one in SEVERAL for one in tasks]
    return "several" if all(several) else "" if any(several) else "one"


def _of_matrix(found: Plan) -> Mapping[str, Value]:
    """Return the parameters that a matrix of costs gives to a loss of two classes."""
    if found.costs is None or found.task != "binary":
        return NOTHING
    return dict(zip(OF_MATRIX, found.costs.ravel().tolist(), strict=True))


def _check_words(roles: Collection[str]) -> None:
    """Refuse a word that is neither an option nor a role."""
    known = words()
    for word in roles:
        if word not in known:
            options = inspect.signature(evaluate).parameters
            remedy = nearest(word, [*options, *known]) or "help(losscli.evaluate) lists them"
            raise UsageError(f"evaluate takes no {visible(word)!r}", remedy=remedy)


def open_source(data: Any, **options: Any) -> Source:  # noqa: ANN401
    """Open a path, several (one data set) or a DataFrame; `options` are those of `open_csv`."""
    if isinstance(data, str | os.PathLike):
        data = [data]
    if isinstance(data, list | tuple):
        from losscli.data.csv import open_csv  # noqa: PLC0415 - only one kind is needed

        return open_csv([os.fspath(path) for path in data], **options)
    from losscli.data.frame import open_frame  # noqa: PLC0415

    return open_frame(data)


def check_rows(census: Census, expect_rows: int | None, found: Plan) -> None:
    """Refuse another number of rows than expected, none to judge, and margins that are none."""
    where = found.where
    if expect_rows is not None and census.rows != expect_rows:
        raise DataError(
            f"there {'is' if census.rows == 1 else 'are'} {rows(census.rows)}, not {expect_rows}",
            where=where,
            remedy=f"find the missing rows, or pass --expect-rows {census.rows}",
        )
    if not census.judged:
        reasons = ", ".join(f"{n} {why}" for why, n in sorted(census.dropped.items()))
        raise DataError(f"no rows are left to judge ({reasons})", where=where)
    if found.task == "margin" and not (
        census.noted["outside_unit"] or found.wanted.scores_are_probs
    ):
        raise DataError(
            "every score lies in [0, 1], as probabilities do, and a margin does not",
            where=where,
            remedy="--prob COLUMN judges probabilities; --scores-are-probs takes them as margins",
        )


def _shown_by(run: Run) -> tuple[str, ...]:
    """Return the breakdowns; losses that are values of images have none by true class."""
    found, asked = run.plan, run.plan.wanted.by
    overlap = all(one.combine.empty for one in run.work.chosen)
    return () if overlap and not asked and found.by == (found.truth,) else found.by


def _facts(run: Run, summary: Summary, level: float) -> Facts:
    found = run.plan
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
    rounded = summary.census.rounded
    told = [rounded[name][1] for name in found.types if name in rounded]
    return Facts(
        files=run.source.files,
        columns={**found.shown, "train": run.naive.shown} if run.naive else found.shown,
        task=found.task,
        level=level,
        shown_by=_shown_by(run),
        truth=truth,
        unit=found.unit,
        grouped=found.wanted.group is not None,
        classes=classes,
        levels=tuple(found.levels.tolist()),
        costs=found.costs,
        notes=(*run.source.notes, *found.notes),
        warnings=(*run.source.warnings, *told, *found.warnings, *dict.fromkeys(alike)),
    )
