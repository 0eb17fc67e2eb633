"""``sciculture doctor``: sees every kind of damage, says how to mend it, mends what is safe, and disturbs nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.doctor import Case, Check, Status, examine, repair
from sciculture_etl.load import writer_lock
from tests.nights import settings
from tests.recovery.conftest import Days


def examined(days: Days, warehouse: Path, quick: bool = False) -> list[Check]:
    return examine(Case(settings(days.second_inbox, warehouse), quick))


def troubles(checks: list[Check]) -> set[tuple[str, str]]:
    return {(check.area, check.verdict.value) for check in checks if check.verdict is not Status.ok}


def _the(pattern: str) -> Callable[[Path], Path]:
    return lambda warehouse: sorted(warehouse.glob(pattern))[0]


def _cut(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-9])


def _opened(path: Path) -> None:
    path.chmod(0o755)


def _left(path: Path) -> None:
    (path / ".building-00009-20260101").mkdir()


DAMAGES = {
    "archive bytes": (_the("archive/[0-9a-f][0-9a-f]/*"), _cut, {("archive", "fault")}),
    "build database": (_the("warehouse.duckdb"), _cut, {("build database", "fault")}),
    "public file": (_the("sciculture.duckdb"), _cut, {("current release", "fault")}),
    "pointer": (_the("current.json"), _cut, {("current release", "fault")}),
    "csv": (_the("releases/*/csv/mart_dsc_summary.csv"), _cut, {("releases", "fault")}),
    "operations open": (_the("operations.duckdb"), _opened, {("modes", "fault")}),
    "leftover": (_the("releases"), _left, {("leftovers", "remark")}),
    "journal": (_the("archive/receipts.jsonl"), _cut, {("journals", "remark"), ("archive", "remark")}),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_is_seen_where_it_is_and_nothing_else(days: Days, tmp_path: Path, name: str) -> None:
    warehouse = days.copy(tmp_path)
    find, damage, expected = DAMAGES[name]
    damage(find(warehouse))
    checks = examined(days, warehouse)
    assert troubles(checks) == expected
    assert all(all(check.found) and all(check.repair) for check in checks if check.verdict is not Status.ok), (
        "each in both languages, with what to do"
    )


def test_a_whole_warehouse_has_no_trouble_and_nothing_in_it_is_touched(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in warehouse.rglob("*")}
    assert troubles(examined(days, warehouse)) == set()
    assert troubles(examined(days, warehouse, quick=True)) == set()
    assert {path: path.stat().st_mtime_ns for path in warehouse.rglob("*")} == before


def test_a_new_dataset_is_no_broken_database(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    with duckdb.connect(str(warehouse / "warehouse.duckdb")) as connection:  # as it was before the contract was written
        connection.execute("DROP TABLE store.voucher_usage CASCADE")
    checks = examined(days, warehouse, quick=True)
    assert troubles(checks) == set()
    assert any("voucher_usage" in check.found[0] for check in checks if check.area == "build database")


def test_what_is_mended_is_well(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    for name in ("archive bytes", "build database", "public file", "operations open", "leftover"):
        find, damage, _ = DAMAGES[name]
        damage(find(warehouse))
    (warehouse / "current.json").unlink()
    assert repair(Case(settings(days.second_inbox, warehouse)))
    # The build database was set aside: the next run rebuilds it.
    assert troubles(examined(days, warehouse)) == {("build database", "remark"), ("leftovers", "remark")}


def test_beside_a_run_it_says_who_runs_and_leaves_out_what_changes(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    _left(warehouse / "releases")  # as a run does
    case = Case(settings(days.second_inbox, warehouse))
    assert case.running is None
    with writer_lock(warehouse, doing="nightly"):
        checks = examine(case)  # it began after the doctor did
        (warehouse / ".lock").write_bytes(b"")  # as in the instant before it says who it is
        assert troubles(examined(days, warehouse, quick=True)) == {("lock", "remark")}
    assert troubles(checks) == {("lock", "remark")}
    told = {check.area: check.found[0] for check in checks}
    assert "nightly" in told["lock"]
    assert "a run is in progress" in told["build database"]
