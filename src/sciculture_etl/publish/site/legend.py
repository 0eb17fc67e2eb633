"""The legend of all marks that stand beside numbers, or in their place."""

from __future__ import annotations

from typing import cast

from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.numbers import NOTHING
from sciculture_etl.pages.words import in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.lineage import public_tables
from sciculture_etl.publish.site.methods import LEGEND, PATH, WITHHELD
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.settings import fingerprint

STATUS = "status"


def made_from(content: Content, language: str, _name: str) -> str:
    parts = [repr(codes(content, kind, language)) for kind in (True, False)]
    return fingerprint(owed_by_all(content, "legend.html", language), *parts)


def write(content: Content, language: str, _name: str) -> bytes:
    texts = page_texts(GROUP)
    return page(
        content, "legend.html", language, LEGEND, texts["legend"]["title"][language],
        {PATH: texts["menu"][PATH][language]},
        symbols=codes(content, True, language), statuses=codes(content, False, language), nothing=NOTHING,
        withheld=WITHHELD,
    )  # fmt: skip


def codes(content: Content, is_symbol: bool, language: str) -> dict[str, str]:
    """What stands in place of numbers, or says how final they are, with its meaning, as the contracts state it."""
    found: dict[str, str] = {}
    for name in public_tables(content):
        contract = content.table_contracts[name]
        columns = contract.symbol_columns if is_symbol else [STATUS] if contract.has_status else []
        for column in columns:
            stated = contract.columns[column].codes
            found |= {code: in_language(words, cast("Language", language)) for code, words in stated.items()}
    return found
