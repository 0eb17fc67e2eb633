"""Write docs/clients.md from docs/clients.yml, whose lines tests/clients tries: `python generators/clients.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "clients.md"
FENCES = {"node": "js"}
SHOWN_PACKAGES = {"python": "pip install", "sh": "pip install", "node": "npm install"}
HEAD = """# Clients

The current release is one DuckDB file, `warehouse/sciculture.duckdb`; every client of DuckDB since 1.1 opens it.
Without any client, `sciculture query` and `sciculture open` do ([analyst.md](analyst.md#ask-and-look-around)).

- **Open it read-only**, as all lines here do: a client that opens a file for writing locks all others out of it.
- A connection keeps the release that it opened, however many are published meanwhile; open it again for the next one.
- Files of a release lie in `warehouse/releases/<release>/`, `latest` is the current one. A program that reads several
  of them resolves `latest` once (`realpath`), lest a publication comes in between.
- Files that people open in Excel, and what each is for: [releases.md](releases.md#what-a-release-holds).

Every line below was run against a release of ten years, with the versions of the client that the table names: each
gave the sessions of every year, and DuckDB's for Python every value of every table. `make test` runs those that are
installed with the project, `make test-slow` all, each version in an environment of its own
([tests/clients](../tests/clients)). (Made by `python generators/clients.py` from `docs/clients.yml`.)
"""
TAIL = """## Excel and Power Query

Not tried here: they run on Windows alone. Excel opens the workbooks of a release, and its CSV with a byte order mark,
by a double click; CSV without one (`csv/`) by Data, From Text/CSV, with the origin 65001: Unicode (UTF-8). Power Query,
also in Power BI, takes

```
Csv.Document(File.Contents("C:\\\\figures\\\\mart_dsc_summary.csv"), [Delimiter = ",", Encoding = 65001])
Parquet.Document(File.Contents("C:\\\\figures\\\\mart_dsc_summary.parquet"))
```

## JDBC, ODBC, and DuckDB in R

Not tried here: PyPI, npm and Debian have no package of them. They carry the same engine and read the same file; these
are the lines that open it, for versions since 1.1:

```
jdbc:duckdb:/path/to/warehouse/sciculture.duckdb            with the property duckdb.read_only=true
Driver=DuckDB Driver;Database=/path/to/warehouse/sciculture.duckdb;access_mode=READ_ONLY
release <- DBI::dbConnect(duckdb::duckdb("warehouse/sciculture.duckdb", read_only = TRUE))
```

The older package of npm, `duckdb`, can't be had from the registry alone: it loads its engine from elsewhere. Use
`@duckdb/node-api`.

## 요약

- 현재 릴리스는 `warehouse/sciculture.duckdb` 파일 하나이며 DuckDB 1.1 이후의 모든 클라이언트로 열 수 있습니다.
- 반드시 **읽기 전용**으로 여세요. 쓰기용으로 열면 다른 이용자가 열 수 없습니다.
- 연결은 연 시점의 릴리스를 끝까지 보여 줍니다. 새 릴리스를 보려면 다시 여세요.
- 설치 없이 조회하려면 `sciculture query "FROM mart_dsc_summary"`, 대화형으로는 `sciculture open`을 쓰세요.
- 엑셀에서는 릴리스의 XLSX나 BOM이 있는 CSV를 여세요. `csv/`의 파일은 데이터 가져오기에서 65001(UTF-8)을 고르세요.
- 위의 모든 예시는 표에 적힌 버전으로 실제 릴리스를 열어 확인했습니다. JDBC, ODBC, R의 DuckDB, 엑셀은
  확인하지 못했습니다.
"""


def read_clients() -> dict[str, dict[str, Any]]:
    """Every client by its name."""
    return dict(yaml.safe_load((DOCS / "clients.yml").read_text(encoding="utf-8")))


def page() -> str:
    """What docs/clients.md must say."""
    clients = read_clients()
    table = ["| client | 클라이언트 | versions that were tried |", "| --- | --- | --- |"]
    table += [
        f"| {client['title']['en']} | {client['title']['ko']} | {', '.join(client['tried'])} |"
        for client in clients.values()
    ]
    return "\n".join([HEAD, *table, "", *(_section(client) for client in clients.values()), TAIL])


def _section(client: dict[str, Any]) -> str:
    fence = FENCES.get(client["language"], client["language"])
    install = f"{SHOWN_PACKAGES[client['language']]} {' '.join(client['packages'])}" if client["packages"] else ""
    head = f"## {client['title']['en']}\n\n" + (f"`{install}`\n\n" if install else "")
    return f"{head}```{fence}\n{client['lines'].rstrip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
