"""The language of --loss: from its words to the losses that are meant."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from losscli.errors import UsageError
from losscli.losses.arguments import obtainable
from losscli.losses.auto import AUTO
from losscli.losses.chosen import Chosen, Part
from losscli.losses.combine import MEAN
from losscli.losses.domain import Choice
from losscli.losses.names import find, nearest
from losscli.losses.parameter import Parameter, Value
from losscli.losses.spec import AKA, LOSSES, Loss
from losscli.losses.syntax import Call, Request, read
from losscli.roles import SHARED
from losscli.visible import visible

DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "regression": {"pred": "mse,rmse,mae"},
    "binary": {"prob": "log_loss,brier,zero_one"},
    "multiclass": {"probs": "cross_entropy,brier,zero_one"},
    "labels": {"label": "zero_one"},
    "margin": {"score": "hinge,squared_hinge", "scores": "crammer_singer"},
    "interval": {"lower": "interval_score,coverage_error"},
    "distribution": {
        "quantiles": "crps_quantile",
        "std": "crps,log_score",
        "members": "crps_ensemble",
    },
    "multilabel": {
        "prob": "log_loss,hamming",
        "label": "hamming,zero_one",
        "score": "multi_label_margin",
    },
    "soft": {"probs": "kl,cross_entropy"},
    "vectors": {"pred": "cosine"},
}
"""What --loss is for each task where it is not given, by the role that has columns."""


NOTHING: Mapping[str, Value] = MappingProxyType({})
OF_MATRIX: Mapping[str, Value] = MappingProxyType(dict.fromkeys(("tn", "fp", "fn", "tp"), 0.0))
"""The parameters that a matrix of costs gives to a loss of two classes, before it is read."""


def parse(texts: Sequence[str]) -> tuple[Request, ...]:
    """Read lists of losses: "mse,huber(delta=2)", "blend=0.7*mse + 0.3*mae".

    Raises UsageError, with the place, where a text is no such list or a name is unknown.
    """
    return tuple(request for text in texts for request in read(text))


def default(task: str, roles: Collection[str]) -> tuple[Request, ...]:
    """Return what is asked of a task by default, where these roles have columns."""
    able = DEFAULTS.get(task, {})
    found = next((losses for role, losses in able.items() if obtainable(role, roles)), None)
    if found is None:
        what = f"no loss is usual for {task} predictions"
        raise UsageError(what, remedy="name one: --loss NAME (losscli losses lists them)")
    return parse([found])


def tasks(requests: Sequence[Request]) -> frozenset[str]:
    """Return the tasks that have every loss that was asked for.

    Raises UsageError where no task has all of them.
    """
    common: frozenset[str] | None = None
    for call in _calls(requests):
        able = frozenset(loss.task for loss in _fitting(call))
        if common is not None and not common & able:
            what = f"{call.name} judges {_either(able)} predictions, the losses before it "
            raise call.place.error(f"{what}{_either(common)} ones", "ask for them in two runs")
        common = able if common is None else common & able
    return frozenset(task for _, task in LOSSES) if common is None else common


def resolve(
    requests: Sequence[Request],
    task: str,
    roles: Collection[str] | None = None,
    given: Mapping[str, Value] = NOTHING,
) -> tuple[Chosen, ...]:
    """Return the losses that were asked for, with every parameter, for a task.

    `roles` are those that have columns, where that is known; `given` are values for parameters
    that a loss needs and was not called with. Raises UsageError where a loss belongs to another
    task or lacks a column, a parameter does not fit, or a name is repeated.
    """
    found: list[Chosen] = []
    taken: set[str] = set()
    for request in requests:
        chosen = _chosen(request, task, given)
        for role in chosen.roles:
            if roles is not None and not obtainable(role, {*roles, "levels"}):
                raise request.place.error(*_lacking(chosen, role))
        for name in (chosen.label, chosen.spelling):
            if name in taken:
                raise request.place.error(f"{visible(name)} is asked for twice")
        taken |= {chosen.label, chosen.spelling}
        found.append(chosen)
    return tuple(found)


def _calls(requests: Sequence[Request]) -> Iterator[Call]:
    return (call for request in requests for _, call in request.terms)


def _fitting(call: Call) -> tuple[Loss, ...]:
    """Return the losses of that name that have the parameters; all, where none has them."""
    if call.made:
        return (call.made,)
    losses = find(call.name)
    given = set(call.parameters)
    fitting = [loss for loss in losses if given <= {p.name for p in loss.parameters}]
    return tuple(fitting) or losses


def _lacking(chosen: Chosen, role: str) -> tuple[str, str]:
    if role in SHARED:
        flag = role.replace("_", "-")
        return f"{visible(chosen.label)} needs --{flag}", f"give it: --{flag} FILE"
    what = f"{visible(chosen.label)} needs a column for {visible(role)}"
    return what, f"name it: --{visible(role)} COLUMN"


def _either(found: Collection[str]) -> str:
    *first, last = sorted(found)
    return f"{', '.join(first)} or {last}" if first else last


def _chosen(request: Request, task: str, given: Mapping[str, Value]) -> Chosen:
    parts = tuple(_part(weight, call, task, given) for weight, call in request.terms)
    spellings = [part.spelled(full=True) for part in parts]
    labels = [part.spelled(full=False) for part in parts]
    chosen = Chosen(request.name or " + ".join(labels), " + ".join(spellings), parts)
    # a formula may be called like a loss of other predictions: cost is a common word
    own = {task} if chosen.own else {task for _, task in LOSSES}
    if request.name and {(request.name, t) for t in own} & (LOSSES.keys() | AKA.keys()):
        what = f"{visible(request.name)} is the name of a loss"
        raise request.place.error(what, f"choose another, as in my_{request.name}=…")
    if chosen.single is None:
        _check_sum(request, parts)
    return chosen


def _check_sum(request: Request, parts: tuple[Part, ...]) -> None:
    seen: list[tuple[Loss, Mapping[str, Value]]] = []
    for part, (_, call) in zip(parts, request.terms, strict=True):
        loss = part.loss
        if loss.combine(**part.parameters) != MEAN or loss.signed:
            how = "signed" if loss.signed else f"the {loss.combine(**part.parameters).name}"
            what = f"{loss.name} is {how}, so it cannot be part of a sum"
            raise call.place.error(what, "only losses that are the mean of their rows can")
        if (loss, part.parameters) in seen:
            raise call.place.error(f"{loss.name} is in this sum twice", "add up its weights")
        seen.append((loss, part.parameters))


def _part(weight: float, call: Call, task: str, given: Mapping[str, Value]) -> Part:
    known = (call.made,) if call.made else find(call.name, str(call.place))
    losses = {loss.task: loss for loss in known}
    if task not in losses:
        what = f"{call.name} judges {_either(losses)} predictions, not {task} ones"
        raise call.place.error(what, _needed(losses.values()))
    loss = losses[task]
    legal = {parameter.name: parameter for parameter in loss.parameters}
    for name in call.parameters:
        if name not in legal:
            what = f"{loss.name} has no parameter {visible(name)!r} for {task} predictions"
            guess = nearest(name, list(legal))
            raise call.places[name].error(what, f"{guess} {_takes(loss)}".lstrip())
    values: dict[str, Value] = {}
    for name, parameter in legal.items():
        spare = given.get(name, parameter.default)
        if name not in call.parameters and spare is None and parameter.required:
            what = f"{loss.name} needs {name}: {parameter.range}"
            raise call.place.error(what, f"write {_with_examples(call, loss)}")
        value = call.parameters.get(name, spare)
        if value is None:
            continue
        if wrong := parameter.check(value):
            place = call.places.get(name, call.place)
            raise place.error(f"{wrong}, not {visible(str(value))}", _instead(parameter, value))
        values[name] = value
    if wrong := loss.check(**values):
        raise call.place.error(wrong, f"losscli explain {loss.name}")
    return Part(weight, loss, values)


def _with_examples(call: Call, loss: Loss) -> str:
    """Return the loss with an example for each parameter that must be given and is not."""
    missing = {p.name: 1.0 for p in loss.parameters if p.required}
    said = (f"{name}={value}" for name, value in {**missing, **call.parameters}.items())
    return f"{loss.name}({', '.join(said)})"


def _needed(losses: Collection[Loss]) -> str:
    ways = dict.fromkeys(" and ".join(loss.flags) for loss in losses)
    return f"it needs the columns of {', or of '.join(ways)}"


def _instead(parameter: Parameter, value: Value) -> str:
    if value == AUTO:
        able = {
            f"{x.name}({p.name}={AUTO})" for x in LOSSES.values() for p in x.parameters if p.auto
        }
        return f"found from the data are {', '.join(sorted(able))}"
    words = parameter.legal.words if isinstance(parameter.legal, Choice) else ()
    default = "" if parameter.required else f"the default is {parameter.name}={parameter.default}"
    return nearest(str(value), list(words)) or default


def _takes(loss: Loss) -> str:
    if not loss.parameters:
        return f"{loss.name} takes no parameters"
    return f"{loss.name} takes {' and '.join(f'{p.name}: {p.range}' for p in loss.parameters)}"
