"""The fence around a lake's catalogue: PostgreSQL itself refuses a commit of who has lost the lock.

Whoever holds the lock says so in the connections by which tables are written; a trigger looks whether that is still so
at every commit, within one statement or many. Connections that say nothing, such as a reader's, are not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sciculture_etl.lakes import Lake

if TYPE_CHECKING:
    import psycopg

# How the trigger and a connection's holder are called in PostgreSQL.
FENCE, HOLDER = "sciculture_fence", "sciculture.holder"
REFUSAL = "sciculture: this connection has lost the lock of the warehouse"
IS_RAISED = "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = to_regclass(%s)"
# Every commit adds a snapshot, and only what is not to be read any more is removed.
RAISE = """
CREATE OR REPLACE FUNCTION {schema}.{fence}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    holder text := current_setting('{holder}', true);
BEGIN
    IF holder <> '' THEN
        IF NOT EXISTS (
            SELECT FROM pg_locks
            WHERE locktype = 'advisory' AND objid = {key} AND granted AND pid = CAST(holder AS integer)
        ) THEN
            RAISE EXCEPTION '{refusal}';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {fence} BEFORE INSERT OR DELETE ON {schema}.ducklake_snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.{fence}();
"""


def through_fence(lake: Lake, process: int) -> Lake:
    """The same lake for who holds its lock.

    Args:
        process: of PostgreSQL, whose session has the lock.
    """
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    others = conninfo_to_dict(lake.catalogue).get("options") or ""
    return Lake(make_conninfo(lake.catalogue, options=f"{others} -c {HOLDER}={process}".strip()), lake.data)


def raise_fence(session: psycopg.Connection[Any], schema: str, key: int) -> None:
    """Puts the trigger there, where it isn't.

    Args:
        session: of the lock, which also sees to it that one puts it there at a time.
        key: of the lock.
    """
    if session.execute(IS_RAISED, [FENCE, f"{schema}.ducklake_snapshot"]).fetchall():
        return
    statements = RAISE.format(schema=schema, fence=FENCE, holder=HOLDER, key=key, refusal=REFUSAL)
    with session.transaction():
        session.execute(statements.encode())
