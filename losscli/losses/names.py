"""Losses by name: the one that is meant, or the names that may have been."""

from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches

from losscli.errors import UsageError
from losscli.losses.spec import AKA, LOSSES, Loss
from losscli.visible import visible

_SKILL = {
    "mse": ("r2", "r2_score", "r_squared", "rsquared", "nse", "d2"),
    "mae": ("d2_absolute_error", "d2_absolute_error_score"),
    "pinball": ("d2_pinball", "d2_pinball_score"),
    "brier": ("bss", "brier_skill", "brier_skill_score"),
    "log_loss": ("d2_log_loss", "d2_log_loss_score", "mcfadden"),
}
_COMPLEMENT = {
    "zero_one": ("acc", "accuracy", "accuracy_score", "binary_accuracy", "categorical_accuracy"),
    "top_k_error": (
        "top_k",
        "top_k_accuracy",
        "top_k_accuracy_score",
        "top_k_categorical_accuracy",
    ),
    "coverage_error": ("coverage", "picp"),
}
_NO_ROWS = {
    *("auc", "auroc", "roc_auc", "roc_auc_score", "auc_roc", "prauc", "pr_auc", "aucpr", "auc_pr"),
    *("ap", "average_precision", "average_precision_score", "map", "ndcg", "mrr", "gini", "ks"),
    *("f1", "f1_score", "fbeta", "f_beta", "precision", "recall", "sensitivity", "specificity"),
    *("balanced_accuracy", "mcc", "matthews", "matthews_corrcoef", "kappa", "cohen_kappa"),
    *("pearson", "spearman", "kendall", "corr", "correlation", "ccc", "concordance", "c_index"),
    *("ece", "calibration", "explained_variance"),
}
_NEAREST = 3


def find(name: str, where: str = "") -> tuple[Loss, ...]:
    """Return every loss of that name, or that is also called so: one a task.

    Raises UsageError where there is none, with what to ask for instead; `where` is its place.
    """
    found = [loss for (known, _), loss in LOSSES.items() if known == name]
    found += [LOSSES[known, task] for (other, task), known in AKA.items() if other == name]
    if found:
        return tuple(found)
    if with_installed():
        return find(name, where)
    what, remedy = _answer(name.lower())
    raise UsageError(what or f"unknown loss {visible(name)!r}", where=where, remedy=remedy)


def is_known(name: str) -> bool:
    """Tell whether a loss has that name, or is also called so."""
    known = any(name == known for known, _ in (*LOSSES, *AKA))
    with suppress(UsageError):  # a package that is broken has no loss of that name
        return known or (with_installed() and is_known(name))
    return False


def with_installed() -> bool:
    """Load the losses of installed packages; tell whether there are more losses now."""
    from losscli.losses.plugin.load import load_installed  # noqa: PLC0415 - few names need it

    before = len(LOSSES)
    load_installed()
    return len(LOSSES) > before


def nearest(name: str, known: list[str]) -> str:
    """Return a question with the names that are spelled most like this one, or nothing."""
    lower = name.lower()[:100]
    close = [lower] if lower in known else get_close_matches(lower, known, _NEAREST)
    return f"did you mean {' or '.join(close)}?" if close else ""


def holding(word: str, losses: Sequence[Loss]) -> list[Loss]:
    """Return the losses that have a word in their names, their words or their names elsewhere.

    Raises UsageError where none has.
    """
    wanted = word.casefold()
    found = [loss for loss in losses if wanted in _words(loss)]
    if found:
        return found
    raise UsageError(f"no loss has '{visible(word)}' in it", remedy=_answer(word.lower())[1])


def _words(loss: Loss) -> str:
    elsewhere = (f"{peer.written} {peer.name}" for peer in loss.peers)
    said = (loss.name, *loss.aka, loss.family, loss.doc, loss.use, loss.elicits, *elsewhere)
    return " ".join(" ".join(said).split()).casefold()


def _elsewhere(name: str) -> str:
    """Return our name of what another library calls so."""
    found = {
        (loss.task != "regression", loss.name): peer.name
        for loss in LOSSES.values()
        for peer in loss.peers
        if peer.name.rpartition(".")[2].lower() == name
    }
    ours = list(dict.fromkeys(own for _, own in sorted(found)))
    return f"{next(iter(found.values()))} is {' or '.join(ours)} here" if ours else ""


def _answer(name: str) -> tuple[str, str]:
    for loss, others in _SKILL.items():
        if name in others:
            what = f"{name} is skill({loss}): 1 - {loss} / {loss} of the best constant"
            return what, f"use --loss {loss}, which is shown with its skill"
    for loss, others in _COMPLEMENT.items():
        if name in others:
            return f"{name} is 1 - {loss}", f"use --loss {loss}"
    if name in _NO_ROWS:
        what = f"{name} is not a loss of rows: it has no value for one row"
        return what, "scikit-learn's sklearn.metrics has such scores"
    if ours := _elsewhere(name):
        return "", ours
    known = sorted({known for known, _ in [*LOSSES, *AKA]})
    return "", nearest(name, known) or "losscli losses lists them all"
