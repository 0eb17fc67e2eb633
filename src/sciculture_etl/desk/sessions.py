"""Sessions: who signed in, by a secret in a cookie of which only the hash is kept.

A session is a file of its own, named by the hash, so that several processes see the same, a restart ends none, and
signing out is to remove it. Its time of change says when it was last used. A file that was cut off is no session.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sciculture_etl.desk.folder import make_private_folder
from sciculture_etl.desk.identity import Identity
from sciculture_etl.desk.invitations import MAX_SECONDS_AHEAD, SECRET_BYTES, Invitation, Invitations, hash_of
from sciculture_etl.storage.access import OWN_FILE

FOLDER = "sessions"
MAX_IDLE_SECONDS = 2 * 60 * 60
MAX_SECONDS = 12 * 60 * 60
# So often at most is it noted that a session is used.
SECONDS_BETWEEN_NOTES = 60
MAX_COOKIE_CHARACTERS = 100
MAX_SESSIONS_OF_INVITATION = 50


class Sessions:
    """The sessions of a desk's folder."""

    def __init__(self, desk: Path, invitations: Invitations, clock: Callable[[], float] = time.time) -> None:
        self._folder = desk / FOLDER
        self._invitations = invitations
        self._clock = clock

    def begin(self, invitation: Invitation) -> str:
        """A new session; returns its secret, for the cookie. Those that ended are removed meanwhile."""
        make_private_folder(self._folder)
        self._remove_ended(invitation)
        secret, now = secrets.token_urlsafe(SECRET_BYTES), self._clock()
        place = self._folder / hash_of(secret)
        aside = place.with_name(f".{place.name}")
        try:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWN_FILE)
            with os.fdopen(descriptor, "w") as target:
                json.dump({"invitation": invitation.id, "began_at": now}, target)
            os.utime(aside, (now, now))
            aside.replace(place)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        return secret

    def identity_of(self, secret: str) -> Identity | None:
        """Who holds the session of this secret; None where it is over, or its invitation is."""
        if not secret or len(secret) > MAX_COOKIE_CHARACTERS:
            return None
        session = hash_of(secret)
        found = self._read(session)
        if found is None:
            return None
        invitation, used_at = found
        now = self._clock()
        if now - used_at > SECONDS_BETWEEN_NOTES:
            with suppress(OSError):  # on a disk that can't be written any more, it just ends earlier
                os.utime(self._folder / session, (now, now))
        return Identity(invitation.role, invitation.name, invitation.id, session)

    def end(self, session: str) -> None:
        """Signs out."""
        (self._folder / session).unlink(missing_ok=True)

    def _read(self, session: str) -> tuple[Invitation, float] | None:
        """The invitation of a session that goes on, and when it was last used."""
        path = self._folder / session
        try:
            written = json.loads(path.read_text())
            began_at, used_at = float(written["began_at"]), path.stat().st_mtime
            invitation = self._invitations.valid(str(written["invitation"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        now = self._clock()
        is_over = now - began_at > MAX_SECONDS or now - used_at > MAX_IDLE_SECONDS
        is_ahead = began_at > now + MAX_SECONDS_AHEAD or used_at > now + MAX_SECONDS_AHEAD  # the clock was set back
        return None if invitation is None or is_over or is_ahead else (invitation, used_at)

    def _remove_ended(self, invitation: Invitation) -> None:
        """Also the oldest of an invitation that began very many: a link may be in the hands of a program."""
        own: list[tuple[float, Path]] = []
        for path in self._folder.iterdir():
            found = None if path.name.startswith(".") else self._read(path.name)
            if found is None:
                with suppress(OSError):
                    if not path.name.startswith(".") or self._clock() - path.stat().st_mtime > SECONDS_BETWEEN_NOTES:
                        path.unlink()
            elif found[0].id == invitation.id:
                own.append((found[1], path))
        for _, path in sorted(own)[: max(0, len(own) - MAX_SESSIONS_OF_INVITATION + 1)]:
            path.unlink(missing_ok=True)
