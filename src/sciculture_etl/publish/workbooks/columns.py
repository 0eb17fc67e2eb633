"""A published table → the columns of its sheet, and the SELECT that fills them.

A long table, whose rows are one measure each, is laid out with a column for each measure. The columns of symbols
(``<column>_status``) are no columns of a sheet: what they say stands in the place of what is withheld.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import duckdb

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.disclosure import NOT_ADDITIVE, VALUE, symbol_column
from sciculture_etl.contracts.table_contract import LABELS, NUMBERS, STATUS, TableColumn
from sciculture_etl.contracts.yaml_files import BilingualText
from sciculture_etl.disclosure import published_relation
from sciculture_etl.model.status import PROGRAM
from sciculture_etl.publish.workbooks.shares import ALL_ROWS
from sciculture_etl.settings import sql_text

MEASURE = "measure"
OF_MEASURES = (MEASURE, VALUE, NOT_ADDITIVE, "unit", "is_additive")
AS_TEXT = ("BOOLEAN", "DATE", "VARCHAR")  # else a text of it is shown


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        header: its description in short, as far as that tells it from the other columns.
        value: SQL of what stands in it.
        symbol: SQL of why it is empty.
        is_key: whether it tells the rows apart.
        words: code → what Korean readers call it, of a code that forms state.
    """

    name: str
    stated: TableColumn
    header: BilingualText
    value: str
    symbol: str = "NULL"
    is_key: bool = False
    words: dict[str, str] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        return self.stated.type in NUMBERS

    @property
    def is_label(self) -> bool:
        """Whether its numbers name something, such as years."""
        return self.stated.unit in LABELS

    @property
    def is_added_up(self) -> bool | None:
        """None where it measures nothing."""
        return self.stated.additive if self.is_number and not self.is_label else None


@dataclass(frozen=True)
class SheetTable:
    """What a pair of sheets shows of a table.

    Attributes:
        rows: which, in SQL.
        keys: columns of a long table by which its measures are put together; none: each row is one.
    """

    table_contract: TableContract
    columns: list[SheetColumn]
    rows: str = ALL_ROWS
    keys: list[str] = field(default_factory=list)

    @property
    def _rows(self) -> str:
        group = f"GROUP BY {_quoted(self.keys)}" if self.keys else ""
        return f"FROM {published_relation(self.table_contract)} AS t WHERE {self.rows} {group}"

    @property
    def values(self) -> str:
        """The SELECT of the sheet's rows in order: the values, then the symbols, by columns."""
        order = [name for name in self.table_contract.grain if name in self.keys] or self.table_contract.grain
        listed = [*(column.value for column in self.columns), *(column.symbol for column in self.columns)]
        return f"SELECT {', '.join(listed)} {self._rows} ORDER BY {_quoted(order)}"

    @property
    def counts(self) -> str:
        """The SELECT of how many rows there are, and of how many letters the longest value of each column has."""
        widths = [f"max({_letters(column)})" for column in self.columns]
        values = ", ".join(f"{column.value} AS c{no}" for no, column in enumerate(self.columns))
        measured = ", ".join(width.format(f"c{no}") for no, width in enumerate(widths))
        return f"SELECT count(*), {measured} FROM (SELECT {values} {self._rows})"


def _letters(column: SheetColumn) -> str:
    """The SQL of how wide a value is; a Korean letter takes two places, a number a comma for each thousand."""
    if not column.is_number:
        return "length(regexp_replace(CAST({} AS VARCHAR), '[^ -~]', '..', 'g'))"
    if column.is_label or column.stated.type not in ("FLOAT", "DOUBLE"):
        return "length(CAST({0} AS VARCHAR)) + greatest(length(CAST(abs({0}) AS VARCHAR)) - 1, 0) // 3"
    return "length(format('{{:,.2f}}', {0}))"


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _shown(name: str, column: TableColumn) -> str:
    is_as_it_is = column.type in NUMBERS or column.type in AS_TEXT
    return f'"{name}"' if is_as_it_is else f'CAST("{name}" AS VARCHAR)'


def sheet_table(
    connection: duckdb.DuckDBPyConnection,
    table_contract: TableContract,
    rows: str,
    measures: dict[str, TableColumn],
    words: dict[str, dict[str, str]],
) -> SheetTable:
    """What a pair of sheets shows of a table. What is one program's alone doesn't name it in each row.

    Args:
        rows: which, in SQL.
        measures: what tables say of columns of that name, for the measures of a long table.
        words: column → code → what Korean readers call it.
    """
    hidden = {*table_contract.symbol_columns, *([PROGRAM] if rows.startswith(PROGRAM) else [])}
    stated = {name: column for name, column in table_contract.columns.items() if name not in hidden}
    keys = list(stated)
    if table_contract.is_long:
        keys = [name for name in stated if name not in OF_MEASURES]
        found = connection.execute(
            f"SELECT measure, any_value(unit), bool_and(is_additive) FROM {published_relation(table_contract)} AS t "
            f"WHERE {rows} GROUP BY measure ORDER BY measure"
        ).fetchall()
        status = {STATUS: stated.pop(STATUS)} if STATUS in stated else {}
        stated = {name: column for name, column in stated.items() if name in keys}
        stated |= {name: _measured(name, measures, unit, is_additive) for name, unit, is_additive in found} | status
    headers = _headers(stated)
    columns = []
    for name, column in stated.items():
        if name in keys:
            value, symbol = _shown(name, column), _symbol(table_contract, name)
        else:
            value, symbol = _of_measure(table_contract, name)
        is_key = name in table_contract.grain or (table_contract.is_long and name in keys)
        columns.append(SheetColumn(name, column, headers[name], value, symbol, is_key, words.get(name, {})))
    return SheetTable(table_contract, columns, rows, keys if table_contract.is_long else [])


def _headers(stated: dict[str, TableColumn]) -> dict[str, BilingualText]:
    """What stands above the columns: their descriptions, without brackets where that is enough to tell them apart."""
    short = {name: column.description.without_brackets for name, column in stated.items()}
    korean, english = Counter(words.ko for words in short.values()), Counter(words.en for words in short.values())
    return {
        name: words if korean[words.ko] == english[words.en] == 1 else stated[name].description
        for name, words in short.items()
    }


def _symbol(table_contract: TableContract, name: str) -> str:
    stated = symbol_column(name)
    return f'"{stated}"' if stated in table_contract.symbol_columns else "NULL"


def _measured(name: str, measures: dict[str, TableColumn], unit: str, is_additive: bool) -> TableColumn:
    """What can be said of one measure of a long table as a column."""
    known = measures.get(name)
    words = known.description if known else BilingualText(ko=name, en=name.replace("_", " "))
    return TableColumn(type="DOUBLE", unit=unit, additive=is_additive, description=words)


def _of_measure(table_contract: TableContract, name: str) -> tuple[str, str]:
    """The SQL of the value and the symbol of a measure."""
    places = [name for name in (VALUE, NOT_ADDITIVE) if name in table_contract.columns]
    symbols = [symbol_column(place) for place in places if symbol_column(place) in table_contract.symbol_columns]
    of_it = f"FILTER (measure = {sql_text(name)})"
    symbol = f"any_value(coalesce({_quoted(symbols)})) {of_it}" if symbols else "NULL"
    return f"any_value(coalesce({_quoted(places)})) {of_it}", symbol


def stated_words(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Column → code → what Korean readers call it, where all forms that have it agree.

    Not of what is a code to everyone, such as that of a country, beside which its name stands.
    """
    found = connection.execute(
        "SELECT field, any_value(codes) FROM meta_field WHERE len(codes) > 0 AND field NOT LIKE '%\\_code' ESCAPE '\\' "
        "GROUP BY field HAVING count(DISTINCT codes) = 1 ORDER BY field"
    ).fetchall()
    split = {name: [code.partition(": ") for code in codes] for name, codes in found if name != STATUS}
    return {name: {code: words for code, _, words in codes if words} for name, codes in split.items()}
