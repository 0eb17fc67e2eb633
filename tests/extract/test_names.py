"""Names of files are what institutions make them: they are told without their tricks and never become paths."""

import re
from pathlib import Path

import pytest

from sciculture_etl.extract import Archive, Extraction, extract_submissions
from sciculture_etl.extract.names import why_no_submission
from sciculture_etl.settings import Settings, Timeouts

NAMES = [
    "가상\u202excsv.exe", "가상\n둘.csv", "밖\\..\\밖.csv", "C:\\가상.csv",
    "가상;rm -rf ~;.csv", "$(가상).csv", "-가상.csv",
    "가상%2e%2e%2f밖.csv", "가상*?.csv", "가" * 80 + ".csv", " .csv", "'가상\".csv",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_file_is_called_the_archive_holds_it_under_its_sum_alone(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "가상시험센터"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"x,y\r\n1,2\r\n")
    archive = Archive(tmp_path / "archive")
    settings = Settings(inbox=str(tmp_path / "inbox"), warehouse=tmp_path, timeouts=Timeouts(stable_seconds=0))
    extraction = extract_submissions(settings, archive)
    (receipt,) = extraction.received
    shown = re.sub("[\u202a-\u202e\\\\\n]", "\ufffd", name)
    assert (receipt.file_name, receipt.submitter) == (shown, "가상시험센터")
    assert archive.receipts() == [receipt]
    assert archive.read(receipt.sha256) == b"x,y\r\n1,2\r\n"
    made = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    stored = f"archive/{receipt.sha256[:2]}/{receipt.sha256}"
    assert made == sorted([stored, "archive/receipts.jsonl", f"inbox/가상시험센터/{name}"])


def test_a_folder_that_begins_with_a_dot_is_named_with_the_files_in_it() -> None:
    paths = [".기관/강좌.csv", ".기관/옛것/강좌.csv", "진주센터/.보관/강좌.csv", "sftp://.a/b.csv"]
    passed = {path: why_no_submission(path.rpartition("://")[2], {}) or "" for path in paths}
    passed["진주센터/.숨김.csv"] = why_no_submission("진주센터/.숨김.csv", {}) or ""
    found = Extraction(passed_over=passed).hidden_folders
    assert found == {".기관/": 2, "sftp://.a/": 1, "진주센터/.보관/": 1}
