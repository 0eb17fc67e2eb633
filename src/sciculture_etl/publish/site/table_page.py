"""The page of a published table in the data dictionary: its columns, how it may be joined, downloads, lineage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.contract import REGION_COLUMNS
from sciculture_etl.contracts.table_contract import TableColumn
from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.words import in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site import downloads
from sciculture_etl.publish.site.lineage import (
    between,
    drawn,
    fields_of,
    form_path,
    lineage,
    made_of,
    public_tables,
    steps,
    table_path,
)
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page, relative
from sciculture_etl.publish.structure import codes_of_fields
from sciculture_etl.publish.workbooks.texts import unit_text
from sciculture_etl.settings import fingerprint

LIST = "dictionary/index.html"
REGIONS, REGION_CODE = "dim_region", "region_code"


@dataclass(frozen=True)
class ShownColumn:
    """A column as its page shows it.

    Attributes:
        codes: code → what it means; of which there may be none.
        list_of_codes: the table that explains its codes.
    """

    name: str
    stated: TableColumn
    description: str
    unit: str
    codes: dict[str, str]
    list_of_codes: str


@dataclass(frozen=True)
class Join:
    """Another table, and on what condition its rows belong to those of this one."""

    table: str
    title: str
    condition: str


def names(content: Content) -> list[str]:
    return public_tables(content)


def made_from(content: Content, language: str, name: str) -> str:
    """Its contract, those of all tables that it may be joined to, and every SELECT on the way to it."""
    joined = sorted({join.table for join in joins(content, name, language)})
    contracts = [content.stated(one) for one in (name, *joined)]
    files = [repr(one) for one in downloads.of_table(content, name)]
    codes = repr(sorted(_codes(content).items()))
    return fingerprint(owed_by_all(content, "table.html", language), made_of(content, name), codes, *contracts, *files)


def write(content: Content, language: str, name: str) -> bytes:
    tongue, contract = cast("Language", language), content.table_contracts[name]
    here = f"site/{language}/{table_path(name)}"
    return page(
        content,
        "table.html",
        language,
        table_path(name),
        in_language(contract.title, tongue),
        {LIST: page_texts(GROUP)["menu"][LIST][language]},
        contract=contract,
        description=in_language(contract.description, tongue),
        columns=shown_columns(content, contract, tongue),
        fields={column: fields_of(content, (name, column)) for column in contract.columns},
        joins=joins(content, name, language),
        downloads=downloads.of_table(content, name),
        is_made_by_sql=name in lineage(content).statements,
        drawing=drawn(content, name, language, lambda path: relative(here, f"site/{language}/{path}")),
        steps=steps(content, name, tongue),
        between={one: steps(content, one, tongue) for one in between(content, name)},
        form_path=form_path,
    )


def _codes(content: Content) -> dict[str, list[str]]:
    return content.once("codes of fields", lambda: codes_of_fields(content.connection))


def shown_columns(content: Content, contract: TableContract, language: Language) -> list[ShownColumn]:
    owners = code_lists(content)
    found = []
    for name, column in contract.columns.items():
        owner = owners.get(name, "")
        stated = {code: in_language(words, language) for code, words in column.codes.items()}
        if not stated and not owner:
            for text in _codes(content).get(name, []):
                code, _, meaning = text.partition(": ")
                stated[code] = meaning
        is_counted = bool(column.unit) and column.additive is not None
        found.append(
            ShownColumn(
                name, column, in_language(column.description, language),
                unit_text(column.unit, language) if is_counted else "",
                stated, owner if owner != contract.table else "",
            )
        )  # fmt: skip
    return found


def code_lists(content: Content) -> dict[str, str]:
    """Column → the published table that has one row for each of its codes."""

    def ask() -> dict[str, str]:
        return {
            one.grain[0]: name
            for name, one in sorted(content.table_contracts.items())
            if one.audience == "public" and name.startswith("dim_") and len(one.grain) == 1
        }

    return content.once("lists of codes", ask)


def joins(content: Content, name: str, language: str) -> list[Join]:
    """The published tables that belong to rows of one: lists of its codes, and tables with the same key."""
    contract, tables = content.table_contracts[name], content.table_contracts
    conditions = {}
    for column in contract.columns:
        if column in REGION_COLUMNS and REGIONS in tables and name != REGIONS:
            conditions[REGIONS] = f"{REGIONS}.{REGION_CODE} = rpad({name}.{column}, 10, '0')"
        elif (owner := code_lists(content).get(column, name)) != name:
            conditions[owner] = f"{owner}.{column} = {name}.{column}"
    for other in public_tables(content):
        if other != name and other not in conditions and set(tables[other].grain) == set(contract.grain):
            conditions[other] = " AND ".join(f"{other}.{key} = {name}.{key}" for key in contract.grain)
    tongue = cast("Language", language)
    return [Join(other, in_language(tables[other].title, tongue), words) for other, words in conditions.items()]
