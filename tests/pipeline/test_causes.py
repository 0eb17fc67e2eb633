"""Whatever changes a published figure is named as its cause: here what the project itself is made of.

A copy of the project is changed night after night, in one process of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from forms import CLASS, as_csv, table
from nights import operations, published, submit

from sciculture_etl.project import CHECKOUT

pytestmark = pytest.mark.slow

CHANGES = """
import json
from pathlib import Path
from nights import night
from sciculture_etl.contracts import load_contracts, load_table_contracts

def change(path, old, new):
    text = Path(path).read_text(encoding="utf-8")
    assert old in text, path
    Path(path).write_text(text.replace(old, new, 1), encoding="utf-8")

CORRECTION = {
    "correction": "imagined", "dataset": "dsc_class", "submitter": "가상시험센터", "program_year": 2020,
    "where": {"class_name": "가상 로봇 교실"}, "was": {"session_count": "12"}, "to": {"session_count": "13"},
    "reason": "가상: 한 자리가 틀림", "source": "가상: 공문",
}
def correct():
    Path("expectations/corrections").mkdir(exist_ok=True)
    Path("expectations/corrections/imagined.yml").write_text(json.dumps(CORRECTION, ensure_ascii=False))

def recount():
    change("sql/mart/mart_dsc_summary.sql", "coalesce(facility_count, 0)", "coalesce(facility_count, 0) + 7")
    change("sql/reference/measure.csv", "museum_count,", "session_count,lessons,true\\nmuseum_count,")

nights = [
    lambda: None,
    lambda: change("expectations/submissions/dsc_class.yml", "aliases: [횟수,", "aliases: [가상횟수, 횟수,"),
    recount,
    correct,
]
for prepare in nights:
    prepare()
    load_contracts.cache_clear()
    load_table_contracts.cache_clear()
    publication = night(Path("inbox"), Path("warehouse")).publication
    assert publication.outcome == "published", publication
"""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse after four nights, each with another change."""
    project = tmp_path_factory.mktemp("project")
    for folder in ("src", "sql", "expectations"):
        shutil.copytree(CHECKOUT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__"))
    submit(project / "inbox", "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    header, *rows = table(CLASS | {"시군구": "강남구", "읍면동": "역삼동"})
    named = ["가상횟수" if name == "운영횟수" else name for name in header]
    submit(project / "inbox", "가상둘째센터", "실적.csv", as_csv([named, *rows]))
    path = os.pathsep.join(str(folder) for folder in (project / "src", CHECKOUT / "tests"))
    done = subprocess.run(
        [sys.executable, "-c", CHANGES],
        cwd=project,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return project / "warehouse"


def causes(warehouse: Path, number: int, table: str, column: str = "session_count") -> list[tuple[str, str, str]]:
    """Old value, new value and cause of one column of a table in one release."""
    return published(
        warehouse,
        "SELECT DISTINCT old_value, new_value, cause FROM mart_revision "
        f"WHERE release_id LIKE '{number:05d}-%' AND table_name = '{table}' AND column_name = '{column}'",
    )  # type: ignore[return-value]


def test_a_changed_contract_is_named_with_the_submission_that_counts_by_it(changed: Path) -> None:
    (number,) = operations(changed, "SELECT submission_id FROM mart_submission_log WHERE submitter = '가상둘째센터'")
    cause = f"contract dsc_class: submission {number[0]} (가상둘째센터, dsc_class 2020) counts now"
    # The other centre's rows of that year were read again by it too.
    assert causes(changed, 2, "mart_dsc_summary") == [("12", "24", f"contract dsc_class; {cause}")]
    region = published(changed, "SELECT DISTINCT cause FROM mart_revision WHERE row_key LIKE '%sigungu_code=11680'")
    assert region == [(cause,)]


def test_a_changed_select_is_named_by_its_file(changed: Path) -> None:
    told = causes(changed, 3, "mart_dsc_summary", "facility_count")
    assert told == [("0", "7", "SQL sql/mart/mart_dsc_summary.sql")]


def test_a_changed_reference_list_is_named_by_its_file(changed: Path) -> None:
    (line,) = causes(changed, 3, "mart_program_region_year", "unit")
    assert line[-1] == "reference list sql/reference/measure.csv"


def test_a_correction_is_named_by_its_name(changed: Path) -> None:
    assert causes(changed, 4, "mart_dsc_summary") == [("24", "25", "correction imagined")]


def test_the_manifest_keeps_what_causes_are_told_from(changed: Path) -> None:
    current = json.loads((changed / "current.json").read_text(encoding="utf-8"))["release_id"]
    manifest = json.loads((changed / "releases" / current / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tables"]["mart_revision"]["history"] is True
    assert {"sql", "macros", "promise", "fct_dsc_class"} <= manifest["marks"]["mart_dsc_summary"].keys()
    (partition,) = manifest["inputs"][0]["in_force"]
    assert partition[-1] in manifest["readings"]
    assert manifest["sources"]["expectations/corrections/imagined.yml"]
