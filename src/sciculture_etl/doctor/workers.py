"""Who reads and validates: whether the cluster answers, and which of its workers can be used."""

from __future__ import annotations

from collections.abc import Iterator

from sciculture_etl.doctor.case import Case, Check, fault, ok, remark
from sciculture_etl.errors import MachineError
from sciculture_etl.intake.open_workers import open_workers, scheduler_address

AREA = "workers"


def check_workers(case: Case) -> Iterator[Check]:
    """Each worker of a cluster is asked as a run asks it, and stages something in the shared storage."""
    address = scheduler_address(case.settings)
    if address is not None and not case.settings.warehouse.is_dir():
        yield ok(
            AREA, f"{address}: not asked before there is a warehouse", f"{address}: 데이터 저장소가 없어 확인 생략"
        )
        return
    try:
        with open_workers(case.settings) as workers:
            count, left_out, is_encrypted = workers.count, dict(workers.left_out), workers.is_encrypted
    except MachineError as error:
        en, _, ko = str(error).partition(" / ")
        yield fault(
            AREA,
            (en, ko or en),
            ("start the cluster or repair what is listed", "클러스터를 시작하거나 목록의 사항을 고쳐 주세요"),
        )
        return
    where = (f"the cluster at {address}", f"{address} 클러스터") if address else ("this machine", "이 기기")
    yield ok(AREA, f"{count} files are read at once on {where[0]}", f"{where[1]}에서 파일 {count}개를 동시에 읽습니다")
    for worker, reason in left_out.items():
        en, _, ko = reason.partition(" / ")
        yield remark(
            AREA, (f"{worker} is left out: {en}", f"{worker} 제외: {ko}"),
            ("repair that machine: docs/scale.md", "해당 기기를 고쳐 주세요: docs/scale.md"),
        )  # fmt: skip
    if not is_encrypted:
        yield remark(
            AREA, ("what is sent to the cluster is not encrypted", "클러스터로 보내는 내용이 암호화되지 않습니다"),
            ("use TLS, or a network of its own: docs/scale.md", "TLS나 전용망을 사용해 주세요: docs/scale.md"),
        )  # fmt: skip
