"""A column's type, unit and words stand once: marts take those of a fact's columns from its contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sciculture_etl.contracts import TableContract, load_contracts, load_table_contracts, read_table_contract
from sciculture_etl.errors import ContractError
from sciculture_etl.model.statements import load_statements
from sciculture_etl.project import EXPECTATIONS

FACT = """\
table: fct_invented
audience: internal
description: {ko: 가상, en: Invented}
grain: [year]
columns:
  year: {type: SMALLINT, unit: year, description: {ko: 연도, en: Year}}
  star_count: {type: BIGINT, unit: stars, additive: true, description: {ko: 별의 수, en: Stars}}
"""
MART = """\
table: mart_invented
audience: public
description: {ko: 가상, en: Invented}
grain: [year]
columns:
  year: {from: fct_invented}
  star_count: {from: fct_invented}
"""
FROM = {"from": "elsewhere"}  # what stands for a column that the file takes by '*'
MARTS = sorted(name for name in load_table_contracts() if name.startswith("mart_"))


def written(folder: Path, fact: str = FACT, mart: str = MART) -> Path:
    (folder / "fct_invented.yml").write_text(fact, encoding="utf-8")
    path = folder / "mart_invented.yml"
    path.write_text(mart, encoding="utf-8")
    return path


def test_a_column_is_that_of_the_fact(tmp_path: Path) -> None:
    mart, fact = read_table_contract(written(tmp_path)), read_table_contract(tmp_path / "fct_invented.yml")
    assert mart.columns.items() >= fact.columns.items()
    assert list(mart.columns) == ["year", "star_count", "status"]  # which every published mart has


@pytest.mark.parametrize(
    ("fact", "mart"),
    [
        (FACT.replace("star_count", "planet_count"), MART),
        (FACT, MART.replace("star_count: {from: fct_invented}", "star_count: {from: fct_other}")),
        (FACT.replace("{type: BIGINT, unit: stars", "{from: fct_other} # "), MART),
    ],
)
def test_a_column_that_the_fact_does_not_state_is_refused_by_file_and_key(tmp_path: Path, fact: str, mart: str) -> None:
    with pytest.raises(ContractError, match=r"mart_invented\.yml: columns\.star_count: .* states no column"):
        read_table_contract(written(tmp_path, fact, mart))


STARS = """\
table: {table}
audience: internal
description: {{ko: 가상, en: Invented}}
grain: [program_year]
columns:
  program_year: {{type: SMALLINT, unit: year, description: {{ko: 연도, en: Year}}}}
  '*': {all}
  instructor_count: {{unit: teachers, description: {{ko: 선생님, en: Teachers}}}}
  star_count: {{type: BIGINT, unit: stars, additive: true, description: {{ko: 별의 수, en: Stars}}}}
"""
FORM = load_contracts()["dsc_institution_year"].fields
ALL_FIELDS, ALL_MEASURES = "{fields_of: dsc_institution_year}", "{measures_of: fct_stars, except: [star_count]}"


def stars(folder: Path, fields: str = ALL_FIELDS, measures: str = ALL_MEASURES) -> tuple[TableContract, TableContract]:
    for table, entry in {"fct_stars": fields, "mart_stars": measures}.items():
        (folder / f"{table}.yml").write_text(STARS.format(table=table, all=entry), encoding="utf-8")
    return read_table_contract(folder / "fct_stars.yml"), read_table_contract(folder / "mart_stars.yml")


def test_a_fact_takes_the_fields_of_a_form_and_says_only_what_differs(tmp_path: Path) -> None:
    fact, _ = stars(tmp_path)
    assert fact.columns["local_fund_krw"].description == FORM["local_fund_krw"].description
    assert [(fact.columns[name].type, fact.columns[name].unit, fact.columns[name].additive)
            for name in ("local_fund_krw", "instructor_count")] == [
        ("BIGINT", "KRW", True), ("BIGINT", "teachers", True)]  # fmt: skip
    assert list(fact.columns) == ["submission_id", "part", "source_row", "program_year", *FORM, "star_count"]
    without, _ = stars(tmp_path, ALL_FIELDS.replace("}", ", except: [local_fund_krw]}"))
    assert fact.columns.keys() - without.columns.keys() == {"local_fund_krw"}


def test_a_mart_takes_the_measures_of_a_fact_where_they_shall_stand(tmp_path: Path) -> None:
    fact, mart = stars(tmp_path)
    measures = [name for name in FORM if FORM[name].is_measure]
    assert list(mart.columns) == ["program_year", *measures, "star_count"]
    assert all(mart.columns[name] == fact.columns[name] for name in measures)


@pytest.mark.parametrize(
    ("fields", "measures", "said"),
    [
        ("{fields_of: dsc_klass}", ALL_MEASURES, r"fct_stars\.yml: columns\.\*: .*'dsc_klass'; nearest: dsc_class"),
        (ALL_FIELDS, "{measures_of: fct_star}", r"mart_stars\.yml: columns\.\*: .*'fct_star'; nearest: fct_stars"),
        (ALL_FIELDS, "{measures_of: fct_stars, except: [star]}", r"\*\.except: fct_stars has no column 'star'"),
        (ALL_FIELDS, "{measures_of: fct_stars, but: [star]}", r"mart_stars\.yml: columns\.\*: \{fields_of"),
        ("all", ALL_MEASURES, r"fct_stars\.yml: columns\.\*: \{fields_of"),
    ],
)
def test_what_is_not_there_to_take_is_refused_by_file_and_key(
    tmp_path: Path, fields: str, measures: str, said: str
) -> None:
    with pytest.raises(ContractError, match=said):
        stars(tmp_path, fields, measures)


def test_a_unit_without_an_english_word_is_asked_for(tmp_path: Path) -> None:
    for folder in ("submissions", "curated"):
        (tmp_path / folder).mkdir()
    form = (EXPECTATIONS / "submissions/dsc_institution_year.yml").read_text(encoding="utf-8")
    (tmp_path / "submissions/dsc_institution_year.yml").write_text(form.replace("unit: 명", "unit: 마리"), "utf-8")
    fact = STARS.format(table="fct_stars", all=ALL_FIELDS)
    (tmp_path / "curated/fct_stars.yml").write_text(fact, "utf-8")
    with pytest.raises(ContractError, match=r"lead_instructor_count: no English word .* expectations/columns\.yml"):
        load_table_contracts(tmp_path)


@pytest.mark.parametrize("name", MARTS)
def test_no_mart_repeats_what_stands_in_the_fact_that_it_reads(name: str) -> None:
    raw: dict[str, Any] = yaml.safe_load((EXPECTATIONS / f"curated/{name}.yml").read_text(encoding="utf-8"))
    table_contracts, statement = load_table_contracts(), load_statements().get(name)
    stated = {
        column
        for fact in (statement.inputs if statement else ())
        if fact.startswith("fct_")
        for column, words in table_contracts[fact].columns.items()
        if table_contracts[name].columns.get(column) == words and "from" not in raw["columns"].get(column, FROM)
    }
    assert stated == set()
