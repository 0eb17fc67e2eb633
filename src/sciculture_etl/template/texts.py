"""What the forms say around their columns: ``expectations/template.yml``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sciculture_etl.contracts import Contract
from sciculture_etl.contracts.yaml_files import read_yaml
from sciculture_etl.project import EXPECTATIONS


@lru_cache
def words(part: str) -> dict[str, Any]:
    """One part of the words: labels, rules, errors, guide, examples, console."""
    loaded: dict[str, Any] = read_yaml(EXPECTATIONS / "template.yml")[part]
    return loaded


def term_text(contract: Contract, term: int | None) -> str:
    """How the form calls a part of the year: ``상반기``, ``2분기``, ``5월``; empty where none is given."""
    field = next((fld for fld in contract.fields.values() if fld.type == "term"), None)
    if term is None or field is None:
        return ""
    spelled = words("labels")["term"][field.terms]
    return str(spelled[term - 1] if isinstance(spelled, list) else spelled.format(n=term, header=field.header))
