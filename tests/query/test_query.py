"""``sciculture query``: one question, answered as asked; whatever else is given is one sentence."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.commands import Places
from tests.query.conftest import Ask

NAN_AND_LISTS = "SELECT 'nan'::DOUBLE AS one, ['inf'::FLOAT, 1.5] AS two, {'가': NULL} AS three"
EVERY_TYPE = (
    "SELECT 170141183460469231731687303715884105727::HUGEINT AS huge, 1.50::DECIMAL(10, 2) AS exact, "
    "DATE '2020-03-01' AS day, true AS yes, NULL AS missing, 'NULL' AS word, '' AS empty, INTERVAL 3 DAY AS span, "
    "union_value(k := 1) AS either, '101'::BIT AS bits, 'b'::ENUM ('a', 'b') AS code, MAP {'k': 1} AS pairs"
)
REFUSED = {
    "COPY class TO '{folder}/made.csv'": "COPY is not accepted",
    "COPY class FROM '/etc/passwd'": "COPY is not accepted",
    "EXPORT DATABASE '{folder}/made'": "EXPORT is not accepted",
    "ATTACH '{folder}/made.duckdb' AS made": "ATTACH is not accepted",
    "INSTALL httpfs": "LOAD is not accepted",
    "SET enable_external_access = true": "SET is not accepted",
    "PRAGMA database_list": "PRAGMA is not accepted",
    "/* first */ PRAGMA show_tables": "PRAGMA is not accepted",
    "CALL pragma_version()": "CALL is not accepted",
    "DELETE FROM class": "DELETE is not accepted",
    "CREATE TEMP TABLE made AS SELECT 1": "CREATE is not accepted",
    "EXPLAIN ANALYZE SELECT 1": "EXPLAIN is not accepted",
    "SELECT 1; SELECT 2": "2 statements",
    "CREATE TYPE kind AS ENUM ('a'); SELECT 1": "2 statements",
    "SELECT * FROM read_csv('/etc/passwd')": "no other file",
    "SELECT * FROM read_text('https://example.org/')": "no other file",
    "SELECT * FROM glob('/etc/*')": "no other file",
    "FROM '/etc/passwd'": "does not exist",
    "SELECT getenv('HOME')": "does not exist",
    "SELECT * FROM ask": "does not exist",
    "": "no statement",
    " /* only this */ ;": "no statement",
    "SELEC 1": 'line 1, column 1: syntax error at or near "SELEC"',
    "SELECT '가',\n  clas_no FROM class": 'line 2, column 3: Referenced column "clas_no"',
    "FROM clas": 'Did you mean "class"?',
    "SELECT ?": "prepared statement parameters",
    "SELECT 1) AS x; (SELECT 2": "syntax error",
    "SELECT error('no \x1b[31m')": "no \\u001b[31m",
}


@pytest.mark.parametrize("sql", REFUSED)
def test_what_is_no_question_is_one_sentence(sql: str, ask: Ask, tmp_path: Path) -> None:
    done = ask(sql.format(folder=tmp_path) if "folder" in sql else sql)
    assert (done.returncode, done.stdout) == (2, "")
    assert REFUSED[sql] in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.glob("made*")) == []


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) AS n FROM class;", [{"n": 100}]),
        ("FROM class LIMIT 1", [{"class_no": 0, "class_name": "가상반0"}]),
        ("WITH one AS (SELECT 1 AS a) FROM one -- the end", [{"a": 1}]),
        ("VALUES (1, 2)", [{"col0": 1, "col1": 2}]),
        ("SHOW TABLES", [{"name": "class"}, {"name": "release_info"}]),
        ("PIVOT (FROM class LIMIT 2) ON class_no USING count(*) GROUP BY class_name", None),
        ("SELECT 1 AS a, 2 AS a, 3 AS a_1", [{"a": 1, "a_2": 2, "a_1": 3}]),
        ("SELECT 1 AS a WHERE false", []),
        (NAN_AND_LISTS, [{"one": "nan", "two": ["inf", 1.5], "three": {"가": None}}]),
        ("SELECT chr(27) || chr(34) AS a", [{"a": '\x1b"'}]),
    ],
)
def test_json_is_one_list_of_the_rows(sql: str, rows: object, ask: Ask) -> None:
    found = ask(sql, "--json").answer
    assert found == rows if rows is not None else len(found) == 2


def test_every_type_keeps_its_value_in_every_form(ask: Ask, tmp_path: Path) -> None:
    (row,) = ask(EVERY_TYPE, "--json").answer
    assert row["huge"] == 170141183460469231731687303715884105727
    assert (row["exact"], row["missing"], row["word"], row["empty"]) == (1.5, None, "NULL", "")
    assert '"exact": 1.50,' in ask(EVERY_TYPE, "--json").stdout
    text = ask(EVERY_TYPE, "--csv").stdout.splitlines()[1]
    assert text.startswith('170141183460469231731687303715884105727,1.50,2020-03-01,true,,NULL,"",3 days,1,101,b,')
    target = tmp_path / "answer.parquet"
    assert "1 row in" in ask(EVERY_TYPE, "--parquet", str(target)).stdout
    (kept,) = duckdb.sql(f"SELECT huge, exact, day, missing, span, pairs FROM '{target}'").fetchall()
    assert [str(value) for value in kept[:3]] == [str(row["huge"]), "1.50", "2020-03-01"]
    assert kept[3:] == (None, "3 days", {"k": 1})


def test_csv_holds_no_text_that_a_spreadsheet_would_run(ask: Ask) -> None:
    done = ask("SELECT '=1+1' AS a, -1 AS b, '-1' AS c, '-' AS d, 'x\n\"y' AS \"=e\"", "--csv")
    assert done.stdout == 'a,b,c,d,\'=e\n\'=1+1,-1,\'-1,-,"x\n""y"\n'


def test_a_table_names_the_release_and_how_many_rows_it_leaves_out(ask: Ask) -> None:
    lines = ask("FROM class").stdout.splitlines()
    assert lines[0].split() == ["class_no", "class_name"]
    assert len(lines) == 42
    assert "00007-20261130: 40 rows, 60 more" in lines[-1]
    assert "100 rows" in ask("FROM class", "--limit", "0").stdout
    assert "no rows / 행 없음" in ask("FROM class WHERE false").stdout


def test_a_table_tells_missing_empty_and_null_apart_and_obeys_nobody(ask: Ask) -> None:
    done = ask("SELECT NULL AS a, '' AS b, 'NULL' AS c, chr(27) || '[31m' || chr(8238) AS d, '한글' AS e, 'x' AS f")
    assert done.stdout.splitlines()[1].split() == ["NULL", "''", "'NULL'", "\\u001b[31m\\u202e", "한글", "x"]


def test_a_table_too_wide_for_the_terminal_is_a_list_of_each_row(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ", ".join(f"{number} AS column_number_{number}" for number in range(30))
    monkeypatch.setattr("sciculture_etl.cli.views.query.operators_console", lambda width: _narrow())
    lines = ask(f"SELECT {columns}").stdout.splitlines()
    assert len(lines) == 32
    assert lines[30].split() == ["column_number_29", "29"]


def _narrow() -> object:
    from rich.console import Console

    return Console(width=60)


@pytest.mark.parametrize(
    ("data", "code", "part"),
    [
        ("\ufeffSELECT '값' AS a -- 끝".encode(), 0, "값"),
        ("SELECT 1".encode("utf-16"), 2, "not UTF-8"),
        ("SELECT '값'".encode("cp949"), 2, "not UTF-8"),
        (b"-- nothing", 2, "no statement"),
        (b"SELECT 1" + b" " * 1_000_000, 2, "longer than"),
    ],
)
def test_sql_comes_from_a_file_or_standard_input(
    data: bytes, code: int, part: str, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "question.sql"
    file.write_bytes(data)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    for done in (
        ask("--file", str(file)),
        ask("-"),
    ):
        assert done.returncode == code
        assert part in done.stdout + done.stderr
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["SELECT 1", "--file", "x.sql"], "not both"),
        (["SELECT 1", "--csv", "--json"], "choose one"),
        (["--file", "/nowhere/x.sql"], "cannot be read"),
        (["SELECT 1", "--parquet", "/nowhere/x.parquet"], "cannot be written"),
        (["SELECT 1", "--release", "/etc/passwd"], "not the database of a release"),
        (["SELECT 1", "--release", "nowhere.duckdb"], "not the database of a release"),
        (["SELECT 1", "--release", "4"], "there is no release '4'"),
        (["SELECT 1", "--release", "1.2"], "no release of version 1.2"),
        (["SELECT 1", "--release", "v3"], "no release of version v3"),
    ],
)
def test_a_mistake_beside_the_sql_is_one_sentence(words: list[str], part: str, ask: Ask) -> None:
    done = ask(*words)
    assert done.returncode == 2
    assert part in done.stderr


def test_the_warehouse_takes_no_answer_and_a_file_stays_as_it_was(ask: Ask, tmp_path: Path) -> None:
    inside, target = tmp_path / "warehouse" / "x.parquet", tmp_path / "x.parquet"
    assert "lies in the warehouse" in ask("SELECT 1", "--parquet", str(inside)).stderr
    target.write_bytes(b"before")
    assert ask("SELECT error('no') FROM range(2)", "--parquet", str(target)).returncode == 2
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


ENDLESS = "FROM range(1000000000) a, range(1000000000) b WHERE hash(a.range + b.range) = 3"


@pytest.mark.parametrize("sql", [pytest.param(f"SELECT count(*) {ENDLESS}", marks=pytest.mark.slow), ENDLESS])
def test_a_question_without_end_is_ended(sql: str, ask: Ask) -> None:
    done = ask(sql, "--timeout", "1", "--csv")
    assert done.returncode == 5
    assert "--timeout" in done.stderr


def test_a_large_answer_is_whole_and_in_order(ask: Ask) -> None:
    done = ask("SELECT range AS n FROM range(100000) ORDER BY hash(range)", "--csv")
    assert sorted(map(int, done.stdout.split()[1:])) == list(range(100_000))
    expected = duckdb.sql("SELECT range AS n FROM range(100000) ORDER BY hash(range)").pl()["n"]
    assert pl.Series(list(map(int, done.stdout.split()[1:]))).equals(expected)


def test_a_failure_is_json_too(ask: Ask) -> None:
    done = ask("SELECT foo FROM class", "--json")
    assert json.loads(done.stdout)["exit_code"] == 2


def test_any_release_can_be_asked_by_number_version_or_place(places_of_three: Places) -> None:
    def asked(release: str) -> str:
        rows = places_of_three.command("query", "FROM release_info", "--release", release, "--json").answer
        return str(rows[0]["release_id"])

    releases = places_of_three.warehouse / "releases"
    assert asked("latest") == asked("current") == "00003-20261130"
    assert asked("2") == asked("00002") == "00002-20261129"
    assert asked("v1") == asked("1.1") == asked("v1.1") == "00002-20261129"
    assert asked(str(releases / "00001-20261128")) == "00001-20261128"
    assert asked(str(releases / "00001-20261128" / "sciculture.duckdb")) == "00001-20261128"


def test_the_private_build_database_is_not_asked(places_of_three: Places) -> None:
    database = places_of_three.warehouse / "warehouse.duckdb"
    with duckdb.connect(str(database)):  # as a run has it open
        done = places_of_three.command("query", "SELECT 1", "--release", str(database))
    assert done.returncode == 2
    assert "private build database" in done.stderr
