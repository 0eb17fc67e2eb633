"""Measures of a header of which it can't be told which column is meant."""

from __future__ import annotations

import re

from sciculture_etl.contracts import Contract
from sciculture_etl.grid import Merge
from sciculture_etl.tables.headers import Header
from sciculture_etl.tables.spelling import (
    CUMULATIVE,
    DONE,
    PART,
    PLANNED,
    SUMMED,
    Cells,
    normalise_header,
    spellings_of,
)


def unclear_measures(header: Header, merges: list[Merge], below: Cells) -> list[str]:
    """Measures of which it can't be told which column is meant. below: the row after the header. merges: ranges of
    several columns that reach into its last row.
    """
    fields = header.contract.fields
    owners = {column: name for name, column in header.columns.items()}
    own = {c: header.labels[c] for c in range(header.left, header.right + 1) if c in header.labels}
    labels = {column: _without_part(header.contract, label) for column, label in own.items()}
    names = [normalise_header(label) for label in labels.values()]
    wide = {
        column for merge in merges for column in range(max(merge.left, header.left), min(merge.right, header.right) + 1)
    }
    wide |= _split(header, below) | {column for column in labels if _counts_attendances(column, below)}
    # Under which columns the same child stands that no field claims with its parent. What is planned claims none.
    children = [
        normalise_header(label.split("|")[-1])
        for column, label in labels.items()
        if "|" in label
        and not any(PLANNED.search(normalise_header(part)) for part in label.split("|"))
        and (column not in owners or not _claims_parent(header, owners[column], label))
    ]
    unclear = []
    for name, column in header.columns.items():
        if (field := name.split("@")[0]) not in fields or not fields[field].is_measure:
            continue
        label = labels[column]
        child = normalise_header(label.split("|")[-1])
        by_child = "|" in label and not _claims_parent(header, name, label)
        if column in wide or names.count(normalise_header(label)) > 1 or (by_child and children.count(child) > 1):
            unclear.append(name)
    return unclear


def _counts_attendances(column: int, below: Cells) -> bool:
    """Whether the words below a header say that persons count every time they came."""
    return column < len(below) and normalise_header(below[column]) in CUMULATIVE


def _split(header: Header, below: Cells) -> set[int]:
    """Measures that the row below splits into parts without a sum (남 | 여): a row of nothing but words, that names
    none of what the form tells by name.
    """
    fields = header.contract.fields
    named = {
        column
        for name, column in header.columns.items()
        if (field := name.split("@")[0]) not in fields or not fields[field].is_measure
    }
    first, stop = header.left, header.right + 1
    while first and first - 1 not in header.labels:
        first -= 1
    while stop < len(below) and stop not in header.labels:
        stop += 1
    parts = {column: normalise_header(cell) for column, cell in enumerate(below[first:stop], first) if cell}
    words = all(PART.fullmatch(part) or (part and not re.search(r"\d", part)) for part in parts.values())
    if named & parts.keys() or not words:
        return set()
    return {column for column in parts if column in header.labels and column + 1 in parts.keys() - header.labels.keys()}


def _without_part(contract: Contract, label: str) -> str:
    """``운영횟수|실적``, ``운영횟수|계`` → ``운영횟수``: what was done, and a sum, go by the name of their parent."""
    parts = label.split("|")
    while len(parts) > 1 and normalise_header(parts[-1]) in (*DONE, *SUMMED):
        parts.pop()
    whole = "|".join(parts)
    return whole if normalise_header(whole.replace("|", "")) in spellings_of(contract) else label


def _claims_parent(header: Header, name: str, label: str) -> bool:
    """Whether the contract spells this field with the parent that stands over it."""
    return spellings_of(header.contract).get(normalise_header(label.replace("|", "")), ("", 0))[0] == name
