"""Refusals that only a whole reading can tell: how many rows there are, and of what."""

from losscli.data.columns import Plan
from losscli.errors import DataError
from losscli.group_block import refuse_mixed, refuse_too_long, refuse_too_many
from losscli.report.warn import rows
from losscli.summary.census import Census
from losscli.work import Summary


def check_count(count: int, expected: int | None, where: str) -> None:
    """Refuse another number of rows than expected."""
    if expected is not None and count != expected:
        raise DataError(
            f"there {'is' if count == 1 else 'are'} {rows(count)}, not {expected}",
            where=where,
            remedy=f"find the missing rows, or pass --expect-rows {count}",
        )


def check_rows(census: Census, expect_rows: int | None, found: Plan) -> None:
    """Refuse another number of rows than expected, none to judge, and margins that are none."""
    where = found.where
    check_count(census.rows, expect_rows, where)
    if not census.judged:
        reasons = ", ".join(f"{n} {why}" for why, n in sorted(census.dropped.items()))
        raise DataError(f"no rows are left to judge ({reasons})", where=where)
    if found.task == "margin" and not (
        census.noted["outside_unit"] or found.wanted.scores_are_probs
    ):
        raise DataError(
            "every score lies in [0, 1], as probabilities do, and a margin does not",
            where=_all_rows(census, where),
            remedy="--prob COLUMN judges probabilities; --scores-are-probs takes them as margins",
        )


def _all_rows(census: Census, where: str) -> str:
    """Say which rows were read, where they are those of one file."""
    if len(census.rows_of_files) > 1:
        return where
    return f"{where}, row 1" if census.rows == 1 else f"{where}, rows 1 to {census.rows}"


def refuse_units(summary: Summary, found: Plan) -> None:
    """Refuse too many groups or clusters, and groups with rows of several classes."""
    if found.unit is not None:
        refuse_too_many(summary.units, found.unit, lambda: found.where, sure=True)
    if found.wanted.group is not None:
        refuse_too_long(summary.unit_values, lambda: found.where)
        refuse_mixed(summary.units, found.wanted.group, found.where)
