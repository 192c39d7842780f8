"""Files as one data set, whatever their format and wherever they are kept."""

from collections.abc import Sequence

from losscli.data.block import Source
from losscli.data.folder import alike, files_of
from losscli.data.formats import format_of
from losscli.data.partitioned import partitioned
from losscli.data.reading import Reading
from losscli.data.storage import STDIN, Stored, stored
from losscli.data.storage.compressed import begun
from losscli.errors import DataError, UsageError
from losscli.visible import visible


@begun()
def open_files(paths: Sequence[str], reading: Reading | None = None) -> Source:
    """Return the rows of files, folders and globs as one data set.

    Files come in the order in which they are named, those of a folder or a glob in the order of
    their names. "-" is standard input. Raises DataError for what cannot be read or does not
    belong together, and UsageError for options that do not fit.
    """
    reading = reading or Reading()
    if not paths:
        raise UsageError("no file is named", remedy="name one, or - for standard input")
    if list(paths).count(STDIN) > 1:
        raise UsageError("standard input is named more than once", remedy="name - once")
    found = files_of(paths)
    kept = [stored(one.path, reading.max_unpacked) for one in found]
    source = _of_one_format(kept, reading)
    return partitioned(source, [one.keys for one in found])


def _of_one_format(kept: Sequence[Stored], reading: Reading) -> Source:
    kind = format_of(kept[0])
    for other in kept[1:]:
        its = format_of(other)
        if its is not kind and other.size == 0:
            remedy = "check the program that wrote it, or name the files that belong together"
            raise DataError("no rows: the file is empty", where=other.name, remedy=remedy)
        if its is not kind:
            first = visible(kept[0].name, 200)
            wanted = other if kind.holds(b"") else kept[0]  # text may be a README
            raise DataError(
                f"is {its.KIND}, but {first} is {kind.KIND}: a data set has one format",
                where=other.name,
                remedy=alike(wanted.name),
            )
    return kind.opened(kept, reading)
