"""The build database: whether it opens, is whole and adds up, and what of the archive would be read again tonight.

Of a file a copy is looked at: an open database would turn a night away that starts in the meantime.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator

import duckdb

from sciculture_etl.contracts import load_contracts
from sciculture_etl.doctor.case import BilingualPair, Case, Check, fault, ok, remark
from sciculture_etl.load import Warehouse
from sciculture_etl.load.builds import Build, build_of
from sciculture_etl.load.layout import has_todays_layout
from sciculture_etl.pipeline import Silent
from sciculture_etl.pipeline.reading import Intake
from sciculture_etl.publish.checks import accounts_that_disagree
from sciculture_etl.storage.copied import copied, has_room_for_copy
from sciculture_etl.storage.proof import why_unreadable

REBUILT_BY_NEXT_RUN: BilingualPair = (
    "nothing: the next run rebuilds it from the archive",
    "다음 실행이 보관된 제출본에서 다시 만듭니다",
)
AREA = "build database"
MAX_REASONS = 3
NOT_NOW: BilingualPair = ("a run is in progress and changes it", "실행 중이라 살펴보지 않았습니다")


def check_database(case: Case) -> Iterator[Check]:
    path, build = case.settings.build_database, build_of(case.settings)
    if case.running is not None:
        yield ok(AREA, *NOT_NOW)
        return
    if not build.is_there():
        missing = ("it does not exist", "없습니다")
        yield remark(AREA, missing, REBUILT_BY_NEXT_RUN) if case.receipts else ok(AREA, *missing)
        return
    if case.settings.lake:
        yield from _check_lake_tables(case, build)
        return
    if not has_room_for_copy(path):
        yield remark(
            AREA,
            ("not examined: no room for a copy", "복사할 공간이 없어 살펴보지 않았습니다"),
            (f"make room in {tempfile.gettempdir()}", f"{tempfile.gettempdir()}의 공간을 비워 주세요"),
        )
        return
    with copied(path) as copy:
        if reason := why_unreadable(copy):
            if case.running is not None:  # one began while it was copied
                yield ok(AREA, *NOT_NOW)
                return
            yield fault(AREA, (f"broken: {reason}", f"손상되었습니다: {reason}"), REBUILT_BY_NEXT_RUN, safe=True)
            return
        with duckdb.connect(str(copy)) as connection:
            yield from _adds_up(case, connection)


def _check_lake_tables(case: Case, build: Build) -> Iterator[Check]:
    try:
        with build.read_still() as connection:
            yield from _adds_up(case, connection)
    except duckdb.Error as error:
        if not build.is_broken(error):
            raise
        reason = build.reason_of(error)
        yield fault(AREA, (f"broken: {reason}", f"손상되었습니다: {reason}"), REBUILT_BY_NEXT_RUN)


def _adds_up(case: Case, connection: duckdb.DuckDBPyConnection) -> Iterator[Check]:
    if not has_todays_layout(connection):
        yield remark(AREA, ("made by another version", "다른 판에서 만든 데이터베이스입니다"), REBUILT_BY_NEXT_RUN)
        return
    contracts = load_contracts()
    warehouse = Warehouse(connection, case.settings.staging)
    made = {row["table_name"] for row in warehouse.rows("FROM duckdb_tables() WHERE schema_name = 'store'")}
    if new := sorted(contracts.keys() - made):
        yield ok(
            AREA,
            f"new since the last run, their tables come with the next one: {', '.join(new)}",
            f"마지막 실행 이후 추가된 서식, 다음 실행에서 표를 만듭니다: {', '.join(new)}",
        )
    if wrong := accounts_that_disagree(warehouse, {name: contracts[name] for name in contracts.keys() & made}):
        yield fault(
            AREA,
            (f"rows don't add up: {wrong[0]} ({len(wrong):,} in all)", f"행 수가 맞지 않습니다: {wrong[0]}"),
            ("rebuild it from the archive: sciculture rebuild", "보관소에서 다시 만들어 주세요: sciculture rebuild"),
        )
        return
    intake = Intake(case.settings, contracts, warehouse, case.archive, Silent())
    stale = intake.stale(case.receipts)
    why = Counter("; ".join(one.why) for one in stale)
    known = warehouse.value("SELECT count(*) FROM log.submission")
    reasons = "".join(f"; {count:,}: {reason}" for reason, count in why.most_common(MAX_REASONS))
    yield ok(
        AREA,
        f"{known:,} submissions read, rows add up; {len(stale):,} wait to be read tonight{reasons}",
        f"제출본 {known:,}개, 행 수 맞음; 다음 실행에서 읽을 것 {len(stale):,}개{reasons}",
    )
