"""Files as one data set, whatever their format and wherever they are kept."""

from collections.abc import Sequence

from losscli.data.block import Source
from losscli.data.folder import alike, files_of
from losscli.data.formats import HEAD, format_of
from losscli.data.partitioned import partitioned
from losscli.data.reading import Reading
from losscli.data.rowless import no_rows, set_aside
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
    with set_aside(paths):
        source = _of_one_format(kept, reading)
    return partitioned(source, [one.keys for one in found])


def _of_one_format(kept: Sequence[Stored], reading: Reading) -> Source:
    kind = format_of(kept[0])
    for other in kept[1:]:
        its = format_of(other)
        if its is not kind:
            for one in (kept[0], other):
                with one.opened() as stream:
                    if not stream.peek(HEAD).strip():
                        raise no_rows(one.name, "the file is empty")
            first = visible(kept[0].name, 200)
            both = (other, kept[0]) if kind.holds(b"") else (kept[0], other)  # text may be a README
            raise DataError(
                f"is {its.KIND}, but {first} is {kind.KIND}: a data set has one format",
                where=other.name,
                remedy=alike(*(one.name for one in both)),
            )
    return kind.opened(kept, reading)
