"""What the parts of a loss are, and how much of the total each of them carries."""

import math
from collections.abc import Sequence
from fractions import Fraction

from losscli.losses.chosen import Chosen
from losscli.losses.combine import to_float
from losscli.report.records import PartResult
from losscli.report.terms import Terms
from losscli.summary.group_sums import GroupSums, Lot, Sums


def terms_of(chosen: Chosen, terms: Terms) -> tuple[PartResult, ...]:
    """Return the means of the terms that a loss shows for themselves.

    Those that add up to the loss have a share of it, the others stand beside them.
    """
    loss = chosen.single.loss if chosen.single else None
    if loss is None or terms.infinite or terms.undefined or not terms.rows:
        return ()
    means = [terms.mean(k) for k in range(1, 1 + len(loss.parts) + len(loss.beside))]
    total = sum(means[: len(loss.parts)], Fraction(0))
    return tuple(
        PartResult(name, to_float(mean), _share(mean, total) if k < len(loss.parts) else math.nan)
        for k, (name, mean) in enumerate(zip((*loss.parts, *loss.beside), means, strict=True))
    )


def parts_of(hybrid: Chosen, sums: GroupSums) -> tuple[PartResult, ...]:
    """Return the value of each part of a hybrid, and its share of their weighted total.

    The total is that of the exact values, so that the shares add up to 1; there are none where
    it is 0 or a part has no finite value.
    """
    lot = sums.whole()
    values = [_value(hybrid, lot, found) for found in lot.losses]
    known = [value for value in values if isinstance(value, Fraction)]
    weights = [Fraction(part.weight) for part in hybrid.parts]
    carried = [w * v for w, v in zip(weights, known, strict=False)]
    whole = len(known) == len(values)
    return tuple(
        PartResult(
            part.label,
            to_float(value) if isinstance(value, Fraction) else value,
            _share(carried[k], sum(carried, Fraction(0))) if whole else math.nan,
            part.weight,
        )
        for k, (part, value) in enumerate(zip(hybrid.parts, values, strict=True))
    )


def _share(part: Fraction, total: Fraction) -> float:
    return to_float(part / total) if total else math.nan


def _value(hybrid: Chosen, lot: Lot, sums: Sums) -> Fraction | float:
    """Return the mean over the groups (of all rows, where there are none) of a part."""
    if sums.undefined.any() and not hybrid.leaves_out:
        return math.nan
    if sums.infinite.any():
        return math.inf
    numbers, exponent = sums.sums.integers()
    places = [place for place, rows in enumerate(sums.rows.tolist()) if rows]
    if not places:
        return math.nan
    weights = numbers[len(lot) :] if sums.columns > 1 else sums.rows.tolist()
    unit = Fraction(1) if sums.columns > 1 else Fraction(2) ** exponent
    means = (unit * Fraction(numbers[place], weights[place]) for place in places)
    if len(places) == 1:
        return next(means)
    # as many roundings as groups, but none of them depends on their order
    return Fraction(math.fsum(map(to_float, means))) / len(places)


def largest_part(hybrid: Chosen, parts: Sequence[float]) -> str:
    """Say which part carries most of the loss of a row; nothing where that means nothing."""
    total = math.fsum(parts)
    if len(parts) < 2 or not 0 < total < math.inf or min(parts) < 0:  # noqa: PLR2004 - several
        return ""
    at = max(range(len(parts)), key=lambda k: parts[k])
    return f"{100 * parts[at] / total:.0f} % from {hybrid.parts[at].label}"
