"""Makes ``pages/assets/duckdb``: DuckDB for browsers, as the page "Ask the data" needs it.

Needs node and npm, which nobody else does: ``python generators/duckdb_wasm.py``, then look at what changed. Nothing of
the packages is run but esbuild's own program.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "pages" / "assets" / "duckdb"
# Wasm lags behind DuckDB itself: site/ask.py pins the storage version that this one reads.
DUCKDB, ARROW, ESBUILD = ("@duckdb/duckdb-wasm", "1.32.0"), ("apache-arrow", "17.0.0"), ("esbuild", "0.28.2")
ENTRY = """
export { AsyncDuckDB, DuckDBAccessMode, VoidLogger } from "@duckdb/duckdb-wasm";
export { Type } from "apache-arrow";
"""
# Its package carries no file of its licence. This is the text that its sources have.
DUCKDB_LICENCE = """Copyright 2021 DuckDB WASM Contributors (see https://github.com/duckdb/duckdb-wasm/graphs/contributors)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""
INTRODUCTION = """# DuckDB in the browser

Made by `generators/duckdb_wasm.py` from packages of the npm registry; a test recomputes the hashes. The worker is the
package's file as it came, and so is the engine, but packed (sha256 of the unpacked: `{unpacked}`).
`duckdb.js` is what the page calls, put together by esbuild {esbuild} with `apache-arrow` {arrow} (Apache-2.0),
`flatbuffers` (Apache-2.0) and `tslib` (0BSD). All licences: `LICENCES.txt`.

| file | sha256 | package | version | licence | integrity of the package |
| --- | --- | --- | --- | --- | --- |
"""


def main() -> None:
    """Fetches the packages, writes the folder."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        wanted = [f"{name}@{version}" for name, version in (DUCKDB, ARROW, ESBUILD)]
        subprocess.run(
            ["npm", "install", "--ignore-scripts", "--no-audit", "--silent", *wanted], cwd=folder, check=True
        )
        TARGET.mkdir(parents=True, exist_ok=True)
        write_files(folder)


def write_files(folder: Path) -> None:
    packages = folder / "node_modules"
    engine = (packages / DUCKDB[0] / "dist" / "duckdb-eh.wasm").read_bytes()
    (TARGET / "duckdb-eh.wasm.gz").write_bytes(gzip.compress(engine, 9, mtime=0))
    worker = (packages / DUCKDB[0] / "dist" / "duckdb-browser-eh.worker.js").read_bytes()
    (TARGET / "duckdb-browser-eh.worker.js").write_bytes(worker)
    (folder / "entry.js").write_text(ENTRY, encoding="utf-8")
    program = next(packages.glob("@esbuild/*/bin/esbuild"))
    options = ["--bundle", "--minify", "--format=iife", "--global-name=duckdbWasm", "--target=es2020"]
    options += ["--platform=browser", "--legal-comments=none", "--log-level=error", f"--outfile={TARGET / 'duckdb.js'}"]
    subprocess.run([program, "entry.js", *options], cwd=folder, check=True)
    texts = {DUCKDB[0]: DUCKDB_LICENCE} | {
        path.parent.relative_to(packages).as_posix() + ("" if path.stem.startswith("LICEN") else " (notice)"): (
            path.read_text(encoding="utf-8").strip()
        )
        for name in ("apache-arrow", "flatbuffers", "tslib")
        for path in sorted((packages / name).glob("[LN]*"))
        if path.stem in ("LICENSE", "NOTICE")
    }
    licences = "\n\n".join(f"{'=' * 8} {name}\n\n{text}" for name, text in texts.items()) + "\n"
    (TARGET / "LICENCES.txt").write_text(licences, encoding="utf-8")
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    integrity = lock[f"node_modules/{DUCKDB[0]}"]["integrity"]
    lines = [
        f"| `{path.name}` | `{hashlib.sha256(path.read_bytes()).hexdigest()}` | `{DUCKDB[0]}` | {DUCKDB[1]} | MIT "
        f"| `{integrity}` |\n"
        for path in sorted(TARGET.iterdir())
        if path.name != "VENDOR.md"
    ]
    about = INTRODUCTION.format(unpacked=hashlib.sha256(engine).hexdigest(), esbuild=ESBUILD[1], arrow=ARROW[1])
    (TARGET / "VENDOR.md").write_text(about + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
