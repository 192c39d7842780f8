"""One more reading of the source, in order: the losses of each row into a file."""

from collections import Counter
from collections.abc import Sequence
from typing import BinaryIO

from losscli.data.block import Block, MisreadError, Piece
from losscli.data.row_file import RowFile
from losscli.data.row_table import RowTable, keys_of
from losscli.data.row_worst import WorstTable
from losscli.draft import written
from losscli.errors import DataError
from losscli.losses.arguments import Columns
from losscli.losses.chosen import Chosen
from losscli.losses.combine import MEAN
from losscli.losses.spec import Vector
from losscli.report.warn import rows as rows_in_words
from losscli.row_losses.asked import RowsOut
from losscli.run import Run
from losscli.summarise import check_domains, with_weight
from losscli.visible import visible


def write_rows(asked: RowsOut, run: Run, judged: int, rows: int) -> tuple[str, ...]:
    """Write the losses of the judged rows, whole or not at all; return what is to be said.

    `judged` rows are expected, `rows` of which have the first loss. Raises DataError where the
    source is not what it was, and OSError where the file cannot be written.
    """
    while True:
        reading = _Reading(asked, run, judged, asked.kept(rows))
        try:
            written(asked.path, reading.into)
        except MisreadError:
            # as in the readings before: only reading in order is sure
            run.source = run.source.in_order()
        else:
            return reading.notes


class _Reading:
    """One reading of the source, from its first row to its last."""

    def __init__(self, asked: RowsOut, run: Run, judged: int, kept: int | None) -> None:
        self._asked, self._run, self._judged = asked, run, judged
        self._chosen = run.work.chosen
        labels = [one.label for one in self._chosen]
        self._tables = RowTable(run.plan, run.source.files, labels)
        self._worst = None if kept is None else WorstTable(kept)
        self._seen: Counter[int] = Counter()
        self._dropped: Counter[str] = Counter()
        self._found = 0
        self._written = 0

    def into(self, file: BinaryIO) -> None:
        """Write everything into an open file."""
        with RowFile(self._asked.path, file) as sink:
            self._read_into(sink)
            if self._worst:
                sink.add(self._worst.table())
            sink.close()
        self._written = sink.rows

    def _read_into(self, sink: RowFile) -> None:
        for done, read in enumerate(self._run.source.stretches(self._run.plan.types), 1):
            for piece in read():
                self._add(piece, sink)
            if self._run.progress:
                self._run.progress(done)
        self._run.source.check(self._seen)
        if self._found != self._judged:
            what = f"{rows_in_words(self._found)} when read again, {self._judged} before"
            raise DataError(what, where=self._run.plan.where, remedy="let nothing write to it")

    def _add(self, piece: Piece, sink: RowFile) -> None:
        block = with_weight(self._run.blocks.of(piece))
        start = self._seen[piece.part[0]]
        self._seen[piece.part[0]] += block.seen
        self._dropped.update(block.dropped)
        self._found += block.judged
        if not block.judged:
            return
        check_domains(block, self._chosen)
        losses = _losses(block, self._chosen)
        table = self._tables.of(piece, block, start, losses)
        if self._worst:
            self._worst.add(table, keys_of(block, losses[0]))
        else:
            sink.add(table)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was written, what was not, and what the number of a row is."""
        shown = self._asked.shown
        found = [f"{rows_in_words(self._written)} written to {shown}"]
        if self._dropped:
            reasons = ", ".join(f"{n} {why}" for why, n in sorted(self._dropped.items()))
            found.append(f"not judged, and so not in {shown}: {reasons}")
        for one in self._chosen:
            if one.combine.name != MEAN.name:
                what = f"{visible(one.label)} is the {one.combine.name}"
                found.append(f"{what}; in {shown} each row has its own part, before that")
        return tuple(found)


def _losses(block: Block, chosen: Sequence[Chosen]) -> list[Vector]:
    """Return the first term of each loss, which the worst rows of the report are told by, too."""
    columns = Columns(block.columns)
    return [one.terms(columns)[0] for one in chosen]
