"""All that is known of a loss, as a plain object: what `losscli losses --format json` prints."""

import math
import re
import sys
from typing import Any

from losscli.losses.domain import REAL
from losscli.losses.parameter import Parameter, Value
from losscli.losses.spec import Loss
from losscli.losses.traits import traits
from losscli.visible import visible

_SOURCE = re.compile(r"\(([^()]*[A-Z][^()]* \d{4})\)")
_TYPICAL = 1.0
"""What stands for a parameter that has no default."""


def typical(loss: Loss) -> dict[str, Value]:
    """Return the parameters with their defaults, and a number where they have none."""
    return {
        p.name: _TYPICAL if p.required or p.default is None else p.default for p in loss.parameters
    }


def family_of(loss: Loss) -> str:
    """Return the line that says what the losses of its family have in common."""
    module = loss.function.__module__
    if loss.origin:
        return f"Losses of {visible(loss.origin, limit=200)}"
    doc = sys.modules[module].__doc__ if module in sys.modules else ""
    return (doc or loss.family).partition("\n")[0]


def source_of(loss: Loss) -> str:
    """Return who described it when, as its docstring cites it."""
    cited = _SOURCE.search(" ".join(loss.doc.split()))
    return cited[1] if cited else ""


def facts_of(loss: Loss) -> dict[str, Any]:
    """Return the facts as JSON can hold them."""
    values = typical(loss)
    summary, _, more = loss.doc.partition("\n\n")
    like = traits(loss, values)
    domain = loss.domain(**values)
    return {
        "name": loss.name,
        "task": loss.task,
        "family": loss.family,
        "aka": list(loss.aka),
        "summary": " ".join(summary.split()),
        "more": " ".join(more.split()),
        "use": loss.use,
        "avoid": loss.avoid,
        "formula": list(loss.formula),
        "value": loss.combine(**values).name,
        "elicits": loss.elicits if loss.elicits != "-" else "",
        "proper": like.proper or None,
        "convex": like.convex,
        "bounded_influence": like.bounded_influence,
        "does_not_apply": dict(like.why),
        "floor": loss.floor or None,
        "bound": loss.bound if isinstance(loss.bound, str) or math.isfinite(loss.bound) else None,
        "columns": [role for role in loss.roles if role != "levels"],
        "domain": {role: str(legal) for role, legal in domain.items() if legal != REAL},
        "parameters": [_parameter(parameter) for parameter in loss.parameters],
        "elsewhere": [
            {
                "library": peer.library,
                "name": peer.name,
                "differs": peer.differs,
                "compat": peer.rows is not None,
            }
            for peer in loss.peers
        ],
        "differs": loss.differs,
        "source": source_of(loss),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "default": parameter.default,
        "legal": parameter.range,
        "required": parameter.required,
        "auto": parameter.auto.words if parameter.auto else None,
    }
