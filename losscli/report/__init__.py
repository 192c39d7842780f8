"""Finished numbers and the records of verdicts, from summaries."""

from losscli.report.diagnostics import (
    Concentration,
    Groups,
    Outliers,
    Residuals,
    WorstGroup,
    WorstRow,
)
from losscli.report.records import (
    BestConstant,
    ClassResult,
    Estimate,
    Fit,
    Gate,
    LossResult,
    PartResult,
    Prediction,
    RowMeasure,
)
from losscli.report.report import Report

__all__ = [
    "BestConstant",
    "ClassResult",
    "Concentration",
    "Estimate",
    "Fit",
    "Gate",
    "Groups",
    "LossResult",
    "Outliers",
    "PartResult",
    "Prediction",
    "Report",
    "Residuals",
    "RowMeasure",
    "WorstGroup",
    "WorstRow",
]
