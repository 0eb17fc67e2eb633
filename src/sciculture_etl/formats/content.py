"""What a file holds: the one value that layout, the search for personal data and feedback all use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sciculture_etl.formats.encoding import as_utf8
from sciculture_etl.formats.grid import Grid
from sciculture_etl.formats.package import Package
from sciculture_etl.privacy.search import Texts
from sciculture_etl.settings import Limits

__all__ = ["Content", "Source", "Texts"]


class Source:
    """The bytes of a file, unpacked and decoded once, by whoever asks first."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits

    @cached_property
    def package(self) -> Package:
        """Raises RefusedError for what is encrypted, broken or unpacks to too much."""
        return Package(self.data, self.limits)

    @cached_property
    def utf8(self) -> bytes:
        """Its text. Raises RefusedError, naming the line, where a character is damaged."""
        return as_utf8(self.data)


@dataclass
class Content:
    """All that a file holds.

    Attributes:
        format: its name in the registry.
        grids: its sheets or tables.
        texts: every text and attribute beside the cells of its grids, read as they are asked for, once.
        saved_at: when it was last saved (UTC), as it says itself; None where it holds no evidence of that.
    """

    format: str
    grids: list[Grid]
    texts: Iterable[Texts] = ()
    saved_at: datetime | None = None
