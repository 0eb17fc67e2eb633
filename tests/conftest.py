"""What all folders share: no test talks to anything outside the machine, and tools keep quiet."""

import os
from collections.abc import Iterator, Mapping

import pytest

from sciculture_sample import DAILY_SCIENCE_CLASS
from tests.prefect_api import shared_api
from tests.settled import Settled, settle, shared_folder

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """Daily Science Class in 2020, whole."""
    return settle(tmp_path_factory, "settled", datasets=DAILY_SCIENCE_CLASS)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """Daily Science Class in 2020, told by three institutions."""
    return settle(tmp_path_factory, "small", institutions=3, datasets=DAILY_SCIENCE_CLASS)


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment with which flows find Prefect's API: one server for all tests that are not about a server."""
    with shared_api(shared_folder(tmp_path_factory, "prefect")) as environment:
        yield environment
