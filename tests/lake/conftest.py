"""A lake whose servers can be lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from tests.lake.gates import Gate, gate_before
from tests.lake.servers import Lake


@dataclass(frozen=True)
class GatedLake:
    """A lake that is reached through gates: ``lake`` says the way."""

    lake: Lake
    postgres: Gate
    s3: Gate


@pytest.fixture
def gated(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Iterator[GatedLake]:
    with gate_before(lake.port) as postgres, gate_before(urlsplit(lake.endpoint).port or 0) as s3:
        way = dataclasses.replace(lake, port=postgres.port, endpoint=f"http://127.0.0.1:{s3.port}")
        for name, value in way.access.items():
            monkeypatch.setenv(name, value)
        yield GatedLake(way, postgres, s3)
