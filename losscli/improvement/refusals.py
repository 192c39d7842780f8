"""What `improve` refuses: words, tasks, losses and rows that no simple map can be judged for."""

from collections.abc import Mapping
from typing import Any

from losscli.data.columns import Plan
from losscli.errors import DataError, UsageError
from losscli.improvement.halves import Seen, Split
from losscli.improvement.kinds import PREDICTIONS
from losscli.losses.chosen import Chosen
from losscli.losses.combine import ROOT
from losscli.visible import visible
from losscli.wanted import reading as known_words

FEWEST = 100
"""The rows below which a half would be too small to fit on, or to judge on."""
FEWEST_OF_HALF = 30
_NOT_HERE = ("group", "cluster", "pooled", "by", "fit_on", "freeze_from")


def check_words(reading: Mapping[str, Any]) -> None:
    """Refuse words that improve does not know."""
    for word in _NOT_HERE:
        if reading.get(word):
            what = f"improve judges all rows as independent, by a fixed loss, without {word}"
            raise UsageError(what, remedy=f"leave {word} out")
    for word in reading.keys() - known_words() - {*_NOT_HERE}:
        raise TypeError(f"improve() got an unexpected keyword argument {word!r}")


def check_task(found: Plan) -> None:
    """Refuse predictions that no map is known for."""
    if found.task in PREDICTIONS:
        return
    what = f"no shift, scale, temperature or threshold changes {found.task} predictions"
    remedy = "it takes numbers (--pred) or probabilities (--prob, --probs)"
    raise UsageError(what, where=found.where, remedy=remedy)


def check_loss(chosen: Chosen, found: Plan) -> None:
    """Refuse a loss that cannot be lowered this way, or whose change has no interval."""
    name = visible(chosen.label)
    what, remedy = "", ""
    if chosen.auto:
        what = f"{name} would adapt to the very errors that are to be made smaller"
        remedy = "give a number: losscli eval prints what auto finds"
    elif any(part.loss.signed for part in chosen.parts):
        what = f"{name} is signed, so less of it is not better"
        remedy = "take a loss that is better the smaller it is, such as mae"
    elif chosen.combine.empty is not None:
        what = f"{name} is a value of many rows together, such as the pixels of an image"
        remedy = "take a loss of single rows"
    elif chosen.combine.slopes is None:
        what = f"{name} has no interval, so whether less of it is more than chance is not known"
        remedy = "take mae, or another loss that is a mean"
    elif not set(chosen.roles) & {*PREDICTIONS[found.task]}:
        what = f"{name} does not look at {' or '.join(PREDICTIONS[found.task][:1])}"
        remedy = "take a loss of the prediction"
    elif "y" not in chosen.roles:
        what = f"{name} does not look at the truth, so less of it is not better"
        remedy = "take a loss that compares the prediction with it"
    if what:
        raise UsageError(what, where="--loss", remedy=remedy)


def check_values(seen: Seen, chosen: Chosen, found: Plan) -> None:
    """Refuse rows whose loss is no finite number."""
    if not (seen.infinite or seen.undefined):
        return
    word, count = ("infinite", seen.infinite) if seen.infinite else ("undefined", seen.undefined)
    rows = "1 row" if count == 1 else f"{count} rows"
    name = visible(chosen.label)
    if chosen.combine == ROOT:
        name = f"the square under the root of {name}"
    what = f"{name} is {word} in {rows}, and no fit on half of the rows can tell how to mend that"
    remedy = f"losscli eval shows them; take a loss that is finite there{_finite(found.task)}"
    raise DataError(what, where=found.where, remedy=remedy)


def _finite(task: str) -> str:
    name = {"binary": "log_loss", "multiclass": "cross_entropy"}.get(task)
    return f", such as --loss 'brier' or --loss '{name}(eps=1e-15)'" if name else ""


def check_size(seen: Seen, found: Split, plan: Plan) -> None:
    """Refuse rows that are too few to part."""
    count = seen.census.judged
    small = found.complete and min(half.total for half in found.halves) < FEWEST_OF_HALF
    if count < FEWEST or small:
        rows = "1 row is" if count == 1 else f"{count} rows are"
        what = f"{rows} too few to fit on one half and to judge on the other"
        raise DataError(what, where=plan.where, remedy=f"improve needs at least {FEWEST}")


def check_classes(found: Split, plan: Plan) -> None:
    """Refuse probabilities of rows that are all of one class: the best is to say so always."""
    y = found.whole.columns["y"]
    if plan.task == "binary" and y.min() == y.max():
        what = "all rows are of one class, so nothing is best but to say so always"
        remedy = "judge rows of both classes, or look at --positive"
        raise DataError(what, where=plan.where, remedy=remedy)
