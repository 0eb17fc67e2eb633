"""The outbox after a night: an answer for every submission, written once, whole, and where it belongs."""

import json
import shutil
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from answering import comments, opened, parts, texts
from forms import CENTRE, CLASS, INSTITUTION, as_csv, as_xlsx, table
from nights import begin, rows, settings, submit

from sciculture_etl.contracts import load_contracts
from sciculture_etl.feedback import outbox as outbox_module
from sciculture_etl.feedback.names import own_name, safe_name
from sciculture_etl.intake.check import as_answer, check_file
from sciculture_etl.pipeline import Run, RunReport
from sciculture_etl.submissions import decide

WHO, DESK = "가상시험센터", "가상사무국"
NUMBER, PHONE = "900100-1" + "000000", "010-" + "0000-" + "0000"
FAULTY = as_csv(table(CLASS, {}, {"운영횟수": "약 20회"}))


def night(inbox: Path, warehouse: Path) -> RunReport:
    """A run whose release is refused: institutions are answered all the same. It is the second of April in Seoul."""
    with Run.open(begin(settings(inbox, warehouse)), clock=lambda: datetime(2020, 4, 1, 16, tzinfo=UTC)) as run:
        for step in (run.extract, run.read_and_load, run.accept, run.model, run.answer):
            step()
        return run.report


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunReport]:
    """A folder with an inbox of all sorts, and the warehouse after one night."""
    folder = tmp_path_factory.mktemp("first night")
    inbox = folder / "inbox"
    submit(inbox, WHO, "2020 강좌.csv", FAULTY)
    submit(inbox, WHO, "센터.xlsx", as_xlsx(table(CENTRE, {"기관명": "가상 모르는 센터"})), "2020-04-01T16:00:00")
    submit(inbox, WHO, "강좌 다시.csv", FAULTY, "2020-04-09T09:00:00")
    submit(inbox, "가상다른센터", "계획.pdf", b"%PDF-1.4 invented")
    submit(inbox, "가상:센터 <1>", "실\u202e적" + "가" * 60 + ".csv", as_csv(table(CLASS, {"운영횟수": "=1+1"})))
    (inbox / "누구.csv").write_bytes(as_csv(table(CLASS, {"기수": "2"})))
    personal = {
        "실적.xlsx": as_xlsx(table(CLASS, {}, {"강좌명": f"문의 {PHONE}"})),
        "강사.csv": as_csv(table(CLASS | {"강사명": "가나다"}, {}, {})),
        f"{PHONE}.csv": as_csv(table(CLASS, {"강좌명": NUMBER})),
    }
    for name, data in personal.items():
        submit(inbox, "가상개인센터", name, data)
    return folder, night(inbox, folder / "warehouse")


@pytest.fixture
def copy(first_night: tuple[Path, RunReport], tmp_path: Path) -> Path:
    """The first night's folder, to go on with."""
    shutil.copytree(first_night[0], tmp_path / "copy", symlinks=True)
    return tmp_path / "copy"


def folders(place: Path) -> list[Path]:
    return sorted(path.parent for path in (place / "warehouse" / "outbox").glob("*/*/answer.json"))


def told(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "answer.json").read_text(encoding="utf-8")))


def times(place: Path) -> dict[str, int]:
    files = [path for path in (place / "warehouse" / "outbox").rglob("*") if path.is_file()]
    return {path.relative_to(place).as_posix(): path.stat().st_mtime_ns for path in files}


def answer_again(place: Path) -> int:
    with Run.open(settings(place / "inbox", place / "warehouse")) as run:
        return run.answer()


def test_every_submission_has_its_answer_with_the_verdict_of_the_log(first_night: tuple[Path, RunReport]) -> None:
    place, report = first_night
    database = place / "warehouse" / "warehouse.duckdb"
    logged = rows(database, "SELECT receipt_no, verdict FROM mart_submission_log ORDER BY 1")
    assert report.answers == len(logged) == 9
    assert sorted((told(folder)["receipt_no"], told(folder)["verdict"]) for folder in folders(place)) == logged
    assert not (place / "warehouse" / "current.json").exists()


def test_an_answer_is_a_workbook_a_mail_and_the_same_for_machines(first_night: tuple[Path, RunReport]) -> None:
    own = first_night[0] / "warehouse" / "outbox" / WHO
    assert sorted(path.name[:10] for path in own.iterdir()) == ["2020-04-02"] * 3  # in Seoul
    (faulty,) = own.glob("*_2020 강좌")
    names = {"2020 강좌_점검결과.xlsx", "mail.html", "mail.txt", "answer.json"}
    assert {path.name for path in faulty.iterdir()} == names
    book = opened((faulty / "2020 강좌_점검결과.xlsx").read_bytes())
    assert "일부 접수되었습니다 (보완 필요 1건)" in texts(book["점검결과"])
    assert list(comments(book["제출자료"])) == ["H3"]
    asked = as_answer(check_file(FAULTY, "2020 강좌.csv", WHO, load_contracts()))
    assert {key: told(faulty)[key] for key in asked} == asked
    assert own.parent.stat().st_mode & 0o077 == 0


def test_the_same_bytes_again_are_answered_by_a_mail_alone(first_night: tuple[Path, RunReport]) -> None:
    (again,) = [folder for folder in folders(first_night[0]) if told(folder)["verdict"] == "duplicate"]
    assert {path.name for path in again.iterdir()} == {"mail.html", "mail.txt", "answer.json"}
    text = (again / "mail.txt").read_text(encoding="utf-8")
    assert text.startswith("제목: ")
    assert "2020. 4. 2.에 이미 접수하였습니다" in text


def test_personal_data_leaves_no_trace_in_the_outbox(first_night: tuple[Path, RunReport]) -> None:
    place = first_night[0]
    personal = [folder for folder in folders(place) if folder.parent.name == "가상개인센터"]
    assert [told(folder)["verdict"] for folder in personal] == ["rejected"] * 3
    for folder in personal:
        assert opened(next(folder.glob("*.xlsx")).read_bytes()).sheetnames == ["점검결과"]
        assert "개인정보" in (folder / "mail.txt").read_text(encoding="utf-8")
    for path in (place / "warehouse" / "outbox").rglob("*"):
        assert PHONE not in path.name
        held = [path.read_bytes()] if path.is_file() else []
        held += parts(held[0]).values() if path.suffix == ".xlsx" else []
        assert not any(secret.encode() in data for data in held for secret in (NUMBER, PHONE, "가나다")), path.name


def test_odd_names_get_folders_of_the_outbox(first_night: tuple[Path, RunReport]) -> None:
    names = {folder.parent.name for folder in folders(first_night[0])}
    assert "제출기관 미상" in names
    (odd,) = [name for name in names if name.startswith("가상_센터")]
    (folder,) = [folder for folder in folders(first_night[0]) if folder.parent.name == odd]
    assert "\u202e" not in folder.name
    assert all(len(path.name.encode()) <= 255 for path in folder.rglob("*"))


def test_an_answer_is_written_again_only_where_it_says_something_else(copy: Path) -> None:
    before = times(copy)
    assert answer_again(copy) == 0
    # A correction replaces the first file; the register makes a name of the second unknown.
    submit(copy / "inbox", WHO, "강좌 고침.csv", as_csv(table(CLASS, {}, {"운영횟수": "20"})), "2020-05-01T09:00:00")
    submit(copy / "inbox", DESK, "등록부.csv", as_csv(table(INSTITUTION)))
    assert night(copy / "inbox", copy / "warehouse").answers == 3
    database = copy / "warehouse" / "warehouse.duckdb"
    assert rows(database, "SELECT standing FROM mart_submission_log WHERE source_file LIKE '%2020 강좌.csv'") == [
        ("superseded",)
    ]
    (centre,) = (copy / "warehouse" / "outbox" / WHO).glob("*_센터")
    assert [(row["code"], row["cell"]) for row in told(centre)["findings"]] == [("E_REFERENCE_UNKNOWN", "B2")]
    assert list(comments(opened(next(centre.glob("*.xlsx")).read_bytes())["실적"])) == ["B2"]
    rewritten = {name for name, when in times(copy).items() if before.get(name, when) != when}
    assert {Path(name).parent.name for name in rewritten} == {centre.name}
    # Nor does making everything again from the archive write a word.
    after = times(copy)
    database.unlink()
    assert night(copy / "inbox", copy / "warehouse").answers == 0
    assert times(copy) == after


def answer_to(place: Path, name: str) -> Path:
    """The folder of the answer to the file of that name."""
    (folder,) = (place / "warehouse" / "outbox" / WHO).glob(f"*_{name}")
    return folder


def mail_to(place: Path, name: str) -> str:
    return (answer_to(place, name) / "mail.txt").read_text(encoding="utf-8")


def test_a_file_that_no_longer_counts_is_not_greeted_as_received(tmp_path: Path) -> None:
    places = settings(tmp_path / "inbox", tmp_path / "warehouse")
    submit(tmp_path / "inbox", WHO, "처음.csv", FAULTY)
    newer = as_csv(table(CLASS, {}, {"운영횟수": "20"}))
    submit(tmp_path / "inbox", WHO, "고침.csv", newer, "2020-05-01T09:00:00")
    night(tmp_path / "inbox", tmp_path / "warehouse")
    text = mail_to(tmp_path, "처음")
    assert "다른 제출본이 집계되어 이 파일은 집계에서 제외합니다" in text.splitlines()[0]
    assert "보완하지 않으셔도 됩니다" in text
    assert "보완이 필요합니다" not in text
    assert list(answer_to(tmp_path, "처음").glob("*.xlsx")) == []
    assert "더 최신" not in mail_to(tmp_path, "고침")
    # The newer one is taken back: the first counts after all, which it is told; the newer one has had its answer.
    told_before = mail_to(tmp_path, "고침")
    ((submission,),) = rows(
        places.build_database, "SELECT submission_id FROM mart_submission_log WHERE source_file LIKE '%고침.csv'"
    )
    decide(places, submission, "가상의 사유입니다")
    assert night(tmp_path / "inbox", tmp_path / "warehouse").answers == 1
    assert "일부 접수되었습니다" in mail_to(tmp_path, "처음")
    assert mail_to(tmp_path, "고침") == told_before
    # Its answer lost, it gets one that says how it stands.
    shutil.rmtree(answer_to(tmp_path, "고침"))
    assert answer_again(tmp_path) == 1
    assert "철회된 제출본이어서 집계에서 제외합니다" in mail_to(tmp_path, "고침").splitlines()[0]


class Killed(BaseException):
    """Stands for a kill: nothing in the code under test catches it."""


def test_a_run_that_dies_leaves_what_the_next_one_finishes(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = copy / "warehouse" / "outbox"
    shutil.rmtree(outbox)
    whole, calls = outbox_module.answer_mail, []

    def dies(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise Killed
        return whole(*arguments)

    monkeypatch.setattr(outbox_module, "answer_mail", dies)
    with pytest.raises(Killed):
        answer_again(copy)
    monkeypatch.undo()
    assert (len(folders(copy)), len(list(outbox.glob(".aside-*")))) == (3, 1)
    before = {name: when for name, when in times(copy).items() if ".aside-" not in name}
    assert answer_again(copy) == 6
    assert (len(folders(copy)), list(outbox.glob(".aside-*"))) == (9, [])
    assert {name: when for name, when in times(copy).items() if name in before} == before


def test_an_answer_that_was_taken_away_is_written_again(copy: Path) -> None:
    gone = folders(copy)[0]
    shutil.rmtree(gone)
    assert answer_again(copy) == 1
    assert gone.exists()


def test_answers_that_wait_for_the_disk_together_all_get_their_places(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {folder.name for folder in folders(copy)}
    shutil.rmtree(copy / "warehouse" / "outbox")
    monkeypatch.setattr(outbox_module, "MAX_WRITTEN_AT_ONCE", 2)
    assert answer_again(copy) == 9
    assert {folder.name for folder in folders(copy)} == before
    assert list((copy / "warehouse" / "outbox").glob(".aside-*")) == []


NAMES = {
    "../../etc/passwd": ".._.._etc_passwd",
    "실\x00적\n\u202e.csv": "실적.csv",
    "...숨김": "숨김",
    "끝 공백 . ": "끝 공백",
    "CON.txt": "_CON.txt",
    'a/b\\c:d*e?f"g<h>i|j': "a_b_c_d_e_f_g_h_i_j",
    unicodedata.normalize("NFD", "가상센터"): "가상센터",
    "": "없음",
    "..": "없음",
}


@pytest.mark.parametrize("text", NAMES)
def test_a_name_stays_where_it_belongs(text: str) -> None:
    name = safe_name(text, 120, "없음")
    assert name.lstrip("._") == NAMES[text].lstrip("._")
    assert "/" not in name
    assert not name.startswith((".", " "))


def test_a_name_is_cut_between_letters() -> None:
    assert safe_name("가" * 100, 100, "없음") == "가" * 33
    assert len(own_name("가" * 100 + "나", 100, "없음").encode()) <= 100


def test_two_submitters_never_share_a_folder() -> None:
    names = ["가상:센터", "가상_센터", "가상*센터", "가" * 100, "가" * 101, "가상_센터 "]
    assert len({own_name(name, 100, "없음") for name in names}) == len(names)
