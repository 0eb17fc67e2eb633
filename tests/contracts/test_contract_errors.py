"""A contract that doesn't hold together is refused with the file and the key that a person must mend."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sciculture_etl.contracts import load_contracts, load_table_contracts, read_contract, read_table_contract
from sciculture_etl.errors import ContractError
from sciculture_etl.findings import catalogue
from sciculture_etl.project import EXPECTATIONS

WORDS = {"ko": "가상", "en": "invented"}
SOUND: dict[str, Any] = {
    "dataset": "invented",
    "title": WORDS,
    "submitter": "nobody",
    "due": {"cadence": "yearly"},
    "partition": ["program_year"],
    "grain": ["program_year", "name"],
    "fields": {
        "name": {"header": "이름표", "type": "text", "required": True, "description": WORDS},
        "size": {"header": "크기", "type": "count", "unit": "개", "description": WORDS},
    },
    "suite": [],
}


def changed(path: str, value: Any) -> str:
    """The sound contract with one key set (or, given ``...``, taken away), as YAML."""
    contract: Any = yaml.safe_load(yaml.safe_dump(SOUND))
    *above, last = path.split(".")
    place = contract
    for key in above:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return yaml.safe_dump(contract, allow_unicode=True)


BROKEN = {
    "not YAML": ("dataset: [invented\ntitle: x", ["line 2", "not valid YAML"]),
    "no mapping at all": ("- only\n- a list", ["(whole file)"]),
    "empty file": ("", ["(whole file)"]),
    "a key written twice": ("dataset: invented\ndataset: invented\n", ["line 2", "'dataset'", "twice"]),
    "a field written twice": (
        "dataset: invented\nfields:\n  a: {header: x}\n  b: {header: y}\n  a: {header: z}\n",
        ["line 5", "'a'", "twice"],
    ),
    "unknown key": (changed("colour", "red"), ["colour: no such key here"]),
    "unknown key of a field": (changed("fields.size.requird", True), ["fields.size.requird"]),
    "key left out": (changed("title", ...), ["title: Field required"]),
    "unknown type": (changed("fields.size.type", "integer"), ["fields.size.type", "'count'"]),
    "enum without values": (changed("fields.name.type", "enum"), ["fields.name", "an enum needs its values"]),
    "values without enum": (changed("fields.name.values", {"a": ["가"]}), ["fields.name", "any other type has none"]),
    "region without level": (changed("fields.name.type", "region"), ["fields.name", "a region field needs"]),
    "count without unit": (changed("fields.size.unit", ...), ["fields.size", "unit: a count"]),
    "grain of an unknown column": (changed("grain", ["program_year", "nam"]), ["grain: no such column: nam"]),
    "uniqueness of an unknown column": (changed("unique", [["nme"]]), ["unique.0: no such column: nme"]),
    "rule on an unknown field": (
        changed("row_rules", [{"field": "sise", "code": "E_OUT_OF_RANGE", "must": "sise > 0", "expected": WORDS}]),
        ["row_rules.0.field: no such field: sise"],
    ),
    "partition by a term it lacks": (
        changed("partition", ["program_year", "term"]),
        ["partition: no such column: term"],
    ),
    "partition without the year": (changed("partition", ["name"]), ["partition: program_year comes first"]),
    "programme that nobody knows": (changed("program", "invented"), ["program: 'invented' stands in no line"]),
    "code that nobody knows": (
        changed("row_rules", [{"field": "size", "code": "E_ODD", "must": "size > 0", "expected": WORDS}]),
        ["row_rules.0.code: no such code in expectations/findings.yml: E_ODD"],
    ),
    "bounds the wrong way round": (changed("fields.size.between", [9, 1]), ["between: the lower bound comes first"]),
    "spelling of two fields": (changed("fields.size.aliases", ["이름표"]), ["'이름표' is already a spelling of name"]),
    "spelling of two codes": (
        changed("fields.name", {**SOUND["fields"]["name"], "type": "enum", "values": {"a": ["가"], "b": ["가"]}}),
        ["values: '가' is a spelling of both a and b"],
    ),
    "list of codes that isn't there": (
        changed("fields.name", {**SOUND["fields"]["name"], "type": "enum", "values_from": "colours"}),
        ["fields.name.values_from", "sql/reference/colours.csv"],
    ),
    "word of another type": (changed("fields.size.per_year", 4), ["fields.size", "per_year: only for term"]),
    "year from what is no date": (changed("year_from", "size"), ["year_from: no such date field: size"]),
    "half a period": (
        changed("fields.name", {**SOUND["fields"]["name"], "type": "date", "period": "start"}),
        ["period: one field is its start and one its end"],
    ),
    "rule that is no condition": (
        changed("row_rules", [{"field": "size", "code": "E_OUT_OF_RANGE", "must": "size >", "expected": WORDS}]),
        ["row_rules.0.must: not a condition"],
    ),
    "rule over an unknown column": (
        changed("row_rules", [{"field": "size", "code": "E_OUT_OF_RANGE", "must": "size > sise", "expected": WORDS}]),
        ["row_rules.0.must: no such column: sise"],
    ),
    "wide columns of no measure": (
        changed("unpivot", {"into": "name", "measure": "size", "columns": {"a": ["가"]}}),
        ["unpivot.into: no such enum field: name"],
    ),
    "expectation that the library would drop": (
        changed("suite", [{"type": "expect_column_values_to_be_uniqe", "kwargs": {"column": "name"}}]),
        ["suite.0: type: no such expectation", "expect_column_values_to_be_unique"],
    ),
    "argument that an expectation doesn't take": (
        changed("suite", [{"type": "expect_column_values_to_be_unique", "kwargs": {"column": "name", "mostl": 1}}]),
        ["suite.0: kwargs: expect_column_values_to_be_unique takes no mostl", "mostly"],
    ),
    "argument that an expectation lacks": (
        changed("suite", [{"type": "expect_column_values_to_be_unique"}]),
        ["suite.0: kwargs: expect_column_values_to_be_unique needs column"],
    ),
    "expectation of an unknown column": (
        changed("suite", [{"type": "expect_column_values_to_be_unique", "kwargs": {"column": "nam"}}]),
        ["suite.0: no such column: 'nam'", "name"],
    ),
    "another dataset's name": (changed("dataset", "other"), ["dataset: 'other' must be the file's name, 'invented'"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_contract_is_refused_by_file_and_key(tmp_path: Path, case: str) -> None:
    text, told = BROKEN[case]
    path = tmp_path / "submissions" / "invented.yml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as refusal:
        read_contract(path)
    assert "submissions/invented.yml" in str(refusal.value)
    assert [part for part in told if part not in str(refusal.value)] == []


def test_every_mistake_of_a_contract_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "invented.yml"
    path.write_text(changed("title", ...).replace("type: count", "type: integer"), encoding="utf-8")
    with pytest.raises(ContractError) as refusal:
        read_contract(path)
    assert "title: Field required" in str(refusal.value)
    assert "fields.size.type" in str(refusal.value)


def test_the_contract_that_the_cases_break_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "invented.yml"
    path.write_text(yaml.safe_dump(SOUND), encoding="utf-8")
    assert list(read_contract(path).fields) == ["name", "size"]


def test_a_changed_contract_has_another_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "invented.yml"
    path.write_text(yaml.safe_dump(SOUND), encoding="utf-8")
    before = read_contract(path).fingerprint
    path.write_text(changed("fields.size.unit", "회"), encoding="utf-8")
    assert before
    assert read_contract(path).fingerprint != before


PROMISE = """
table: invented
audience: public
description: {ko: 가상, en: invented}
grain: [year]
columns:
  year: {type: SMALLINT, unit: year, description: {ko: 연도, en: year}}
  n: {type: BIGINT, unit: persons, additive: true, description: {ko: 수, en: number}}
"""
BROKEN_PROMISES = {
    "grain of an unknown column": (PROMISE.replace("[year]", "[yeer]"), "grain: no such column: yeer"),
    "unknown audience": (PROMISE.replace("public", "everyone"), "audience"),
    "unknown type of a column": (PROMISE.replace("BIGINT", "BIGNIT"), "columns.n: type: no such type of a column"),
    "expectation of an unknown column": (
        PROMISE + "suite:\n- {type: expect_column_values_to_be_unique, kwargs: {column: yeer}}\n",
        "suite.0: no such column: 'yeer'; nearest: year",
    ),
    "another table's name": (PROMISE.replace("table: invented", "table: other"), "'other' must be the file's name"),
    "column without a description": (PROMISE.replace(", description: {ko: 연도, en: year}", ""), "columns.year.descr"),
    "numbers without a unit": (PROMISE.replace("unit: persons, ", ""), "columns.n: unit: a column of numbers"),
    "numbers that may or may not be added": (PROMISE.replace("additive: true, ", ""), "columns.n: additive: whether"),
    "description in one language": (PROMISE.replace("ko: 연도, ", ""), "columns.year.description.ko"),
}


@pytest.mark.parametrize("case", BROKEN_PROMISES)
def test_a_broken_promise_is_refused_by_file_and_key(tmp_path: Path, case: str) -> None:
    text, told = BROKEN_PROMISES[case]
    path = tmp_path / "invented.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as refusal:
        read_table_contract(path)
    assert "invented.yml" in str(refusal.value)
    assert told in str(refusal.value)


def test_all_shipped_contracts_and_promises_load() -> None:
    contracts, table_contracts = load_contracts(), load_table_contracts()
    assert set(contracts) == {path.stem for path in (EXPECTATIONS / "submissions").glob("*.yml")}
    assert set(table_contracts) == {path.stem for path in (EXPECTATIONS / "curated").glob("*.yml")}
    assert {"institution", "dsc_institution_year", "dsc_facility", "dsc_class"} <= set(contracts)


@pytest.mark.parametrize("dataset", sorted(load_contracts()))
def test_no_spelling_of_a_header_means_two_fields(dataset: str) -> None:
    spellings = [s for fld in load_contracts()[dataset].fields.values() for s in fld.spellings]
    assert sorted(spellings) == sorted(set(spellings))


@pytest.mark.parametrize("dataset", sorted(load_contracts()))
def test_every_code_that_a_contract_gives_has_its_words(dataset: str) -> None:
    for rule in load_contracts()[dataset].row_rules:
        assert rule.code in catalogue()
        assert rule.severity == "error" or rule.code.replace("E_", "W_", 1) in catalogue()


def test_every_finding_has_its_words_in_both_languages() -> None:
    for code, words in catalogue().items():
        assert set(words) >= {"severity", "ko", "en", "fix_ko", "fix_en"}, code
        assert all(words.values()), code
        assert words["severity"] in ("error", "warning", "info")
