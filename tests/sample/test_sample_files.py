"""What the files hold is what the truth says; they differ as real ones do, and never hold a person's data."""

import re
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from sample_reading import column_sum, disk_path, plain

from sciculture_sample import SampleReport
from sciculture_sample.columns import HEADERS
from sciculture_sample.files import NOTICE
from sciculture_sample.styles import FILE_NAMES, STYLES

Truth = dict[str, Any]
Tables = dict[tuple[str, str | None], list[list[Any]]]
PERSONAL = re.compile(r"\d{6}-?[1-8]\d{6}|01[016-9]-?\d{3,4}-?\d{4}|[\w.]+@[\w.]+|0\d{1,2}-\d{3,4}-\d{4}")
PERSONAL_HEADERS = {"성명", "이름", "참가자명", "강사명", "주민등록번호", "휴대전화", "이메일", "생년월일", "계좌번호"}


def parts_of(truth: Truth) -> list[tuple[Truth, Truth]]:
    return [(file, part) for file in truth["files"] for part in file["parts"] if part["dataset"]]


def valid(truth: Truth) -> list[Truth]:
    """The parts that count: of files neither superseded nor sent twice."""
    return [part for file, part in parts_of(truth) if "superseded_by" not in file and "duplicate_of" not in file]


def test_the_truth_holds_the_published_figures(truth: Truth) -> None:
    expected = {
        "institution_count": 33,
        "sigungu_count": 169,
        "eupmyeondong_count": 1_096,
        "instructor_count": 929,
        "facility_count": 2_330,
        "session_count": 43_539,
        "beneficiary_count": 121_551,
    }
    assert {name: truth["figures"][name] for name in expected} == expected


def test_files_institutions_and_districts_add_up_to_the_figures(truth: Truth) -> None:
    figures = truth["figures"]
    for name in ("session_count", "beneficiary_count", "attendance_count"):
        assert sum(part["totals"].get(name, 0) for part in valid(truth)) == figures[name]
        assert sum(one[name] for one in truth["by_institution"].values()) == figures[name]
        assert sum(one[name] for one in truth["by_sigungu"].values()) == figures[name]
    assert sum(part["totals"].get("instructor_count", 0) for part in valid(truth)) == figures["instructor_count"]
    assert len(truth["by_sigungu"]) == figures["sigungu_count"]
    assert sum(part["rows"]["loaded"] for part in valid(truth) if part["dataset"] == "dsc_class") == 5_500


def test_every_row_below_the_header_is_accounted_for(truth: Truth) -> None:
    for _, part in parts_of(truth):
        rows = part["rows"]
        assert rows["read"] == rows["loaded"] + rows["quarantined"] + rows["left_out"]
        errors = {finding["row"] for finding in part["findings"] if finding["code"].startswith("E_")}
        assert len(errors) == rows["quarantined"]
        assert part["verdict"] == ("partially_accepted" if errors else "accepted")


def test_a_second_look_at_every_file_finds_the_rows_and_sums_of_the_truth(truth: Truth, tables: Tables) -> None:
    for file, part in parts_of(truth):
        rows = tables[file["path"], part["sheet"]]
        bad = {finding["row"] for finding in part["findings"] if finding["code"].startswith("E_")}
        for name, total in part["totals"].items():
            count, found = column_sum(rows, HEADERS[part["dataset"]][name], bad)
            in_thousands = name.endswith("_krw") and found != total
            assert (count, found * (1_000 if in_thousands else 1)) == (part["rows"]["loaded"], total), file["path"]


def test_planted_findings_point_at_the_cells(truth: Truth, tables: Tables) -> None:
    shown = {
        "E_APPROXIMATE": {"약 300명", "50여명", "미정"},
        "E_NOT_AVAILABLE": {"…"},
        "E_SUPPRESSED": {"X"},
        "E_REQUIRED_MISSING": {""},
        "E_CODE_UNKNOWN": {"우주정거장"},
        "E_NOT_A_NUMBER": {"3,0"},
        "E_NEGATIVE": {"-12"},
        "E_UNIT_MISMATCH": {"12명"},
        "E_OUT_OF_RANGE": {"5분기", "450"},
        "E_REGION_AMBIGUOUS": {"중구 중앙동"},
        "E_REGION_UNKNOWN": {"별빛가람동", "경기도 별나라시 햇살동"},
    }
    seen = Counter()
    for file, part in parts_of(truth):
        rows = tables[file["path"], part["sheet"]]
        for finding in part["findings"]:
            seen[finding["code"]] += 1
            if finding["code"] in shown:
                column = ord(finding["cell"][0]) - ord("A")
                assert str(rows[finding["row"] - 1][column]) in shown[finding["code"]]
                assert any(plain(row[column]) == plain(finding["column"]) for row in rows if len(row) > column)
    assert set(shown) <= set(seen)
    assert {"E_DUPLICATE_KEY", "E_SUM_MISMATCH", "W_TOTAL_MISMATCH"} <= set(seen)
    assert sum(seen.values()) > 20


def test_resubmissions_come_later_and_duplicates_have_the_same_bytes(sample: SampleReport, truth: Truth) -> None:
    files = {file["path"]: sample.out / disk_path(file) for file in truth["files"]}
    again = [(file["path"], file["superseded_by"]) for file in truth["files"] if "superseded_by" in file]
    twice = [(file["duplicate_of"], file["path"]) for file in truth["files"] if "duplicate_of" in file]
    assert len(again) >= 3
    assert len(twice) == 2
    for first, second in [*again, *twice]:
        assert files[first].stat().st_mtime < files[second].stat().st_mtime
    assert all(files[first].read_bytes() == files[second].read_bytes() for first, second in twice)
    contents = Counter(path.read_bytes() for path in files.values())
    assert sorted(contents.values())[-3:] == [1, 2, 2]


def test_files_that_cannot_be_taken_are_what_they_should_be(sample: SampleReport, truth: Truth) -> None:
    rejected = {p["findings"][0]["code"]: f for f in truth["files"] for p in f["parts"] if p["verdict"] == "rejected"}
    assert set(rejected) == {"R_EMPTY", "R_HEADER_NOT_FOUND", "R_UNSUPPORTED_FORMAT"}
    assert (sample.out / disk_path(rejected["R_EMPTY"])).stat().st_size == 0
    assert (sample.out / disk_path(rejected["R_UNSUPPORTED_FORMAT"])).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_encodings_and_formats_really_differ(sample: SampleReport, truth: Truth) -> None:
    kinds: Counter[str] = Counter()
    for file, _ in parts_of(truth):
        start = (sample.out / disk_path(file)).read_bytes()
        kinds[real_kind(start)] += 1
    assert set(kinds) == {"utf-8", "utf-8-sig", "cp949", "utf-16", "xlsx", "xls"}
    assert min(kinds.values()) >= 6


def real_kind(content: bytes) -> str:
    for start, kind in ((b"PK", "xlsx"), (b"\xd0\xcf\x11\xe0", "xls"), (b"\xff\xfe", "utf-16")):
        if content.startswith(start):
            return kind
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp949"
    return "utf-8"


def test_some_cp949_files_hold_syllables_that_euc_kr_has_not(sample: SampleReport, truth: Truth) -> None:
    def fails(path: Path) -> bool:
        try:
            path.read_bytes().decode("euc_kr")
        except UnicodeDecodeError:
            return True
        return False

    paths = {sample.out / disk_path(file) for file in truth["files"] if file["encoding"] == "cp949" and file["parts"]}
    assert sum(fails(path) for path in paths) >= 3


def test_every_file_says_that_its_data_is_invented(sample: SampleReport, truth: Truth, tables: Tables) -> None:
    marked = {path for (path, _), rows in tables.items() if any(NOTICE in str(cell) for row in rows for cell in row)}
    assert marked == {file["path"] for file, _ in parts_of(truth)}
    for file in truth["files"]:
        if file["parts"] and file["format"] == "xlsx" and file["datasets"]:
            with zipfile.ZipFile(sample.out / disk_path(file)) as book:
                assert NOTICE in book.read("docProps/core.xml").decode()


def test_no_cell_holds_a_persons_data(tables: Tables) -> None:
    texts = {str(cell) for rows in tables.values() for row in rows for cell in row}
    assert not [text for text in texts if PERSONAL.search(text)]
    assert not {plain(text) for text in texts} & PERSONAL_HEADERS


@pytest.mark.parametrize(
    "text", ["예시)", "합  계", "소계", "주)", "※", "지역", "운영실적", "천원", "수혜자수\n(순인원)", "1,", "１"]
)
def test_each_mess_is_found_in_several_files(tables: Tables, text: str) -> None:
    assert len({p for (p, _), rows in tables.items() if any(text in str(c) for row in rows for c in row)}) >= 2


def test_regions_in_the_truth_are_those_in_the_files(truth: Truth, tables: Tables) -> None:
    cells = {str(cell) for rows in tables.values() for row in rows for cell in row}
    entries = [entry for entry in truth["regions"] if entry["level"] == "eupmyeondong"]
    assert len({entry["admin_code"] for entry in entries}) == 1_096
    assert all(entry.get("text", entry.get("eupmyeondong")) in cells for entry in entries)


def test_workbooks_have_real_merges_hidden_sheets_and_computed_formulas(sample: SampleReport, truth: Truth) -> None:
    seen: Counter[str] = Counter()
    for file in truth["files"]:
        if not file["datasets"] or file["format"] == "csv":
            continue
        path = sample.out / disk_path(file)
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        hidden = [s.name for s in book.sheets_metadata if s.visible != python_calamine.SheetVisibleEnum.Visible]
        assert set(hidden) <= {"코드표", "구버전"}
        assert [finding["sheet"] for finding in file["findings"]] == [name for name in hidden if name == "구버전"]
        merges = [merge for name in book.sheet_names for merge in book.get_sheet_by_name(name).merged_cell_ranges or []]
        seen.update(hidden)
        seen["merged down rows"] += any(first[0] < last[0] for first, last in merges)
        seen["several tables"] += len(file["datasets"]) > 1
        if file["format"] == "xlsx":
            with zipfile.ZipFile(path) as archive:
                pages = "".join(archive.read(n).decode() for n in archive.namelist() if "worksheets/sheet" in n)
            seen["formulas"] += "<f>SUM(" in pages
            assert not re.search(r"</f><v>0?</v>", pages)
    assert min(seen.values()) >= 2
    assert len(seen) == 5


def test_some_names_are_decomposed_on_disk_and_composed_in_the_truth(sample: SampleReport, truth: Truth) -> None:
    decomposed = [file for file in truth["files"] if "disk_path" in file]
    assert len(decomposed) >= 6
    for file in truth["files"]:
        assert unicodedata.is_normalized("NFC", file["path"])
        assert (sample.out / disk_path(file)).exists()


@pytest.mark.parametrize("place", ["column", "title", "file_name"])
def test_the_year_stands_in_the_column_the_title_or_the_file_name_alone(place: str) -> None:
    styles = [style for style in STYLES if style.year == place]
    assert len(styles) >= 4
    for style in styles:
        assert ("title" in style.titles) or place != "title"
        assert "{year}" in FILE_NAMES[style.file_name] or place != "file_name"
        assert "notice" in style.titles or style.footnotes
