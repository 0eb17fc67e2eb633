"""A workbook costs no more than its size, whatever stands in its sheets."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from attacks import beyond_linear
from containers import raw_xlsx

from sciculture_etl.formats import open_file
from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.settings import DEFAULT_LIMITS

ATTACKS: dict[str, Callable[[int], str]] = {
    "cells that never end": lambda n: "<c " * n,
    "a remark that never ends": lambda n: "<!--" + "-> " * n,
    "an instruction that never ends": lambda n: "<?x" + " ?" * n,
    "CDATA that never ends": lambda n: '<row r="1"><c r="A1"><v><![CDATA[' + "]]" * n,
    "nothing but brackets": lambda n: "<" * n,
    "a tag that never ends": lambda n: '<row r="1"><c r="' + "A" * n,
    "attributes without end": lambda n: "<row " + " ".join(f"a{k}=''" for k in range(n // 8)) + "/></sheetData>",
    "one row of many cells": lambda n: '<row r="1">' + "<c><v>1</v></c>" * (n // 8) + "</row></sheetData>",
    "cells that are all different": lambda n: "".join(
        f'<row r="{k}"><c r="A{k}" s="{k}"><v>{k}</v></c></row>' for k in range(1, n // 8)
    ) + "</sheetData>",
    "rows from the last to the first": lambda n: "".join(
        f'<row r="{k}"><c r="A{k}"><v>1</v></c></row>' for k in range(n // 8, 0, -1)
    ) + "</sheetData>",
    "formulas without end": lambda n: '<row r="1"><c r="A1"><f>' + "<f " * n,
    "ampersands": lambda n: f'<row r="1"><c r="A1" t="str"><v>{"&" * n}</v></c></row></sheetData>',
    "escapes": lambda n: f'<row r="1"><c r="A1" t="str"><v>{"_x000" * (n // 8)}</v></c></row></sheetData>',
    "digits": lambda n: f'<row r="1"><c r="A1"><v>{"1" * n}</v></c></row></sheetData>',
    "merged cells side by side": lambda n: '<row r="1"><c r="A1"><v>1</v></c></row></sheetData><mergeCells>'
    + "".join(f'<mergeCell ref="A{k}:B{k}"/>' for k in range(1, n // 8)) + "</mergeCells>",
}  # fmt: skip


def opened(data: bytes) -> None:
    with contextlib.suppress(RefusedError):
        open_file(data, DEFAULT_LIMITS)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_sheet_costs_no_more_than_its_size_whatever_stands_in_it(attack: str) -> None:
    found = beyond_linear(opened, lambda size: raw_xlsx("<sheetData>" + ATTACKS[attack](size)))
    assert found is None
