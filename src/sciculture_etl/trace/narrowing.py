"""The part of a number that some of its rows make: the same formula over those rows alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sciculture_etl.trace.account import Reader, SourceRow, is_same_number, total
from sciculture_etl.trace.queries import EVERY

COUNTS = ("count", "count_star")


@dataclass
class Narrowing:
    """Leaves out of a provenance what doesn't come from the rows kept, and computes the values above it again.

    A line of a reference list says nothing by itself: it stays with the row of a submission beside it.

    Attributes:
        is_divisible: false once a value comes from rows kept and others together, and can't be divided between them.
    """

    reader: Reader
    kept: Collection[SourceRow]
    is_divisible: bool = True

    def narrowed(self, found: Any) -> Any:
        """A provenance of the rows kept; None where nothing is left of it."""
        if isinstance(found, str):
            row = SourceRow.parse(found)
            return found if row.is_reference or row in self.kept else None
        if isinstance(found, list):
            left = [one for one in map(self.narrowed, found) if one is not None]
            return left if left and (self._has_rows(left) or not self._has_rows(found)) else None
        if not isinstance(found, dict):
            return found
        if "g" in found:
            left = self.narrowed(found["g"])
            return None if left is None else {"g": left}
        return self._formula(found) if "e" in found else self._aggregate(found)

    def _has_rows(self, found: Any) -> bool:
        return any(not row.is_reference for row in self.reader.rows(found))

    def _formula(self, found: dict[str, Any]) -> dict[str, Any]:
        tree, parts = self.reader.expressions[found["e"]]
        of = []
        for one in found["of"]:
            left = self.narrowed(one["w"])
            of.append(one | {"v": self._value(one["v"], [one["w"]], [left], is_counted=False), "w": left})
        value = found["v"] if of == found["of"] else self.reader.evaluated(tree, parts, of)
        return found | {"v": value, "of": of}

    def _aggregate(self, found: dict[str, Any]) -> dict[str, Any]:
        tree, arguments = self.reader.expressions[found["a"]]
        name = tree["function_name"]
        entries: list[dict[str, Any]] = []
        for one in found["rows"] or []:
            of = [self.narrowed(child) for child in one["of"]]
            if self._has_rows(of) or not self._has_rows(one["of"]):
                entries.append({"v": self._value(one["v"], one["of"], of, is_counted=name in COUNTS), "of": of})
        left = found | {"rows": entries}
        if entries == found["rows"]:
            return found
        if name == EVERY:
            value = found["v"] if entries else None
        elif name == "sum":
            value = total(one["v"] for one in entries)
        elif name in COUNTS:
            value = str(len({one["v"] for one in entries}) if tree["distinct"] else len(entries))
        else:
            value = self.reader.recomputed(tree, arguments, left) if entries else None
            self.is_divisible &= value is not None or not entries
        return left | {"v": value}

    def _value(self, value: str | None, before: list[Any], after: list[Any], is_counted: bool) -> str | None:
        """What a value is when its provenance has become less."""
        if before == after:
            return value
        followed = [(one, left) for one, left in zip(before, after, strict=True) if one is not None]
        if all(left is None for _, left in followed):
            return None
        if len(followed) == 1:
            ((one, left),) = followed
            if isinstance(one, dict) and "v" in one and is_same_number(one["v"], value):
                return None if left["v"] is None else str(left["v"])
        self.is_divisible &= is_counted
        return value
