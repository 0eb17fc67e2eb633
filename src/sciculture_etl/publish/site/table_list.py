"""The first page of the data dictionary: all published tables by what they are about, and all forms."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

from sciculture_etl.contracts import TableContract
from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.words import Words, in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.lineage import form_path, public_tables, table_path
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.programs import programs
from sciculture_etl.publish.site.table_page import LIST
from sciculture_etl.publish.workbooks.shares import COMMON, REFERENCE
from sciculture_etl.settings import fingerprint

OTHER = "other"


def made_from(content: Content, language: str, _name: str) -> str:
    contracts = [content.stated(name) for name in public_tables(content)]
    held = [repr(groups(content, language)), repr(forms(content)), *sorted(content.public)]
    return fingerprint(owed_by_all(content, "tables.html", language), *contracts, *held)


def write(content: Content, language: str, _name: str) -> bytes:
    tongue = cast("Language", language)
    return page(
        content, "tables.html", language, LIST, page_texts(GROUP)["menu"][LIST][language], {},
        groups={
            title: {name: (_title(content, name, tongue), content.table_contracts[name]) for name in names}
            for title, names in groups(content, language).items()
        },
        forms=forms(content), table_path=table_path, form_path=form_path,
        whole=content.public.get("dictionary_page", ""), other_files=_other_files(content),
    )  # fmt: skip


def _title(content: Content, name: str, language: Language) -> str:
    contract: TableContract = content.table_contracts[name]
    return in_language(contract.title, language)


def groups(content: Content, language: str) -> dict[str, list[str]]:
    """Title of a group → its tables. A table of one program alone stands with that program."""
    shares: dict[str, dict[str, str]] = content.manifest.get("workbooks", {})
    known, words = programs(content), Words(GROUP, cast("Language", language))
    found: dict[str, list[str]] = defaultdict(list)
    for name in public_tables(content):
        owners = [owner for owner, tables in shares.items() if name in tables]
        found[owners[0] if len(owners) == 1 else COMMON if owners else OTHER].append(name)
    order = [COMMON, *known, REFERENCE, OTHER]
    return {
        known[group].name(language) if group in known else words(f"dictionary.groups.{group}"): found[group]
        for group in sorted(found, key=lambda group: order.index(group) if group in order else len(order))
    }


def forms(content: Content) -> list[dict[str, Any]]:
    """What is said of every form: dataset, titles, program, submitter, cadence."""

    def ask() -> list[dict[str, Any]]:
        cursor = content.connection.execute("SELECT * FROM meta_dataset ORDER BY dataset")
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    return content.once("forms", ask)


def _other_files(content: Content) -> dict[str, str]:
    """Output → path, of those that describe the same for programs."""
    return {name: content.public[name] for name in ("dictionary", "schema", "datapackage") if name in content.public}
