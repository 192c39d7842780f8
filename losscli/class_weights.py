"""Weights of classes by their effective numbers, which are counted in a pass of their own."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from math import expm1, log
from typing import Any

import numpy as np

from losscli.adapt import Adaptation
from losscli.data import cells
from losscli.data.block import MisreadError, Source
from losscli.data.columns import GROUP, Plan
from losscli.data.flags import Header
from losscli.errors import DataError, UsageError
from losscli.finder import refuse_one_pass
from losscli.gates.plan import Gates
from losscli.losses.combine import to_float
from losscli.report import Fit
from losscli.roles import CLASSIFICATION
from losscli.run import Run
from losscli.summary.digest import digest_of_texts
from losscli.visible import visible
from losscli.wanted import open_source
from losscli.work import Work

_RULE = "(1 - beta)/(1 - beta^n) for n rows of a class, 1 on average (Cui et al., 2019)"


def check_beta(beta: float) -> None:
    """Refuse what is no beta."""
    if not (isinstance(beta, int | float) and 0 <= beta < 1):
        said = f"{beta:g}" if isinstance(beta, int | float) else repr(beta)
        what = f"the beta of class weights is from 0 to below 1, not {said}"
        raise UsageError(what, where="--class-weights", remedy="such as --class-weights 0.999")


def effective(counts: Mapping[str, float], beta: float) -> dict[str, float]:
    """Return the weight of each class, from its number of rows; 1 on average.

    A class of n rows counts as (1 - beta^n)/(1 - beta) of them, since the more there are, the
    more they overlap (Cui et al., 2019).
    """
    raw = {
        name: (1 - beta) / -expm1(n * log(beta)) if beta else 1.0
        for name, n in sorted(counts.items())
    }
    mean = sum(raw.values()) / len(raw)
    return {name: weight / mean for name, weight in raw.items()}


def weighted(
    beta: float, adaptation: Adaptation, gates: Gates, run: Run, reading: Mapping[str, Any]
) -> tuple[Plan, Fit]:
    """Return the plan with the weights of the classes, and where they come from.

    Raises UsageError where there are no classes or a limit would move with the weights,
    DataError where the classes cannot be counted.
    """
    check_beta(beta)
    found = run.plan
    if found.task not in CLASSIFICATION:
        what = f"--class-weights is not for {found.task} predictions"
        raise UsageError(what, remedy="leave it out; --weight COLUMN weighs the rows")
    if gates.limits and not adaptation.fixed:
        what = "the class weights are found from the judged rows, so this limit would move"
        remedy = "find them elsewhere: --fit-on REF.csv, or --freeze-from a saved report"
        raise gates.limits[0].error(what, remedy)
    name = f"class weights (beta={beta!r})"
    if adaptation.frozen is not None:
        fit = adaptation.of_report(name)
    elif adaptation.reference is not None:
        source = open_source(adaptation.reference, **reading)
        fit = _of_reference(source, found.truth, name, beta)
    else:
        fit = _of_judged(run, name, beta)
    return replace(found, class_weights=(beta, dict(fit.parameters))), fit


def _of_judged(run: Run, name: str, beta: float) -> Fit:
    refuse_one_pass(run)
    truth = run.plan.truth
    work = Work(chosen=(), by=(truth,), top=0, numeric=False, distributed=())
    summary = replace(run, work=work).summary()
    group, census = summary.groups.get(truth), summary.census
    if group is None or group.mass is None:
        raise DataError("no rows are left to count classes in", where=run.plan.where)
    sizes = map(to_float, group.mass.fractions())
    counts = {cls or "": size for cls, size in zip(group.classes, sizes, strict=True)}
    digest = f"rows128:{census.digest:032x}"
    files = tuple(run.source.files)
    return Fit(name, effective(counts, beta), _RULE, "judged", files, census.judged, digest)


def _of_reference(source: Source, truth: str, name: str, beta: float) -> Fit:
    """Count the classes of a reference, which need not have predictions."""
    where = ", ".join(map(visible, source.files))
    types = {Header(tuple(source.names), where).column("--fit-on", truth): GROUP}
    counts: dict[str, float] = {}
    digest = 0
    try:
        for piece in chain.from_iterable(read() for read in source.stretches(types)):
            column = cells.coded(piece.table.column(truth))
            if column.empty is not None and column.empty.any():
                what, at = f"{visible(truth)} is empty", int(column.empty.argmax())
                raise DataError(what, where=piece.place(at), remedy="remove the row")
            digest += digest_of_texts(column.codes, column.texts)
            rows = np.bincount(column.codes, minlength=len(column.texts)).tolist()
            for cls, size in zip(column.texts, rows, strict=True):
                counts[cls] = counts.get(cls, 0) + size
    except MisreadError:
        return _of_reference(source.in_order(), truth, name, beta)
    source.check()
    counts = {cls: size for cls, size in counts.items() if size}
    if not counts:
        raise DataError("there are no rows to count classes in", where=where)
    told = f"rows128:{digest % (1 << 128):032x}"
    rows_seen = int(sum(counts.values()))
    files = tuple(source.files)
    return Fit(name, effective(counts, beta), _RULE, "reference", files, rows_seen, told)
