"""The Daily Science Class by eup/myeon/dong of a sido, in the newest year."""

from __future__ import annotations

from dataclasses import dataclass

from sciculture_etl.disclosure import published_relation
from sciculture_etl.pages import Language
from sciculture_etl.pages.charts import Point
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site import downloads
from sciculture_etl.publish.site.divisions import Sido
from sciculture_etl.publish.site.downloads import Download
from sciculture_etl.publish.site.regional import measure_label
from sciculture_etl.publish.site.slices import hashes, rows
from sciculture_etl.publish.workbooks.texts import unit_text

TABLE = "mart_dsc_by_eupmyeondong"
PROGRAM = "daily_science_class"
MEASURES = ("facility_count", "class_count", "session_count", "beneficiary_count")
SIDO = "sido_code"


@dataclass(frozen=True)
class EupmyeondongTable:
    """The eup/myeon/dong with classes, and how many there are in each sigungu.

    Attributes:
        columns: label and unit of the measures.
        rows: sigungu, eup/myeon/dong, a point for each measure.
    """

    year: int
    is_provisional: bool
    columns: list[tuple[str, str]]
    rows: list[tuple[str, str, list[Point]]]
    downloads: list[Download]

    @property
    def by_sigungu(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for sigungu, _, _ in self.rows:
            counted[sigungu] = counted.get(sigungu, 0) + 1
        return counted


def hashes_of(content: Content, sido: Sido) -> list[str]:
    """What its rows are known by."""
    if TABLE not in content.table_contracts:
        return []
    return [hashes(content, TABLE, SIDO).get(code, "") for code in sido.codes]


def eupmyeondong_of(content: Content, sido: Sido, language: Language) -> EupmyeondongTable | None:
    """The table of a sido; None where it has no rows in the newest year."""
    if TABLE not in content.table_contracts:
        return None
    stated = content.table_contracts[TABLE]
    relation = published_relation(stated)
    regions = published_relation(content.table_contracts["dim_region"])
    named = "(SELECT any_value(name_en) FROM {0} AS r WHERE r.region_code = rpad({1}, 10, '0'))"
    symbols = [f"{name}_status" if f"{name}_status" in stated.columns else "NULL" for name in MEASURES]
    columns = ", ".join([
        "program_year", "status", "sigungu_name", "coalesce(general_gu_name, '')", "eupmyeondong_name",
        named.format(regions, "t.sigungu_code"), named.format(regions, "t.general_gu_code"),
        named.format(regions, "t.eupmyeondong_code"), *MEASURES, *symbols,
    ])  # fmt: skip
    newest = f"program_year = (SELECT max(program_year) FROM {relation})"
    found = rows(content, TABLE, SIDO, columns, newest)
    own = [row for code in sido.codes for row in found.get(code, [])]
    if not own:
        return None
    lines = []
    for year, _, sigungu, gu, name, sigungu_en, gu_en, name_en, *rest in own:
        values, symbols_of = rest[: len(MEASURES)], rest[len(MEASURES) :]
        places = (sigungu, gu, name) if language == "ko" else (sigungu_en or sigungu, gu_en or gu, name_en or name)
        points = [Point(str(year), value, mark) for value, mark in zip(values, symbols_of, strict=True)]
        lines.append((" ".join(part for part in places[:2] if part), places[2] or "-", points))
    labels = [
        (measure_label(content, PROGRAM, name, language), unit_text(stated.columns[name].unit, language))
        for name in MEASURES
    ]
    is_provisional = any(status == "p" for _, status, *_ in own)
    return EupmyeondongTable(own[0][0], is_provisional, labels, lines, downloads.of_table(content, TABLE))
