"""How figures are made: from file to figure, with the rows of this release, beside the figures published before."""

from __future__ import annotations

from typing import Any

from sciculture_etl.disclosure import published_relation
from sciculture_etl.model.statements import FIGURES
from sciculture_etl.pages import page_texts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.lineage import table_path
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.settings import fingerprint

PATH = "methods/index.html"
WITHHELD, LEGEND = "methods/withheld.html", "methods/legend.html"
STEPS = ("received", "read", "checked", "chosen", "counted", "protected", "compared", "published")
COLUMNS = (
    "figure_no", "figure_id", "seed", "seed_text", "curated_table", "expected", "unit", "year_or_date", "actual",
    "status",
)  # fmt: skip


def made_from(content: Content, language: str, _name: str) -> str:
    manifest = content.manifest
    parts = [repr(manifest["accounts"]), str(len(manifest["inputs"])), repr(figures(content))]
    return fingerprint(owed_by_all(content, "methods.html", language), *parts)


def write(content: Content, language: str, _name: str) -> bytes:
    accounts = content.manifest["accounts"]
    return page(
        content, "methods.html", language, PATH, page_texts(GROUP)["menu"][PATH][language], {},
        steps=STEPS, accounts=accounts, reasons={name: n for name, n in accounts["left_out_by_reason"].items() if n},
        files=len(content.manifest["inputs"]), figures=figures(content), withheld=WITHHELD, legend=LEGEND,
        table_path=table_path,
        is_public=lambda table: table in content.table_contracts
        and content.table_contracts[table].audience == "public",
    )  # fmt: skip


def figures(content: Content) -> list[dict[str, Any]]:
    """The officially published figures beside those of this release."""

    def ask() -> list[dict[str, Any]]:
        if FIGURES not in content.table_contracts:
            return []
        relation = published_relation(content.table_contracts[FIGURES])
        rows = content.connection.execute(f"SELECT {', '.join(COLUMNS)} FROM {relation} ORDER BY figure_no").fetchall()
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    return content.once("published figures", ask)
