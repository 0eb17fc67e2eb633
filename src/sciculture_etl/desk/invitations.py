"""Invitations: links with a secret that an operator hands out, kept as hashes in a journal.

A link holds 256 random bits, so that a hash without a password's slowness keeps it, and no number of guesses finds it.
It may be used until it expires or is revoked; with it end all sessions that it began, at once and in every process.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sciculture_etl.desk.folder import locked
from sciculture_etl.desk.route import Role
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.privacy import kinds_in
from sciculture_etl.storage.access import OWN_FILE
from sciculture_etl.storage.journal import Journal

JOURNAL = "invitations.jsonl"
SECRET_BYTES = 32
MAX_NAME_CHARACTERS = 80
# What counts as printable and shows nothing: fillers of Hangul, joiners, selectors of variants, an empty Braille cell.
INVISIBLE = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
MAX_DAYS, DEFAULT_DAYS = 366, 30
# A clock that was set back further than this makes what it had issued before unusable: fail closed.
MAX_SECONDS_AHEAD = 300
SECONDS_OF_A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Invitation:
    """An invitation as the journal knows it.

    Attributes:
        issued_at, expires_at, revoked_at: seconds since 1970; revoked_at 0: it isn't.
        issued_by: the operator, as the settings name them.
    """

    id: str
    role: Role
    name: str
    secret_hash: str
    issued_at: float
    expires_at: float
    issued_by: str
    revoked_at: float = 0

    def is_valid(self, now: float) -> bool:
        """Whether it lets anybody in at that time."""
        return not self.revoked_at and self.issued_at - MAX_SECONDS_AHEAD <= now < self.expires_at

    def state(self, now: float) -> str:
        """``valid``, ``revoked``, ``expired``, or ``early``: issued by a clock that was ahead of this one."""
        if self.revoked_at:
            return "revoked"
        if now >= self.expires_at:
            return "expired"
        return "valid" if self.is_valid(now) else "early"


@dataclass(frozen=True)
class _Revocation:
    id: str
    at: float


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def composed(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


def validated_name(name: str) -> str:
    """The name of an institution or operator, as journals, folders and audit lines may keep it.

    What looks the same is the same: composed (NFC), whatever the terminal makes of it. Else one operator could be the
    two persons whom a decision needs.

    Raises:
        UserError: Where it is none, or personal data.
    """
    name = composed(name)
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable() or INVISIBLE & set(name):
        raise UserError(message("desk_name_impossible", most=MAX_NAME_CHARACTERS))
    if kinds_in(name):
        raise UserError(message("desk_name_personal"))
    return name


class Invitations:
    """The journal, as this process last read it; read again as soon as another one wrote to it."""

    def __init__(self, desk: Path, clock: Callable[[], float] = time.time) -> None:
        self._journal = Journal(desk / JOURNAL)
        self._clock = clock
        self._reading = threading.Lock()
        self._known: dict[str, Invitation] = {}
        self._stamp: tuple[int, int, int] | None = None

    def all(self) -> dict[str, Invitation]:
        """Id → invitation, in the order in which they were issued."""
        with self._reading:
            stamp = self._journal.stamp()
            if stamp != self._stamp:
                self._known = self._read()
                self._stamp = stamp
            return self._known

    def _read(self) -> dict[str, Invitation]:
        """Raises JournalError at a line that is none of ours: nobody is let in until somebody looked at it."""
        found: dict[str, Invitation] = {}
        for entry in self._journal.records(_entry):
            if isinstance(entry, Invitation):
                found[entry.id] = entry
            elif entry.id in found:
                found[entry.id] = replace(found[entry.id], revoked_at=entry.at)
        return found

    def issue(self, role: Role, name: str, days: int, by: str) -> tuple[Invitation, str]:
        """A new invitation and its secret, which nobody can see again.

        Args:
            name: validated.
        """
        now, secret = float(int(self._clock())), secrets.token_urlsafe(SECRET_BYTES)
        made = Invitation(
            secrets.token_hex(4), role, name, hash_of(secret), now, now + days * SECONDS_OF_A_DAY, by
        )  # fmt: skip
        self._add(
            {
                "kind": "issued", "id": made.id, "role": role.value, "name": name, "secret_sha256": made.secret_hash,
                "at": _written(now), "expires_at": _written(made.expires_at), "by": by,
            }
        )  # fmt: skip
        return made, secret

    def revoke(self, asked: str, by: str) -> list[Invitation]:
        """Revokes the invitation of that id, or all that are valid of that name; returns them.

        Raises:
            UserError: Where there is none.
        """
        now, known = self._clock(), self.all()
        meant = [one for one in known.values() if asked in (one.id, one.name) and not one.revoked_at]
        if not meant:
            open_now = [named for one in known.values() if not one.revoked_at for named in (one.id, one.name)]
            raise UserError(message("desk_invitation_unknown", asked=asked, near=nearest_names(asked, open_now)))
        for one in meant:
            self._add({"kind": "revoked", "id": one.id, "at": _written(now), "by": by})
        return meant

    def of_secret(self, secret: str) -> Invitation | None:
        """The invitation that this secret belongs to, valid or not; compared with each, in constant time."""
        asked, found = hash_of(secret), None
        for one in self.all().values():
            if hmac.compare_digest(one.secret_hash, asked):
                found = one
        return found

    def valid(self, identifier: str) -> Invitation | None:
        """The invitation of that id, if it lets anybody in now."""
        found = self.all().get(identifier)
        return found if found and found.is_valid(self._clock()) else None

    def _add(self, line: dict[str, str]) -> None:
        path = self._journal.path
        with locked(path):
            if not path.exists():
                path.touch(OWN_FILE)
            self._journal.add([line])


def _entry(line: dict[str, Any]) -> Invitation | _Revocation:
    if line["kind"] != "issued":
        return _Revocation(line["id"], _seconds(line["at"]))
    return Invitation(
        line["id"], Role(line["role"]), line["name"], line["secret_sha256"], _seconds(line["at"]),
        _seconds(line["expires_at"]), line["by"],
    )  # fmt: skip


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()
