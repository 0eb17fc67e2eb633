"""Small systems for tests: cells of districts and kinds, their totals, over releases."""

from __future__ import annotations

import json
from collections.abc import Iterable

import polars as pl

from sciculture_etl.contracts.disclosure import Sum
from sciculture_etl.disclosure.history import LINE, STATE, History, added
from sciculture_etl.disclosure.links import Family

Key = tuple[str, str]
HIDDEN, DOTS = "x", "…"


def family(at_most: bool = False) -> Family:
    """Cells by district and kind; tables: all cells, districts, the year."""
    persons = {"users": "users", "issued": "issued"} if at_most else {"users": "users"}
    sums = [
        ("cell", Sum(of="fact", by={"district": "district", "kind": "kind"}, persons=persons)),
        ("district", Sum(of="fact", by={"district": "district"}, persons=persons)),
        ("nation", Sum(of="fact", by={}, persons=persons)),
    ]
    limits = {"users": "issued"} if at_most else {}
    return Family("fact", 3, ["district", "kind"], sorted(persons), limits, sums)


def release(
    cells: dict[Key, float], hidden: Iterable[str] = (), measure: str = "users", marks: dict[str, str] | None = None
) -> pl.DataFrame:
    """The numbers of a release.

    Args:
        hidden: what is withheld: ``A/a`` a cell, ``A`` a district, ``*`` the year.
        marks: other marks, by the same names.
    """
    marked = dict.fromkeys(hidden, HIDDEN) | (marks or {})
    rows = []
    districts: dict[str, float] = {}
    for (district, kind), number in cells.items():
        districts[district] = districts.get(district, 0) + number
        groups = json.dumps({"district": district, "kind": kind})
        mark = marked.get(f"{district}/{kind}")
        key = json.dumps([district, kind])
        rows.append(("cells.fact", key, HIDDEN if mark != DOTS else DOTS, None, number, groups))
        rows.append(("cell", key, mark, None if mark else number, number, groups))
    for district, number in districts.items():
        mark = marked.get(district)
        key, groups = json.dumps([district]), json.dumps({"district": district})
        rows.append(("district", key, mark, None if mark else number, number, groups))
    total, mark = sum(cells.values()), marked.get("*")
    rows.append(("nation", "[]", mark, None if mark else total, total, "{}"))
    stated = [
        (table, key, measure, mark, value, exact, groups, True) for table, key, mark, value, exact, groups in rows
    ]
    return pl.DataFrame(stated, STATE, orient="row")


def history(*states: pl.DataFrame) -> History:
    """What those releases said, one after the other."""
    found = History((), pl.DataFrame(schema={**LINE, "number": pl.Int64()}))
    for number, state in enumerate(states, start=1):
        found = added(found, f"{number:05d}-20260101", state)
    return found
