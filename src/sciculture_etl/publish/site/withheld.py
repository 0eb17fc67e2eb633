"""What is withheld and why, by the contracts of the tables, and how much of this release it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import cast

from sciculture_etl.contracts import TableContract
from sciculture_etl.disclosure import published_relation
from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.words import in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.lineage import public_tables, table_path
from sciculture_etl.publish.site.methods import LEGEND, PATH, WITHHELD
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.table_list import forms
from sciculture_etl.settings import fingerprint

CLOSED = "closed"


@dataclass(frozen=True)
class Protected:
    """A published table that counts persons.

    Attributes:
        k: persons from 1 to k - 1 are never shown.
        columns: of persons, that are judged; what is withheld with them.
        along: what is withheld along with a row.
        exempt: column → why it is shown however few.
        only_closed_years: whether, below the nation, years are shown once they are closed.
        counts: symbol → how many numbers of this release have it.
    """

    table: str
    title: str
    k: int
    columns: list[str]
    along: list[str]
    exempt: dict[str, str]
    only_closed_years: bool
    counts: dict[str, int]


def made_from(content: Content, language: str, _name: str) -> str:
    parts = [repr(protected(content, language)), repr(closed_years(content, language))]
    return fingerprint(owed_by_all(content, "withheld.html", language), *parts)


def write(content: Content, language: str, _name: str) -> bytes:
    texts = page_texts(GROUP)
    return page(
        content, "withheld.html", language, WITHHELD, texts["withheld"]["title"][language],
        {PATH: texts["menu"][PATH][language]},
        tables=protected(content, language), closed=closed_years(content, language), table_path=table_path,
        legend=LEGEND,
    )  # fmt: skip


def protected(content: Content, language: str) -> list[Protected]:
    """Every published table of which something may be withheld."""
    contracts = [content.table_contracts[name] for name in public_tables(content)]
    return [_protected(content, one, cast("Language", language)) for one in contracts if one.disclosure]


def _protected(content: Content, contract: TableContract, language: Language) -> Protected:
    disclosure = contract.disclosure
    assert disclosure is not None
    sums = disclosure.every_sum
    return Protected(
        contract.table, in_language(contract.title, language), disclosure.k,
        list(dict.fromkeys([name for one in sums for name in one.persons] + disclosure.alone)),
        list(dict.fromkeys(name for one in sums for name in one.along)),
        {name: in_language(why, language) for name, why in disclosure.exempt.items()},
        any(one.only_closed_years for one in sums), _counts(content, contract),
    )  # fmt: skip


def _counts(content: Content, contract: TableContract) -> dict[str, int]:
    def ask() -> dict[str, int]:
        names = [name for name in contract.symbol_columns if contract.columns[name].codes]
        if not names:
            return {}
        listed = ", ".join(f'"{name}"' for name in names)
        rows = content.connection.execute(
            f"SELECT symbol, count(*) FROM (SELECT unnest([{listed}]) AS symbol FROM {published_relation(contract)}) "
            "WHERE symbol IS NOT NULL GROUP BY symbol ORDER BY symbol"
        ).fetchall()
        return dict(rows)

    return content.once(("withheld", contract.table), ask)


def closed_years(content: Content, language: str) -> list[tuple[str, str]]:
    """Titles of forms, with the years that are closed, as a text."""
    years: dict[str, list[int]] = defaultdict(list)
    for dataset, year, state, *_ in content.manifest.get("years", ()):
        if state == CLOSED:
            years[dataset].append(year)
    titles = {form["dataset"]: form[f"title_{language}"] for form in forms(content)}
    return [(titles.get(name, name), ", ".join(map(str, sorted(found)))) for name, found in sorted(years.items())]
