"""The data dictionary of a release, for people and for the public-data portal, from the ``meta_`` tables.

``dictionary.md`` and ``dictionary.html``: every published table and every form, in Korean and English.
``portal/<table>.csv``: the metadata of its columns as Korea's public-data portal (공공데이터포털) asks for it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import duckdb
from markdown_it import MarkdownIt

from sciculture_etl.contracts import TableContract
from sciculture_etl.disclosure import published_relation
from sciculture_etl.publish.about import Licence, about
from sciculture_etl.publish.files import Content

PORTAL_HEADER = (
    "항목명", "영문명", "항목 설명", "도메인분류", "데이터타입", "최대길이", "표현방식", "단위",
    "생성출처(정보시스템, DB, Table)", "코드",
)  # fmt: skip
RELEASE = "{release_id}"
SHOWN_AS = {"DATE": "YYYY-MM-DD", "BOOLEAN": "true/false"}
PAGE = """<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body {{ font: 15px/1.55 system-ui, "Noto Sans KR", "Malgun Gothic", sans-serif; margin: 0 auto; max-width: 1180px;
  padding: 0 20px 80px; color: #1a1a1a; background: #fff; }}
h1 {{ margin-top: 32px; }} h2 {{ margin-top: 56px; border-bottom: 2px solid #1a1a1a; }}
h3 {{ margin: 40px 0 4px; font-family: ui-monospace, monospace; }}
table {{ border-collapse: collapse; width: 100%; margin: 8px 0; }}
th, td {{ border-bottom: 1px solid #ddd; padding: 4px 10px 4px 0; text-align: left; vertical-align: top; }}
th {{ font-weight: 600; border-bottom-color: #888; white-space: nowrap; }}
td {{ word-break: keep-all; overflow-wrap: anywhere; }}
code {{ background: #f3f3f3; padding: 0 3px; border-radius: 3px; white-space: nowrap; }}
a {{ color: #0b57d0; }}
</style></head><body>
{body}
</body></html>
"""


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _cell(value: object) -> str:
    # What a table of Markdown would take for its own.
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _table(header: Sequence[str], lines: Iterable[Sequence[object]]) -> list[str]:
    rows = [header, ["---"] * len(header), *lines]
    return ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]


def _additive(value: bool | None) -> str:
    return {True: "예 yes", False: "**아니오 no**"}.get(value, "") if value is not None else ""


def _going(row: dict[str, Any]) -> tuple[str, str]:
    """What is said in Korean and English behind the description of what is deprecated."""
    if row["deprecated_since"] is None:
        return "", ""
    since, until, use = row["deprecated_since"], row["deprecated_until"], row["use_instead"]
    return (
        f" **폐지 예정**: {since} 예고, {until}까지 제공{f'. 대신 {use}' if use else ''}",
        f" **Deprecated** since {since}, kept until {until}{f': use {use}' if use else ''}",
    )


def _described(row: dict[str, Any]) -> tuple[str, str]:
    ko, en = _going(row)
    return row["description_ko"] + ko, row["description_en"] + en


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def dictionary_markdown(connection: duckdb.DuckDBPyConnection, licence: Licence) -> str:
    """The dictionary as one Markdown text, ``RELEASE`` in place of the release's name.

    Args:
        connection: a database with the ``meta_`` tables.
        licence: under which the release may be used.
    """
    tables = _rows(connection, "SELECT * FROM meta_table ORDER BY table_name")
    columns = _rows(connection, "SELECT * FROM meta_column ORDER BY table_name, column_no")
    forms = _rows(connection, "SELECT * FROM meta_dataset ORDER BY dataset")
    fields = _rows(connection, "SELECT * FROM meta_field ORDER BY dataset, field_no")
    of_table = {name: list(group) for name, group in groupby(columns, lambda row: row["table_name"])}
    of_form = {name: list(group) for name, group in groupby(fields, lambda row: row["dataset"])}
    lines = [
        "# 데이터 사전 / Data dictionary",
        "",
        f"릴리스 / release `{RELEASE}`. 사업 실적(행정집계)이며 국가승인통계가 아닙니다. "
        "Administrative returns, no national statistics.",
        "",
        f"이용 조건 / licence: [{licence.title.both}]({licence.url}). {licence.terms.ko} {licence.terms.en}",
        "",
        "합산이 '아니오'인 열은 서로 다른 것의 수이거나 비율이므로 지역이나 기간을 넘어 더하지 않습니다. "
        "Columns that are not additive are distinct counts or rates: never add them up over regions or terms.",
        "",
        "`status` 열은 그 행의 수치가 잠정(`p`), 마감 후 수정(`r`), 확정(`final`) 중 무엇인지를 나타냅니다. "
        "`status` says whether the figures of a row are provisional (`p`), revised after closing (`r`) or final.",
        "",
        "## 공표하는 표 / Published tables",
        "",
        *_table(
            ("표 table", "설명", "description"),
            ((f"[{t['table_name']}](#{t['table_name']})", *_described(t)) for t in tables),
        ),
    ]
    for table in tables:
        lines += [
            "", f"### {table['table_name']}", "", " / ".join(_described(table)), "",
            f"한 행 / one row: {_codes(table['grain'])}", "",
            *_table(
                ("열 column", "형 type", "단위 unit", "합산 additive", "설명", "description"),
                ((f"`{c['column_name']}`", c["data_type"], c["unit"], _additive(c["is_additive"]), *_described(c))
                 for c in of_table[table["table_name"]]),
            ),
        ]  # fmt: skip
    lines += ["", "## 제출 서식 / Forms that institutions send"]
    for form in forms:
        lines += [
            "", f"### {form['dataset']}", "",
            f"{form['title_ko']} / {form['title_en']}. 제출 / by: {form['submitter']} ({form['cadence']})", "",
            *_table(
                ("머리글 header", "다른 이름 aliases", "항목 field", "종류 type", "단위", "필수", "값 allowed",
                 "설명 description"),
                ((f["header"], ", ".join(f["aliases"]), f"`{f['field']}`", f["field_type"], f["unit"],
                  "✓" if f["is_required"] else "", f["allowed"], f"{f['description_ko']} / {f['description_en']}")
                 for f in of_form[form["dataset"]]),
            ),
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=1)
def dictionary_html(markdown: str) -> str:
    """The same as a page that needs nothing from elsewhere; headings of tables are their own anchors.

    Kept, since it takes longer than all else of a small release, and says the same in most of them but for the
    release's name.
    """
    renderer = MarkdownIt("commonmark").enable("table")
    tokens = renderer.parse(markdown)
    for token, inner in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h3":
            token.attrSet("id", inner.content)
    body = renderer.renderer.render(tokens, renderer.options, {})
    return PAGE.format(title="데이터 사전 / Data dictionary", body=body)


def _codes_of_fields(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Field → the codes that it may hold, where all forms that have it agree."""
    rows = _rows(
        connection,
        "SELECT field, any_value(codes) AS codes FROM meta_field WHERE len(codes) > 0 "
        "GROUP BY field HAVING count(DISTINCT codes) = 1",
    )
    return {row["field"]: "; ".join(row["codes"]) for row in rows}


def portal_rows(
    connection: duckdb.DuckDBPyConnection, table_contract: TableContract, codes: dict[str, str]
) -> list[tuple[str, ...]]:
    """Metadata of one published table's columns under ``PORTAL_HEADER``; the longest length is that of the data.

    Args:
        codes: of the fields, by name, for columns that state none.
    """
    table = table_contract.table
    columns = _rows(connection, f"SELECT * FROM meta_column WHERE table_name = '{table}' ORDER BY column_no")
    lengths = connection.execute(
        "SELECT "
        + ", ".join(f'coalesce(max(length(CAST("{c["column_name"]}" AS VARCHAR))), 0)' for c in columns)
        + f" FROM {published_relation(table_contract)}"
    ).fetchone()
    assert lengths is not None
    return [
        (
            column["description_ko"].partition("(")[0].strip(), column["column_name"], column["description_ko"],
            column["domain"], column["data_type"], str(length), SHOWN_AS.get(column["data_type"], ""),
            column["unit"] or "", f"sciculture-etl, sciculture.duckdb, {table}",
            "; ".join(column["codes"]) or codes.get(column["column_name"], ""),
        )
        for column, length in zip(columns, lengths, strict=True)
    ]  # fmt: skip


def _markdown(content: Content) -> str:
    return content.once("dictionary", lambda: dictionary_markdown(content.connection, about(content.manifest).licence))


def write_markdown(content: Content, _table: str, target: Path) -> None:
    text = _markdown(content)
    target.write_text(text.replace(RELEASE, content.release_id), encoding="utf-8")


def write_page(content: Content, _table: str, target: Path) -> None:
    markdown = _markdown(content)
    page = _page_before(content, markdown) or dictionary_html(markdown)
    target.write_text(page.replace(RELEASE, content.release_id), encoding="utf-8")


def _page_before(content: Content, markdown: str) -> str | None:
    """The page of the release before, ``RELEASE`` in place of its name, where its dictionary says the same."""
    if (folder := content.previous.folder) is None:
        return None
    try:
        said, page = (
            (folder / "dictionary" / name).read_text(encoding="utf-8") for name in ("dictionary.md", "dictionary.html")
        )
    except (OSError, UnicodeDecodeError):
        return None
    # A cut page, as a full disk leaves it, is no page.
    is_same = said.replace(folder.name, RELEASE) == markdown and page.rstrip().endswith("</html>")
    return page.replace(folder.name, RELEASE) if is_same else None


def write_portal(content: Content, table: str, target: Path) -> None:
    """With a byte order mark, as the portal's own files have: Excel then shows Korean."""
    codes = content.once("codes that forms agree on", lambda: _codes_of_fields(content.connection))
    rows = portal_rows(content.connection, content.table_contracts[table], codes)
    with target.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(PORTAL_HEADER)
        writer.writerows(rows)
