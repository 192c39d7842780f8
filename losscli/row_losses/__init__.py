"""The losses of every row, or of the worst, written to a file of their own."""

from losscli.row_losses.asked import RowsOut
from losscli.row_losses.reading import write_rows

__all__ = ["RowsOut", "write_rows"]
