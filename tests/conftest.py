"""What all tests share: nothing of this machine reaches them, its workers share the cores, and each knows its ring.

No test may depend on what stands in the working folder, in the settings of the environment or in the home folder: all
three are empty here, and a test that writes into the working folder fails the run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.chromium import Chromium
    from tests.lake.servers import Lake

for name in [name for name in os.environ if name.startswith(("SCICULTURE_", "PREFECT_", "AWS_"))]:
    del os.environ[name]
os.environ["GX_ANALYTICS_ENABLED"] = "false"
# What is compiled once is read by every worker and every process that a test starts, whatever the shell says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# No power goes where tests run: what is synced would only wait for a disk that all workers share, a third of a night by
# the clock. What is about the disk watches these calls (power.py); processes that tests start do sync.
os.fsync, os.sync = (lambda descriptor: None), (lambda: None)
# One thread a worker: each core has one. Polars looks when it is imported, so the imports of what uses it
# follow; DuckDB takes its number from the variable of a scheduler.
os.environ["POLARS_MAX_THREADS"] = os.environ["SLURM_CPUS_ON_NODE"] = "1"

from nights import EMPTY_WAREHOUSE, RING
from once import shared_folder

from sciculture_etl.loading import let_in_pandas
from sciculture_sample import DAILY_SCIENCE_CLASS
from tests.prefect_api import shared_api
from tests.settled import WHOLE_NIGHT, Settled, sample, settle

# Whole nights are run by the tests of these folders, and by those that ask for these fixtures.
FOLDERS = {"pipeline", "recovery", "flows"}
FIXTURES = {"settled", "small", "prefect"}


@pytest.fixture(scope="session", autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty home and an empty working folder."""
    here = tmp_path_factory.mktemp("working folder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv(EMPTY_WAREHOUSE, str(shared_folder(tmp_path_factory, "empty warehouse")))
        patch.chdir(here)
        yield
    assert list(here.iterdir()) == [], "a test wrote into the working folder"


@pytest.fixture(autouse=True)
def _pandas() -> Iterator[None]:
    """A command that ran inside a test has left pandas out of the whole process."""
    yield
    let_in_pandas()


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """Daily Science Class in 2020, whole."""
    return settle(tmp_path_factory, "settled", lambda inbox: sample(inbox, datasets=DAILY_SCIENCE_CLASS))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """Daily Science Class in 2020, told by three institutions: the one that holds the site as well."""
    return settle(
        tmp_path_factory,
        "small",
        lambda inbox: sample(inbox, institutions=3, datasets=DAILY_SCIENCE_CLASS),
        WHOLE_NIGHT,
    )


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment with which flows find Prefect's API: one server for all tests that are not about a server."""
    with shared_api(shared_folder(tmp_path_factory, "prefect")) as environment:
        yield environment


@pytest.fixture(scope="session")
def lake_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """One PostgreSQL and one S3 server for all tests. They start with the first test that asks for a lake."""
    from tests.flows.postgres import binaries
    from tests.lake.servers import shared_servers

    if binaries() is None:
        pytest.skip("no PostgreSQL here")
    with shared_servers(shared_folder(tmp_path_factory, "lake")) as told:
        yield told


@pytest.fixture
def lake(lake_servers: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """A database and a bucket for a test alone; S3 clients of this process find the bucket."""
    from tests.lake.servers import new_lake

    with new_lake(lake_servers) as made:
        for name, value in made.access.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """The browser of this worker. It starts with the first test that looks at a page."""
    from tests.browser.chromium import Chromium

    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


def _is_night(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("night", "slow"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nights come first: what is short is left for the end, where it evens the workers out."""
    for item in items:
        if item.path.parent.name in FOLDERS or FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.night)
    items.sort(key=lambda item: not _is_night(item))


def pytest_runtest_setup(item: pytest.Item) -> None:
    os.environ[RING] = "night" if _is_night(item) else "fast"
