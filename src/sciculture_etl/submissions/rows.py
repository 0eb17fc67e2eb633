"""A quarantined row as it stands in the file, beside what was read of it."""

from __future__ import annotations

import json
from typing import Any

from sciculture_etl.contracts import load_contracts
from sciculture_etl.privacy import mask_text


def row_beside(finding: dict[str, Any], datasets: str | None) -> list[dict[str, Any]]:
    """A line a column of the row that a finding refuses; nothing where it refuses none.

    Args:
        finding: of ``mart_row_error``.
        datasets: of its submission, apart by commas.

    Returns:
        ``header`` (as in the file where the finding names it, else the form's), ``field``, ``written`` (text of the
        cell) and ``read`` (the value that was read; None where nothing could be).
    """
    if not finding["raw_row"]:
        return []
    written, read = json.loads(finding["raw_row"]), json.loads(finding["read_row"] or "{}")
    headers = (
        {"program_year": "사업연도"}
        | _headers(set(written), datasets)
        | ({finding["field"]: finding["header"]} if finding["field"] else {})
    )
    return [
        {"header": headers.get(name) or name, "field": name,
         "written": _masked(written.get(name)), "read": _masked(read.get(name))}
        for name in dict.fromkeys([*written, *read, *([finding["field"]] if finding["field"] else [])])
        if name == finding["field"] or written.get(name) is not None or read.get(name) is not None
    ]  # fmt: skip


def _masked(value: Any) -> Any:
    """No personal value is shown, whatever let it through before."""
    return mask_text(value) if isinstance(value, str) else value


def _headers(fields: set[str], datasets: str | None) -> dict[str, str]:
    """Field → header, of the submission's forms that have those fields."""
    contracts = load_contracts()
    for dataset in (datasets or "").split(", "):
        contract = contracts.get(dataset)
        if contract and fields <= {*contract.fields, "program_year", "overflow"}:
            return {name: fld.header.replace("|", " ") for name, fld in contract.fields.items() if fld.header}
    return {}
