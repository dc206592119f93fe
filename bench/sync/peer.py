"""The peer: dlt's `rest_api` source to PostgreSQL over the same pages; run with the benchmark's own environment.

    bench/.venv/bin/python -m bench.sync.peer URL BASE FOLDER

Tuned as its own performance guide advises: pages of 100, both lists fetched in parallel, two normaliser processes, large
files between its steps, CSV through COPY into the database, no nested tables below the invoice's lines.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

TUNING = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "EXTRACT__WORKERS": "2",
    "NORMALIZE__WORKERS": "2",
    "LOAD__WORKERS": "4",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "10000",
    "DATA_WRITER__FILE_MAX_ITEMS": "25000",
}
PAGES = {
    "type": "cursor",
    "cursor_path": "data[-1].id",
    "cursor_param": "starting_after",
    "has_more_path": "has_more",
}


def main(url: str, base: str, folder: Path) -> None:
    """One first load, told as one line of JSON."""
    os.environ.update(TUNING)
    import dlt
    from dlt.sources.rest_api import rest_api_source

    from bench.sync.cost import Cost

    def collection(name: str) -> dict[str, object]:
        endpoint = {"path": f"v1/{name}", "params": {"limit": 100}, "data_selector": "data", "paginator": PAGES}
        return {"name": name, "endpoint": endpoint, "parallelized": True}

    cost = Cost.now()
    source = rest_api_source(
        {
            "client": {"base_url": f"{base}/"},
            "resources": [collection("customers"), collection("invoices")],
        },
        max_table_nesting=1,
    )
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder),
        destination=dlt.destinations.postgres(url),
        dataset_name="peer",
        dev_mode=False,
    )
    pipeline.run(source, loader_file_format="csv", write_disposition="append")
    with pipeline.sql_client() as sql:
        read = sum(sql.execute_sql(f"SELECT COUNT(*) FROM {name}")[0][0] for name in ("customers", "invoices"))
    print(json.dumps({**cost.until(Cost.now()), "read": read}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
