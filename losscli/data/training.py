"""The errors that the naive forecast made in training, series by series."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from losscli.data import cells
from losscli.data.block import Block, MisreadError, Piece, Source
from losscli.data.flags import Header
from losscli.dataclass import dataclass
from losscli.errors import DataError
from losscli.losses.arguments import Columns
from losscli.losses.chosen import Chosen
from losscli.losses.combine import ROOT, root, to_float
from losscli.losses.language import parse, resolve
from losscli.losses.spec import Vector
from losscli.losses.squares import UNITS
from losscli.summary.group_sums import GroupSums, Sums
from losscli.visible import visible

Integers = NDArray[np.int64]

NAIVE = ("naive_mae", "naive_rmse")
"""The roles that training data give."""
MOST_ROWS = 20_000_000
"""So many rows of training data are kept while they are sorted by series: 16 bytes each."""
_ONLY = "the only series"


@dataclass(frozen=True)
class NaiveErrors:
    """What forecasting y[t] by y[t - season] was off by in training, for each series.

    `naive_mae` is the mean of |y[t] - y[t - season]|, `naive_rmse` the root of the mean of its
    square; both are NaN for a series of too few rows. `series` is the column that names them,
    `roles` says which of the two are asked for.
    """

    series: str | None
    season: int
    files: tuple[str, ...]
    places: Mapping[str, int]
    naive_mae: Vector
    naive_rmse: Vector
    roles: tuple[str, ...] = NAIVE

    @property
    def shown(self) -> dict[str, Any]:
        """What the report says of them."""
        return {"files": list(self.files), "season": self.season}

    def columns(self, block: Block) -> dict[str, Vector]:
        """Return them for the rows of a block; DataError where a series has none above 0."""
        codes: NDArray[np.integer] = np.zeros(block.judged, np.int8)
        names: Sequence[str | None] = (_ONLY,)
        if self.series is not None:
            codes, names = block.groups[self.series]
        at = np.array([self.places.get(name or "", -1) for name in names], np.int64)[codes]
        found = {}
        for role in self.roles:
            values = np.append(getattr(self, role), np.nan)[at]
            bad = ~((values > 0) & (values < np.inf))
            if bad.any():
                row = int(bad.argmax())
                raise self._refused(block, row, names[int(codes[row])], int(at[row]))
            values.flags.writeable = False
            found[role] = values
        return found

    def _refused(self, block: Block, row: int, name: str | None, place: int) -> DataError:
        what = f"{visible(self.series)} {visible(name or '')}" if self.series else _ONLY
        if place < 0:
            what += " is not among the training data"
        elif math.isnan(self.naive_mae[place]):
            what += f" has too few rows in training for --season {self.season}"
        else:
            what += f" does not change over --season {self.season} in training, so it has no scale"
        where = ", ".join(map(visible, self.files))
        at = row if block.rows is None else int(block.rows[row])
        remedy = "give its history in --train, or leave the series out"
        return DataError(f"{what} ({where})", where=block.place(at), remedy=remedy)


def naive_errors(source: Source, truth: str, series: str | None, season: int) -> NaiveErrors:
    """Read training data, whose rows are in the order of time within each series.

    Its columns have the names that they have in the data to be judged.
    """
    where = ", ".join(map(visible, source.files))
    header = Header(tuple(source.names), where)
    types = {header.column("--train", truth): pa.float64()}
    if series is not None:
        types[header.column("--train", series)] = pa.dictionary(pa.int32(), pa.string())
    header.refuse_twins(types)
    codes, names, y = _sorted(_read(source, types, where), truth, series)
    own = codes[season:] == codes[:-season]
    steps = Columns({"y": y[season:][own], "pred": y[:-season][own]})
    chosen = resolve(parse(["mae,rmse"]), "regression")
    losses = [one.apart(steps, one.terms(steps)) for one in chosen]
    sums = GroupSums.of((codes[season:][own], names), losses).settled()
    short = sorted(set(names) - set(sums.groups))
    every = [*sums.groups, *short]
    means = [
        np.append(_values(*both), np.full(len(short), np.nan))
        for both in zip(chosen, sums.losses, strict=False)
    ]
    if not means:
        means = [np.full(len(short), np.nan)] * 2
    places = {name: k for k, name in enumerate(every)}
    return NaiveErrors(series, season, tuple(source.files), places, means[0], means[1])


def _values(chosen: Chosen, sums: Sums) -> Vector:
    units = UNITS[: chosen.copies(len(sums.low))]
    totals = np.array([one.fraction() for one in sums.sums.dyadics()], object)
    scales = np.array([Fraction(2) ** unit for unit in units], object)
    total = (totals.reshape(len(units), -1) * scales[:, None]).sum(axis=0).tolist()
    pairs = zip(total, sums.rows.tolist(), strict=True)
    value = root if chosen.combine is ROOT else to_float
    found = np.array([value(one / rows) if rows else np.inf for one, rows in pairs])
    found[sums.infinite > 0] = np.inf
    return found


def _read(source: Source, types: Mapping[str, Any], where: str) -> list[Piece]:
    pieces: list[Piece] = []
    rows = 0
    try:
        for piece in chain.from_iterable(read() for read in source.stretches(types)):
            pieces.append(piece)
            rows += pieces[-1].table.num_rows
            if rows > MOST_ROWS:
                what = f"there are more than {MOST_ROWS} rows of training data, too many to keep"
                remedy = "cut each series to its last rows, or add the errors as columns"
                raise DataError(what, where=where, remedy=remedy)
    except MisreadError:
        return _read(source.in_order(), types, where)
    source.check()
    return pieces


def _sorted(
    pieces: Sequence[Piece], truth: str, series: str | None
) -> tuple[Integers, list[str], Vector]:
    """Return the code of the series of each row, their names, and y, series after series."""
    code_of: dict[str, int] = {} if series is not None else {_ONLY: 0}
    codes, values = [], []
    for piece in pieces:
        y, empty = cells.numbers(piece.table.column(truth))
        _refuse_first(piece, truth, ~np.isfinite(y) if empty is None else ~np.isfinite(y) | empty)
        values.append(y)
        if series is None:
            codes.append(np.zeros(len(y), np.int64))
            continue
        column = cells.coded(piece.table.column(series))
        if column.empty is not None:
            _refuse_first(piece, series, column.empty)
        own = [code_of.setdefault(text, len(code_of)) for text in column.texts]
        codes.append(np.array(own, np.int64)[column.codes])
    every = np.concatenate(codes)
    order = np.argsort(every, kind="stable")
    return every[order], list(code_of), np.concatenate(values)[order]


def _refuse_first(piece: Piece, name: str, bad: NDArray[np.bool_]) -> None:
    if bad.any():
        what = f"{visible(name)} is empty or not finite, and a step of its series is missing"
        remedy = "fill the gap, or leave the series out of the training data"
        raise DataError(what, where=piece.place(int(bad.argmax())), remedy=remedy)
