"""What the site of a release costs: all of it, and where nothing of it changed.

    .venv/bin/python benchmarks/site.py [WAREHOUSE]

Over a warehouse with a release (``make demo``), which is only read. Each measure in a process of its own: seconds of
CPU of all threads from the first page on, without imports; files and bytes that were written. Not part of the tests.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measuring import Measured, child, measure


def written(warehouse: Path, before: Path | None = None, into: Path | None = None) -> Measured:
    """The site of the newest release, written into a folder: linked to the one before where a page would be the same.

    Args:
        before: folder of a site that ``into`` was once.
    """
    import duckdb

    from sciculture_etl.contracts import load_table_contracts
    from sciculture_etl.publish import outputs, site
    from sciculture_etl.publish.files import Content, Previous, sha256_of

    release = warehouse / "releases/latest"
    manifest = json.loads((release / "manifest.json").read_text())
    public = {one.name: one.path for one in outputs.OUTPUTS if one.audience == "public"}
    known = json.loads((before / "known.json").read_text()) if before else {}
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"ATTACH '{warehouse / 'warehouse.duckdb'}' AS w (READ_ONLY)")
        connection.execute("USE w")
        for table in ("mart_revision", "meta_code_change"):  # which a publication makes
            connection.execute(
                f"CREATE TEMP TABLE {table} AS FROM read_parquet('{release / 'parquet' / table}.parquet')"
            )
        connection.execute("SELECT ?", [1])  # a publication has asked before: the first question loads libraries
        previous = Previous(before, {}, known)
        content = Content(connection, load_table_contracts(), manifest, Path(folder), previous, public)
        target, begin = into or Path(folder), time.process_time()
        made, count, size = {}, 0, 0
        for page in site.pages_of(content):
            path = target / page
            path.parent.mkdir(parents=True, exist_ok=True)
            made[page] = site.made_from(content, page)
            if not made[page] or not previous.link(page, made[page], path):
                site.write_page(content, page, path)
                count, size = count + 1, size + path.stat().st_size
        cpu = time.process_time() - begin
        if into:
            found = {page: {"made_from": one, "sha256": sha256_of(into / page)} for page, one in made.items()}
            (into / "known.json").write_text(json.dumps(found))
    return {"cpu": cpu, "files": count, "megabytes": size / 1e6, "all": len(made)}


def whole(warehouse: Path, folder: Path) -> Measured:
    return written(warehouse, into=folder)


def unchanged(warehouse: Path, folder: Path) -> Measured:
    return written(warehouse, before=folder)


MEASURES: dict[str, Callable[..., Measured]] = {"whole": whole, "unchanged": unchanged}


def main() -> None:
    warehouse = Path(sys.argv[1] if sys.argv[1:] else "warehouse").resolve()
    with tempfile.TemporaryDirectory() as folder:
        for name in MEASURES:
            found = measure(__file__, name, warehouse, Path(folder))
            print(
                f"{name:10} {found['cpu']:5.2f} s of CPU, {found['files']} of {found['all']} files written, "
                f"{found['megabytes']:.1f} MB"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(MEASURES, *sys.argv[2:])
    else:
        main()
