"""Over a warehouse in which two institutions have something of everything, neither is shown anything of the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.desk.checks import Check
from sciculture_etl.desk.judging import summary_of
from sciculture_etl.desk.route import Role
from sciculture_etl.desk.routes import ROUTES
from sciculture_etl.feedback.outbox import submitter_folder
from sciculture_etl.intake.check import check_file
from sciculture_etl.submissions import institution
from tests.desk.test_check_and_send import FAULTY
from tests.desk.test_locked_doors import GETS
from tests.desk.visitors import DeskUnderTest, Visitor
from tests.operating import Operated

# One name begins as the other, and reads the same but for a blank.
ONE, OTHER, ALIKE = "가상과학관", "가상과학관 분원", "가상 과학관"
SECRETS = {ONE: "하나만의", OTHER: "다른쪽의", ALIKE: "비슷한쪽의"}
NAMED = [route for route in GETS if route.role is Role.institution and "receipt:int" in route.path]


class Neighbours:
    """Each has received files with findings, a reply, one that waits, and a check at the desk."""

    def __init__(self, folder: Path) -> None:
        operated = Operated(folder)
        self.receipts: dict[str, list[int]] = {name: [] for name in SECRETS}
        for number in range(1, 3):
            for name, secret in SECRETS.items():
                submission = operated.submit(f"{secret}{number}.csv", submitter=name)
                receipt = operated.tables["mart_submission_log"][-1]["receipt_no"]
                self.receipts[name].append(receipt)
                operated.finding(submission, submitter=name, message_ko=f"{secret} 지적", part=1, source_row=3)
                operated.waits(submission, submitter=name, source_file=f"{name}/{secret}{number}.csv")
                letter = submitter_folder(operated.settings.outbox, name) / f"2026-11-30_{receipt:07}_{secret}"
                letter.mkdir(parents=True)
                (letter / "mail.txt").write_text(f"{secret} 회신", encoding="utf-8")
                (letter / f"{secret}.xlsx").write_bytes(secret.encode())
        operated.run()
        self.desk = DeskUnderTest(operated.write().warehouse)
        self.visitors = {name: self.desk.institution(name) for name in SECRETS}
        self.checks = {name: self.checked(name) for name in SECRETS}

    def checked(self, name: str) -> str:
        """The address of a file that was found faulty."""
        queue = self.desk.desk.uploads.checks
        found = check_file(FAULTY, f"{SECRETS[name]}.csv", name, self.desk.desk.uploads.contracts)
        judged = replace(summary_of(found).judged, workbook=SECRETS[name].encode())
        now = time.monotonic()
        check = Check(f"of-{len(queue._checks)}", name, "실적.csv", 4, "0" * 64, 600, BytesIO(b"data"), now, 1)
        check.judged, check.finished_at = judged, now
        queue._checks[check.id] = check
        return f"/institution/checks/{check.id}"


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path_factory.mktemp("neighbours"))
    yield made
    made.desk.desk.close()


def all_that_is_shown(neighbours: Neighbours, name: str) -> dict[str, bytes]:
    """Whatever an institution gets to see: each address of its role, with every number and id that there is."""
    visitor, shown = neighbours.visitors[name], {}
    receipts = [receipt for own in neighbours.receipts.values() for receipt in own]
    paths = [route.path for route in GETS if route.role is not Role.operator and "{" not in route.path]
    paths += [route.path.replace("{receipt:int}", str(receipt)) for route in NAMED for receipt in [0, *receipts, 99]]
    paths += [f"{check}{end}" for check in neighbours.checks.values() for end in ("", "/workbook")]
    paths += ["/forms/dsc_class/2026?term=1", "/institution?all"]
    for path in paths:
        answer = visitor.get(path)
        if answer.status_code == 200:
            shown[path] = answer.content
        else:
            assert answer.status_code in (303, 404), path
            assert not any(secret.encode() in answer.content for secret in SECRETS.values()), path
    return shown


@pytest.mark.parametrize("name", SECRETS)
def test_nobody_is_shown_what_is_of_a_neighbour(neighbours: Neighbours, name: str) -> None:
    shown = all_that_is_shown(neighbours, name)
    numbers = [f"/institution/received/{receipt}" for receipt in neighbours.receipts[name]]
    check = neighbours.checks[name]
    own = {*numbers, *(f"{path}/workbook" for path in numbers), check, f"{check}/workbook"}
    assert {path for path in shown if path.startswith(("/institution/received", "/institution/checks"))} == own
    assert all(SECRETS[name].encode() in shown[path] for path in [*numbers, "/institution"])
    for other in SECRETS.keys() - {name}:
        assert not [path for path, content in shown.items() if SECRETS[other].encode() in content]


@pytest.mark.parametrize("path", [route.path for route in ROUTES if "receipt:int" in route.path])
def test_a_number_that_no_receipt_has_is_no_page(neighbours: Neighbours, path: str) -> None:
    for number in (0, 2**63, 10**300, 10**1_500):
        assert neighbours.visitors[ONE].get(path.replace("{receipt:int}", str(number))).status_code == 404, number


def test_a_reply_is_that_of_its_receipt_whatever_its_file_is_called(neighbours: Neighbours) -> None:
    first, second = neighbours.receipts[ONE]
    letters = submitter_folder(neighbours.desk.settings.outbox, ONE)
    (letters / f"2026-11-29_0000099_x_{first:07}_").mkdir()
    (letters / f"2026-11-29_0000099_x_{first:07}_" / "mail.txt").write_text("그 밖의 회신", encoding="utf-8")
    assert "그 밖의 회신" not in reply(neighbours.visitors[ONE], first)
    assert "하나만의 회신" in reply(neighbours.visitors[ONE], second)


def test_of_very_many_findings_a_page_reads_the_first_and_counts_all(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/institution/received/{neighbours.receipts[ONE][0]}"
    before = neighbours.visitors[ONE].get(path).text
    with duckdb.connect(str(neighbours.desk.warehouse / "operations.duckdb")) as connection:
        connection.execute(
            "INSERT INTO mart_row_error SELECT e.* REPLACE (n + 100 AS finding_no, 'H' || n AS cell, n AS source_row) "
            "FROM mart_row_error e, range(14, 3014) t(n) WHERE finding_no = 1 AND submitter = ?",
            [ONE],
        )
    monkeypatch.setattr(institution, "MAX_FINDINGS", 10)
    found = institution.own_submission(neighbours.desk.settings, ONE, neighbours.receipts[ONE][0])
    assert found
    _, findings, counts = found
    page = neighbours.visitors[ONE].get(path).text
    assert (findings.height, list(counts.values())) == (10, [3_001])
    assert "3,001" in page or "3001" in page
    assert len(page) < len(before) + 5_000


def reply(visitor: Visitor, receipt: int) -> str:
    return visitor.get(f"/institution/received/{receipt}").text
