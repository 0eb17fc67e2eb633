"""What a release says of itself to programs: the data package, as its own library reads it, and the citation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from frictionless import Package

from sciculture_etl.contracts.yaml_files import BilingualText
from sciculture_etl.publish.about import About, one_line, release_texts
from sciculture_etl.publish.citation import citation_file
from sciculture_etl.settings import Variables
from tests.nights import manifest

LICENCES = get_args(Variables.model_fields["licence"].annotation)
MAX_ROWS = 150  # of a table whose every cell the library reads: it takes its time


@pytest.fixture(scope="module")
def release(small: Any) -> Path:
    return Path(small.warehouse) / "releases" / str(manifest(small.warehouse)["release_id"])


@pytest.fixture(scope="module")
def package(release: Path) -> Package:
    return Package(str(release / "datapackage.json"))


def test_the_data_package_is_valid_and_names_every_public_file(package: Package, release: Path, small: Any) -> None:
    paths = {str(resource.path) for resource in package.resources}
    there = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    there = {path for path in there if not path.startswith("site/")}  # pages hold no data
    assert there - paths == {"datapackage.json", "checksums.sha256", "manifest.json", "operations.duckdb"}
    assert paths <= there
    assert (package.version, package.licenses[0]["name"]) == (manifest(small.warehouse)["version"], "KOGL-1")
    for resource in package.resources:
        assert resource.bytes == (release / str(resource.path)).stat().st_size


def test_the_tables_hold_what_the_data_package_says_of_their_columns(package: Package, small: Any) -> None:
    rows = {name: table["rows"] for name, table in manifest(small.warehouse)["tables"].items()}
    tables = [resource for resource in package.resources if str(resource.path).startswith("csv/")]
    read = [resource for resource in tables if rows[str(resource.name)] <= MAX_ROWS]
    assert len(read) > len(tables) / 2
    for resource in read:
        report = resource.validate()
        assert report.valid, (resource.name, report.flatten(["title", "fieldName", "note"]))


def test_a_column_says_its_unit_and_meaning_in_both_languages(package: Package) -> None:
    (summary,) = (resource for resource in package.resources if resource.name == "mart_dsc_summary")
    field = summary.schema.get_field("session_count").to_dict()
    assert (field["type"], field["unit"], field["additive"]) == ("integer", "sessions", True)
    assert " / " in field["description"]
    assert summary.schema.primary_key == ["program_year"]


def _about(licence: str = "KOGL-1", publisher: str = "가상기관") -> About:
    names = BilingualText(ko=publisher, en="Invented agency")
    return About("00003-20261130", "1.2", date(2026, 11, 30), names, licence)


@pytest.mark.parametrize("licence", LICENCES)
def test_every_licence_that_can_be_set_has_its_words(licence: str) -> None:
    assert set(LICENCES) == set(release_texts().licences)
    found = yaml.safe_load(citation_file(_about(licence)))
    assert ("license" in found) != ("license-url" in found)


def test_the_citation_says_what_programs_that_read_it_ask_for() -> None:
    found = yaml.safe_load(citation_file(_about()))
    assert found["cff-version"] == "1.2.0"
    assert (found["version"], found["date-released"]) == ("1.2", date(2026, 11, 30))
    assert found["authors"] == [{"name": "가상기관", "alias": "Invented agency", "country": "KR"}]
    assert "가상기관(2026)" in found["message"]
    assert "Invented agency (2026)" in found["message"]


@pytest.mark.parametrize(
    "name", ['"가상: 기관"', "- 가상\n기관", "가상 #기관 {release_id}", "<b>가상</b>\x1b[31m", "가상|기관"]
)
def test_a_publisher_of_any_name_breaks_no_file(name: str) -> None:
    found = yaml.safe_load(citation_file(_about(publisher=one_line(name))))
    assert found["authors"][0]["name"] == one_line(name)
    assert "\n" not in one_line(name)
