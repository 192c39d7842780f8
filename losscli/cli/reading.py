"""The options that say how and where files are read, as the arguments of a library call."""

from collections.abc import Mapping, Sequence
from typing import Any

from losscli.engine import Scheduler
from losscli.errors import UsageError
from losscli.visible import visible

_FILES = ("truth", "train", "fit_on", "cost_matrix")
"""The options that name a file to read beside those that are judged."""
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}


def reading(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a command with those of reading as the library takes them."""
    found = dict(given)
    del found["allow_remote"]  # asked of the configuration, before the command is
    tls = tuple(found.pop(name) for name in ("tls_ca", "tls_cert", "tls_key"))
    found["scheduler"] = _cluster(
        found["engine"], found["scheduler"], tls, insecure=found.pop("insecure")
    )
    found["columns"] = _named_columns(found.pop("column"))
    found["delimiter"] = _DELIMITERS.get(found["delimiter"] or "", found["delimiter"])
    return found


def inputs(files: Sequence[str], given: Mapping[str, Any]) -> list[str]:
    """Return the names of what is read, which nothing may be written over."""
    return [*files, *(given[name] for name in _FILES if given.get(name))]


def _cluster(
    engine: str, address: str | None, tls: tuple[str | None, ...], *, insecure: bool
) -> Scheduler | None:
    """Return where the cluster is; refuse words about one that is not asked for."""
    if engine == "dask":
        if address:
            return Scheduler(address, tls[0], tls[1], tls[2], insecure)
        what = "--engine dask needs a cluster"
        raise UsageError(what, remedy="such as --scheduler local:2 or --scheduler tcp://host:8786")
    said = {
        "--scheduler": address,
        **dict(zip(("--tls-ca", "--tls-cert", "--tls-key"), tls, strict=True)),
        "--insecure": insecure,
    }
    for flag, value in said.items():
        if value:
            raise UsageError(f"{flag} is for a cluster", remedy="ask for one: --engine dask")
    return None


def _named_columns(texts: list[str] | None) -> dict[str, str]:
    """Read each NAME=COLUMN."""
    found: dict[str, str] = {}
    for text in texts or []:
        name, equals, column = text.partition("=")
        if not (name and equals and column):
            what = f"--column {visible(text)} does not say which column is what"
            raise UsageError(what, remedy="such as --column es=ES_95")
        if name in found:
            what = f"--column {visible(name)} is given twice, but is one column"
            raise UsageError(what, remedy="give it once")
        found[name] = column
    return found
