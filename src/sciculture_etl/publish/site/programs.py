"""The programs of a site, and what of the release each of them rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.page import agency_name
from sciculture_etl.publish.site.slices import hashes
from sciculture_etl.publish.workbooks.shares import ALL_ROWS
from sciculture_etl.settings import sql_text

LIST = "programs/index.html"  # the page of all programs
COLUMNS = (
    "program_code, name_ko, name_en, name_en_short, agency, strategy_code, strategy_name_ko, strategy_name_en, "
    "start_year, end_year"
)


@dataclass(frozen=True)
class Program:
    """A program of the catalogue."""

    code: str
    name_ko: str
    name_en: str
    name_en_short: str | None
    agency: str
    strategy_code: str | None
    strategy_name_ko: str | None
    strategy_name_en: str | None
    start_year: int | None
    end_year: int | None

    @property
    def path(self) -> str:
        return f"programs/{self.code}.html"

    def name(self, language: str) -> str:
        """As pages call it: in English the short name, where there is one."""
        return self.name_ko if language == "ko" else self.name_en_short or self.name_en

    def full_name(self, language: str) -> str:
        return self.name_ko if language == "ko" else self.name_en

    def strategy(self, language: str) -> str | None:
        return self.strategy_name_ko if language == "ko" else self.strategy_name_en

    def agency_name(self, language: str) -> str:
        return agency_name(self.agency, language)


def programs(content: Content) -> dict[str, Program]:
    """All programs of the catalogue by their codes."""
    query = f"SELECT {COLUMNS} FROM mart_program_catalog ORDER BY agency, strategy_code NULLS LAST, program_code"
    found = content.once("programs of the site", lambda: content.connection.execute(query).fetchall())
    return {row[0]: Program(*row) for row in found}


def tables_of(content: Content, program: str) -> dict[str, str]:
    """Table → its rows of a program, in SQL: those of its workbook."""
    shares: dict[str, dict[str, str]] = content.manifest.get("workbooks", {})
    return shares.get(program, {})


def belongs_to(content: Content, table: str) -> str:
    """SQL of the program that a row of a table belongs to."""

    def ask() -> str:
        shares = {program: tables_of(content, program).get(table) for program in programs(content)}
        cases = [f"WHEN {rows} THEN {sql_text(program)}" for program, rows in shares.items() if rows]
        return f"CASE {' '.join(cases)} END" if cases else "NULL"

    return content.once(("belongs to", table), ask)


def is_whole(content: Content, program: str, table: str) -> bool:
    """Whether all rows of a table are the program's."""
    return tables_of(content, program).get(table) == ALL_ROWS


def rests_on(content: Content, program: str) -> list[str]:
    """Hashes of all that is published of a program."""
    return [
        hashes(content, table, belongs_to(content, table)).get(program, table) for table in tables_of(content, program)
    ]


def sources_of(content: Content, program: str, language: str) -> list[str]:
    """The titles of the forms from which a program's figures are made."""
    query = "SELECT dataset, title_ko, title_en FROM meta_dataset"
    titles: dict[str, tuple[Any, ...]] = content.once(
        "titles of forms", lambda: {row[0]: row[1:] for row in content.connection.execute(query).fetchall()}
    )
    datasets = content.manifest.get("datasets", {}).get(program, [])
    return [str(titles[name][language == "en"]) for name in datasets if name in titles]
