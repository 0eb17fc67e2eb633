"""Every rule of every contract has a bad file that it alone refuses.

A rule is taken out of its contract: if none of the dataset's bad files is then judged otherwise, no file breaks it.
"""

import copy
from collections.abc import Iterator
from operator import eq
from pathlib import Path
from typing import Any

import pytest
from judging import Place, judge

from sciculture_etl.contracts import Contract, load_contracts

HERE = Path(__file__).parent
CODE_OF_TYPE = {
    "count": "E_NOT_A_NUMBER", "money": "E_NOT_A_NUMBER", "number": "E_NOT_A_NUMBER", "score": "E_NOT_A_NUMBER",
    "ordinal": "E_NOT_A_NUMBER", "term": "E_NOT_A_NUMBER", "enum": "E_CODE_UNKNOWN", "date": "E_DATE_INVALID",
}  # fmt: skip


def bad_files(dataset: str) -> list[Path]:
    return sorted(path for path in (HERE / dataset).glob("bad_*") if path.suffix != ".json")


def outcomes(contract: Contract) -> Iterator[list[Place]]:
    """What each bad file is told, one after the other: whoever has seen a difference need not read the rest."""
    contracts = load_contracts() | {contract.dataset: contract}
    return (judge(path.read_bytes(), path.name, contracts).places for path in bad_files(contract.dataset))


def weakened(contract: Contract) -> Iterator[tuple[str, Contract]]:
    """The contract without one of its rules, for each rule; with the rule's name."""
    whole = contract.model_dump()

    def without(rule: str, *path: Any, value: Any) -> tuple[str, Contract]:
        data = copy.deepcopy(whole)
        place: Any = data
        for key in path[:-1]:
            place = place[key]
        if value is ...:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        return rule, Contract.model_validate(data | {"fingerprint": rule})

    for name, fld in contract.fields.items():
        for word, nothing in (("required", False), ("between", None), ("pattern", None)):
            if getattr(fld, word):
                yield without(f"{name}: {word}", "fields", name, word, value=nothing)
    for index, rule in enumerate(contract.row_rules):
        yield without(f"row rule: {rule.must}", "row_rules", index, value=...)
    for index, names in enumerate(contract.unique):
        yield without(f"unique: {names}", "unique", index, value=...)
    if contract.unpivot and contract.unpivot.total:
        yield without("total of a wide table", "unpivot", "total", value=[])


@pytest.mark.parametrize("dataset", sorted(load_contracts()))
def test_every_rule_is_broken_by_a_file_of_its_own(dataset: str) -> None:
    contract = load_contracts()[dataset]
    judged = list(outcomes(contract))
    assert [rule for rule, other in weakened(contract) if all(map(eq, judged, outcomes(other)))] == []


@pytest.mark.parametrize("dataset", sorted(load_contracts()))
def test_every_field_of_a_kind_has_a_cell_that_is_none(dataset: str) -> None:
    contract = load_contracts()[dataset]
    told: set[tuple[str | None, str]] = set()
    for path in bad_files(dataset):
        for validated in judge(path.read_bytes(), path.name).outcomes.values():
            told.update(validated.findings.select("field", "code").iter_rows())
    wanted = {(name, CODE_OF_TYPE[fld.type]) for name, fld in contract.fields.items() if fld.type in CODE_OF_TYPE}
    if contract.region_fields and contract.region_fields[-1].required:
        wanted.add((contract.region_fields[-1].name, "E_REGION_UNKNOWN"))
    codes = {code for _, code in told}
    assert sorted(wanted - told) == []
    assert {"E_DUPLICATE_KEY", *(["E_DATE_ORDER"] if contract.period else [])} <= codes
