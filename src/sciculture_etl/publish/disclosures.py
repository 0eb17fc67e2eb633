"""What is withheld, what was given away and what was let through, as the operator asks for it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.disclosure.attack import interval_of
from sciculture_etl.disclosure.history import KEY, History, number_of, read_history
from sciculture_etl.disclosure.ledger import ACCEPTED, GIVEN_AWAY, Disclosed, Ledger, name_of
from sciculture_etl.disclosure.links import CELLS, find_families
from sciculture_etl.disclosure.system import build_system
from sciculture_etl.errors import NotReadyError, UserError
from sciculture_etl.extract.operator import Operator
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.publish.candidate import read_candidate
from sciculture_etl.publish.current import read_pointer
from sciculture_etl.publish.disclosure import GATE, released_history
from sciculture_etl.settings import Settings
from sciculture_etl.storage.journal import validated_reason
from sciculture_etl.storage.lock import writer_lock

Row = dict[str, Any]
# More than any number of persons: so that every number is judged as few.
EVERYTHING = 1 << 31


def list_disclosures(settings: Settings) -> Row:
    """``withheld`` by table and mark in the last release, ``refused``, ``given_away``, ``accepted``, ``requested``."""
    latest = _published(read_history(settings.archive))
    marked = latest.filter(pl.col("mark").is_not_null()).group_by("table_name", "measure", "mark").len("numbers")
    lines = Ledger(settings.archive).all()
    return {
        "withheld": marked.sort("table_name", "measure", "mark").rename({"table_name": "table"}).to_dicts(),
        "refused": refused_cells(settings),
        "given_away": [asdict(line) for line in lines if line.kind == GIVEN_AWAY],
        "accepted": [asdict(line) for line in lines if line.kind == ACCEPTED],
        "requested": [asdict(line) for line in lines if line.kind not in (GIVEN_AWAY, ACCEPTED)],
    }


def refused_cells(settings: Settings) -> list[Row]:
    """The cells for which the candidate was refused: cell, lowest, highest, takes."""
    found: list[Row] = (read_candidate(settings) or {}).get(GATE, [])
    return found


def list_withheld(settings: Settings, table: str) -> list[Row]:
    """The numbers of a table that the last release withholds: cell, mark.

    Raises:
        UserError: Where nothing is withheld in such a table.
    """
    latest = _published(read_history(settings.archive)).filter(pl.col("mark").is_not_null())
    found = latest.filter(table_name=table).sort(KEY)
    if found.is_empty():
        known = nearest_names(table, latest["table_name"].unique().sort().to_list())
        raise UserError(message("disclosure_cell_unknown", cell=table, known=known))
    return [{"cell": name_of(*key), "mark": mark} for *key, mark in found.select(*KEY, "mark").rows()]


def show_cell(settings: Settings, cell: str) -> Row:
    """cell, mark, lowest and highest by all that was published, and what the ledger says of it.

    Raises:
        UserError: Where there is no such number.
        NotReadyError: Before the first release.
    """
    history = read_history(settings.archive)
    if not history.releases:
        raise NotReadyError(message("no_release_yet", path=settings.warehouse / "current.json"))
    latest = _published(history)
    named = {name_of(*key): (key, mark) for *key, mark in latest.select(*KEY, "mark").rows()}
    lines = [line for line in Ledger(settings.archive).all() if line.cell == cell]
    if cell not in named:
        if not lines:
            raise UserError(message("disclosure_cell_unknown", cell=cell, known=nearest_names(cell, named)))
        return {"cell": cell, "mark": None, "lowest": None, "highest": None, "ledger": [asdict(one) for one in lines]}
    key, mark = named[cell]
    low, high = _interval(history, *key)
    return {"cell": cell, "mark": mark, "lowest": low, "highest": high, "ledger": [asdict(one) for one in lines]}


def accept_cell(settings: Settings, cell: str, reason: str) -> Disclosed:
    """Lets a number through for which the candidate was refused; returns the ledger's line.

    Raises:
        UserError: Where it isn't refused, the reason says nothing or names a person, or somebody else has to accept it.
        BusyError: Where a run is going on.
    """
    reason = validated_reason(reason)
    operator = Operator.from_settings(settings)
    with writer_lock(settings.warehouse, doing="disclosure accept", lake=settings.lake):
        released_history(settings)
        refused = {one["cell"]: one for one in refused_cells(settings)}
        if cell not in refused:
            raise UserError(message("disclosure_not_refused", cell=cell, known=nearest_names(cell, refused)))
        ledger = Ledger(settings.archive)
        decided = operator.decide(ACCEPTED, ledger.last_of(cell))
        release_id = str((read_pointer(settings.warehouse) or {}).get("release_id") or "")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        low, high = refused[cell]["lowest"], refused[cell]["highest"]
        line = Disclosed(cell, decided.pop("kind"), release_id, low, high, now, reason, **decided)
        ledger.add([line])
    return line


def _published(history: History) -> pl.DataFrame:
    return history.latest().filter(~pl.col("table_name").str.starts_with(CELLS))


def _interval(history: History, table: str, key: str, measure: str) -> tuple[float | None, float | None]:
    """The narrowest by any of the sums that the number is part of; None: no bound is known."""
    now = number_of(history.releases[-1])
    low, high = None, None
    with duckdb.connect() as connection:
        for family in find_families(load_table_contracts()).values():
            if table not in {name for name, _ in family.sums}:
                continue
            system = build_system(connection, replace(family, k=EVERYTHING), history.lines, now)
            for target in system.targets:
                if (target.table, target.row_key, target.measure) == (table, key, measure):
                    low, high = interval_of(system, target)
    return low, high


def as_json(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1)
