"""The command as its users run it, its places in the environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.commands import Places
from tests.nights import lose_database, settings
from tests.settled import Settled


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """For commands that run no flow, and for processes that start Prefect themselves."""
    (tmp_path / "inbox").mkdir()
    return Places(tmp_path / "inbox", tmp_path / "warehouse", {"PREFECT_HOME": str(tmp_path / "prefect")})


@pytest.fixture
def shared(places: Places, prefect: Mapping[str, str]) -> Places:
    """For runs in this process, with the API that all tests share, in a warehouse that was empty."""
    lose_database(settings(places.inbox, places.warehouse))
    return Places(places.inbox, places.warehouse, prefect)


@pytest.fixture
def small_night(small: Settled, tmp_path: Path, prefect: Mapping[str, str]) -> Places:
    """After a night over what three institutions told of 2020."""
    return Places(small.inbox, small.copy(tmp_path), prefect)
