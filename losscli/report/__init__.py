"""Finished numbers and the records of verdicts, from summaries."""

from losscli.report.records import (
    BestConstant,
    ClassResult,
    Concentration,
    Estimate,
    Gate,
    Groups,
    LossResult,
    Outliers,
    Prediction,
    Report,
    Residuals,
    RowMeasure,
    WorstGroup,
    WorstRow,
)

__all__ = [
    "BestConstant",
    "ClassResult",
    "Concentration",
    "Estimate",
    "Gate",
    "Groups",
    "LossResult",
    "Outliers",
    "Prediction",
    "Report",
    "Residuals",
    "RowMeasure",
    "WorstGroup",
    "WorstRow",
]
