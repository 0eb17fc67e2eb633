"""What the nightly would say of one file, told in about a second: for people, as JSON, and as a page."""

import json
import os
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from commands import COMMAND
from forms import CENTRE, CLASS, FACILITY, Sheet, as_csv, as_xlsx, many_classes, table
from openpyxl import load_workbook

KEYS = {"verdict", "dataset", "program_year", "submitter", "rows", "totals", "findings", "ignored_columns"}
FINDING = {"code", "severity", "sheet", "row", "column", "field", "value", "message", "fix"}


@pytest.fixture
def answer(places: Any, tmp_path: Path) -> Any:
    def check(data: bytes, name: str, *options: str) -> tuple[int, dict[str, Any]]:
        (tmp_path / name).write_bytes(data)
        done = places.command("check", str(tmp_path / name), "--json", *options)
        return done.returncode, done.answer

    return check


def test_a_good_file_would_be_accepted(answer: Any) -> None:
    code, told = answer(as_csv(table(CLASS, {}, {"운영횟수": "20"})), "실적.csv", "--submitter", "가상시험센터")
    assert code == 0
    assert set(told) >= KEYS
    assert (told["verdict"], told["dataset"], told["program_year"]) == ("accepted", "dsc_class", 2020)
    assert told["submitter"] == "가상시험센터"
    assert told["rows"] == {"read": 2, "loaded": 2, "quarantined": 0, "left_out": 0}
    assert told["totals"]["session_count"] == 32
    assert told["findings"] == []


def test_a_faulty_row_is_told_at_its_cell_with_what_to_do(answer: Any) -> None:
    code, told = answer(as_csv(table(CLASS, {}, {"운영횟수": "약 20회"})), "실적.csv")
    assert code == 3
    assert told["verdict"] == "partially_accepted"
    assert told["rows"] == {"read": 2, "loaded": 1, "quarantined": 1, "left_out": 0}
    (finding,) = told["findings"]
    assert set(finding) >= FINDING
    assert (finding["code"], finding["severity"], finding["column"], finding["field"], finding["value"]) == (
        "E_APPROXIMATE", "error", "운영횟수", "session_count", "약 20회",
    )  # fmt: skip
    assert finding["row"] == 3
    assert "약 20회" in finding["message"]
    assert finding["fix"]


def test_the_answer_comes_in_english_too(answer: Any) -> None:
    _, told = answer(as_csv(table(CLASS, {"운영횟수": "약 20회"}, {"반": "2"})), "실적.csv", "--lang", "en")
    assert told["findings"][0]["message"].isascii() is False  # the value as found
    assert "exact" in told["findings"][0]["fix"]


def test_several_forms_in_a_file_are_told_part_by_part(answer: Any) -> None:
    book = as_xlsx(Sheet(table(FACILITY), "교육장"), Sheet(table(CENTRE), "센터"))
    code, told = answer(book, "연간.xlsx")
    assert code == 0
    assert sorted(part["dataset"] for part in told["parts"]) == ["dsc_facility", "dsc_institution_year"]
    assert all(set(part) >= KEYS for part in told["parts"])
    assert told["rows"]["read"] == sum(part["rows"]["read"] for part in told["parts"]) == 2


def test_columns_that_no_field_reads_are_listed(answer: Any, places: Any, tmp_path: Path) -> None:
    rows = [[*row, "비고" if not number else "가상"] for number, row in enumerate(table(CLASS))]
    _, told = answer(as_csv(rows), "실적.csv")
    assert told["ignored_columns"] == ["비고"]
    assert "읽지 않은 열: 비고" in places.command("check", str(tmp_path / "실적.csv")).stdout


def test_what_cannot_be_read_is_rejected_and_says_why(answer: Any) -> None:
    code, told = answer(b"%PDF-1.4 invented", "실적.pdf")
    assert (code, told["verdict"], told["dataset"]) == (4, "rejected", None)
    assert [finding["code"] for finding in told["findings"]] == ["R_UNSUPPORTED_FORMAT"]


def test_what_takes_longer_than_it_may_is_rejected_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "느린 파일.csv").write_bytes(many_classes(60_000, "삼청동 {}번지"))
    limits = {"SCICULTURE_MAX_CPU_SECONDS": "1", "SCICULTURE_MAX_CPU_SECONDS_PER_MIB": "0"}
    done = subprocess.run(
        [COMMAND, "check", tmp_path / "느린 파일.csv", "--json"],
        env=os.environ | limits, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (4, "")
    told = json.loads(done.stdout)
    assert told["verdict"] == "rejected"
    assert [finding["code"] for finding in told["findings"]] == ["R_TOO_COSTLY"]
    assert "CPU 시간 1초" in told["findings"][0]["message"]


def test_personal_data_is_refused_as_a_whole_and_never_repeated(answer: Any) -> None:
    number = "900100-1" + "000000"
    code, told = answer(as_csv(table(CLASS, {}, {"강좌명": number})), "실적.csv")
    assert (code, told["verdict"]) == (4, "rejected")
    assert [finding["code"] for finding in told["findings"]] == ["R_PII"]
    assert number not in json.dumps(told)


def test_people_read_the_verdict_the_places_and_what_to_do(places: Any, tmp_path: Path) -> None:
    rows = table(CLASS, {}, *({"운영횟수": "약 20회", "반": str(n)} for n in range(2, 14)))
    (tmp_path / "실적.csv").write_bytes(as_csv(rows))
    page = tmp_path / "answer.html"
    done = places.command("check", str(tmp_path / "실적.csv"), "--html", str(page))
    assert done.returncode == 3
    assert "일부만 접수 가능합니다" in done.stdout
    assert "외 4건" in done.stdout
    assert "→" in done.stdout
    told = unescape(page.read_text(encoding="utf-8"))
    assert told.count("'약 20회'") == 12
    assert "http" not in told


def test_a_cell_is_never_markup_on_the_page(places: Any, tmp_path: Path) -> None:
    (tmp_path / "실적.csv").write_bytes(as_csv(table(CLASS, {}, {"운영횟수": "<script>alert(1)</script>"})))
    page = tmp_path / "answer.html"
    places.command("check", str(tmp_path / "실적.csv"), "--html", str(page))
    assert "<script>" not in page.read_text(encoding="utf-8")


def test_a_file_that_is_not_there_is_the_users_mistake(places: Any, tmp_path: Path) -> None:
    done = places.command("check", str(tmp_path / "none.csv"))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_workbook_that_the_institution_would_get_is_written_at_once(places: Any, tmp_path: Path) -> None:
    (tmp_path / "실적.csv").write_bytes(as_csv(table(CLASS, {}, {"운영횟수": "약 20회"})))
    book = tmp_path / "점검.xlsx"
    done = places.command("check", str(tmp_path / "실적.csv"), "--workbook", str(book))
    assert done.returncode == 3
    assert load_workbook(book)["제출자료"]["H3"].comment.text.startswith("[보완 필요] '약 20회'")
