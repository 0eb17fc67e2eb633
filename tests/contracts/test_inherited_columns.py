"""A column's type, unit and words stand once: marts take those of a fact's columns from its contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sciculture_etl.contracts import load_table_contracts, read_table_contract
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
MARTS = sorted(name for name in load_table_contracts() if name.startswith("mart_"))


def written(folder: Path, fact: str = FACT, mart: str = MART) -> Path:
    (folder / "fct_invented.yml").write_text(fact, encoding="utf-8")
    path = folder / "mart_invented.yml"
    path.write_text(mart, encoding="utf-8")
    return path


def test_a_column_is_that_of_the_fact(tmp_path: Path) -> None:
    mart, fact = read_table_contract(written(tmp_path)), read_table_contract(tmp_path / "fct_invented.yml")
    assert mart.columns == fact.columns
    assert list(mart.columns) == ["year", "star_count"]


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


@pytest.mark.parametrize("name", MARTS)
def test_no_mart_repeats_what_stands_in_the_fact_that_it_reads(name: str) -> None:
    raw: dict[str, Any] = yaml.safe_load((EXPECTATIONS / f"curated/{name}.yml").read_text(encoding="utf-8"))
    table_contracts, statement = load_table_contracts(), load_statements().get(name)
    stated = {
        column
        for fact in (statement.inputs if statement else ())
        if fact.startswith("fct_")
        for column, words in table_contracts[fact].columns.items()
        if table_contracts[name].columns.get(column) == words and "from" not in raw["columns"][column]
    }
    assert stated == set()
