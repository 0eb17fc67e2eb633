"""The page of a form in the data dictionary: its fields, and which published columns come from each."""

from __future__ import annotations

from itertools import groupby
from typing import Any, cast

from sciculture_etl.contracts import load_contracts
from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.words import in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.lineage import form_path, made_of, public_tables, table_path, used_in
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.programs import programs
from sciculture_etl.publish.site.table_list import forms
from sciculture_etl.publish.site.table_page import LIST
from sciculture_etl.publish.workbooks.texts import unit_text
from sciculture_etl.settings import fingerprint


def names(content: Content) -> list[str]:
    known = load_contracts()
    return [form["dataset"] for form in forms(content) if form["dataset"] in known]


def made_from(content: Content, language: str, name: str) -> str:
    """The form, and every SELECT of a published table, each of which may use a field of it."""
    everything = content.once(
        "lineage of all", lambda: fingerprint(*(made_of(content, table) for table in public_tables(content)))
    )
    fields = repr(_fields(content).get(name))
    return fingerprint(owed_by_all(content, "form.html", language), everything, fields, repr(_form(content, name)))


def _form(content: Content, name: str) -> dict[str, Any]:
    return next(form for form in forms(content) if form["dataset"] == name)


def _fields(content: Content) -> dict[str, list[dict[str, Any]]]:
    """Dataset → what is said of its fields, in their order."""

    def ask() -> dict[str, list[dict[str, Any]]]:
        cursor = content.connection.execute("SELECT * FROM meta_field ORDER BY dataset, field_no")
        columns = [column[0] for column in cursor.description or []]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        return {name: list(group) for name, group in groupby(rows, lambda row: row["dataset"])}

    return content.once("fields", ask)


def write(content: Content, language: str, name: str) -> bytes:
    contract, form = load_contracts()[name], _form(content, name)
    program = programs(content).get(form["program_code"])
    used = {
        field["field"]: {
            table: [column for _, column in cells]
            for table, cells in groupby(sorted(used_in(content).get((name, field["field"]), [])), lambda cell: cell[0])
        }
        for field in _fields(content)[name]
    }
    return page(
        content, "form.html", language, form_path(name), in_language(contract.title, cast("Language", language)),
        {LIST: page_texts(GROUP)["menu"][LIST][language]},
        form=form, fields=_fields(content)[name], used=used, program=program, table_path=table_path,
        unit=lambda unit: unit_text(unit, cast("Language", language)),
    )  # fmt: skip
