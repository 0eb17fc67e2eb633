"""What the pages of a site are written from, without a night: the published tables with a few invented rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.kinds import made_from, pages_of, write_page

MANIFEST: dict[str, Any] = {
    "release_id": "00002-20260105",
    "version": "1.0.1",
    "built_at": "2026-01-05T18:30:00+00:00",
    "publisher": {"ko": "가상재단", "en": "Invented Foundation"},
    "licence": "KOGL-1",
    "tables": {"dim_region": {"content": "1"}},
    "workbooks": {
        "stars": {
            "mart_program_level_year": "program_code = 'stars'",
            "mart_do_dream_by_stop": "true",
        },
        "moons": {"mart_program_level_year": "program_code = 'moons'"},
        "talks": {"mart_cooperation_summary": "program_code = 'talks'"},
    },
    "datasets": {"stars": [], "moons": [], "talks": []},
    "cubes": ["stars.nation", "moons.nation"],
    "portal_names": {"가상재단_별_20260105": "mart_do_dream_by_stop"},
}
PUBLIC = {"csv": "csv/{table}.csv", "portal_csv": "portal/{portal_name}.csv", "xlsx": "xlsx/{workbook}.xlsx"} | {
    "jsonstat": "jsonstat/{cube}.json"
}
REGIONS = """
    INSERT INTO published.dim_region BY NAME
    SELECT * FROM (VALUES
        ('1100000000', 'sido', '서울특별시', '서울특별시', 'Seoul', '11', '', DATE '1988-04-23', NULL),
        ('1111000000', 'sigungu', '종로구', '서울특별시 종로구', 'Jongno-gu', '11', '', DATE '1988-04-23', NULL),
        ('4200000000', 'sido', '강원도', '강원도', 'Gangwon-do', '42', '5100000000', DATE '1988-04-23',
            DATE '2023-06-11'),
        ('5100000000', 'sido', '강원특별자치도', '강원특별자치도', 'Gangwon State', '51', '', DATE '2023-06-11', NULL)
    ) AS t (region_code, level, name_ko, full_name_ko, name_en, sido_code, successor_codes, valid_from, valid_to)
"""
PROGRAMS = """
    INSERT INTO published.mart_program_catalog BY NAME
    SELECT *, 'final' AS status FROM (VALUES
        ('stars', '별 보기', 'Looking at the stars', 'Stars', 'KOFAC', 2016),
        ('moons', '달 보기', 'Looking at the moon', 'Moons', 'KOFAC', NULL),
        ('talks', '이야기', 'Talks', NULL, 'KOFST', NULL),
        ('plans', '계획', 'Plans', NULL, 'KOFST', NULL)
    ) AS t (program_code, name_ko, name_en, name_en_short, agency, start_year)
"""
FIGURES = """
    INSERT INTO published.mart_program_level_year BY NAME
    SELECT *, 'persons' AS unit, true AS is_additive, region_code AS current_region_code, false AS is_remainder
    FROM (VALUES
        ('stars', 2024, 'nation', '00', '전국', 'user_count', 1300, 'final', NULL),
        ('stars', 2025, 'nation', '00', '전국', 'user_count', 1456, 'p', NULL),
        ('stars', 2022, 'sido', '42', '강원도', 'user_count', 7, 'final', NULL),
        ('stars', 2025, 'sido', '11', '서울특별시', 'user_count', 1450, 'p', NULL),
        ('stars', 2025, 'sido', '51', '강원특별자치도', 'user_count', NULL, 'p', 'x'),
        ('stars', 2025, 'sigungu', '11110', '서울특별시 종로구', 'user_count', NULL, 'p', '…'),
        ('moons', 2025, 'nation', '00', '전국', 'user_count', 12.5, 'p', NULL)
    ) AS t (program_code, program_year, region_level, region_code, region_name, measure, value, status, value_status)
"""
OTHERS = """
    INSERT INTO published.mart_cooperation_summary BY NAME
    SELECT *, 'talks' AS program_code, 'p' AS status
    FROM (VALUES (2024, 'mou', '협약', 'Agreement', 3), (2025, 'mou', '협약', 'Agreement', 4))
        AS t (program_year, record_type, record_type_name_ko, record_type_name_en, record_count)
"""


def site_content(*changes: str, **manifest: Any) -> Content:
    """The tables, after some statements were run over them.

    Args:
        manifest: what it says otherwise.
    """
    connection, table_contracts = duckdb.connect(), dict(load_table_contracts())
    connection.execute("CREATE SCHEMA published")
    for name, one in table_contracts.items():
        if one.audience == "public":
            columns = ", ".join(f'"{column}" {stated.type}' for column, stated in one.columns.items())
            schema = "published" if one.made_by == "sql" else "main"
            connection.execute(f'CREATE TABLE {schema}."{name}" ({columns})')
            if schema == "published":
                connection.execute(f'CREATE VIEW main."{name}" AS FROM published."{name}"')
    for statement in (REGIONS, PROGRAMS, FIGURES, OTHERS, *changes):
        connection.execute(statement)
    return Content(connection, table_contracts, MANIFEST | manifest, Path("nowhere"), public=dict(PUBLIC))


def written(content: Content, folder: Path, kinds: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Path → what a page was made from, and the page, of the kinds whose paths begin so below their language."""
    found = {}
    for path in pages_of(content):
        if path.partition("/")[2].startswith(kinds) and path.endswith(".html"):
            write_page(content, path, folder / "page")
            found[path] = (made_from(content, path), (folder / "page").read_text(encoding="utf-8"))
    return found
