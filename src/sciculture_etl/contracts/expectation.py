"""One expectation of a suite, held against what Great Expectations itself publishes of its vocabulary.

The library logs and drops what it doesn't know, at the end of a night. Its wheel carries a JSON schema of every
expectation, so that a misspelt one is told when the contract is loaded, without the seconds that its import takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from sciculture_etl.contracts.yaml_files import Strict
from sciculture_etl.messages import nearest_names

COLUMN, COLUMNS = ("column", "column_A", "column_B"), ("column_list", "column_set")


@lru_cache
def _schemas() -> dict[str, Path]:
    """Type, as it is written in suites → the file of its schema, which is named after its class."""
    found = find_spec("great_expectations")
    assert found is not None, "it is installed with the project"
    assert found.origin is not None
    folder = Path(found.origin).parent / "expectations" / "core"
    by_class = {path.stem.lower(): path for path in (folder / "schemas").glob("*.json")}
    types = sorted(path.stem for path in folder.glob("*.py"))
    return {name: by_class[name.replace("_", "")] for name in types if name.replace("_", "") in by_class}


@lru_cache
def _arguments(kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """Those that a type takes, and those that it must have."""
    schema = json.loads(_schemas()[kind].read_text(encoding="utf-8"))
    return frozenset(schema["properties"]), frozenset(schema.get("required", ()))


class Expectation(Strict):
    """One Great Expectations expectation: its type and arguments in that library's own vocabulary."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"

    @model_validator(mode="after")
    def _is_in_the_vocabulary(self) -> Expectation:
        if self.type not in _schemas():
            near = nearest_names(self.type, _schemas())
            raise ValueError(f"type: no such expectation: {self.type!r}; nearest: {near}")
        known, required = _arguments(self.type)
        if unknown := sorted(self.kwargs.keys() - known):
            near = nearest_names(unknown[0], sorted(known))
            raise ValueError(f"kwargs: {self.type} takes no {', '.join(unknown)}; nearest: {near}")
        if missing := sorted(required - self.kwargs.keys()):
            raise ValueError(f"kwargs: {self.type} needs {', '.join(missing)}")
        return self

    @property
    def columns(self) -> list[str]:
        """The columns that it names, but for those within a query."""
        listed = [name for key in COLUMNS for name in self.kwargs.get(key, ())]
        return [self.kwargs[key] for key in COLUMN if key in self.kwargs] + listed


def wrong_columns(suite: Iterable[Expectation], known: Iterable[str]) -> str | None:
    """What a suite names that its table hasn't, with the entry; None where there is nothing."""
    names = list(known)
    for index, entry in enumerate(suite):
        for column in entry.columns:
            if column not in names:
                return f"suite.{index}: no such column: {column!r}; nearest: {nearest_names(column, names)}"
    return None
