"""How the user says that files are to be read."""

from collections.abc import Mapping
from typing import Any

from losscli.dataclass import dataclass

BLOCK_BYTES = 4 << 20


@dataclass(frozen=True)
class Reading:
    """The options of reading; what is None is found out.

    `no_header` says that the first row of delimited text does not name the columns, which are
    1, 2, 3 and so on. `max_unpacked` is how many times its size a compressed file may unpack
    to. `block_bytes` is about the size of a stretch of text.
    """

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    no_header: bool = False
    max_unpacked: float | None = None
    block_bytes: int = BLOCK_BYTES

    @property
    def of_text(self) -> Mapping[str, Any]:
        """What was said that only delimited text knows, by flag."""
        said = {name: getattr(self, name) for name in ("delimiter", "decimal", "encoding")}
        return {f"--{name}": value for name, value in said.items() if value is not None} | (
            {"--no-header": True} if self.no_header else {}
        )
