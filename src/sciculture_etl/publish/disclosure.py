"""The gate of a publication: what a release gives away of few persons → why it is refused, and what is on record.

No text of it names a number of few persons: texts stand in records of runs and in notifications.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from sciculture_etl.contracts import TableContract
from sciculture_etl.disclosure import published_relation
from sciculture_etl.disclosure.found import Found
from sciculture_etl.disclosure.gate import Judgement, judge_release
from sciculture_etl.disclosure.history import History, keep_history, read_history, write_history
from sciculture_etl.disclosure.ledger import Ledger, bounds_of, cell_name, given_away
from sciculture_etl.load import Warehouse
from sciculture_etl.messages import message
from sciculture_etl.publish.journal import PUBLISHED, ROLLED_BACK, WENT_ON, ReleaseJournal
from sciculture_etl.publish.outputs import MANIFEST
from sciculture_etl.publish.scheduled import find_scheduled
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.settings import Settings, sql_text
from sciculture_etl.storage.access import OWN_FILE
from sciculture_etl.storage.atomic import write_atomically

# So many cells are named in a refusal; `sciculture disclosure` lists all.
MAX_NAMED = 5
GATE = "disclosure"


@dataclass(frozen=True)
class Gate:
    """What the gate says of a release that isn't out yet.

    Attributes:
        refusals: a text each.
        refused: for the candidate's manifest, which is the operator's alone: cell, lowest, highest, takes.
    """

    judgement: Judgement
    refusals: list[str] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)


def resume_history(settings: Settings) -> None:
    """Tells by the release whether what a pending one shows counts: it is there, or the journal has it published."""
    entries = ReleaseJournal(settings.archive).entries()
    published = {entry["release_id"] for entry in entries if entry["kind"] in (PUBLISHED, ROLLED_BACK, WENT_ON)}
    scheduled = find_scheduled(settings)

    def is_released(release_id: str) -> bool | None:
        if release_id in published or (settings.releases / release_id).is_dir():
            return True
        return None if scheduled and scheduled.release_id == release_id else False

    keep_history(settings.archive, is_released)


def released_history(settings: Settings) -> History:
    """What releases have shown and withheld; of one that was killed on its way out it is settled whether it counts."""
    resume_history(settings)
    return read_history(settings.archive)


def pass_gate(
    settings: Settings, warehouse: Warehouse, table_contracts: dict[str, TableContract], folder: Path, history: History
) -> Gate:
    """Judges the files in a folder.

    Args:
        folder: of the release, or of the candidate; its tables lie in ``parquet``.
    """

    def shown(table_contract: TableContract) -> str:
        path = folder / "parquet" / f"{table_contract.table}.parquet"
        return f"read_parquet({sql_text(path)})" if path.exists() else published_relation(table_contract)

    ledger = Ledger(settings.archive).in_effect()
    judgement = judge_release(warehouse.connection, table_contracts, shown, history, ledger)
    found = judgement.refused
    refusals = [_refusal(one) for one in found[:MAX_NAMED]]
    if len(found) > MAX_NAMED:
        refusals.append(message("disclosure_refused_more", count=f"{len(found) - MAX_NAMED:,}"))
    refused = [
        {"cell": cell_name(one.target), "lowest": low, "highest": high, "takes": list(one.takes)}
        for one in found
        for low, high in [bounds_of(one)]
    ]
    return Gate(judgement, refusals, refused)


class GateClosedError(Exception):
    """A release gives few persons away; what would have been released becomes the candidate."""


def gate_of(
    settings: Settings, warehouse: Warehouse, table_contracts: dict[str, TableContract], release_id: str,
    history: History, remarks: list[SuiteOutcome],
) -> Callable[[Path], None]:  # fmt: skip
    """The gate that a release has to pass once its files are written, before it gets its name.

    Args:
        remarks: what the operator is told is added to it.
    """

    def pass_or_close(folder: Path) -> None:
        gate = pass_gate(settings, warehouse, table_contracts, folder, history)
        if gate.refusals:
            raise GateClosedError
        remarks.extend(_record(settings, release_id, gate, history))

    return pass_or_close


def judge_candidate(
    settings: Settings, warehouse: Warehouse, table_contracts: dict[str, TableContract], history: History
) -> list[str]:
    """What the candidate gives away, as refusals, which its manifest then holds besides."""
    gate = pass_gate(settings, warehouse, table_contracts, settings.candidate, history)
    path = settings.candidate / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest |= {"refusals": [*manifest["refusals"], *gate.refusals], GATE: gate.refused}
    write_atomically(path, orjson.dumps(manifest, option=orjson.OPT_INDENT_2), OWN_FILE)
    return gate.refusals


def _record(settings: Settings, release_id: str, gate: Gate, history: History) -> list[SuiteOutcome]:
    """Keeps what a release is about to show, and what earlier ones gave away; returns what the operator is told of it.

    Call it before the release gets its name.
    """
    known = given_away(gate.judgement.known, history.releases[-1]) if history.releases else []
    Ledger(settings.archive).add(known)
    write_history(settings.archive, release_id, gate.judgement.state, history)
    if not known:
        return []
    return [SuiteOutcome(GATE, len(known), warnings=[message("disclosure_given_away", count=f"{len(known):,}")])]


def _refusal(found: Found) -> str:
    """Table, row and column, to how many values it is known, with which earlier releases; below it, the command."""
    cell = cell_name(found.target)
    low, high = bounds_of(found)
    table, *row, column = cell.split("/")
    row_values = ", ".join(row) or "-"
    count = "∞" if low is None or high is None else f"{high - low + 1:,.0f}"
    takes = found.takes if len(found.takes) < 3 else (found.takes[0], "…", found.takes[-1])
    if takes:
        reason = message(
            "disclosure_refused_with", table=table, row=row_values, column=column, count=count,
            releases=", ".join(takes),
        )  # fmt: skip
    else:
        reason = message("disclosure_refused", table=table, row=row_values, column=column, count=count)
    return f"{reason}\n  → {message('disclosure_mend', cell=cell)}"
