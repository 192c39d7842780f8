"""Judge the same rows in every format and every way there is: the numbers are the same to the bit.

    pip install '.[test]'
    python tests/benchmarks/make_data.py 10000000 predictions.csv
    python tests/benchmarks/everywhere.py predictions.csv

Writes the rows of the CSV file into a folder beside it in all formats, and reads each. Prints the
seconds and the megabytes of the largest process of each way, those in which workers are started
among them, and fails where a number differs.
"""

import argparse
import bz2
import gzip
import json
import logging
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv, feather, parquet

CHUNK = 1 << 20
PARTS = 7
"""The rows of the folder are in so many files of each partition."""


def gzipped(source: Path, path: Path) -> None:
    """Write a copy packed with gzip."""
    with source.open("rb") as plain, gzip.open(path, "wb", compresslevel=1) as packed:
        shutil.copyfileobj(plain, packed, CHUNK)


def bzipped(source: Path, path: Path) -> None:
    """Write a copy packed with bzip2."""
    with source.open("rb") as plain, bz2.open(path, "wb", compresslevel=1) as packed:
        shutil.copyfileobj(plain, packed, CHUNK)


def xz(source: Path, path: Path) -> None:
    """Write a copy packed with xz."""
    with source.open("rb") as plain, lzma.open(path, "wb", preset=0) as packed:
        shutil.copyfileobj(plain, packed, CHUNK)


def zstd(source: Path, path: Path) -> None:
    """Write a copy packed with zstd."""
    with source.open("rb") as plain, pa.CompressedOutputStream(str(path), "zstd") as packed:
        shutil.copyfileobj(plain, packed, CHUNK)


def json_lines(source: Path, path: Path) -> None:
    """Write one object a line, with the numbers as the CSV file spells them."""
    texts = csv.ConvertOptions(column_types=dict.fromkeys(("id", "y_true", "y_pred"), pa.string()))
    options = csv.ReadOptions(block_size=CHUNK)
    with (
        csv.open_csv(source, options, convert_options=texts) as reader,
        path.open("w", encoding="utf-8") as target,
    ):
        for batch in reader:
            columns = (column.to_pylist() for column in batch.columns)
            for row, y, pred, city in zip(*columns, strict=True):
                said = json.dumps(city, ensure_ascii=False)
                target.write(f'{{"id": {row}, "y_true": {y}, "y_pred": {pred}, "city": {said}}}\n')


def parquet_file(source: Path, path: Path) -> None:
    """Write Parquet with row groups of a million rows, and check sums."""
    parquet.write_table(csv.read_csv(source), path, row_group_size=CHUNK, write_page_checksum=True)


def arrow_file(source: Path, path: Path) -> None:
    """Write Arrow's file format, compressed."""
    feather.write_feather(csv.read_csv(source), path, compression="lz4")


def folder(source: Path, path: Path) -> None:
    """Write a folder of partitions by city, several files each."""
    table = csv.read_csv(source)
    ends = [table.num_rows * part // PARTS for part in range(PARTS + 1)]
    for start, stop in pairwise(ends):
        parquet.write_to_dataset(
            table.slice(start, stop - start),
            path,
            partition_cols=["city"],
            basename_template=f"{start:09}-{{i}}.parquet",
        )


FORMATS: Mapping[str, tuple[str, Callable[[Path, Path], None]]] = {
    "gzip": ("p.csv.gz", gzipped),
    "bzip2": ("p.csv.bz2", bzipped),
    "xz": ("p.csv.xz", xz),
    "zstd": ("p.csv.zst", zstd),
    "JSON lines": ("p.jsonl", json_lines),
    "Parquet": ("p.parquet", parquet_file),
    "Arrow": ("p.arrow", arrow_file),
    "folder by city": ("table", folder),
}
ENGINES: Mapping[str, dict[str, Any]] = {
    "one thread": {"jobs": 1},
    "two processes": {"engine": "processes", "jobs": 2},
    "Dask, 1 worker": {"engine": "dask", "scheduler": "local:1"},
    "Dask, 2 workers": {"engine": "dask", "scheduler": "local:2"},
    "Dask, 4 workers": {"engine": "dask", "scheduler": "local:4"},
}


def numbers(data: Any, words: Mapping[str, Any]) -> str:
    """Return the report as JSON, without the names of files and the places in them."""
    import losscli  # noqa: PLC0415 - in a process of its own

    found = losscli.evaluate(data, losses="mse,mae,huber", by="city", id="id", **words).to_dict()
    found["data"].pop("files")
    found.pop("warnings")
    for row in found["outliers"]["worst"]:
        del row["file"], row["row"]
    return json.dumps(found, sort_keys=True)


def judged(way: str, path: str) -> str:
    """Return the numbers of a way; `path` may be that of the CSV file of a DataFrame."""
    if way == "DataFrame":
        import pandas as pd  # noqa: PLC0415 - for this way

        return numbers(pd.read_csv(path), {})
    return numbers(path, ENGINES.get(way, ENGINES["two processes"]))


@contextmanager
def bucket(path: Path) -> Iterator[dict[str, str]]:
    """Put the file into a bucket of this machine; give the environment in which it is found."""
    import boto3  # noqa: PLC0415 - needs the server
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - as above

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    found = {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }
    os.environ |= found
    client = boto3.client("s3")
    client.create_bucket(Bucket="bench")
    client.upload_file(str(path), "bench", "p.csv")
    yield found
    server.stop()


def timed(way: str, path: str) -> tuple[str, float, int]:
    """Judge in a process of its own: its numbers, seconds, and megabytes of the largest one."""
    start = time.perf_counter()
    command = [sys.executable, __file__, path, "--way", way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout
        said = process.stdout.read()
        if process.wait():
            raise SystemExit(f"{way} failed")
    seconds = time.perf_counter() - start
    found, _, peak = said.rpartition("\n")
    return found, seconds, int(peak)


def peak() -> int:
    """Return the megabytes of the largest process so far: this one, or one that it started."""
    import resource  # noqa: PLC0415 - not on every system

    # what getrusage says of this one counts who started it, too
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = int(status.partition("VmHWM:")[2].split()[0])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


def ways(source: Path, made: Path) -> Iterator[tuple[str, str]]:
    """Give each way with what it reads, written when it is asked for."""
    yield from ((name, str(source)) for name in ENGINES)
    yield "DataFrame", str(source)
    for name, (file, write) in FORMATS.items():
        write(source, made / file)
        yield name, str(made / file)
        shutil.rmtree(made / file) if (made / file).is_dir() else (made / file).unlink()
    with bucket(source):
        yield "bucket", "s3://bench/p.csv"


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        print(judged(asked.way, asked.path))
        print(peak(), end="")
        return
    source = Path(asked.path).absolute()
    print("| way | seconds | MB of the largest process | same bits |")
    print("|---|---|---|---|")
    first = ""
    with tempfile.TemporaryDirectory(dir=source.parent) as made:
        for way, path in ways(source, Path(made)):
            found, seconds, most = timed(way, path)
            first = first or found
            print(f"| {way} | {seconds:.2f} | {most} | {found == first} |", flush=True)
            if found != first:
                Path("differs.json").write_text(f"{first}\n{found}\n", encoding="utf-8")
                raise SystemExit(f"{way} gives other numbers: see differs.json")


if __name__ == "__main__":
    main()
