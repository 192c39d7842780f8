"""The work of the benchmark in duckdb."""

import sys

import duckdb

path = sys.argv[1].replace("'", "''")
read = "read_parquet" if path.endswith(".parquet") else "read_csv"
duckdb.sql(
    f"""
    create view rows as
    select *, e * e as mse, abs(e) as mae,
           case when abs(e) <= 1 then 0.5 * e * e else abs(e) - 0.5 end as huber
    from (select *, y_true - y_pred as e from {read}('{path}'))
    """
)
numbers = ", ".join(f"avg({name}), stddev({name})" for name in ("mse", "mae", "huber"))
print(
    duckdb.sql(
        f"""
        select city, count(*), {numbers}, arg_max(row(id, y_true, y_pred, mse), mse, 10)
        from rows group by grouping sets ((), (city))
        """
    )
)
