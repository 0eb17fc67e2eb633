"""Resubmissions: the newest version counts, in whatever order files come in and are processed."""

from pathlib import Path

import pytest
from forms import CENTRE, CLASS, FACILITY, as_csv, as_xlsx, table
from nights import hashes, night, operations, published, release_ids, submit

from sciculture_etl.pipeline import Run
from sciculture_etl.settings import Settings

CENTRE_NAME = "가상시험센터"
Version = tuple[str, bytes, str]


def classes(sessions: int, count: int = 1, title: str = "", term: str = "1") -> bytes:
    rows = table(CLASS | {"기수": term}, *[{"운영횟수": str(sessions)}] * count)
    return as_csv([[f"가상 자료 {title}"], *rows])


FIRST: Version = ("실적.csv", classes(10, 3), "2020-04-01T09:00:00")
SECOND: Version = ("실적 수정.csv", classes(11, 2), "2020-04-08T09:00:00")
THIRD: Version = ("실적_최종.csv", classes(12, 1), "2020-04-15T09:00:00")


def sessions(warehouse: Path) -> list[tuple[int, int]]:
    return published(warehouse, "SELECT class_count, session_count FROM mart_dsc_summary")


def standings(warehouse: Path) -> dict[str, str]:
    listed = operations(warehouse, "SELECT source_file, standing FROM mart_submission_log")
    return {path.split("/")[1]: standing for path, standing in listed}


def together(folder: Path, *versions: Version) -> Path:
    for name, data, received in versions:
        submit(folder / "inbox", CENTRE_NAME, name, data, received)
    night(folder / "inbox", folder / "warehouse")
    return folder / "warehouse"


def one_by_one(folder: Path, *versions: Version) -> Path:
    for name, data, received in versions:
        submit(folder / "inbox", CENTRE_NAME, name, data, received)
        night(folder / "inbox", folder / "warehouse")
    return folder / "warehouse"


NIGHTS = {
    "backwards": [[THIRD], [SECOND], [FIRST]],
    "oldest first": [[FIRST], [SECOND, THIRD]],
    "newest first": [[THIRD], [FIRST, SECOND]],
}


def test_every_order_of_processing_ends_in_the_same_release(tmp_path: Path) -> None:
    expected = together(tmp_path / "together", FIRST, SECOND, THIRD)
    assert sessions(expected) == [(1, 12)]
    for name, nights in NIGHTS.items():
        for versions in nights:
            warehouse = together(tmp_path / name, *versions)
        assert hashes(warehouse) == hashes(expected), name
        assert standings(warehouse) == {FIRST[0]: "superseded", SECOND[0]: "superseded", THIRD[0]: "in force"}


def test_the_day_written_in_the_file_beats_the_time_of_receipt(tmp_path: Path) -> None:
    late = ("늦게 온 옛것.csv", classes(10, title="(제출일: 2020. 4. 1.)"), "2020-06-01T09:00:00")
    early = ("먼저 온 새것.csv", classes(11, title="(수정일: 2020. 5. 2.)"), "2020-05-02T09:00:00")
    for number, order in enumerate([(late, early), (early, late)]):
        warehouse = one_by_one(tmp_path / str(number), *order)
        assert sessions(warehouse) == [(1, 11)]
        assert standings(warehouse)[early[0]] == "in force"


def test_words_like_final_in_a_name_decide_nothing(tmp_path: Path) -> None:
    final = ("★진짜최종(수정3).csv", classes(10), "2020-04-01T09:00:00")
    plain = ("실적.csv", classes(11), "2020-04-02T09:00:00")
    assert sessions(together(tmp_path, final, plain)) == [(1, 11)]


def test_received_at_the_same_moment_is_decided_the_same_way_every_time(tmp_path: Path) -> None:
    one, two = ("가.csv", classes(10), FIRST[2]), ("나.csv", classes(11), FIRST[2])
    found = {
        str(sessions(one_by_one(tmp_path / str(number), *order)))
        for number, order in enumerate([(one, two), (two, one)])
    }
    assert len(found) == 1


def test_each_term_has_its_own_newest_version(tmp_path: Path) -> None:
    header, *first = table(CLASS | {"운영횟수": "10"})
    _, *second = table(CLASS | {"운영횟수": "10", "기수": "2"})
    both = ("1·2기.csv", as_csv([header, *first, *second]), "2020-07-01T09:00:00")
    newer = ("2기 수정.csv", classes(99, term="2"), "2020-08-01T09:00:00")
    warehouse = one_by_one(tmp_path, newer, both)
    assert sessions(warehouse) == [(2, 109)]
    assert standings(warehouse) == {both[0]: "partly superseded", newer[0]: "in force"}


def test_a_newer_file_that_is_refused_as_a_whole_leaves_the_older_in_force(tmp_path: Path) -> None:
    broken = ("수정.csv", as_csv(table(CLASS | {"운영횟수": "열"})), "2020-05-01T09:00:00")
    warehouse = one_by_one(tmp_path, FIRST, broken)
    assert sessions(warehouse) == [(3, 30)]
    assert standings(warehouse) == {FIRST[0]: "in force", broken[0]: "not in force"}


def test_the_same_bytes_again_are_one_submission(tmp_path: Path) -> None:
    copy = ("실적 - 복사본.csv", FIRST[1], "2020-09-01T09:00:00")
    warehouse = one_by_one(tmp_path, FIRST, copy)
    assert sessions(warehouse) == [(3, 30)]
    assert release_ids(warehouse) != []
    verdicts = operations(warehouse, "SELECT verdict, rows_read FROM mart_submission_log ORDER BY receipt_no")
    assert verdicts == [("accepted", 3), ("duplicate", 0)]


def test_an_old_version_sent_again_later_does_not_come_back(tmp_path: Path) -> None:
    """The same bytes are the same submission, received when they first came."""
    again = ("실적 다시.csv", FIRST[1], "2020-12-01T09:00:00")
    assert sessions(one_by_one(tmp_path, FIRST, SECOND, again)) == [(2, 22)]


def test_files_of_two_submitters_never_supersede_each_other(tmp_path: Path) -> None:
    for submitter in ("가상동쪽센터", "가상서쪽센터"):
        submit(tmp_path / "inbox", submitter, "실적.csv", classes(10) + submitter.encode())
    night(tmp_path / "inbox", tmp_path / "warehouse")
    assert sessions(tmp_path / "warehouse") == [(2, 20)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_in_no_folder_is_known_by_its_title_or_its_column(tmp_path: Path, form: str) -> None:
    inbox = tmp_path / "inbox"
    titled = [["2020년 가상 실적 (기관명: 가상제목센터)"], *table(CLASS)]
    columned = table(CENTRE | {"기관명": "가상열센터"})
    for name, rows in (("제목", titled), ("열", columned), ("없음", table(FACILITY))):
        submit(inbox, ".", f"{name}.{form}", as_csv(rows) if form == "csv" else as_xlsx(rows))
    night(inbox, tmp_path / "warehouse")
    listed = dict(operations(tmp_path / "warehouse", "SELECT source_file, verdict FROM mart_submission_log"))
    assert listed == {f"제목.{form}": "accepted", f"열.{form}": "accepted", f"없음.{form}": "rejected"}
    names = published(tmp_path / "warehouse", "SELECT institution_name FROM dim_institution ORDER BY 1")
    assert names == [("가상열센터",), ("가상제목센터",)]


def test_read_again_under_another_batch_size_the_outcome_is_the_same(tmp_path: Path) -> None:
    expected = together(tmp_path / "whole", FIRST, SECOND, THIRD)
    tiny = Settings(inbox=str(tmp_path / "whole" / "inbox"), warehouse=tmp_path / "tiny", batch_bytes=1)
    with Run.open(tiny) as run:
        run.steps()
    assert hashes(tmp_path / "tiny") == hashes(expected)
    assert hashes(tmp_path / "tiny", "operator") == hashes(expected, "operator")
