"""The desk: whether its invitations can be read, and whether a clock was ahead when one was issued."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sciculture_etl.doctor.case import Case, Check, ok, remark
from sciculture_etl.storage.journal import Journal

AREA = "desk"
SOON, MAX_AHEAD = timedelta(days=7), timedelta(minutes=5)


def check_desk(case: Case) -> Iterator[Check]:
    """Raises JournalError where nobody can sign in, since the invitations can't be read."""
    path = case.settings.desk / "invitations.jsonl"
    if not path.exists():
        yield ok(AREA, "nobody was invited", "초대한 기관 없음")
        return
    open_until: dict[str, datetime] = {}
    ahead = []
    now = datetime.now(UTC)
    for invitation, issued_at, until in Journal(path).records(_entry):
        if until is None:
            open_until.pop(invitation, None)
            continue
        open_until[invitation] = until
        ahead += [invitation] if issued_at > now + MAX_AHEAD else []
    valid = {invitation: until for invitation, until in open_until.items() if until > now}
    if ahead := [invitation for invitation in ahead if invitation in valid]:
        names = ", ".join(ahead)
        yield remark(
            AREA,
            (f"invitations were issued later than it is now: {names}", f"현재 시각보다 늦게 발급된 초대: {names}"),
            ("set the clock, or revoke them and invite again", "시계를 맞추거나, 취소하고 다시 초대해 주세요"),
        )
    soon = sum(until < now + SOON for until in valid.values())
    yield ok(
        AREA,
        f"{len(valid)} open invitations, {soon} of them for less than a week",
        f"사용할 수 있는 초대 {len(valid)}건, 그중 일주일 안에 만료 {soon}건",
    )


def _entry(line: dict[str, Any]) -> tuple[str, datetime, datetime | None]:
    """Invitation, when that was written, and until when it holds; None: no more."""
    until = datetime.fromisoformat(line["expires_at"]) if line["kind"] == "issued" else None
    return line["id"], datetime.fromisoformat(line["at"]), until
