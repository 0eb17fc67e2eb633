"""How a value is made up, read from its provenance: a formula of terms, each with the rows that give it.

Every term is computed again from what it lists, and every formula from its terms: ``adds_up`` says whether that gives
the value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb

from sciculture_etl.model.sql_tree import Tree, column, expression, replaced, shown, text_constant, text_of
from sciculture_etl.trace.queries import EVERY

# What the numbers of a term's contributions are. sum: they are added; rows: each row counts one; keys: each distinct
# key counts one; extreme: the rows that hold the least or the greatest; value: the row it is taken from;
# computed: another aggregate over all that is listed.
SUM, ROWS, KEYS, EXTREME, VALUE, COMPUTED = "sum", "rows", "keys", "extreme", "value", "computed"
ADDED = (SUM, ROWS, KEYS)
CHOOSING = ("min_by", "max_by", "arg_min", "arg_max", "any_value", "first", "last")


@dataclass(frozen=True, order=True)
class SourceRow:
    """A row of a submission as its table holds it, or a line of a reference list.

    Attributes:
        table: a fact, or ``schema.table``.
        submission_id: empty of a reference list, and of a report that is missing.
        row: of the sheet or the file, the header among them.
        number: its rowid in a fact.
    """

    table: str
    submission_id: str = ""
    part: int = 0
    row: int = 0
    number: int = -1

    @property
    def is_reference(self) -> bool:
        return self.table.startswith("reference.")

    @classmethod
    def parse(cls, text: str) -> SourceRow:
        if text.startswith("reference."):
            table, line = text.split("|")
            return cls(table, row=int(line))
        table, submission_id, part, row, number = text.split("|")
        return cls(table, submission_id, int(part or 0), int(row or 0), int(number or -1))


@dataclass(frozen=True)
class Contribution:
    """What some rows add.

    Attributes:
        amount: a number as text, or another value where nothing is added up.
        key: what is counted once, where keys are counted.
    """

    rows: tuple[SourceRow, ...]
    amount: str | None
    key: str | None = None


@dataclass(frozen=True)
class Term:
    """A value that comes from rows.

    Attributes:
        text: as in the SQL.
        considered: of how many values it is the extreme.
    """

    text: str
    kind: str
    value: str | None
    contributions: list[Contribution]
    adds_up: bool
    considered: int | None = None


@dataclass(frozen=True)
class Formula:
    """A value computed from others.

    Attributes:
        parts: by their text in the formula; a text stands for a value that only decides or comes from no row.
    """

    text: str
    value: str | None
    parts: dict[str, Account | str | None]
    adds_up: bool


Account = Term | Formula


def terms(account: Account | None) -> Iterator[Term]:
    """All terms of a formula, each once."""
    if isinstance(account, Term):
        yield account
    elif account is not None:
        for part in account.parts.values():
            if isinstance(part, Term | Formula):
                yield from terms(part)


def is_same_number(one: str | None, other: str | None) -> bool:
    """Whether two texts stand for the same value; fractions differ in the last digits by the order of adding."""
    if one == other:
        return True
    try:
        return one is not None and other is not None and math.isclose(float(one), float(other), rel_tol=1e-9)
    except ValueError:
        return False


def total(amounts: Iterable[str | None]) -> str | None:
    try:
        numbers = [Decimal(amount) for amount in amounts if amount is not None]
    except InvalidOperation:
        return None
    return str(sum(numbers)) if numbers else None


def own_rows(found: Iterable[SourceRow]) -> tuple[SourceRow, ...]:
    """Each row once; where rows of submissions are among them, no lines of reference lists."""
    rows = sorted(set(found))
    return tuple(row for row in rows if row.submission_id) or tuple(rows)


@dataclass
class Reader:
    """Reads provenance.

    Attributes:
        expressions: those of the rewriting, by number.
    """

    connection: duckdb.DuckDBPyConnection
    expressions: list[tuple[Tree, list[Tree]]]
    _texts: dict[int, tuple[str, list[str]]] = field(default_factory=dict, init=False)

    def _text(self, number: int) -> tuple[str, list[str]]:
        """An expression for people, and its parts."""
        if number not in self._texts:
            tree, trees = self.expressions[number]
            self._texts[number] = shown(tree), [shown(part) for part in trees]
        return self._texts[number]

    def read(self, found: Any, text: str, value: str | None) -> Account | None:
        """What a piece of provenance says.

        Args:
            text: of the expression whose provenance it is.
            value: of that expression.
        """
        if found is None:
            return None
        if isinstance(found, dict) and "e" in found:
            return self._formula(found)
        if isinstance(found, dict) and "a" in found:
            return self._aggregate(found)
        return Term(text, VALUE, value, [Contribution(own_rows(self.rows(found)), value)], True)

    def rows(self, found: Any) -> Iterator[SourceRow]:
        """All that a provenance names, each as often as it stands there."""
        if isinstance(found, str):
            yield SourceRow.parse(found)
        elif isinstance(found, list):
            for one in found:
                yield from self.rows(one)
        elif isinstance(found, dict):
            for key in ("g", "rows", "of", "w"):
                yield from self.rows(found.get(key))

    def _formula(self, found: Any) -> Account | None:
        tree, trees = self.expressions[found["e"]]
        value = found["v"]
        text, names = self._text(found["e"])
        known = list(zip(names, found["of"], strict=True))
        followed = [(name, one) for name, one in known if one["w"] is not None]
        if tree["class"] == "OPERATOR" and tree["type"] == "OPERATOR_COALESCE":  # the first that there is
            followed = [(name, one) for name, one in followed if one["v"] is not None][:1]
        if len(followed) == 1 and is_same_number(followed[0][1]["v"], value):
            name, one = followed[0]
            return self.read(one["w"], name, one["v"])
        if not followed:
            return None
        parts: dict[str, Account | str | None] = {}
        for name, one in known:
            parts[name] = self.read(one["w"], name, one["v"]) if one["w"] is not None else one["v"]
        recomputed = self._results(tree, trees, found["of"])  # several, where a list is turned into rows
        adds_up = any(is_same_number(one, value) for one in recomputed) and all(
            part.adds_up for part in parts.values() if isinstance(part, Term | Formula)
        )
        return Formula(text, value, parts, adds_up)

    def evaluated(self, tree: Tree, trees: list[Tree], of: list[Any]) -> str | None:
        """An expression over the values of its parts, the first of several."""
        return next(iter(self._results(tree, trees, of)), None)

    def _results(self, tree: Tree, trees: list[Tree], of: list[Any]) -> list[str | None]:
        """An expression over the values of its parts."""
        values = {
            text_of(part): expression(
                f"CAST(_v AS {one['t']})" if one["v"] is not None and one["t"] != '"NULL"' else "NULL",
                v=text_constant(one["v"] or ""),
            )
            for part, one in zip(trees, of, strict=True)
        }
        filled = replaced(tree, lambda node: values.get(text_of(node)) if "class" in node else None)
        rows = self.connection.execute(f"SELECT CAST({text_of(filled)} AS VARCHAR)").fetchall()
        return [result for (result,) in rows]

    def _aggregate(self, found: Any) -> Term:
        tree, arguments = self.expressions[found["a"]]
        name, value, entries = tree["function_name"], found["v"], found["rows"] or []
        if name == EVERY:
            return Term(
                self._text(found["a"])[0], VALUE, value, [Contribution(own_rows(self.rows(entries)), value)], True
            )
        text = self._text(found["a"])[0]
        if name == "sum":
            return self._sum(text, value, entries)
        if name in ("count", "count_star"):
            return self._count(text, value, entries, bool(tree["distinct"]), name == "count_star")
        if name in ("min", "max"):
            held = [self._entry(one) for one in entries if one["v"] == value]
            recomputed = self.recomputed(tree, arguments, found)
            return Term(text, EXTREME, value, held, is_same_number(recomputed, value), considered=len(entries))
        if name in CHOOSING:
            held = [self._entry(one) for one in entries if one["v"] == value]
            return Term(text, EXTREME, value, held, bool(held), considered=len(entries))
        recomputed = self.recomputed(tree, arguments, found)
        return Term(text, COMPUTED, value, [self._entry(one) for one in entries], is_same_number(recomputed, value))

    def _entry(self, one: Any) -> Contribution:
        return Contribution(own_rows(self.rows(one["of"])), one["v"])

    def _sum(self, text: str, value: str | None, entries: list[Any]) -> Term:
        found: list[Contribution] = []
        kinds = set()
        for one in entries:
            below = self._below(one)
            if below is not None and below.kind in ADDED and below.adds_up and is_same_number(below.value, one["v"]):
                kinds |= {below.kind} if below.contributions else set()
                found += below.contributions
            else:
                kinds.add(SUM)
                found.append(self._entry(one))
        kind = kinds.pop() if len(kinds) == 1 else SUM
        return Term(text, kind, value, found, is_same_number(total(c.amount for c in found), value))

    def _below(self, one: Any) -> Term | None:
        """What an argument that is itself made up of rows says."""
        followed = [child for child in one["of"] if child is not None]
        if len(followed) != 1 or not isinstance(followed[0], dict) or "g" in followed[0]:
            return None
        account = self.read(followed[0], "", one["v"])
        return account if isinstance(account, Term) else None

    def _count(self, text: str, value: str | None, entries: list[Any], is_distinct: bool, star: bool) -> Term:
        if is_distinct:
            by_key: dict[str, list[SourceRow]] = {}
            for one in entries:
                by_key.setdefault(one["v"], []).extend(self.rows(one["of"]))
            found = [Contribution(own_rows(rows), "1", key) for key, rows in sorted(by_key.items())]
            return Term(text, KEYS, value, found, str(len(found)) == value)
        # Rows of a table of its own count for the rows behind them together.
        is_direct = all(len(set(self.rows(one["of"]))) <= 1 for one in entries)
        found = [
            Contribution(own_rows(self.rows(one["of"])), "1", None if is_direct or star else one["v"])
            for one in entries
        ]
        return Term(text, ROWS if is_direct or star else KEYS, value, found, str(len(found)) == value)

    def recomputed(self, tree: Tree, arguments: list[Tree], found: Any) -> str | None:
        """An aggregate over the values listed."""
        if tree["class"] != "FUNCTION" or len(arguments) != 1 or not found.get("t"):
            return None
        argument = text_of(arguments[0])
        over = replaced(
            {**tree, "filter": None},
            lambda node: column("v") if "class" in node and text_of(node) == argument else None,
        )
        values = [one["v"] for one in found["rows"] or []]
        row = self.connection.execute(
            f"SELECT CAST({text_of(over)} AS VARCHAR) FROM (SELECT CAST(unnest(?::VARCHAR[]) AS {found['t']}) AS v)",
            [values],
        ).fetchone()
        return None if row is None else row[0]
