"""Several truths in a row, one column for each: y_sweet, y_salty beside prob_sweet, prob_salty."""

from collections.abc import Iterator, Sequence

from losscli.data.families import Folded, family
from losscli.data.names import GENERIC, fold
from losscli.data.roles import Candidate
from losscli.roles import ROLES

_TRUTHS = (
    *("y_true_<class>", "true_<class>", "truth_<class>", "target_<class>", "actual_<class>"),
    *("gt_<class>", "observed_<class>", "y_<class>"),
)
_PREDICTIONS = {
    "prob": ("y_prob_<class>", "y_proba_<class>", "y_pred_proba_<class>", *GENERIC.probs),
    "pred": ("y_pred_<class>", "pred_<class>", "prediction_<class>", "predicted_<class>"),
    "label": ("label_<class>", "y_label_<class>", "pred_label_<class>"),
    "score": ("score_<class>", "y_score_<class>"),
    "logit": tuple(name.replace("<rest>", "<class>") for name in ROLES["logits"].names),
}
"""What the columns beside several truths are called, by role."""


def truths(folded: Folded) -> Candidate | None:
    """Return the columns that are several truths: a family beside which another has its keys."""
    for template in _TRUTHS:
        found = _own(template, folded)
        if len(found) > 1:
            candidate = Candidate("y", tuple(found.values()), tuple(found))
            if any(True for _ in beside(candidate, folded)):
                return candidate
    return None


def beside(truths: Candidate, folded: Folded) -> Iterator[Candidate]:
    """Give the families that have a column for each truth, in the order of the truths."""
    for role, templates in _PREDICTIONS.items():
        found = (family(template, folded) for template in templates)
        alike = (
            tuple(one.get(key, "") for key in truths.keys)
            for one in found
            if len(one) == len(truths.keys)
        )
        for columns in dict.fromkeys(alike):
            if all(columns) and columns != truths.columns:
                yield Candidate(role, columns, truths.keys)


def _own(template: str, folded: Folded) -> dict[str, str]:
    """Return the family of a template without the columns that fit a longer one."""
    longer = [t for t in _all() if len(t) > len(template) and fold(t).startswith(_head(template))]
    others = {name for t in longer for name in family(t, folded).values()}
    return {key: name for key, name in family(template, folded).items() if name not in others}


def _head(template: str) -> str:
    return fold(template.partition("<")[0])


def _all() -> Sequence[str]:
    return [*_TRUTHS, *(t for templates in _PREDICTIONS.values() for t in templates)]
