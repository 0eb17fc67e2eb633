"""What the tests of all channels stand on."""

from pathlib import Path

import pytest

from sciculture_etl.extract import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "warehouse" / "archive")
