"""Files as one data set, whatever their format and wherever they are kept."""

from collections.abc import Sequence

from losscli.data.block import Source
from losscli.data.folder import alike, files_of
from losscli.data.formats import format_of
from losscli.data.partitioned import partitioned
from losscli.data.reading import Reading
from losscli.data.rowless import no_rows, set_aside
from losscli.data.storage import STDIN, looked_at
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
    if "" in paths:
        raise UsageError("the name of a file is empty", remedy="name one, or . for this folder")
    if list(paths).count(STDIN) > 1:
        raise UsageError("standard input is named more than once", remedy="name - once")
    found = files_of(paths)
    with set_aside(paths):
        source = _of_one_format([one.path for one in found], reading)
    return partitioned(source, [one.keys for one in found])


def _of_one_format(paths: Sequence[str], reading: Reading) -> Source:
    first, head = looked_at(paths[0], reading.max_unpacked)
    kind, kept = format_of(head, first.name), [first]
    for path in paths[1:]:
        other, its_head = looked_at(path, reading.max_unpacked)
        kept.append(other)
        its = format_of(its_head, other.name)
        if its is not kind:
            for one, begins in ((first, head), (other, its_head)):
                if not begins.strip():
                    raise no_rows(one.name, "the file is empty")
            said = visible(first.name, 200)
            both = (other, first) if kind.holds(b"") else (first, other)  # text may be a README
            raise DataError(
                f"is {its.KIND}, but {said} is {kind.KIND}: a data set has one format",
                where=other.name,
                remedy=alike(*(one.name for one in both)),
            )
    return kind.opened(kept, reading)
