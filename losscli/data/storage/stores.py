"""The stores that hold buckets: for each the package that knows it, and how a part is asked for."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import field
from importlib import import_module
from typing import Any

from losscli.data.storage.remote import ChangedError
from losscli.dataclass import dataclass
from losscli.errors import UsageError

_UNSAID = logging.NullHandler()
"""What is logged below reaches stderr only where the program that uses us wants it there."""
Part = Callable[[Any, str, int, int, str], bytes]
"""Asks a file system for bytes of a path, on the condition that the object still has a tag."""


@dataclass(frozen=True)
class Store:
    """One kind of store.

    `module` has the file system `kind`, which is made with `options`. `tag` is the fact about an
    object that changes with its content. `logs` are the loggers of what works below.
    """

    package: str
    module: str
    kind: str
    tag: str
    part: Part
    logs: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    def files(self, scheme: str) -> Any:  # noqa: ANN401 - fsspec has no types
        """Return the file system; fsspec makes one for each process and thread."""
        try:
            kind = getattr(import_module(self.module), self.kind)
        except ImportError:
            what = f"{scheme}:// needs {self.package}, which is not installed"
            raise UsageError(what, remedy="pip install 'losscli[remote]'") from None
        for name in self.logs:
            logging.getLogger(name).addHandler(_UNSAID)
        found = kind(use_listings_cache=False, **self.options)
        _leave_trying_to_us(found)
        return found


def _leave_trying_to_us(files: Any) -> None:  # noqa: ANN401 - as above
    """Let a file system give up at once where it can be told to: `tried` tries again."""
    client = getattr(files, "service_client", None)
    if policy := getattr(getattr(client, "_config", None), "retry_policy", None):
        policy.total_retries = 0
    elif hasattr(files, "call_s3"):
        files.retries = 1


def _of_s3(files: Any, path: str, start: int, stop: int, tag: str) -> bytes:  # noqa: ANN401
    from fsspec.asyn import sync  # noqa: PLC0415 - an extra

    bucket, key, _ = files.split_path(path)
    part = f"bytes={start}-{stop - 1}"
    answer = files.call_s3("get_object", Bucket=bucket, Key=key, Range=part, IfMatch=tag)
    body = answer["Body"]
    try:
        if answer.get("ETag", tag) != tag:  # not every store heeds the condition
            raise ChangedError
        found: bytes = sync(files.loop, body.read)
    finally:
        body.close()
    return found


def _of_google(files: Any, path: str, start: int, stop: int, tag: str) -> bytes:  # noqa: ANN401
    found: bytes = files.cat_file(path, start=start, end=stop, generation=tag)
    return found


def _of_azure(files: Any, path: str, start: int, stop: int, tag: str) -> bytes:  # noqa: ANN401
    from azure.core import MatchConditions  # noqa: PLC0415 - an extra
    from fsspec.asyn import sync  # noqa: PLC0415 - likewise

    container, blob, _ = files.split_path(path)
    same = {"etag": tag, "match_condition": MatchConditions.IfNotModified}

    async def read() -> bytes:
        client = files.service_client.get_blob_client(container=container, blob=blob)
        async with client:
            stream = await client.download_blob(offset=start, length=stop - start, **same)
            found: bytes = await stream.readall()
            return found

    found: bytes = sync(files.loop, read)
    return found


_S3 = Store(
    *("s3fs", "s3fs", "S3FileSystem", "ETag", _of_s3),
    logs=("s3fs", "aiobotocore", "botocore", "asyncio"),
    options={"config_kwargs": {"retries": {"max_attempts": 0}}},
)
_GOOGLE = Store(
    # what gcsfs offers first calls gRPC, whose threads do not live on in a fork
    *("gcsfs", "gcsfs.core", "GCSFileSystem", "generation", _of_google),
    logs=("gcsfs", "google.auth", "asyncio"),
)
_AZURE = Store(
    *("adlfs", "adlfs", "AzureBlobFileSystem", "etag", _of_azure),
    logs=("adlfs", "azure", "asyncio"),
)
STORES = {"s3": _S3, "gs": _GOOGLE, "gcs": _GOOGLE, "az": _AZURE, "abfs": _AZURE}
"""By the scheme of a URL."""
