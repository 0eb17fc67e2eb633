"""How often something may be asked for: by one client, and by all together. Kept in memory; a restart forgets it."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import deque
from collections.abc import Callable

from sciculture_etl.desk.route import Rate

# Of so many clients the times are kept; beyond, those that asked longest ago are forgotten.
MAX_CLIENTS = 10_000
NETWORK_OF_ONE = 64
ALL = ""


class Rates:
    """The times at which clients asked, by what for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counting = threading.Lock()
        self._times: dict[tuple[str, str], deque[float]] = {}

    def is_exceeded(self, what: str, rate: Rate, client: str) -> bool:
        """Whether this client has to wait. Where all together asked too often, only who asked before has to."""
        with self._counting:
            own = self._within(what, client_of(client), rate)
            if own >= rate.per_client:
                return True
            return self._within(what, ALL, rate) >= rate.in_all and own > 0

    def note(self, what: str, rate: Rate, client: str) -> None:
        """That this client asked."""
        with self._counting:
            for who, most in ((client_of(client), rate.per_client), (ALL, rate.in_all)):
                times = self._times.pop((what, who), None) or deque(maxlen=most)
                times.append(self._clock())
                self._times[what, who] = times
            while len(self._times) > MAX_CLIENTS:
                self._times.pop(next(iter(self._times)))

    def _within(self, what: str, who: str, rate: Rate) -> int:
        times, now = self._times.get((what, who), deque()), self._clock()
        while times and now - times[0] > rate.seconds:
            times.popleft()
        return len(times)


def client_of(address: str) -> str:
    """Who counts as one: an address, of IPv6 its network, since whoever has one address there has them all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address or "unknown"
    if found.version == 6:
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network(f"{found}/{NETWORK_OF_ONE}", strict=False))
    return str(found)
