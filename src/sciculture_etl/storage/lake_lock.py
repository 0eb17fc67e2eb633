"""The lock on a lake: PostgreSQL keeps it for as long as its session lasts, however the process or the machine ends.

Beside the lock stand its holder's words, for whoever finds it held. A holder whose session ended has lost the lock, and
another may have it: so nothing is committed before the session was asked once more.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sciculture_etl.errors import LakeError
from sciculture_etl.lakes import Lake
from sciculture_etl.messages import message
from sciculture_etl.storage.catalogue import asked_catalogue, connect_catalogue, reason_of
from sciculture_etl.storage.lake_fence import raise_fence, through_fence

if TYPE_CHECKING:
    import psycopg

# What the lock is called in PostgreSQL: the number is only ours.
KEY = 6_283_185_307
# Of who commits among those that share the lock: two commits at once would be in each other's way.
COMMIT_KEY = KEY + 1
WORDS = "sciculture_lock"
SECONDS_BETWEEN_TRIES = 0.2
SECONDS_BETWEEN_BEATS = 10.0
MAKE_TABLE = f"CREATE TABLE IF NOT EXISTS public.{WORDS} (pid integer PRIMARY KEY, words text NOT NULL)"
# Of sessions that have the lock; the words of others are left over from one that was killed.
HOLDERS = f"""
SELECT w.words FROM pg_locks AS l LEFT JOIN public.{WORDS} AS w USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND (CAST(l.classid AS bigint) << 32) + CAST(l.objid AS bigint) = {KEY}
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY l.pid LIMIT 1
"""


class HeldLock:
    """A lock that this process holds."""

    def __init__(self, session: psycopg.Connection[Any], is_shared: bool) -> None:
        self._session = session
        self.is_shared = is_shared
        self._ended = threading.Event()
        # Also while nothing is committed for long, a firewall shall not take the session for dead.
        threading.Thread(target=self._beat, name="lock", daemon=True).start()

    def check(self) -> None:
        """Raises LakeError where the session ended, and the lock with it."""
        import psycopg

        try:
            self._session.execute("SELECT 1")
        except psycopg.Error as error:
            raise LakeError(message("lake_lock_lost", reason=reason_of(error))) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Among those that share the lock, one at a time; the end of the session ends it, too."""
        import psycopg

        try:
            self._session.execute(f"SELECT pg_advisory_lock({COMMIT_KEY})".encode())
        except psycopg.Error as error:
            raise LakeError(message("lake_lock_lost", reason=reason_of(error))) from None
        try:
            yield
        finally:
            with suppress(psycopg.Error):
                self._session.execute(f"SELECT pg_advisory_unlock({COMMIT_KEY})".encode())

    def note(self, words: dict[str, Any]) -> None:
        """Puts the holder's words beside the lock."""
        text = json.dumps(words, ensure_ascii=False)
        self._session.execute(
            f"INSERT INTO public.{WORDS} VALUES (pg_backend_pid(), %s) "
            "ON CONFLICT (pid) DO UPDATE SET words = excluded.words".encode(),
            [text],
        )

    def fenced(self, lake: Lake) -> Lake:
        """The lake for connections whose commits PostgreSQL refuses once the lock is lost."""
        return through_fence(lake, self._session.info.backend_pid)

    def raise_fence(self, schema: str) -> None:
        """Lets PostgreSQL do that in a schema of the catalogue.

        Raises:
            LakeError: Where the session ended.
        """
        import psycopg

        try:
            raise_fence(self._session, schema, KEY % 2**32)
        except psycopg.Error as error:
            raise LakeError(message("lake_lock_lost", reason=reason_of(error))) from None

    def release(self) -> None:
        self._ended.set()
        import psycopg

        with suppress(psycopg.Error):
            self._session.execute(f"DELETE FROM public.{WORDS} WHERE pid = pg_backend_pid()".encode())
        self._session.close()

    def _beat(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_BEATS):
            try:
                self.check()
            except LakeError:  # the next commit says so
                return


_held: list[HeldLock] = []


def check_locks() -> None:
    """To be called before what can't be taken back.

    Raises:
        LakeError: Where this process has lost a lock that it held.
    """
    for lock in _held:
        lock.check()


def lock_held() -> HeldLock | None:
    """The lock that this process holds, if it does."""
    return _held[-1] if _held else None


@contextmanager
def one_commit_at_a_time() -> Iterator[None]:
    """Around a transaction: those who share the lock come one after the other.

    Raises:
        LakeError: Where this process has lost a lock that it held.
    """
    with ExitStack() as held:
        for lock in _held:
            if lock.is_shared:
                held.enter_context(lock.alone())
        yield


@contextmanager
def lake_lock(lake: Lake, wait_seconds: float, words: dict[str, Any], is_shared: bool = False) -> Iterator[bool]:
    """Holds the lake; what it gives says whether it does, or another had it for too long.

    Args:
        words: what whoever finds it held is told.
        is_shared: with others that share it.
    """
    session = connect_catalogue(lake)
    taken = "pg_try_advisory_lock_shared" if is_shared else "pg_try_advisory_lock"
    deadline = time.monotonic() + wait_seconds
    try:
        while session.execute(f"SELECT {taken}({KEY})".encode()).fetchall() != [(True,)]:
            if time.monotonic() >= deadline:
                yield False
                return
            time.sleep(SECONDS_BETWEEN_TRIES)
        lock = _lock_with_words(session, words, is_shared)
        _held.append(lock)
        try:
            yield True
        finally:
            _held.remove(lock)
            lock.release()
    finally:
        session.close()


def note_in_lake(words: dict[str, Any]) -> None:
    """New words beside the locks that this process holds; it never fails."""
    for lock in _held:
        with suppress(Exception):
            lock.note(words)


def lake_holder(lake: Lake) -> dict[str, Any] | None:
    """Words of who holds the lake now; None where nobody does."""
    with asked_catalogue(lake) as session:
        if session.execute("SELECT to_regclass(%s) IS NULL", [f"public.{WORDS}"]).fetchall() == [(True,)]:
            return None
        found = session.execute(HOLDERS.encode()).fetchall()
    return None if not found else json.loads(found[0][0] or "{}")


def _lock_with_words(session: psycopg.Connection[Any], words: dict[str, Any], is_shared: bool) -> HeldLock:
    """The lock that a session has, with its holder's words beside it.

    Raises:
        LakeError: Where the user may not write there.
    """
    import psycopg

    try:
        _make_table(session)
        lock = HeldLock(session, is_shared)
        lock.note(words)
    except psycopg.Error as error:
        raise LakeError(message("lake_unreachable", reason=reason_of(error))) from None
    return lock


def _make_table(session: psycopg.Connection[Any]) -> None:
    """With its words open to whoever may enter the database; nothing secret stands in them."""
    import psycopg

    with suppress(psycopg.errors.UniqueViolation):  # another session makes it at this moment
        session.execute(MAKE_TABLE.encode())
