"""Columns that a table contract takes from where they are stated, so that type, unit and words stand once.

``name: {from: <table>}`` is the column of that name there; ``deprecated`` may stand beside it. Under ``'*'`` stand all
columns of something else, at that place and in its order:

- ``{fields_of: <dataset>}``, in a fact: what the form asks for, where each row comes from, and the codes of its region.
- ``{measures_of: <fact>}``, in a mart: the numbers of the fact that measure something.

``except`` lists those that are not taken. An entry beside ``'*'`` of a column that is taken says what differs of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sciculture_etl.contracts.contract import Contract
from sciculture_etl.contracts.field import DUCKDB_TYPES, ContractField
from sciculture_etl.contracts.yaml_files import read_yaml, shown
from sciculture_etl.errors import ContractError
from sciculture_etl.messages import nearest_names
from sciculture_etl.project import EXPECTATIONS

Columns = dict[str, dict[str, Any]]
FROM, ALL, FIELDS, MEASURES, EXCEPT = "from", "*", "fields_of", "measures_of", "except"
DEPRECATED = "deprecated"
UNIT_OF_TERM = {2: "half", 4: "term", 12: "month"}


@lru_cache
def stated_once() -> dict[str, Any]:
    """The columns that all facts have beside those of their form, those of all marts, units of the forms in English."""
    found: dict[str, Any] = read_yaml(EXPECTATIONS / "columns.yml")
    return found


def _column(fld: ContractField) -> dict[str, Any]:
    """What a field is in a table. Without unit, where nothing says it in English."""
    unit = {"date": "day", "ordinal": "number", "score": "of 100", "term": UNIT_OF_TERM.get(fld.terms)}
    return {
        "type": DUCKDB_TYPES[fld.type],
        "unit": stated_once()["units"].get(fld.unit) if fld.unit else unit.get(fld.type),
        "additive": fld.type in ("count", "money") if fld.is_measure else None,
        "description": fld.description.model_dump(),
    }


def _fields(contract: Contract) -> Columns:
    """The columns of accepted rows that a fact keeps, in their order; of a place, the codes as deep as asked."""
    everywhere: Columns = stated_once()["columns"]
    levels = [fld.level for fld in contract.region_fields]
    codes = [name for name in ("sido_code", "sigungu_code", "general_gu_code") if levels]
    codes += ["eupmyeondong_code"] if "eupmyeondong" in levels else []
    asked = {name: _column(fld) for name, fld in contract.fields.items() if fld.type != "region"}
    origin = ("submission_id", "part", "source_row", "program_year")
    return {name: everywhere[name] for name in origin} | asked | {name: everywhere[name] for name in codes}


def _merged(column: dict[str, Any], own: Any) -> Any:
    """A column that is taken, but for what an entry of its own says; anything else is for the model to refuse."""
    return column | own if isinstance(own, dict) else own


class Inheritance:
    """Completes the columns of table contracts.

    Args:
        tables: the raw YAML of every table contract that may be named, by table.
        contracts: those of the forms that may be named, by dataset.
    """

    def __init__(self, tables: Mapping[str, Any], contracts: Mapping[str, Contract]) -> None:
        self.tables = tables
        self.contracts = contracts

    def complete(self, path: Path, columns: dict[str, Any]) -> tuple[Columns, dict[str, str]]:
        """All columns of one table, as a contract without inheritance would state them.

        Returns:
            The columns by name, and of those that come of ``'*'``, the dataset or fact that they are taken from.

        Raises:
            ContractError: Naming file and key, where something named isn't there.
        """
        taken, owner = self._all_of(path, columns[ALL]) if ALL in columns else ({}, "")
        own = {name: self._own(path, name, entry) for name, entry in columns.items() if name != ALL}
        found: Columns = {}
        for name in columns:
            if name == ALL:
                found |= {each: _merged(column, own.get(each, {})) for each, column in taken.items()}
            elif name not in taken:
                found[name] = own[name]
        for name in taken:
            if isinstance(found[name], dict) and found[name].get("additive") is not None and not found[name]["unit"]:
                raise ContractError(
                    f"{shown(path)}: columns.{name}: no English word for the unit that {owner} gives it: add it to the "
                    f"units of expectations/columns.yml, or say it here: {name}: {{unit: ...}}"
                )
        return found, dict.fromkeys(taken, owner)

    def _own(self, path: Path, name: str, entry: Any) -> Any:
        """What a file says of a column itself, or takes from another by its name."""
        if not isinstance(entry, dict) or entry.keys() - {DEPRECATED} != {FROM}:
            return entry
        stated = self._stated(path, entry[FROM]).get(name)
        if stated is None:
            raise ContractError(f"{shown(path)}: columns.{name}: {entry[FROM]}.yml states no column {name!r}")
        return stated | {key: value for key, value in entry.items() if key == DEPRECATED}

    def _stated(self, path: Path, table: Any) -> Columns:
        """The columns that a table states itself or takes from its form: not those that it takes from other tables."""
        columns = (self.tables.get(table) or {}).get("columns") or {}
        own = {
            name: entry
            for name, entry in columns.items()
            if isinstance(entry, dict) and FROM not in entry and (name != ALL or FIELDS in entry)
        }
        return self.complete(path.with_name(f"{table}.yml"), own)[0]

    def _all_of(self, path: Path, entry: Any) -> tuple[Columns, str]:
        """What ``'*'`` stands for, and what that is taken from."""
        where = f"{shown(path)}: columns.{ALL}"
        keys = set(entry) if isinstance(entry, dict) else set()
        if len(keys & {FIELDS, MEASURES}) != 1 or keys - {FIELDS, MEASURES, EXCEPT}:
            raise ContractError(f"{where}: {{{FIELDS}: a dataset}} or {{{MEASURES}: a fact}}, and {EXCEPT}: [columns]")
        if FIELDS in keys:
            owner, known = entry[FIELDS], list(self.contracts)
            offered = _fields(self.contracts[owner]) if owner in known else {}
        else:
            owner, known = entry[MEASURES], [name for name in self.tables if name.startswith("fct_")]
            stated = self._stated(path, owner) if owner in known else {}
            offered = {name: column for name, column in stated.items() if column.get("additive") is not None}
        if owner not in known:
            raise ContractError(f"{where}: no such name: {owner!r}; nearest: {nearest_names(str(owner), known)}")
        for name in entry.get(EXCEPT) or ():
            if name not in offered:
                near = nearest_names(str(name), list(offered))
                raise ContractError(f"{where}.{EXCEPT}: {owner} has no column {name!r} to leave out; nearest: {near}")
        return {name: column for name, column in offered.items() if name not in (entry.get(EXCEPT) or ())}, owner
