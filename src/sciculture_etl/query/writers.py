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
NO_NUMBER = re.compile(r'"(?:\\.|[^"\\])*"|NaN|-?Infinity')
NO_NUMBERS = {"NaN": '"nan"', "Infinity": '"inf"', "-Infinity": '"-inf"'}
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


def _object(answer: Answer) -> str:
    """A row as a JSON object; numbers are exact, where the engine's own would be rounded."""
    parts: list[str] = []
    for (column, kind), name in zip(_columns(answer), answer.distinct_names, strict=True):
        key = json.dumps(name, ensure_ascii=False)
        value = f"CAST({column if EXACT.match(kind) else f'to_json({column})'} AS VARCHAR)"
        parts += [sql_text(f"{', ' if parts else ''}{key}: "), f"coalesce({value}, 'null')"]
    return f"concat('{{', {', '.join(parts)}, '}}')"


def _valid(rows: str) -> str:
    """JSON knows no number that is none: it becomes a text."""
    return NO_NUMBER.sub(lambda found: NO_NUMBERS.get(found[0], found[0]), rows)


def write_json(answer: Answer, write: Write) -> int:
    """The rows as one list of objects, a line each.

    Returns:
        How many rows there were.
    """
    has_fractions = any(FRACTIONS.search(kind) for kind in answer.types)
    count = 0
    for number, batch in enumerate(answer.batches([_object(answer)])):
        if number == 0:
            write("[")
            continue
        rows = ",\n".join(batch.column(0).to_pylist())
        write((",\n" if count else "\n") + (_valid(rows) if has_fractions else rows))
        count += batch.num_rows
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
    names = answer.distinct_names
    with pq.ParquetWriter(target, next(batches).rename_columns(names).schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.rename_columns(names))
            count += batch.num_rows
    return count
