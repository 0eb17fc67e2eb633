"""The long table of measures as JSON-stat and SDMX-CSV: what is withheld, open or revised shows by their own marks."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from jsonstat_validator import validate_jsonstat

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.contracts.table_contract import TableColumn
from sciculture_etl.publish import files, jsonstat, sdmx
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import TABLE, cubes

# Invented: year, level, region, name, measure, value, its mark, unit, status.
ROWS = [
    (2020, "nation", "00", "전국", "class_count", 7, None, "classes", "final"),
    (2020, "sigungu", "11110", "서울특별시 종로구", "class_count", 5, None, "classes", "final"),
    (2020, "sigungu", "11110", "서울특별시 종로구", "user_count", None, "x", "persons", "final"),
    (2020, "sigungu", "11", "서울특별시 시군구 미구분", "class_count", 2, None, "classes", "r"),
    (2021, "sigungu", "11110", "서울특별시 종로구", "class_count", 6, None, "classes", "p"),
    (2021, "sigungu", "11110", "서울특별시 종로구", "satisfaction_score", 87.5, None, "of 100", "p"),
    (2021, "sigungu", "11110", "서울특별시 종로구", "user_count", None, "…", "persons", "p"),
]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    table_contract = load_table_contracts()[TABLE]
    marks = TableColumn(type="VARCHAR", description=table_contract.columns["value"].description)
    columns = {**table_contract.columns, "value_status": marks}
    table_contracts = {TABLE: table_contract.model_copy(update={"columns": columns})}
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA published")
    connection.execute(
        f"""CREATE TABLE published.{TABLE} (program_year SMALLINT, region_level VARCHAR, region_code VARCHAR,
        region_name VARCHAR, measure VARCHAR, value DOUBLE, value_status VARCHAR, unit VARCHAR, status VARCHAR,
        program_code VARCHAR DEFAULT 'invented', is_remainder BOOLEAN, is_additive BOOLEAN DEFAULT true)"""
    )
    named = (
        "program_year, region_level, region_code, region_name, measure, value, value_status, unit, status, is_remainder"
    )
    insert = f"INSERT INTO published.{TABLE} ({named})"
    connection.executemany(f"{insert} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [(*row, row[2] == "11") for row in ROWS])
    connection.execute(
        "CREATE TABLE dim_program AS SELECT 'invented' program_code, '가상 사업' name_ko, 'Invented' name_en"
    )
    connection.execute("CREATE TABLE dim_region AS SELECT '1111000000' region_code, 'Jongno-gu' name_en")
    connection.execute(
        "CREATE TABLE meta_column AS SELECT 'class_count' column_name, '강좌 수 (모두)' description_ko,"
        " 'Classes (all)' description_en"
    )
    manifest = {
        "release_id": "00003-20261130", "tables": {TABLE: {"since": "00002-20261129"}}, "licence": "KOGL-1",
        "publisher": {"ko": "가상기관", "en": "Invented agency"}, "cubes": cubes(connection, table_contracts),
    }  # fmt: skip
    return Content(connection, table_contracts, manifest, tmp_path_factory.mktemp("hashed"))


def read(content: Content, write: Any, written_of: str, target: Path) -> Any:
    write(content, written_of, target)
    return json.loads(target.read_text(encoding="utf-8"))


def test_each_program_and_level_is_a_cube_of_its_own(content: Content, tmp_path: Path) -> None:
    assert content.manifest["cubes"] == ["invented.nation", "invented.sigungu"]
    found = read(content, jsonstat.write_collection, "", tmp_path / "collection.json")
    assert [item["href"] for item in found["link"]["item"]] == ["invented.nation.json", "invented.sigungu.json"]


def test_a_cube_is_valid_and_has_each_value_in_its_place_with_its_mark(content: Content, tmp_path: Path) -> None:
    found = read(content, jsonstat.write_dataset, "invented.sigungu", tmp_path / "cube.json")
    validate_jsonstat(found)
    index = [found["dimension"][name]["category"]["index"] for name in found["id"]]
    assert found["size"] == [2, 2, 3]
    assert found["role"] == {"time": ["program_year"], "geo": ["region"], "metric": ["measure"]}
    values = found["value"] if isinstance(found["value"], dict) else dict(enumerate(found["value"]))
    for year, level, region, _, measure, value, mark, _, status in ROWS[1:]:
        assert level == "sigungu"
        at = 0
        for codes, code in zip(index, (str(year), region, measure), strict=True):
            at = at * len(codes) + codes.index(code)
        assert values.get(at, values.get(str(at))) == value
        assert found["status"].get(str(at)) == (mark or {"final": None}.get(status, status))
    labels = {
        code: label for name in found["id"] for code, label in found["dimension"][name]["category"]["label"].items()
    }
    assert (labels["11110"], labels["class_count"]) == ("서울특별시 종로구 / Jongno-gu", "강좌 수 / Classes")
    units = found["dimension"]["measure"]["category"]["unit"]
    assert units["satisfaction_score"] == {"label": "of 100", "decimals": 1}


def test_a_cube_of_one_mark_says_it_once(content: Content, tmp_path: Path) -> None:
    found = read(content, jsonstat.write_dataset, "invented.nation", tmp_path / "cube.json")
    validate_jsonstat(found)
    assert (found["value"], "status" in found) == ([7], False)


def test_sdmx_tells_why_a_value_is_missing_by_the_lists_that_all_agencies_share(
    content: Content, tmp_path: Path
) -> None:
    sdmx.write_observations(content, TABLE, tmp_path / "observations.csv")
    with (tmp_path / "observations.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {(row["STRUCTURE"], row["STRUCTURE_ID"], row["ACTION"]) for row in rows} == {
        ("dataflow", "SCICULTURE:PROGRAM_LEVEL_YEAR(1.0.0)", "R")
    }
    key = ("REF_AREA", "INDICATOR", "TIME_PERIOD")
    found = {
        tuple(row[part] for part in key): (row["OBS_VALUE"], row["OBS_STATUS"], row["CONF_STATUS"]) for row in rows
    }
    assert found == {
        ("00", "class_count", "2020"): ("7", "A", "F"),
        ("11110", "class_count", "2020"): ("5", "A", "F"),
        ("11110", "user_count", "2020"): ("", "Q", "C"),
        ("11", "class_count", "2020"): ("2", "A", "F"),
        ("11110", "class_count", "2021"): ("6", "P", "F"),
        ("11110", "satisfaction_score", "2021"): ("87.5", "P", "F"),
        ("11110", "user_count", "2021"): ("", "O", "N"),
    }
    assert {row["ROW_STATUS"] for row in rows if row["IS_REMAINDER"] == "Y"} == {"r"}


@pytest.mark.parametrize("write", [files.write_parquet, sdmx.write_observations])
def test_rows_in_any_order_and_any_number_of_threads_give_the_same_bytes(
    content: Content, tmp_path: Path, write: Any
) -> None:
    found = set()
    for threads in (1, 4):
        connection = content.connection.cursor()
        connection.execute(f"SET threads = {threads}")
        connection.execute(f"CREATE OR REPLACE TABLE shuffled AS FROM published.{TABLE} ORDER BY random()")
        connection.execute(f"CREATE OR REPLACE TABLE published.{TABLE} AS FROM shuffled")
        write(replace(content, connection=connection), TABLE, tmp_path / "file")
        found.add((tmp_path / "file").read_bytes())
    assert len(found) == 1


def test_every_code_of_the_observations_is_in_the_structure(content: Content, tmp_path: Path) -> None:
    sdmx.write_observations(content, TABLE, tmp_path / "observations.csv")
    found = read(content, sdmx.write_structure, TABLE, tmp_path / "structure.json")
    codes = {one["id"]: {code["id"] for code in one["codes"]} for one in found["data"]["codelists"]}
    with (tmp_path / "observations.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for name in (
                "PROGRAM",
                "REGION_LEVEL",
                "REF_AREA",
                "INDICATOR",
                "UNIT_MEASURE",
                "ROW_STATUS",
                "IS_REMAINDER",
            ):
                assert row[name] in codes[f"CL_{name}"]
    assert "of_100" in codes["CL_UNIT_MEASURE"]
    assert found["meta"]["prepared"].startswith("2026-11-29")
