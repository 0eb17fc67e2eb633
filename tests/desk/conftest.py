"""A desk of its own for each test, and those who come to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.visitors import DeskUnderTest


@pytest.fixture
def desk(tmp_path: Path) -> DeskUnderTest:
    """A desk over an empty warehouse."""
    return DeskUnderTest(tmp_path / "warehouse")
