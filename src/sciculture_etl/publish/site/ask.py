"""Ask the data: a page on which readers put questions in SQL to the release's own small database, in their browser.

The engine is DuckDB for browsers (``pages/assets/duckdb``). It and the database are scripts, because a page that is
opened from a folder may load nothing else; they are loaded when the first question is asked.
"""

from __future__ import annotations

import base64
import gzip
import tempfile
from collections import Counter, defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import duckdb
from pydantic import TypeAdapter, ValidationError

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.yaml_files import BilingualText, Strict, explain, read_yaml
from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.words import in_language
from sciculture_etl.project import EXPECTATIONS, PAGES
from sciculture_etl.publish.files import BLOCK_BYTES, Content, comments, in_order, place_in_release
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.settings import fingerprint, sql_text

PATH = "ask.html"
# Wasm lags behind DuckDB: what this one reads that the page brings. Other clients never see the file.
STORAGE = "v1.4.0"
ENGINE_SCRIPT, DATABASE_SCRIPT = "duckdb_engine.js", "database.js"
VENDORED = ("duckdb.js", "LICENCES.txt")
# In the order in which the page loads them.
SCRIPTS = ("engine.js", "values.js", "failures.js", "chart.js", "csv.js", "page.js")
GROUPS = {"mart": "mart_", "dim": "dim_", "meta": "meta_"}


class Question(Strict):
    """An example: the question in words, and in SQL for the database of a release."""

    question: BilingualText
    sql: str


@lru_cache
def questions() -> dict[str, Question]:
    """``expectations/questions.yml``, by their names. Raises ContractError naming the key that can't be meant."""
    path = EXPECTATIONS / "questions.yml"
    try:
        return TypeAdapter(dict[str, Question]).validate_python(read_yaml(path))
    except ValidationError as error:
        raise explain(path, error) from None


def asked_tables(table_contracts: dict[str, TableContract]) -> dict[str, TableContract]:
    """The tables that can be asked: what is public, without the history of earlier releases."""
    return {
        name: contract
        for name, contract in table_contracts.items()
        if contract.audience == "public" and contract.made_by != "publication"
    }


def link_of(sql: str) -> str:
    """The part of the page's address that holds a question."""
    return "#sql=" + quote(sql.strip(), safe="")


def made_from(content: Content, language: str, _name: str) -> str:
    contracts = map(content.stated, asked_tables(content.table_contracts))
    return fingerprint(owed_by_all(content, "ask.html", language), repr(questions()), *contracts)


def write(content: Content, language: str, _name: str) -> bytes:
    tongue, words = cast("Language", language), page_texts(GROUP)["ask"]
    asked = asked_tables(content.table_contracts)
    given = {
        "language": language,
        "words": {name: text[language] for name, text in words["script"].items()},
        "columns": _meanings(asked, tongue),
    }
    return page(
        content, "ask.html", language, PATH, words["title"][language], {},
        given=given,
        questions=[
            {"text": in_language(one.question, tongue), "link": link_of(one.sql)} for one in questions().values()
        ],
        first=next(iter(questions().values())).sql.strip(),
        groups={group: [_described(asked[name], tongue) for name in sorted(asked) if name.startswith(begin)]
                for group, begin in GROUPS.items()},
        database="sciculture.duckdb",
        scripts=SCRIPTS,
    )  # fmt: skip


def _meanings(asked: dict[str, TableContract], language: Language) -> dict[str, str]:
    """Name of a column → what it is, as most of the tables say that have it."""
    found: dict[str, Counter[BilingualText]] = defaultdict(Counter)
    for contract in asked.values():
        for name, column in contract.columns.items():
            found[name][column.description.without_brackets] += 1
    return {name: in_language(counted.most_common(1)[0][0], language) for name, counted in found.items()}


def _described(contract: TableContract, language: Language) -> dict[str, Any]:
    name = contract.table.replace("meta_", "meta.", 1) if contract.table.startswith("meta_") else contract.table
    return {
        "name": name,
        "title": in_language(contract.description, language),
        "link": link_of(f"SELECT *\nFROM {name}\nLIMIT 20"),
        "columns": {
            column: {"type": stated.type, "text": in_language(stated.description, language)}
            for column, stated in contract.columns.items()
        },
    }


def file_names(_content: Content) -> list[str]:
    """What the page needs beside itself, below ``assets/ask``."""
    return [*_own(), *VENDORED, ENGINE_SCRIPT, DATABASE_SCRIPT]


def file_made_from(content: Content, _language: str, name: str) -> str:
    if name == DATABASE_SCRIPT:
        asked = asked_tables(content.table_contracts)
        tables = (f"{one} {content.manifest['tables'][one]['sha256']}" for one in sorted(asked))
        contracts = map(content.stated, asked)
        return fingerprint(STORAGE, duckdb.__version__, *tables, *contracts)
    return _fingerprint_of(name)


def _own() -> list[str]:
    return [Path(name).name for name in PAGES.files("assets/ask/*")]


@lru_cache
def _fingerprint_of(name: str) -> str:
    return fingerprint(*(path.read_bytes() for path in _parts(name)))


def _parts(name: str) -> list[Path]:
    """The files of the project that one of the page's files is made of."""
    if name == ENGINE_SCRIPT:
        return [PAGES / "assets/duckdb/duckdb-eh.wasm.gz", PAGES / "assets/duckdb/duckdb-browser-eh.worker.js"]
    return [PAGES / f"assets/{'duckdb' if name in VENDORED else 'ask'}/{name}"]


def write_file(content: Content, _language: str, name: str) -> bytes:
    if name == DATABASE_SCRIPT:
        return _script(database=gzip.compress(_database(content), 6, mtime=0))
    parts = [path.read_bytes() for path in _parts(name)]
    if name == ENGINE_SCRIPT:
        return _script(engine=parts[0], worker=gzip.compress(parts[1], 9, mtime=0))
    return parts[0]


def _script(**packed: bytes) -> bytes:
    lines = (f'ask.keep("{name}", "{base64.b64encode(data).decode()}");\n' for name, data in packed.items())
    return "".join(lines).encode()


def _database(content: Content) -> bytes:
    """The tables in a database of its own, which is opened beside that of the run."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as connection:
        path = Path(folder) / "sciculture.duckdb"
        options = f"STORAGE_VERSION '{STORAGE}', BLOCK_SIZE {BLOCK_BYTES}"
        connection.execute(f"ATTACH {sql_text(path)} AS release ({options}); BEGIN; CREATE SCHEMA release.meta")
        for name, contract in asked_tables(content.table_contracts).items():
            rows = content.connection.execute(in_order(content.connection, contract))
            connection.register("rows_of_it", rows.to_arrow_table())
            connection.execute(f"CREATE TABLE {place_in_release(name)} AS FROM rows_of_it")
            connection.execute(comments(contract, place_in_release(name)))
            connection.unregister("rows_of_it")
        connection.execute("COMMIT; CHECKPOINT release; DETACH release")
        return path.read_bytes()
