"""What a release holds, for whom, and that nothing leaves the house that must not."""

import csv
import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from forms import CLASS, as_csv, as_xlsx, table
from nights import ALL, manifest, night, operations, placed, published, rows, submit

from sciculture_etl.contracts import load_table_contracts

PUBLIC = sorted(name for name, table_contract in load_table_contracts().items() if table_contract.audience == "public")
OPERATOR = sorted(
    name for name, table_contract in load_table_contracts().items() if table_contract.audience == "operator"
)
INTERNAL = sorted(
    name for name, table_contract in load_table_contracts().items() if table_contract.audience == "internal"
)
TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
FILES = {"sciculture.duckdb": PUBLIC, "operations.duckdb": OPERATOR}


def release(warehouse: Path) -> Path:
    return Path(warehouse / "releases" / manifest(warehouse)["release_id"])


@pytest.mark.parametrize("file", FILES)
def test_each_file_holds_the_tables_of_its_audience_and_no_other(settled: Any, file: str) -> None:
    found = [name for (name,) in rows(settled.warehouse / file, TABLES)]
    assert found == sorted([*(name.removeprefix("meta_") for name in FILES[file]), "release_info"])
    assert rows(settled.warehouse / file, "SELECT count(*) FROM duckdb_views() WHERE NOT internal") == [(0,)]


@pytest.mark.parametrize("file", FILES)
def test_every_table_and_column_is_described_in_both_languages(settled: Any, file: str) -> None:
    tables = rows(settled.warehouse / file, "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal")
    columns = rows(
        settled.warehouse / file,
        "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() "
        "WHERE NOT internal AND table_name <> 'release_info'",
    )
    assert len(columns) >= 10
    assert [name for name, comment in [*tables, *columns] if " / " not in (comment or "")] == []


def test_facts_and_raw_rows_are_not_in_the_public_release(settled: Any) -> None:
    names = {
        name for (name,) in published(settled.warehouse, "SELECT column_name FROM duckdb_columns() WHERE NOT internal")
    }
    assert not names & {"raw", "raw_row", "submission_id", "source_row", "source_file", "file_sha256"}
    files = {path.stem for kind in ("csv", "parquet") for path in (release(settled.warehouse) / kind).iterdir()}
    assert files == set(PUBLIC)
    assert not files & set(INTERNAL)


def test_only_the_owner_reads_the_operators_file(settled: Any) -> None:
    for path in (settled.warehouse, release(settled.warehouse)):
        assert stat.S_IMODE((path / "operations.duckdb").stat().st_mode) == 0o600
    assert stat.S_IMODE((settled.warehouse / "sciculture.duckdb").stat().st_mode) & 0o044 == 0o044


def test_the_live_files_are_those_of_the_release(settled: Any) -> None:
    for file in FILES:
        assert (settled.warehouse / file).read_bytes() == (release(settled.warehouse) / file).read_bytes()
    released = manifest(settled.warehouse)["release_id"]
    assert published(settled.warehouse, "SELECT release_id FROM release_info") == [(released,)]
    assert operations(settled.warehouse, "SELECT release_id FROM release_info") == [(released,)]


@pytest.mark.parametrize("name", PUBLIC)
def test_parquet_csv_and_table_are_the_same(settled: Any, name: str) -> None:
    folder = release(settled.warehouse)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{folder / 'sciculture.duckdb'}' AS public (READ_ONLY)")
        parquet = f"read_parquet('{folder / 'parquet' / name}.parquet')"
        for one, other in ((f"public.{placed(name)}", parquet), (parquet, f"public.{placed(name)}")):
            assert connection.execute(f"SELECT count(*) FROM (FROM {one} EXCEPT ALL FROM {other})").fetchall() == [(0,)]
        described = connection.execute(f"DESCRIBE public.{placed(name)}").fetchall()
        assert [row[:2] for row in connection.execute(f"DESCRIBE FROM {parquet}").fetchall()] == [
            r[:2] for r in described
        ]
        texts = ", ".join(f"coalesce(\"{row[0]}\"::VARCHAR, '')" for row in described)
        in_database = connection.execute(f"SELECT {texts} FROM public.{placed(name)}").fetchall()
    with (folder / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        header, *lines = csv.reader(source)
    assert header == [row[0] for row in described]
    assert [tuple(line) for line in lines] == in_database


def test_the_manifest_tells_hash_and_rows_of_every_table(settled: Any) -> None:
    told = manifest(settled.warehouse)["tables"]
    assert sorted(told) == sorted([*PUBLIC, *OPERATOR])
    for name in PUBLIC:
        exported = (release(settled.warehouse) / "csv" / f"{name}.csv").read_bytes()
        assert told[name]["sha256"] == hashlib.sha256(exported).hexdigest()
        assert [(told[name]["rows"],)] == published(settled.warehouse, f"SELECT count(*) FROM {placed(name)}")


@pytest.mark.parametrize("name", PUBLIC)
def test_the_grain_that_is_promised_holds(settled: Any, name: str) -> None:
    table_contract = load_table_contracts()[name]
    grain = ", ".join(table_contract.grain)
    repeated = published(settled.warehouse, f"SELECT {grain} FROM {placed(name)} GROUP BY {grain} HAVING count(*) > 1")
    assert repeated == []


def test_parts_add_up_to_their_wholes_where_they_are_additive(settled: Any) -> None:
    for measure in ("class_count", "session_count", "beneficiary_count"):
        (whole,) = published(settled.warehouse, f"SELECT {measure} FROM mart_dsc_summary")
        assert [whole] == published(settled.warehouse, f"SELECT sum({measure})::BIGINT FROM mart_dsc_by_region")
        assert [whole] == published(settled.warehouse, f"SELECT sum({measure})::BIGINT FROM mart_dsc_by_institution")


def test_the_file_is_written_in_the_storage_that_older_clients_open(settled: Any) -> None:
    # Bytes 12 to 20 of a DuckDB file hold the version of its storage; 64 is that of 1.0.
    header = (settled.warehouse / "sciculture.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64


@pytest.mark.parametrize("name", ["sciculture.duckdb", "operations.duckdb"])
def test_small_tables_do_not_fill_a_file_with_blocks_that_are_mostly_empty(settled: Any, name: str) -> None:
    file = settled.warehouse / name
    with duckdb.connect(str(file), read_only=True) as connection:
        (block_bytes,) = connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0]
    assert block_bytes == 16_384
    # A column of statistics in the first form of the storage takes three thousand bytes, whatever it holds.
    assert file.stat().st_size < 3_500_000


# Invented values: a day 00, a block of numbers that is not given out, a domain that can't exist.
PERSONAL = {
    "이름": ("강좌명", "강사 900100-1999999"),
    "전화": ("교육장명", "가상 센터 010-0000-7351"),
    "메일": ("읍면동", "invented.person@example.invalid"),
    "수": ("운영횟수", "010-0000-7352"),
    "연도": ("사업연도", "900100-2999999"),
}
HEADED = "가상홍길동하나"


def everything_in(database: Path) -> str:
    """All cells of all tables of a database, as one text."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name NOT IN ('system', 'temp')"
        ).fetchall()
        return "\n".join(
            str(connection.execute(f'SELECT * FROM "{schema}"."{name}"').fetchall()) for schema, name in names
        )


@pytest.mark.slow  # a thousand values, in every output: test_privacy.py
def test_personal_data_is_kept_nowhere_but_apart(tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    for number, (name, (column, value)) in enumerate(PERSONAL.items()):
        # The first rows of each are sound: nothing of them may be loaded either.
        data = table(CLASS | {"강좌명": f"가상 {name}"}, {}, {}, {column: value}, {"운영횟수": "열"})
        submit(inbox, "가상개인센터", f"{name}.csv", as_csv(data) if number % 2 else as_xlsx(data))
    submit(inbox, "가상개인센터", "강사.csv", as_csv(table(CLASS, {"강사명": HEADED})))
    beyond = [*table(CLASS, {}, {}), [*table(CLASS)[1], "010-0000-7353"]]
    submit(inbox, "가상개인센터", "넘침.csv", as_csv(beyond))
    submit(inbox, "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    report = night(inbox, warehouse, outputs=ALL)
    assert report.verdicts == {"rejected": len(PERSONAL) + 2, "accepted": 1}
    assert report.findings == {"R_PII": len(PERSONAL) + 2}
    assert published(warehouse, "SELECT class_count FROM mart_dsc_summary") == [(1,)]

    secrets = [value.split()[-1] for _, value in PERSONAL.values()] + [HEADED, "010-0000-7353"]
    databases = [path for path in warehouse.rglob("*.duckdb") if path.is_file()]
    assert len(databases) >= 5
    for database in databases:
        cells = everything_in(database)
        assert [secret for secret in secrets if secret in cells] == [], database
    for path in warehouse.rglob("*"):
        if path.is_file() and not path.is_relative_to(warehouse / "restricted"):
            content = path.read_bytes()
            assert [secret for secret in secrets if secret.encode() in content] == [], path
    assert "R_PII" in json.dumps(operations(warehouse, "SELECT code FROM mart_row_error"))
