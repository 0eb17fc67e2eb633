"""Reads a database to its last page. Run by its path as a process of its own, so that nothing but the engine is loaded.

Ends with 1 where the engine refuses, and prints the error's class and first line, apart by a tab.
"""

import sys

import duckdb


def read_completely(database: str) -> None:
    with duckdb.connect(database, read_only=True, config={"autoinstall_known_extensions": False}) as connection:
        tables = "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
        for schema, table in connection.execute(tables).fetchall():
            # The hash of whole rows takes every column of every page.
            connection.execute(f'SELECT sum(hash(t)) FROM "{schema}"."{table}" AS t').fetchall()


if __name__ == "__main__":
    try:
        read_completely(sys.argv[1])
    except duckdb.Error as error:
        print(type(error).__name__, str(error).partition("\n")[0], sep="\t")
        sys.exit(1)
