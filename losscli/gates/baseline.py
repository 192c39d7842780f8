"""The baseline: a saved JSON report, checked before anything is held against it."""

from collections.abc import Mapping
from typing import Any

from losscli.dataclass import dataclass
from losscli.errors import DataError
from losscli.gates.numbers import Numbers
from losscli.gates.saved import called, read_report
from losscli.report import Report
from losscli.visible import visible

_ALIKE = {
    "weight": "weighted",
    "class_weights": "weighted by class",
    "group": "judged by group",
    "train": "scaled by --train",
}
"""What must be so in both or in neither, and how it is said."""
_AGAIN = "save it again: losscli eval OLD.csv --save baseline.json"


@dataclass(frozen=True)
class Baseline:
    """The numbers of the run before; `where` names it."""

    where: str
    found: Mapping[str, Any]
    numbers: Numbers

    def differences(self, report: Report) -> list[str]:
        """Say in which ways the baseline was judged on other data; empty where it was not."""
        data, columns = self.found["data"], self.found["columns"]
        said = []
        if data["judged"] != report.judged:
            said.append(f"it has {data['judged']} rows, these are {report.judged}")
        elif bool(columns.get("id")) != bool(report.columns.get("id")):
            with_, without = ("it", "this run") if columns.get("id") else ("this run", "it")
            said.append(f"{with_} was made with --id, {without} was not")
        elif not (columns.get("y") or columns.get("id")):
            said.append("without a truth, only --id tells its rows from others")
        elif data["digest"] != report.digest:
            what = "truths or ids" if columns.get("id") else "truths"
            said.append(f"its {what} are others")
        for role, how in _ALIKE.items():
            if bool(columns.get(role)) != bool(report.columns.get(role)):
                said.append(f"only one of the two is {how}")
        if _library(self.found.get("compat")) != _library(report.compat):
            said.append("only one of the two is as another library computes it (--compat)")
        return said

    def check(self, report: Report, *, other_data: bool) -> tuple[str, ...]:
        """Refuse a baseline of other data; warn instead where that is accepted.

        Raises DataError where it cannot be a baseline of this report.
        """
        if self.found["task"] != report.task:
            what = f"the baseline judged {visible(self.found['task'])}, this run {report.task}"
            raise DataError(what, where=self.where, remedy=_AGAIN)
        said = self.differences(report)
        if not said:
            return ()
        what = f"the baseline is of other data: {'; '.join(said)}"
        if other_data:
            return (f"{self.where}: {what}",)
        remedy = "save a baseline of these rows, or accept that: --baseline-other-data"
        raise DataError(what, where=self.where, remedy=remedy)


def _library(compat: object) -> object:
    return compat.get("library") if isinstance(compat, Mapping) else None


def from_report(report: Report, name: str = "") -> Baseline:
    """Return the baseline that another report is; `name` is what it is called."""
    found = report.to_dict()
    return Baseline(called(name or ", ".join(report.files)), found, Numbers(found))


def read_baseline(path: str, name: str = "") -> Baseline:
    """Read a saved report; DataError where it is none, or one of another schema.

    `name` is what it is called, where that is not the path.
    """
    found = read_report(path, "baseline", _AGAIN, name)
    return Baseline(called(name or path), found, Numbers({"measures": [], **found}))
