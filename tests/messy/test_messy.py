"""Every kind of mess that institutions send, by its number (1 to 38), with the exact answer that each file must get.

A file ``<kind>_<name>`` has its answer beside it in ``<kind>_<name>.json``: verdict, rows, totals and every finding as
[code, severity, sheet, row, column, value], in order.
"""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake.check import as_answer, check_file

HERE = Path(__file__).parent
KINDS = range(1, 39)
FILES = sorted(path.name for path in HERE.iterdir() if path.name[:2].isdigit() and path.suffix != ".json")
TOLD = ("code", "severity", "sheet", "row", "column", "value")


def brief(answer: dict[str, Any]) -> dict[str, Any]:
    kept = ("verdict", "dataset", "program_year", "rows", "totals") if "parts" not in answer else ("verdict", "rows")
    told = {key: answer[key] for key in kept} | {"findings": [[f[key] for key in TOLD] for f in answer["findings"]]}
    if answer.get("ignored_columns"):
        told["ignored_columns"] = answer["ignored_columns"]
    return told | ({"parts": [brief(part) for part in answer["parts"]]} if "parts" in answer else {})


@pytest.mark.parametrize("name", FILES)
def test_a_messy_file_gets_exactly_its_answer(name: str) -> None:
    path = HERE / name
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    # As macOS names it: nothing may depend on how a name's letters are put together.
    file_name = unicodedata.normalize("NFD", name.partition("_")[2])
    assert brief(as_answer(check_file(path.read_bytes(), file_name, None, load_contracts()))) == expected


def test_every_kind_has_a_file() -> None:
    assert {int(name[:2]) for name in FILES} == set(KINDS)
