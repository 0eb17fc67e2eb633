"""What institutions write never comes to life in a file that others open."""

import csv
from pathlib import Path

import pytest
from forms import CENTRE, as_csv, table
from nights import FILES, manifest, night, published, submit

FORMULAS = ["=cmd|' /C calc'!A0", "+가상센터", "-가상센터", "@가상센터", "가상=센터"]
ESCAPED = ["'=cmd|' /C calc'!A0", "'+가상센터", "'-가상센터", "'@가상센터", "가상=센터"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night")
    for number, name in enumerate(FORMULAS):
        submit(folder / "inbox", f"가상기관{number}", "강사.csv", as_csv(table(CENTRE | {"기관명": name})))
    night(folder / "inbox", folder / "warehouse", outputs=FILES)
    return folder / "warehouse"


def test_a_text_that_looks_like_a_formula_is_quoted_in_csv(exported: Path) -> None:
    path = exported / "releases" / manifest(exported)["release_id"] / "csv" / "mart_dsc_by_institution.csv"
    with path.open(encoding="utf-8", newline="") as source:
        names = [row["institution_name"] for row in csv.DictReader(source)]
    assert sorted(names) == sorted(ESCAPED)


def test_the_database_keeps_it_as_it_was_written(exported: Path) -> None:
    names = published(exported, "SELECT institution_name FROM mart_dsc_by_institution")
    assert sorted(name for (name,) in names) == sorted(FORMULAS)
