"""One sample for all tests of this folder; they only read it."""

import json
from typing import Any

import pytest
from sample_reading import disk_path, sheets_of

from sciculture_sample import DAILY_SCIENCE_CLASS, SampleReport, write_sample

Tables = dict[tuple[str, str | None], list[list[Any]]]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleReport:
    return write_sample(tmp_path_factory.mktemp("sample"), datasets=DAILY_SCIENCE_CLASS)


@pytest.fixture(scope="session")
def truth(sample: SampleReport) -> dict[str, Any]:
    return dict(json.loads(sample.truth.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def tables(sample: SampleReport, truth: dict[str, Any]) -> Tables:
    return open_tables(sample, truth)


@pytest.fixture(scope="session")
def years_sample(tmp_path_factory: pytest.TempPathFactory) -> SampleReport:
    """All datasets of the years that something was published about."""
    return write_sample(tmp_path_factory.mktemp("years"), years=(2019, 2020, 2021, 2023))


@pytest.fixture(scope="session")
def years_truth(years_sample: SampleReport) -> dict[str, Any]:
    return dict(json.loads(years_sample.truth.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def years_tables(years_sample: SampleReport, years_truth: dict[str, Any]) -> Tables:
    return open_tables(years_sample, years_truth)


def open_tables(sample: SampleReport, truth: dict[str, Any]) -> Tables:
    """The cells of every sheet of every file that can be opened at all, by path and sheet name."""
    opened = {}
    for file in truth["files"]:
        if file["parts"] and file["parts"][0]["dataset"]:
            for sheet, rows in sheets_of(sample.out / disk_path(file), file).items():
                opened[file["path"], sheet] = rows
    return opened
