"""gs:// and az:// against the emulators of both stores, by hand: the bits of the file, or an error.

pip install '.[remote]' gcp-storage-emulator
npm install azurite
python -m gcp_storage_emulator start --port 8200 --in-memory &
npx azurite-blob --blobPort 8100 --inMemoryPersistence --skipApiVersionCheck &
python tests/benchmarks/buckets.py 8200 8100
"""

import io
import os
import sys
from collections.abc import Callable
from typing import Any

import pandas as pd

import losscli
from losscli.data.storage import packed
from losscli.errors import DataError

HEAD = b"y_true,y_pred,city\n"
ROWS = [f"{k % 97 / 7},{k % 89 / 3},c{k % 7}\n".encode() for k in range(300_000)]
PATHS = ("all.csv", "all.parquet", "parts", "parts/", "parts/*.csv", "table")
MISSING = ("preds/none.csv", "preds/x*.csv", "nowhere/a.csv", "nowhere/")
USER = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The user of every Azurite, and the key that its documentation gives."""

Put = Callable[[str, bytes], Any]


def objects() -> dict[str, bytes]:
    """Return the same rows as a CSV file, as two, as Parquet and as a folder of partitions."""
    found = {"all.csv": HEAD + b"".join(ROWS), "parts/_SUCCESS": b""}
    found["parts/a.csv"] = HEAD + b"".join(ROWS[:140_000])
    found["parts/b.csv"] = HEAD + b"".join(ROWS[140_000:])
    frame = pd.read_csv(io.BytesIO(found["all.csv"]))
    found["all.parquet"] = frame.to_parquet(row_group_size=50_000)
    for city, rows in frame.groupby("city"):
        found[f"table/city={city}/part.parquet"] = rows.drop(columns="city").to_parquet()
    return found


def google(port: str) -> Put:
    """Return what puts an object into a new bucket."""
    from gcsfs.core import GCSFileSystem  # noqa: PLC0415 - after the environment is set

    os.environ["STORAGE_EMULATOR_HOST"] = f"http://127.0.0.1:{port}"
    files = GCSFileSystem(project="p", token="anon")  # noqa: S106 - no secret
    if not files.exists("preds"):
        files.mkdir("preds")
    return lambda name, data: files.pipe_file(f"preds/{name}", data)


def azure(port: str) -> Put:
    """Return what puts an object into a new container."""
    from azure.storage.blob import BlobServiceClient  # noqa: PLC0415 - an extra

    words = {
        "DefaultEndpointsProtocol": "http",
        "AccountName": USER,
        "AccountKey": KEY,
        "BlobEndpoint": f"http://127.0.0.1:{port}/{USER}",
    }
    text = ";".join(f"{name}={word}" for name, word in words.items())
    os.environ["AZURE_STORAGE_CONNECTION_STRING"] = text
    service = BlobServiceClient.from_connection_string(text)
    container = service.get_container_client("preds")
    if not container.exists():
        container.create_container()
    return lambda name, data: container.upload_blob(name, data, overwrite=True)


def numbers(path: Any, engine: str = "threads") -> Any:
    found = losscli.evaluate(path, losses="mse,huber", by="city", engine=engine).to_dict()
    found["data"].pop("files")
    for row in found["outliers"]["worst"]:
        row.pop("file")
        row.pop("row")
    return found


def told(call: Callable[[], Any]) -> str:
    try:
        call()
    except DataError as error:
        return str(error)
    return "NO ERROR"


def check(scheme: str, put: Put, data: dict[str, bytes], expected: Any) -> None:
    for name, written in data.items():
        put(name, written)
    for path in PATHS:
        for engine in ("threads", "processes"):
            same = numbers(f"{scheme}://preds/{path}", engine) == expected
            print(f"{scheme}://preds/{path} {engine}: {'the same' if same else 'DIFFERENT'}")
    for path in MISSING:
        print(told(lambda path=path: numbers(f"{scheme}://{path}")))  # type: ignore[misc]
    put("moving.csv", data["all.csv"])
    kept = packed(f"{scheme}://preds/moving.csv")
    put("moving.csv", data["all.csv"][::-1])
    print(told(lambda: kept.fill(memoryview(bytearray(100)), 5000)), "(at the next request)")
    print(told(kept.check), "(at the end)")


def main() -> None:
    data = objects()
    expected = numbers(pd.read_csv(io.BytesIO(data["all.csv"])))
    expected["data"].pop("file", None)
    for scheme, put in (("gs", google(sys.argv[1])), ("az", azure(sys.argv[2]))):
        check(scheme, put, data, expected)


if __name__ == "__main__":
    main()
