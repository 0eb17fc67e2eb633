"""Answers to one SELECT on a release, for readers: nothing is changed, and nothing else is read.

``find_database`` and ``open_database`` give a connection that can do no more than read that file, ``bind_statement``
takes the one statement that may be asked, and the writers hand its rows on as they come.
"""

from sciculture_etl.query.answer import Answer, answer_statement
from sciculture_etl.query.database import find_database, open_database, release_of
from sciculture_etl.query.statement import bind_statement
from sciculture_etl.query.text import read_statement
from sciculture_etl.query.writers import write_csv, write_json, write_parquet

__all__ = [
    "Answer",
    "answer_statement",
    "bind_statement",
    "find_database",
    "open_database",
    "read_statement",
    "release_of",
    "write_csv",
    "write_json",
    "write_parquet",
]
