"""The one statement that may be asked, and what is wrong with any other, in a sentence."""

from __future__ import annotations

import json
import re
from typing import Any

import duckdb

from sciculture_etl.errors import QueryError, UserError
from sciculture_etl.messages import message
from sciculture_etl.query.database import MAX_MEMORY
from sciculture_etl.query.text import shown

SELECT, CREATE = duckdb.StatementType.SELECT, duckdb.StatementType.CREATE
FORBIDDEN_FILE = "disabled by configuration"
# The engine's own names of errors that come of data or of the text, not of the machine.
Relation = duckdb.DuckDBPyRelation


def bind_statement(connection: duckdb.DuckDBPyConnection, text: str) -> Relation:
    """The rows that a statement asks for; none is computed yet.

    Args:
        text: one SELECT, or what the engine takes for one: FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE, PIVOT.

    Raises:
        UserError: Where it is another statement, several, none, or can't be meant.
    """
    try:
        _refuse_others(text)
        found = connection.sql(text)
    except duckdb.Error as error:
        raise engine_error(_placed(connection, text, error), text) from None
    if found is None:
        raise UserError(message("query_empty"))
    return found


def _refuse_others(text: str) -> None:
    """Refuses what is no single question, before the engine is asked to do any of it."""
    statements = duckdb.extract_statements(text)
    if not statements:
        raise UserError(message("query_empty"))
    kinds = [statement.type for statement in statements]
    # PIVOT is a SELECT for which the engine makes a type of its own before.
    is_pivot = len(kinds) > 1 and kinds[-1] == SELECT and set(kinds[:-1]) == {CREATE} and _is_single(text)
    if len(kinds) > 1 and not is_pivot:
        raise UserError(message("query_several", count=len(kinds)))
    if kinds[-1] != SELECT or (word := _first_word(text)) in ("PRAGMA", "CALL"):
        kind = kinds[-1].name if kinds[-1] != SELECT else word
        raise UserError(message("query_not_a_question", kind=kind))


def _is_single(text: str) -> bool:
    """Whether a text that is right by itself is one statement: only then it can stand in brackets."""
    try:
        duckdb.extract_statements(f"FROM (\n{text.rstrip().rstrip(';')}\n)")
    except duckdb.Error:
        return False
    return True


def _first_word(text: str) -> str:
    bare = re.sub(r"^(\s|--[^\n]*(\n|$)|/\*.*?\*/)*", "", text, flags=re.DOTALL)
    found = re.match(r"\w+", bare)
    return found[0].upper() if found else ""


def _placed(connection: duckdb.DuckDBPyConnection, text: str, error: duckdb.Error) -> duckdb.Error:
    """The same error as the engine tells it with its place: binding alone leaves that out."""
    if "position" in _details(error):
        return error
    try:
        connection.execute(text)
    except duckdb.Error as again:
        return again
    return error


def _details(error: duckdb.Error) -> dict[str, Any]:
    kind, _, text = str(error).partition(": ")
    try:
        found = json.loads(text)
        return dict(found) if isinstance(found, dict) else {"exception_message": text}
    except ValueError:
        return {"exception_message": text or kind}


def engine_error(error: duckdb.Error, text: str | None = None) -> UserError | QueryError:
    """What the engine found wrong, in a sentence.

    Args:
        text: the statement, where the engine's place is one in it.
    """
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryError(message("query_too_large", limit=MAX_MEMORY))
    details = _details(error)
    reason = shown("; ".join(line.strip() for line in _lines(details["exception_message"])))
    if FORBIDDEN_FILE in reason:
        return UserError(message("query_reads_nothing_else", reason=reason))
    place = str(details.get("position", ""))
    if text is None or not place.isdecimal():
        return UserError(message("query_mistake", reason=reason))
    before = text.encode()[: int(place)].decode("utf-8", "ignore")
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    return UserError(message("query_mistake_at", reason=reason, line=line, column=column))


def _lines(text: str) -> list[str]:
    """What is wrong and what may be meant, without the copy of the line."""
    text = re.split(r"\n[ \t]*LINE \d+:", text)[0].rstrip().replace("bindings: :", "bindings:")
    return [line for line in text.splitlines() if line.strip()]
