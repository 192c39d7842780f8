"""Connecting to a cluster, or starting one on this machine, and looking its workers over."""

import logging
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import cloudpickle
import dask
import distributed
from distributed.security import Security

from losscli.engine import Scheduler
from losscli.engine.dask import probe
from losscli.engine.dask.alike import difference, here
from losscli.errors import UsageError
from losscli.leaving import before_leaving
from losscli.visible import visible

_PATIENCE = 5
"""Seconds to wait for a scheduler, or for one that has no workers to get some."""
_LOCAL = re.compile(r"local:(\d{1,4})")
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]@]+):(\d{1,5})")
_WHERE = "--scheduler"
_EXAMPLE = "such as --scheduler tcp://host:8786 or --scheduler local:4"
_LOSSES = 2
"""So many workers may be lost over a stretch, and another one is tried."""


@contextmanager
def connected(scheduler: Any) -> Iterator[distributed.Client]:  # noqa: ANN401 - see `opened`
    """Give a client of the cluster whose workers compute as this process does."""
    if scheduler is None:
        scheduler = _client_in_use()
    if isinstance(scheduler, distributed.Client):
        _look_over(scheduler)
        yield scheduler
        return
    wanted = scheduler if isinstance(scheduler, Scheduler) else Scheduler(str(scheduler))
    quiet = {
        "distributed.scheduler.allowed-failures": _LOSSES,
        "distributed.comm.timeouts.connect": _PATIENCE,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    with _silence(), dask.config.set(quiet), _client(wanted) as client:
        _look_over(client)
        yield client


def _client_in_use() -> distributed.Client:
    try:
        return distributed.get_client()
    except ValueError:
        raise UsageError("there is no cluster", where=_WHERE, remedy=_EXAMPLE) from None


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Dask's own log off stderr: what matters there is told as our errors."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    before = {log: log.level for log in map(logging.getLogger, names)}
    for log in before:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in before.items():
            log.setLevel(level)


@contextmanager
def _client(wanted: Scheduler) -> Iterator[distributed.Client]:
    if local := _LOCAL.fullmatch(wanted.address):
        _refuse_tls(wanted, "local:N starts workers on this machine, unencrypted")
        with _cluster(int(local[1])) as cluster, _joined(cluster) as client:
            yield client
        return
    _refuse_unsafe(wanted)
    with _joined(wanted.address, security=_security(wanted)) as client:
        yield client


class _Nanny(distributed.Nanny):
    """Keeps a worker in a process of its own, without the pages that Dask would show of it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Dask's own
        super().__init__(*arguments, **{**options, "dashboard": False})


@contextmanager
def _folder() -> Iterator[str]:
    """Give a folder that is gone again, however the program ends."""
    with tempfile.TemporaryDirectory(prefix="losscli-") as found:
        remove = partial(_remove, found)
        before_leaving.append(remove)
        try:
            yield found
        finally:
            before_leaving.remove(remove)


def _remove(folder: str) -> None:
    for worker in multiprocessing.active_children():
        worker.kill()  # who is alive would put something into it again
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _untouched() -> Iterator[None]:
    """Let processes be started that Ctrl-C does not reach: they end with this one, in silence."""
    if sys.platform == "win32":
        yield
        return
    with _environment("PYTHONWARNINGS", "ignore"):
        resource_tracker.ensure_running()  # it would tell of the semaphores that are left
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        os.environ |= {} if before is None else {name: before}


@contextmanager
def _cluster(workers: int) -> Iterator[distributed.LocalCluster]:
    if not workers:
        raise UsageError("local:0 has no workers", where=_WHERE, remedy="try local:2")
    with _folder() as folder:
        try:
            with _untouched():
                started = distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    worker_class=_Nanny,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    worker_dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    memory_limit=0,  # memory is bounded: a worker killed for it would help nobody
                    silence_logs=logging.CRITICAL + 1,
                    local_directory=folder,
                )
        except (OSError, RuntimeError) as error:
            what = f"the workers cannot be started ({_reason(error)})"
            remedy = "in a script, call it below if __name__ == '__main__':"
            raise UsageError(what, where=_WHERE, remedy=remedy) from None
        with started as cluster:
            yield cluster


@contextmanager
def _joined(cluster: Any, **options: Any) -> Iterator[distributed.Client]:  # noqa: ANN401
    try:
        client = distributed.Client(cluster, timeout=_PATIENCE, set_as_default=False, **options)
    except (OSError, TimeoutError) as error:
        what = f"no scheduler answers at {visible(str(cluster), 200)} ({_reason(error)})"
        remedy = "start it (dask scheduler), and check the address and the certificates"
        raise UsageError(what, where=_WHERE, remedy=remedy) from None
    with client:
        yield client


def _reason(error: BaseException) -> str:
    """Return what the deepest cause says that says anything."""
    said, deepest = str(error), error
    while deepest.__cause__:
        deepest = deepest.__cause__
        said = str(deepest) or said
    return visible(said or type(error).__name__, 200)


def _refuse_unsafe(wanted: Scheduler) -> None:
    match = _ADDRESS.fullmatch(wanted.address)
    if match is None:
        what = f"{visible(wanted.address)!r} is no address of a scheduler"
        raise UsageError(what, where=_WHERE, remedy=_EXAMPLE)
    kind, host, port = match.groups()
    if kind == "tls":
        for flag, name in _tls(wanted).items():
            if not name or not Path(name).is_file():
                what = f"there is no file {visible(name)}" if name else "tls:// needs this file"
                raise UsageError(what, where=flag, remedy=f"such as {flag} file.pem")
        return
    _refuse_tls(wanted, "tcp:// is not encrypted", f"write tls://{host}:{port}")
    if not (wanted.insecure or _is_here(host)):
        what = (
            f"{visible(wanted.address)} is not on this machine and not encrypted: whoever answers "
            "there, or in between, could run programs here"
        )
        remedy = "use tls:// with --tls-ca, --tls-cert and --tls-key, or say --insecure"
        raise UsageError(what, where=_WHERE, remedy=remedy)


def _tls(wanted: Scheduler) -> dict[str, str | None]:
    return {"--tls-ca": wanted.tls_ca, "--tls-cert": wanted.tls_cert, "--tls-key": wanted.tls_key}


def _refuse_tls(wanted: Scheduler, why: str, remedy: str = "") -> None:
    """Refuse the files of an encryption that there is not."""
    if given := [flag for flag, name in _tls(wanted).items() if name]:
        flags = ", ".join(given)
        what = f"{why}, so {flags} would be of no use"
        raise UsageError(what, where=_WHERE, remedy=remedy or f"leave out {flags}")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _security(wanted: Scheduler) -> Security | None:
    if not wanted.tls_ca:
        return None
    try:
        found = Security(
            tls_ca_file=wanted.tls_ca,
            tls_client_cert=wanted.tls_cert,
            tls_client_key=wanted.tls_key,
            require_encryption=True,
        )
        found.get_connection_args("client")
    except (OSError, ValueError) as error:
        what = f"the certificates cannot be used ({_reason(error)})"
        raise UsageError(what, where="--tls-ca", remedy="give files in PEM") from None
    return found


def _look_over(client: distributed.Client) -> None:
    """Refuse a cluster with a worker that lacks losscli or would give other bits."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        remedy = "start one: dask worker ADDRESS"
        raise UsageError("the scheduler has no workers", where=_WHERE, remedy=remedy) from None
    cloudpickle.register_pickle_by_value(probe)
    try:
        found = client.run(probe.probe, on_error="return")
    finally:
        cloudpickle.unregister_pickle_by_value(probe)
    for address, theirs in sorted(found.items()):
        where = f"worker {visible(address)}"
        if theirs is None:
            what, remedy = "there is no losscli", "install the same losscli on all machines"
            raise UsageError(what, where=where, remedy=remedy)
        if isinstance(theirs, BaseException):
            what = f"it cannot be asked what it computes with ({_reason(theirs)})"
            raise UsageError(what, where=where, remedy="look into its log")
        if differs := difference(here(), theirs):
            raise UsageError(differs[0], where=where, remedy=differs[1])
