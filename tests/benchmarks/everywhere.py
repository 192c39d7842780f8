"""Judge one file in every way there is, and see that the numbers are the same to the bit.

    python tests/benchmarks/make_data.py 10000000 predictions.csv
    python tests/benchmarks/everywhere.py predictions.csv

One thread, processes, Dask with 1, 2 and 4 workers, a DataFrame, and a bucket on a local server.
Prints the seconds of each, with those in which workers are started, and fails where a number
differs.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import losscli

WORDS: Any = {"losses": "mse,mae,huber", "by": "city"}


def numbers(data: Any, **words: Any) -> str:
    """Return the report as JSON, without the names of files."""
    found = losscli.evaluate(data, **WORDS, **words).to_dict()
    found["data"].pop("files")
    found.pop("warnings")
    for row in found["outliers"]["worst"]:
        row.pop("file")
    return json.dumps(found, sort_keys=True)


@contextmanager
def bucket(path: str) -> Any:
    """Give the URL of the file in a bucket of this machine."""
    import boto3  # noqa: PLC0415 - needs the server
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - as above

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }
    client = boto3.client("s3")
    client.create_bucket(Bucket="bench")
    client.upload_file(path, "bench", "p.csv")
    yield "s3://bench/p.csv"
    server.stop()


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    path = parser.parse_args().path
    import pandas as pd  # noqa: PLC0415 - for one of the ways

    def frame() -> str:
        return numbers(pd.read_csv(path))

    def stored() -> str:
        with bucket(path) as url:
            return numbers(url)

    ways: dict[str, Callable[[], str]] = {
        "one thread": lambda: numbers(path, jobs=1),
        "two processes": lambda: numbers(path, engine="processes", jobs=2),
    }
    for count in (1, 2, 4):
        words = {"engine": "dask", "scheduler": f"local:{count}"}
        ways[f"Dask, {count} workers"] = partial(numbers, path, **words)
    ways |= {"DataFrame": frame, "bucket": stored}
    print("| way | seconds | same bits |")
    print("|---|---|---|")
    first = ""
    for name, way in ways.items():
        start = time.perf_counter()
        found = way()
        first = first or found
        print(f"| {name} | {time.perf_counter() - start:.2f} | {found == first} |", flush=True)
        if found != first:
            Path("differs.json").write_text(f"{first}\n{found}\n", encoding="utf-8")
            raise SystemExit(f"{name} gives other numbers: see differs.json")


if __name__ == "__main__":
    main()
