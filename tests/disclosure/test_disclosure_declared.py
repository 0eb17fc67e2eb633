"""Every published table with persons says what is withheld of them, and what it says is so."""

from __future__ import annotations

import pytest

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.contracts.disclosure import SUPPRESSED

PUBLIC = {name: one for name, one in load_table_contracts().items() if one.audience == "public"}
PERSONS = {
    name: persons
    for name, one in PUBLIC.items()
    if (persons := [column for column, stated in one.columns.items() if stated.unit == "persons"])
}


@pytest.mark.parametrize("name", sorted(PERSONS))
def test_every_column_of_persons_says_what_is_withheld_of_it(name: str) -> None:
    stated = PUBLIC[name].disclosure
    assert stated is not None, f"{name} counts persons and says no disclosure"
    said = {*(column for one in stated.sums for column in one.persons), *stated.alone, *stated.exempt}
    assert set(PERSONS[name]) <= said
    assert not set(stated.exempt) & {*stated.alone, *stated.added}


@pytest.mark.parametrize("name", sorted(name for name, one in PUBLIC.items() if one.disclosure))
def test_a_symbol_stands_beside_each_number_that_may_be_withheld_after_all_other_columns(name: str) -> None:
    contract = PUBLIC[name]
    symbols = [column for column in contract.symbol_columns if column != SUPPRESSED]
    assert symbols
    assert list(contract.columns)[-len(symbols) :] == symbols
    for symbol in symbols:
        assert contract.columns[symbol].codes.keys() == {"x", "…"}
        assert contract.columns[symbol].description.ko
        assert symbol.removesuffix("_status") in contract.columns
