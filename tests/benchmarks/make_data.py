"""Write the file that the benchmarks read: ROWS rows of id, y_true, y_pred and a quoted city.

python tests/benchmarks/make_data.py 10000000 predictions.csv
"""

import sys

import numpy as np
import pyarrow as pa
from pyarrow import csv

CITIES = np.array(["Berlin", "Lagos", "São Paulo", "Quito", "New York"])
BATCH = 1_000_000


def main(rows: int, path: str) -> None:
    """Write the same rows every time: normal truths, errors of Student's t with 5 degrees."""
    draw = np.random.default_rng(7)
    with pa.OSFile(path, "wb") as sink:
        writer = None
        for start in range(0, rows, BATCH):
            count = min(BATCH, rows - start)
            y = np.round(draw.normal(100, 20, count), 4)
            pred = np.round(y + draw.standard_t(5, count) * 3, 4)
            table = pa.table(
                {
                    "id": np.arange(start + 1, start + count + 1),
                    "y_true": y,
                    "y_pred": pred,
                    "city": CITIES[draw.integers(0, len(CITIES), count)],
                }
            )
            if writer is None:
                options = csv.WriteOptions(quoting_style="needed", quoting_header="none")
                writer = csv.CSVWriter(sink, table.schema, write_options=options)
            writer.write_table(table)
        if writer is not None:
            writer.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
