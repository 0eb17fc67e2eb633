"""One server for all tests of a file: it takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flows.serving import Served, receiver, serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with receiver() as told, serving(tmp_path_factory.mktemp("served"), told) as desk:
        yield desk
