"""What was done at the desk, one JSON object a line: ``warehouse/desk/audit.jsonl``, for this user alone.

A line says when, who (the institution or operator of the invitation), what, and how it ended; of a file its hash and
its masked name. No secret, no value of a cell, no whole address of a client is ever in one: of an address the network.
Whoever isn't signed in can't fill the disk: what is refused them is written down once a minute and kind, with a number.
"""

from __future__ import annotations

import ipaddress
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sciculture_etl.desk.folder import add_line
from sciculture_etl.desk.identity import Identity
from sciculture_etl.privacy import mask_path, mask_text

AUDIT = "audit.jsonl"
SECONDS_BETWEEN_REFUSALS = 60
MAX_CHARACTERS = 300
NETWORK_BITS = {4: 24, 6: 48}


class Audit:
    """The audit lines of a desk's folder."""

    def __init__(self, desk: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = desk / AUDIT
        self._clock = clock
        self._counting = threading.Lock()
        self._refused: dict[str, tuple[float, int]] = {}

    def record(
        self, who: Identity | None, action: str, outcome: str, file: str = "", sha256: str = "", **more: str | int
    ) -> None:
        """Adds a line, on disk when it returns.

        Args:
            file: name of a file; what is personal in it is masked.
            more: whatever else says what was done, in codes and numbers: ``dataset``, ``release``.
        """
        line: dict[str, str | int] = {
            "at": datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds"),
            "role": who.role.value if who else "",
            "who": who.name if who else "",
            "action": action,
            "outcome": outcome,
        }
        if who:
            line |= {"invitation": who.invitation}
        if file:
            line |= {"file": mask_path(file)[:MAX_CHARACTERS]}
        if sha256:
            line |= {"sha256": sha256}
        line |= {
            name: mask_text(value)[:MAX_CHARACTERS] if isinstance(value, str) else value
            for name, value in more.items()
            if value != ""
        }
        add_line(self._path, json.dumps(line, ensure_ascii=False).encode() + b"\n", is_synced=True)

    def refuse(self, who: Identity | None, action: str, outcome: str, client: str) -> None:
        """The same of what was refused, in the network of a client. A kind of refusal at most once a minute."""
        kind, now = f"{who.invitation if who else ''} {action} {outcome}", self._clock()
        with self._counting:
            since, count = self._refused.get(kind, (0.0, 0))
            if abs(now - since) < SECONDS_BETWEEN_REFUSALS:
                self._refused[kind] = since, count + 1
                return
            self._refused[kind] = now, 0
        self.record(who, action, outcome, network=network_of(client), besides=count or "")


def network_of(client: str) -> str:
    """The network that an address is in: enough to see where tries come from, too little to name a person."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{address}/{NETWORK_BITS[address.version]}", strict=False))
