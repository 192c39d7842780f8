"""JSON lines: one object a line, read by pyarrow where it is plain and line by line where not."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from losscli.data.block import Source
from losscli.data.joined import joined
from losscli.data.json.source import JsonSource
from losscli.data.reading import Reading
from losscli.data.storage import Stored
from losscli.errors import DataError, UsageError

KIND = "a JSON lines file"
_MARK = rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?"
_OBJECT = re.compile(_MARK + rb"[ \t\r\n]*\{[ \t\r\n]*[\"}]")
_REPORT = re.compile(_MARK + rb'\s*\{\s*"schema"\s*:\s*\d+\s*,\s*"program"\s*:')
_ARRAY = re.compile(_MARK + rb"[ \t\r\n]*\[[ \t\r\n]*[\[{]")


def holds(head: bytes) -> bool:
    """Tell whether bytes begin as an object of JSON, or an array of objects."""
    plain = head.replace(b"\0", b"")  # in UTF-16 it is refused as JSON, and not as another text
    return bool(_OBJECT.match(plain) or _ARRAY.match(plain))


def opened(files: Sequence[Stored], reading: Reading) -> Source:
    """Return the rows of JSON lines as one data set; a key that a line lacks is an empty cell."""
    for flag in reading.of_text:
        raise UsageError(f"{flag} is for delimited text", where=files[0].name, remedy="leave it")
    for kept in files:
        with kept.opened() as stream:
            head = stream.peek(1 << 12)
            if _REPORT.match(head):
                name = shlex.quote(kept.name)
                remedy = f"hold predictions against it: losscli eval PREDS --against {name}"
                raise DataError("is a saved report, without rows", where=kept.name, remedy=remedy)
            if _ARRAY.match(head):
                what, program = (
                    "is one JSON array, and objects line by line are read",
                    "jq -c '.[]'",
                )
                plain = kept.size is not None and Path(kept.path).is_file()
                words = f"{program} {shlex.quote(kept.path)} | losscli eval -"
                remedy = words if plain else f"put it through {program} first"
                raise DataError(what, where=kept.name, remedy=remedy)
    apart = len(files) > 1
    first = JsonSource(files[0], reading.block_bytes, apart=apart)
    others = (JsonSource(kept, reading.block_bytes, apart=apart, first=first) for kept in files[1:])
    return joined([first, *others], [kept.weight for kept in files])
