"""Resubmissions: the newest version counts by what is evidence of that, in whatever order files are processed.

Every case is a submitter of its own, so that three nights over one inbox serve them all.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forms import CENTRE, CLASS, FACILITY, as_csv, as_xlsx, table
from nights import NEEDED, begin, hashes, night, operations, published, settings, submit

from sciculture_etl.pipeline import Run, take_steps


@dataclass(frozen=True)
class Version:
    """A file with so many classes of so many sessions each. said: what its title says of its day."""

    name: str
    received: str
    classes: int = 1
    sessions: Any = 10
    terms: tuple[int, ...] = (1,)
    said: str = ""

    def data(self, submitter: str) -> bytes:
        changes = [{"운영횟수": str(self.sessions), "기수": str(term)} for term in self.terms] * self.classes
        return as_csv([[f"{submitter} 가상 자료 {self.said}"], *table(CLASS, *changes)])


@dataclass(frozen=True)
class Case:
    """nights: what comes in before each of them. counted: classes and sessions in the end. standing: by file.

    by: what decides; what a file or its name say survives any copy of the inbox.
    """

    nights: list[list[Version]]
    counted: tuple[int, int]
    standing: dict[str, str]
    by: str = ""


FIRST = Version("실적.csv", "2020-04-01T09:00:00", 3, 10)
SECOND = Version("실적 수정.csv", "2020-04-08T09:00:00", 2, 11)
THIRD = Version("실적_최종.csv", "2020-04-15T09:00:00", 1, 12)
NEWEST_OF_THREE = {FIRST.name: "superseded", SECOND.name: "superseded", THIRD.name: "in force"}
OLD_SENT_LATE = Version("늦게 온 옛것.csv", "2020-06-01T09:00:00", said="(제출일: 2020. 4. 1.)")
NEW_SENT_EARLY = Version("먼저 온 새것.csv", "2020-05-02T09:00:00", sessions=11, said="(수정일: 2020. 5. 2.)")
BY_THE_FILE = {OLD_SENT_LATE.name: "superseded", NEW_SENT_EARLY.name: "in force"}
BOTH_TERMS = Version("1·2기.csv", "2020-07-01T09:00:00", terms=(1, 2))
SECOND_TERM = Version("2기 수정.csv", "2020-08-01T09:00:00", sessions=29, terms=(2,))
REFUSED = Version("수정 불가.csv", "2020-05-01T09:00:00", sessions="열")
COPY = Version("실적 - 복사본.csv", "2020-12-01T09:00:00", FIRST.classes, FIRST.sessions)
FINAL = Version("★진짜최종(수정3).csv", "2020-03-01T09:00:00")
TERMS = {BOTH_TERMS.name: "partly superseded", SECOND_TERM.name: "in force"}
BY_RECEIPT = {FINAL.name: "superseded", FIRST.name: "in force"}
BY_NAME = {FIRST.name: "superseded", SECOND.name: "in force"}
SAME_BYTES = {FIRST.name: "in force", COPY.name: "not in force"}
KEPT = {FIRST.name: "in force", REFUSED.name: "not in force"}

CASES = {
    "all at once": Case([[FIRST, SECOND, THIRD]], (1, 12), NEWEST_OF_THREE, "channel_time"),
    "oldest first": Case([[FIRST], [SECOND], [THIRD]], (1, 12), NEWEST_OF_THREE, "arrival"),
    "the day in the file beats the receipt": Case([[NEW_SENT_EARLY], [OLD_SENT_LATE]], (1, 11), BY_THE_FILE, "made_on"),
    "and in the other order": Case([[OLD_SENT_LATE], [NEW_SENT_EARLY]], (1, 11), BY_THE_FILE, "made_on"),
    "a word in the name beats the receipt": Case([[SECOND], [FIRST]], (2, 22), BY_NAME, "file_name"),
    "and it does at once": Case([[FIRST, SECOND]], (2, 22), BY_NAME, "file_name"),
    "words in names that are otherwise different decide nothing": Case(
        [[FINAL], [FIRST]], (3, 30), BY_RECEIPT, "arrival"
    ),
    "a later night beats the time of the channel": Case(
        [[THIRD], [SECOND]], (2, 22), {THIRD.name: "superseded", SECOND.name: "in force"}, "arrival"
    ),
    "each term has its own newest": Case([[BOTH_TERMS], [SECOND_TERM]], (2, 39), TERMS, "arrival"),
    "the term that comes first is replaced with the year": Case(
        [[SECOND_TERM], [BOTH_TERMS]], (2, 20), {SECOND_TERM.name: "superseded", BOTH_TERMS.name: "in force"}, "arrival"
    ),
    "a refused newer one leaves the older": Case([[FIRST], [REFUSED]], (3, 30), KEPT),
    "the same bytes are one submission": Case([[FIRST], [COPY]], (3, 30), SAME_BYTES),
    "an old version sent again does not come back": Case(
        [[FIRST], [SECOND], [COPY]],
        (2, 22),
        {FIRST.name: "superseded", SECOND.name: "in force", COPY.name: "not in force"},
        "file_name",
    ),
    "nor where it comes in first": Case(
        [[COPY], [SECOND], [FIRST]],
        (2, 22),
        {COPY.name: "superseded", SECOND.name: "in force", FIRST.name: "not in force"},
        "arrival",
    ),
}


@pytest.fixture(scope="module")
def nights_apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Inbox and warehouse after three nights with all cases."""
    folder = tmp_path_factory.mktemp("versions")
    titled = [["2020년 가상 실적 (기관명: 가상제목센터)"], *table(CLASS)]
    submit(folder / "inbox", ".", "제목.csv", as_csv(titled))
    submit(folder / "inbox", ".", "열.xlsx", as_xlsx(table(CENTRE | {"기관명": "가상열센터"})))
    submit(folder / "inbox", ".", "없음.csv", as_csv(table(FACILITY)))
    for number in range(3):
        for name, case in CASES.items():
            for version in case.nights[number] if number < len(case.nights) else []:
                submit(folder / "inbox", name, version.name, version.data(name), version.received)
        night(folder / "inbox", folder / "warehouse")
    return folder


def counted(warehouse: Path) -> dict[str, tuple[int, int]]:
    """Institution → classes and sessions."""
    found = published(warehouse, "SELECT institution_name, class_count, session_count FROM mart_dsc_by_institution")
    return {name: tuple(numbers) for name, *numbers in found}


@pytest.mark.parametrize("name", CASES)
def test_the_newest_version_counts(nights_apart: Path, name: str) -> None:
    warehouse, case = nights_apart / "warehouse", CASES[name]
    assert counted(warehouse)[name] == case.counted
    listed = operations(warehouse, f"SELECT source_file, standing FROM mart_submission_log WHERE submitter = '{name}'")
    assert {path.split("/")[1]: standing for path, standing in listed} == case.standing


@pytest.mark.slow
def test_a_copy_of_the_inbox_without_its_times_counts_the_same_where_file_or_name_decide(
    nights_apart: Path, tmp_path: Path
) -> None:
    """Into an empty archive, so that no run is earlier than another either."""
    shutil.copytree(nights_apart / "inbox", tmp_path / "inbox", copy_function=shutil.copyfile)
    night(tmp_path / "inbox", tmp_path / "warehouse")
    found = counted(tmp_path / "warehouse")
    kept = [name for name, case in CASES.items() if case.by not in ("arrival", "channel_time")]
    assert len(kept) >= 7
    assert {name: found[name] for name in kept} == {name: CASES[name].counted for name in kept}


@pytest.mark.slow
def test_read_in_batches_of_one_file_the_outcome_is_the_same(nights_apart: Path, tmp_path: Path) -> None:
    tiny = begin(settings(nights_apart / "inbox", tmp_path / "tiny", batch_bytes=1))
    shutil.copytree(nights_apart / "warehouse" / "archive", tiny.archive)
    with Run.open(tiny, outputs=NEEDED) as run:
        take_steps(run)
    assert hashes(tmp_path / "tiny") == hashes(nights_apart / "warehouse")
    assert hashes(tmp_path / "tiny", "operator") == hashes(nights_apart / "warehouse", "operator")


def test_a_file_in_no_folder_is_known_by_its_title_or_its_column(nights_apart: Path) -> None:
    warehouse = nights_apart / "warehouse"
    listed = operations(
        warehouse, "SELECT source_file, verdict FROM mart_submission_log WHERE NOT contains(source_file, '/')"
    )
    assert dict(listed) == {"제목.csv": "accepted", "열.xlsx": "accepted", "없음.csv": "rejected"}
    names = published(
        warehouse, "SELECT institution_name FROM dim_institution WHERE institution_name LIKE '가상%' ORDER BY 1"
    )
    assert names == [("가상열센터",), ("가상제목센터",)]
    (code,) = operations(warehouse, "SELECT code FROM mart_row_error WHERE source_file = '없음.csv'")
    assert code == ("R_SUBMITTER_UNKNOWN",)
