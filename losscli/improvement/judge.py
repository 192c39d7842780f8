"""The fixes on the rows that they were not fitted on: paired differences, as of two models."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.comparison import finish
from losscli.comparison.paired_block import NEW, PairedBlock
from losscli.comparison.records import LossChange
from losscli.comparison.summarise import Work, summarise
from losscli.comparison.summary import PairedSummary
from losscli.data.block import Block
from losscli.dataclass import dataclass
from losscli.improvement.fitted import Fitted
from losscli.losses.chosen import Chosen
from losscli.roles import SHARED
from losscli.summary.census import Census

Fixes = Sequence[Fitted]
HALVES = 2


@dataclass(frozen=True)
class Judged:
    """What is kept of the losses before and after each fix, and of the rows; `+` merges.

    `rows` counts those of each half.
    """

    summaries: tuple[PairedSummary, ...]
    rows: tuple[int, ...] = (0,) * HALVES

    @classmethod
    def zero(cls, fixes: int) -> "Judged":
        """Return the summary of no rows."""
        return cls(tuple(PairedSummary.zero(1, 0) for _ in range(fixes)))

    def __add__(self, other: "Judged") -> "Judged":
        """Merge two lots of rows."""
        both = zip(self.summaries, other.summaries, strict=True)
        rows = (one + more for one, more in zip(self.rows, other.rows, strict=True))
        return Judged(tuple(one + more for one, more in both), tuple(rows))


def judge(block: Block, half: int, fixes: Fixes, chosen: Chosen, before: Judged) -> Judged:
    """Summarise rows of a half before and after each fix, as it was fitted on the other half."""
    found = []
    for fix, known in zip(fixes, before.summaries, strict=True):
        work = Work((chosen,), (), 0, for_new=(fix.after or chosen,))
        found.append(summarise(_paired(block, fix), work, known))
    rows = tuple(block.judged if half == k else 0 for k in range(HALVES))
    return Judged(tuple(found), rows)


def _paired(block: Block, fix: Fitted) -> PairedBlock:
    own = {role: values for role, values in block.columns.items() if role not in SHARED}
    new = fix.map.columns(own, fix.theta) if fix.map else own
    mapped = {f"{NEW}{role}": np.ascontiguousarray(v) for role, v in new.items()}
    return PairedBlock(replace(block, columns={**block.columns, **mapped}), Census())


def changes(
    judged: Judged, chosen: Chosen, level: float, files: tuple[str, ...]
) -> list[LossChange]:
    """Return the change of the loss that each fix makes, with its interval and verdict."""
    asked = finish.Asked((chosen,), level, "regression", {}, (), frozenset(), files)
    return [finish.losses(summary, asked)[0][0] for summary in judged.summaries]
