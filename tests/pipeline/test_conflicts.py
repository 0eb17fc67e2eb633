"""Which of two submissions counts, where no evidence says so: listed, answered, decided. Every institution is invented.

Every case is a submitter of its own, so that the same nights serve them all.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from forms import CLASS, as_csv, table
from nights import hashes, lose_database, night, operations, published, settings, submit

from sciculture_etl.pipeline import RunReport
from sciculture_etl.settings import Settings
from sciculture_etl.submissions import decide, prefer, submission_history

UNCLEAR, OPPOSED, RESENT, WITHDRAWN = "가상모름센터", "가상어긋남센터", "가상재제출센터", "가상철회센터"
RESTORED, PLAIN = "가상복원센터", "가상보통센터"
AT_ONCE = "2020-04-01T09:00:00"


def classes(submitter: str, sessions: int, said: str = "") -> bytes:
    return as_csv([[f"{submitter} 가상 자료 {said}"], *table(CLASS | {"운영횟수": str(sessions)})])


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("conflicts")
    return settings(folder / "inbox", folder / "warehouse")


def send(places: Settings, submitter: str, name: str, sessions: int, received: str = AT_ONCE, said: str = "") -> None:
    submit(Path(places.inbox), submitter, name, classes(submitter, sessions, said), received)


@pytest.fixture(scope="module")
def nights(places: Settings) -> list[RunReport]:
    """Three nights: what came, what replaced it, and the same bytes again."""
    send(places, UNCLEAR, "가.csv", 10)
    send(places, UNCLEAR, "나.csv", 11, "2020-04-01T09:00:30")
    send(places, OPPOSED, "먼저 온 새것.csv", 11, said="(수정일: 2020. 5. 2.)")
    for number, submitter in enumerate((RESENT, WITHDRAWN, RESTORED)):
        send(places, submitter, "실적.csv", 10 + number)
    send(places, PLAIN, "실적.csv", 10)
    found = [night(Path(places.inbox), places.warehouse)]
    send(places, OPPOSED, "늦게 온 옛것.csv", 10, "2020-06-01T09:00:00", "(작성일: 2020. 4. 1.)")
    for submitter in (RESENT, RESTORED):
        send(places, submitter, "고침.csv", 20, "2020-04-08T09:00:00")
    send(places, PLAIN, "실적_수정.csv", 11, "2020-04-08T09:00:00")
    decide(places, known(places, WITHDRAWN, "실적.csv"), "잘못 보냄 (가상)")
    found.append(night(Path(places.inbox), places.warehouse))
    send(places, RESENT, "다시.csv", 10, "2020-06-01T09:00:00")
    send(places, WITHDRAWN, "다시.csv", 11, "2020-06-01T09:00:00")
    for path in (Path(places.inbox) / RESTORED).iterdir():
        os.utime(path)
    return [*found, night(Path(places.inbox), places.warehouse)]


def known(places: Settings, submitter: str, name: str) -> str:
    (found,) = operations(
        places.warehouse,
        f"SELECT submission_id FROM mart_submission_log WHERE source_file = '{submitter}/{name}' LIMIT 1",
    )
    return str(found[0])


def sessions(places: Settings) -> dict[str, int]:
    return dict(
        published(places.warehouse, "SELECT institution_name, session_count FROM mart_dsc_by_institution ORDER BY 1")
    )


def listed(report: RunReport) -> dict[str, tuple[str, str, str]]:
    """Submitter → what is unclear, the file that doesn't count and the one that does."""
    return {
        row["submitter"]: (row["kind"], *(row[name].split("/")[-1] for name in ("source_file", "counting_file")))
        for row in report.conflicts
    }


def mail(places: Settings, submitter: str, name: str) -> str:
    (found,) = (places.outbox / submitter).glob(f"*_{name}/mail.txt")
    return found.read_text(encoding="utf-8")


def test_only_what_is_unclear_is_listed_and_the_run_ends_with_3(places: Settings, nights: list[RunReport]) -> None:
    undecided = [row for row in nights[0].conflicts if row["submitter"] == UNCLEAR]
    assert [row["kind"] for row in undecided] == ["undecided"]
    assert {key: value[0] for key, value in listed(nights[2]).items()} == {
        UNCLEAR: "undecided", OPPOSED: "contradicted", RESENT: "resent", WITHDRAWN: "resent_withdrawn",
    }  # fmt: skip
    assert listed(nights[2])[OPPOSED][1:] == ("늦게 온 옛것.csv", "먼저 온 새것.csv")
    assert listed(nights[2])[RESENT][1:] == ("실적.csv", "고침.csv")
    assert [report.exit_code for report in nights] == [3, 3, 3]
    counted = sessions(places)
    assert {name: counted.get(name) for name in (OPPOSED, RESENT, WITHDRAWN, RESTORED, PLAIN)} == {
        OPPOSED: 11, RESENT: 20, WITHDRAWN: None, RESTORED: 20, PLAIN: 11,
    }  # fmt: skip


def test_what_decided_is_kept_and_shown(places: Settings, nights: list[RunReport]) -> None:
    assert len(nights) == 3
    found = operations(
        places.warehouse,
        "SELECT submitter, standing, decided_by, contradicted_by FROM mart_submission_version "
        f"WHERE submitter IN ('{OPPOSED}', '{PLAIN}') ORDER BY ALL",
    )
    assert found == [
        (PLAIN, "in force", "file_name", ""), (PLAIN, "superseded", "file_name", ""),
        (OPPOSED, "in force", "made_on", ""), (OPPOSED, "superseded", "made_on", "arrival"),
    ]  # fmt: skip
    story = submission_history(places, known(places, OPPOSED, "늦게 온 옛것.csv"))
    assert [(one["kind"], one["contradicted_by"]) for one in story["conflicts"]] == [("contradicted", "arrival")]


def test_no_institution_is_told_of_a_newer_one_where_that_is_not_certain(
    places: Settings, nights: list[RunReport]
) -> None:
    assert len(nights) == 3
    loser = listed(nights[2])[UNCLEAR][1]
    unclear = mail(places, UNCLEAR, loser.removesuffix(".csv"))
    assert "어느 파일이 최종본인지 확인이 필요합니다" in unclear
    assert "작성일" in unclear
    assert "더 나중" not in unclear
    assert "어느 파일이 최종본인지 확인이 필요합니다" in mail(places, OPPOSED, "늦게 온 옛것")
    codes = dict(operations(places.warehouse, "SELECT source_file, codes FROM mart_submission_log"))
    assert codes[f"{UNCLEAR}/{loser}"] == "R_VERSION_UNCLEAR"
    assert codes[f"{PLAIN}/실적.csv"] == "R_SUPERSEDED"
    (text,) = operations(
        places.warehouse, f"SELECT message_ko FROM mart_row_error WHERE source_file = '{PLAIN}/실적.csv'"
    )
    assert "실적_수정.csv" in text[0]
    assert "파일 이름의 수정 표시나 날짜가 더 나중인" in text[0]


def test_the_same_bytes_again_are_answered_with_what_counts_now(places: Settings, nights: list[RunReport]) -> None:
    assert len(nights) == 3
    resent = mail(places, RESENT, "다시")
    assert "이미 다른 제출본으로 대체된 파일입니다" in resent
    assert "고침.csv" in resent
    assert "별도 조치가 필요하지 않습니다" not in resent
    assert "철회되어 집계에서 제외하고 있습니다" in mail(places, WITHDRAWN, "다시")


@pytest.mark.slow
def test_decisions_clear_the_list_count_and_can_be_undone(places: Settings, nights: list[RunReport]) -> None:
    loser = listed(nights[2])[UNCLEAR][1]
    before = sessions(places)[UNCLEAR]
    prefer(places, known(places, UNCLEAR, loser), "기관에 확인함 (가상)")
    prefer(places, known(places, OPPOSED, "먼저 온 새것.csv"), "기관에 확인함 (가상)")
    prefer(places, known(places, RESENT, "실적.csv"), "이전 파일이 맞음 (가상)")
    decide(places, known(places, WITHDRAWN, "실적.csv"), "다시 보냈으나 철회가 맞음 (가상)")
    report = night(Path(places.inbox), places.warehouse)
    assert listed(report) == {}
    assert report.exit_code == 0
    counted = sessions(places)
    assert (counted[UNCLEAR], counted[OPPOSED], counted[RESENT]) == (21 - before, 11, 10)
    assert "더 나중" not in mail(places, RESENT, "다시")
    decided = hashes(places.warehouse), hashes(places.warehouse, "operator")
    lose_database(places)
    night(Path(places.inbox), places.warehouse)
    assert (hashes(places.warehouse), hashes(places.warehouse, "operator")) == decided
    # What comes later competes with what was preferred.
    send(places, RESENT, "고침2.csv", 25, "2020-07-01T09:00:00")
    prefer(places, known(places, UNCLEAR, loser), "잘못 지정함 (가상)", undo=True)
    later = night(Path(places.inbox), places.warehouse)
    assert set(listed(later)) == {UNCLEAR}
    assert (sessions(places)[RESENT], sessions(places)[UNCLEAR]) == (25, before)


@pytest.mark.slow
def test_a_restored_inbox_lists_only_what_could_count(
    places: Settings, nights: list[RunReport], tmp_path: Path
) -> None:
    """Every file is taken once more, in one night. A withdrawn file in whose place nothing counts is a question."""
    warehouse = tmp_path / "warehouse"
    shutil.copytree(places.warehouse / "archive", warehouse / "archive")
    lose_database(settings(tmp_path / "inbox", warehouse))
    shutil.copytree(places.inbox, tmp_path / "inbox", copy_function=shutil.copyfile)
    (tmp_path / "empty").mkdir()
    known_before = night(tmp_path / "empty", warehouse)
    restored = night(tmp_path / "inbox", warehouse)
    assert len(restored.extraction.received) > 10
    assert set(listed(restored)) - set(listed(known_before)) == {WITHDRAWN}
    assert sessions(settings(tmp_path / "inbox", warehouse)) == sessions(places)
