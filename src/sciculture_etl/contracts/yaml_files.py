"""What contracts and promises share: strict models, words in two languages, errors by file and key."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sciculture_etl.errors import ContractError


def _as_texts(value: Any) -> Any:
    # YAML reads unquoted 12 or 1.5 as numbers; in a list of spellings they are texts all the same.
    return [str(item) for item in value] if isinstance(value, list) else value


Texts = Annotated[list[str], BeforeValidator(_as_texts)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class BilingualText(Strict):
    """The same words in Korean and English."""

    ko: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @property
    def both(self) -> str:
        """Korean, then English, in a line."""
        return f"{self.ko} / {self.en}"

    @property
    def without_brackets(self) -> BilingualText:
        """What stands before the first bracket."""
        return BilingualText(ko=self.ko.split(" (")[0], en=self.en.split(" (")[0])


class _SafeLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The C loader where it exists; a key written twice is an error, not the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)  # type: ignore[no-any-return]


def shown(path: Path) -> str:
    return "/".join(path.parts[-3:])


def read_yaml(path: Path) -> Any:
    """Raises ContractError naming the line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_SafeLoader)
    except yaml.YAMLError as error:
        position = getattr(error, "problem_mark", None)
        place = f" line {position.line + 1}" if position else ""
        raise ContractError(f"{shown(path)}:{place} not valid YAML: {getattr(error, 'problem', error)}") from None


def explain(path: Path, error: ValidationError) -> ContractError:
    """All that a model refuses, one line a key."""
    lines = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"]) or "(whole file)"
        reason = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            reason = "no such key here. A text with a comma or colon in it needs quotes"
        lines.append(f"{shown(path)}: {key}: {reason}")
    return ContractError("\n".join(lines))
