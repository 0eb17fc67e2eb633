"""Answers as CSV, JSON and Parquet, written as the rows come."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow.parquet as pq

from sciculture_etl.publish.files import FORMULA
from sciculture_etl.query.answer import Answer
from sciculture_etl.settings import sql_text

# Texts of these can't look like a formula; a number that is below zero isn't one.
PLAIN = re.compile(r"^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN|DATE|TIME.*|UUID)$")
EXACT = re.compile(r"^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,\d+\))$")
FRACTIONS = re.compile(r"FLOAT|DOUBLE")
# What Parquet has no type for is written as text.
UNKNOWN_TO_PARQUET = re.compile(r"INTERVAL|UNION|BIT|TIME WITH TIME ZONE|VARIANT|GEOMETRY|BIGNUM|TIME_NS")
NO_NUMBER = re.compile(r"\b(NaN|Infinity)\b")
Write = Callable[[str], object]


def _columns(answer: Answer) -> list[tuple[str, str]]:
    return [(f"#{number}", kind) for number, kind in enumerate(answer.types, start=1)]


def texts_of(answer: Answer) -> list[str]:
    """Every column as the engine writes it."""
    return [f"CAST({column} AS VARCHAR)" for column, _ in _columns(answer)]


def _harmless(column: str, kind: str) -> str:
    text = f"CAST({column} AS VARCHAR)"
    if PLAIN.match(kind):
        return text
    return f"CASE WHEN regexp_matches({text}, {sql_text(FORMULA)}) THEN concat(chr(39), {text}) ELSE {text} END"


def write_csv(answer: Answer, write: Write) -> int:
    """The rows as the release's own CSV has them: no text is left that a spreadsheet would run as a formula.

    Returns:
        How many rows there were.
    """
    count = 0
    for number, batch in enumerate(answer.batches([_harmless(*column) for column in _columns(answer)])):
        if number == 0:
            write(_head(answer.distinct_names))
            continue
        write(pl.DataFrame(batch).write_csv(include_header=False))
        count += batch.num_rows
    return count


def _head(names: list[str]) -> str:
    harmless = [f"'{name}" if re.match(FORMULA, name) else name for name in names]
    return pl.DataFrame([harmless], orient="row").write_csv(include_header=False)


def _literal(column: str, kind: str) -> str:
    """A value as JSON; exact where the engine's own would be rounded."""
    if EXACT.match(kind):
        return f"CAST({column} AS VARCHAR)"
    if kind in ("FLOAT", "DOUBLE"):
        written = f"CAST(to_json({column}) AS VARCHAR)"
        return f"CASE WHEN isfinite({column}) THEN {written} ELSE to_json(CAST({column} AS VARCHAR)) END"
    return f"CAST(to_json({column}) AS VARCHAR)"


def _valid(literal: str | None, kind: str) -> str:
    """JSON knows no number that is none: within lists and the like it becomes a text, too."""
    if literal is None:
        return "null"
    if FRACTIONS.search(kind) and NO_NUMBER.search(literal):
        return json.dumps(json.loads(literal, parse_constant=lambda name: name.replace("Infinity", "inf").lower()))
    return literal


def write_json(answer: Answer, write: Write) -> int:
    """The rows as one list of objects, a line each.

    Returns:
        How many rows there were.
    """
    names = [json.dumps(name, ensure_ascii=False) for name in answer.distinct_names]
    count = 0
    for number, batch in enumerate(answer.batches([_literal(*column) for column in _columns(answer)])):
        if number == 0:
            write("[")
            continue
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            values = (_valid(value, kind) for value, kind in zip(row, answer.types, strict=True))
            pairs = ", ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
            write(f"{',' if count else ''}\n{{{pairs}}}")
            count += 1
    write("\n]\n" if count else "]\n")
    return count


def write_parquet(answer: Answer, target: Path | BinaryIO) -> int:
    """The rows with their types; what Parquet has none for is text.

    Args:
        target: a file, which is there complete or as it was before, or a stream.

    Returns:
        How many rows there were.
    """
    if not isinstance(target, Path):
        return _write_parquet(answer, target)
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            return _write_parquet(answer, file)
    aside = target.with_name(f".{target.name}.aside")
    try:
        with aside.open("wb") as file:
            count = _write_parquet(answer, file)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return count


def _write_parquet(answer: Answer, target: BinaryIO) -> int:
    wanted = [
        f"CAST({column} AS VARCHAR)" if UNKNOWN_TO_PARQUET.search(kind) else column for column, kind in _columns(answer)
    ]
    batches = answer.batches(wanted)
    count = 0
    with pq.ParquetWriter(target, next(batches).schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            count += batch.num_rows
    return count
