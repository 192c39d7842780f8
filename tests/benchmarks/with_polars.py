"""The work of the benchmark in polars: lazy, streaming."""

import sys

import polars as pl

error = pl.col("y_true") - pl.col("y_pred")
scan = pl.scan_parquet if sys.argv[1].endswith(".parquet") else pl.scan_csv
rows = scan(sys.argv[1]).with_columns(
    mse=error * error,
    mae=error.abs(),
    huber=pl.when(error.abs() <= 1).then(0.5 * error * error).otherwise(error.abs() - 0.5),
)
numbers = [
    number
    for name in ("mse", "mae", "huber")
    for number in (pl.col(name).mean(), pl.col(name).std().alias(f"{name}_std"))
]
queries = [
    rows.select(pl.len(), *numbers),
    rows.group_by("city").agg(pl.len(), *numbers),
    rows.top_k(10, by="mse"),
]
for table in pl.collect_all(queries, engine="streaming"):
    print(table)
