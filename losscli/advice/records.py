"""Advice as a frozen record, and its JSON contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from losscli.dataclass import dataclass
from losscli.report.report import head_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FITS, MISLEADS = "fits", "misleads"


@dataclass(frozen=True)
class Suggestion:
    """One loss that fits or misleads, why, the rule that says so, and the command to run it."""

    loss: str
    verdict: str
    why: str
    rule: str
    command: str


@dataclass(frozen=True)
class Advice:
    """Everything that the rules say of a file; `command` runs all losses that fit."""

    files: tuple[str, ...]
    columns: Mapping[str, Any]
    task: str
    rows: int
    judged: int
    dropped: int
    suggestions: tuple[Suggestion, ...]
    command: str
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the plain object of the JSON contract."""
        return {
            **head_of(self),
            FITS: self._of(FITS),
            MISLEADS: self._of(MISLEADS),
            "command": self.command,
            "warnings": list(self.warnings),
        }

    def _of(self, verdict: str) -> list[dict[str, str]]:
        return [
            {"loss": one.loss, "why": one.why, "rule": one.rule, "command": one.command}
            for one in self.suggestions
            if one.verdict == verdict
        ]

    def to_json(self, indent: int | None = 2) -> str:
        """Return the JSON text: strict, stable key order."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def records(self) -> list[dict[str, Any]]:
        """Return the suggestions as flat records."""
        return [dict(vars(one)) for one in self.suggestions]
