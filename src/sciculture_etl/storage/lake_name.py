"""What a lake is called, so that two with one storage are told apart: each would clean away the other's rows.

The name stands in PostgreSQL, beside the parts of the catalogue, which may be dropped and made anew. It is no secret:
whoever reads a part has to see that the rows are those of this lake.
"""

from __future__ import annotations

from sciculture_etl.lakes import Lake
from sciculture_etl.storage.catalogue import asked_catalogue

SCHEMA = "sciculture_lake"  # begins as the parts do: a backup of all of them has it
TABLE = f"{SCHEMA}.name"
GIVE = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {TABLE} (name uuid NOT NULL, is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only));
INSERT INTO {TABLE} SELECT gen_random_uuid() ON CONFLICT DO NOTHING;
GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC;
GRANT SELECT ON {TABLE} TO PUBLIC;
"""


def lake_name(lake: Lake) -> str | None:
    """The name of a lake that has one.

    Raises:
        LakeError: Where the catalogue can't be reached.
    """
    with asked_catalogue(lake) as catalogue:
        if catalogue.execute("SELECT to_regclass(%s) IS NULL", [TABLE]).fetchall() == [(True,)]:
            return None
        found = catalogue.execute(f"SELECT name FROM {TABLE}".encode()).fetchall()
    return str(found[0][0]) if found else None


def given_name(lake: Lake) -> str:
    """The same; a lake without one gets it.

    Raises:
        LakeError: Where the catalogue can't be reached or written.
    """
    if (name := lake_name(lake)) is None:
        with asked_catalogue(lake) as catalogue:
            catalogue.execute(GIVE.encode())
        name = lake_name(lake)
    assert name
    return name
