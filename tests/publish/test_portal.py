"""CSV under the names that the public-data portal asks for."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import TableContract
from sciculture_etl.publish import portal as portal_module
from sciculture_etl.publish.files import Content, write_csv
from sciculture_etl.publish.portal import portal_names, write_portal_csv


def promised(name: str, title: str) -> TableContract:
    text = {"type": "VARCHAR", "description": {"ko": "글", "en": "Text"}}
    return TableContract.model_validate(
        {
            "table": name,
            "audience": "public",
            "made_by": "publication",
            "description": {"ko": title, "en": "Text"},
            "grain": ["no"],
            "columns": {"no": text, "text": text},
        }
    )


def said(release: str) -> dict[str, str]:
    return {"audience": "public", "since": release}


def test_a_file_is_named_by_institution_title_and_the_day_since_which_it_is_so() -> None:
    promises = {"mart_a": promised("mart_a", "과학문화 시군구·자격별 실적 (1~2명인 칸은 빈칸)")}
    names = portal_names("국립중앙과학관", promises, {"mart_a": said("00007-20260131")})
    assert names == {"국립중앙과학관_과학문화 시군구·자격별 실적_20260131": "mart_a"}


def test_what_a_file_system_or_the_portal_refuses_stands_in_no_name() -> None:
    titles = {
        "mart_a": 'a_b/c\\d:e*f?g"h<i>j|k.',
        "mart_b": "가" * 200,
        "mart_c": "가" * 200,
        "mart_d": "\n..",
        "op": "x",
    }
    promises = {name: promised(name, title) for name, title in titles.items()}
    tables = dict.fromkeys(titles, said("00001-20260131")) | {"op": {"audience": "operator"}}
    names = portal_names("기관/이름_", promises, tables)
    assert sorted(names.values()) == ["mart_a", "mart_b", "mart_c", "mart_d"]
    for name in names:
        assert len(f"{name}.csv".encode()) <= 255
        assert name.count("_") == 2
        assert not set(name) & set('\\/:*?"<>|\n')
        assert all(part == part.strip(" .") for part in name.split("_"))


@pytest.mark.parametrize("piece", [1, 1_000])
def test_it_holds_what_the_plain_file_holds_and_opens_in_a_spreadsheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(portal_module, "PIECE", piece)
    hashed = tmp_path / "hashed"
    hashed.mkdir()
    promise = promised("mart_a", "글")
    rows = [("01", "=cmd|' /C calc'!A0"), ("02", "두 줄\n글"), ("03", None), ("04", '콤마, "따옴표"')]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE mart_a (no VARCHAR, text VARCHAR)")
        connection.executemany("INSERT INTO mart_a VALUES (?, ?)", rows)
        content = Content(connection, {"mart_a": promise}, {}, hashed)
        write_portal_csv(content, "mart_a", tmp_path / "portal.csv")
        write_csv(content, "mart_a", tmp_path / "plain.csv")
    written = (tmp_path / "portal.csv").read_bytes()
    assert written.startswith(codecs.BOM_UTF8)
    assert written.count(b"\r\n") == 5
    plain, portal = (
        list(csv.reader((tmp_path / name).open(encoding=encoding, newline="")))
        for name, encoding in (("plain.csv", "utf-8"), ("portal.csv", "utf-8-sig"))
    )
    assert portal == plain
    assert portal[1] == ["01", "'=cmd|' /C calc'!A0"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hashed", "plain.csv", "portal.csv"]
