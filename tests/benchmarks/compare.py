"""Time losscli beside polars, duckdb, and pandas with scikit-learn: whole processes, in turn.

    pip install polars duckdb scikit-learn
    python tests/benchmarks/make_data.py 10000000 predictions.csv
    python tests/benchmarks/compare.py predictions.csv --runs 7

Every program does the same work: mse, mae and huber overall and by city with their standard
deviations, and the ten worst rows; losscli with every diagnostic on. One run of each in turn, in
any order, so that a machine whose speed drifts is fair to all; medians, and medians of the ratios.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

HERE = Path(__file__).parent


def commands(path: str, peers: list[str]) -> dict[str, list[str]]:
    """Return the command of each program."""
    losscli = str(Path(sysconfig.get_path("scripts")) / "losscli")
    ours = [losscli, "eval", path, "--loss", "mse,mae,huber", "--by", "city"]
    return {"losscli": ours} | {
        peer: [sys.executable, str(HERE / f"with_{peer}.py"), path] for peer in peers
    }


def run(command: list[str]) -> tuple[float, float, float]:
    """Return wall seconds, processor seconds and peak megabytes of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--peers", default="polars,duckdb,sklearn")
    options = parser.parse_args()
    programs = commands(options.path, [peer for peer in options.peers.split(",") if peer])
    for command in programs.values():
        run(command)
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in programs}
    order = random.Random(0)  # noqa: S311 - nothing secret
    for _ in range(options.runs):
        # in any order, since what ran before is felt
        for name in order.sample(list(programs), len(programs)):
            found[name].append(run(programs[name]))
    print("| program | seconds | processor seconds | peak MB | time of losscli / its time |")
    print("|---|---|---|---|---|")
    for name, runs in found.items():
        wall, processor, peak = (statistics.median(column) for column in zip(*runs, strict=True))
        pairs = zip(found["losscli"], runs, strict=True)
        ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
        print(f"| {name} | {wall:.2f} | {processor:.2f} | {peak:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
