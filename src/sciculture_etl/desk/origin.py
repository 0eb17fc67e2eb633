"""Under which address people reach the desk. What asks for it by another name, or from another page, is refused."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from sciculture_etl.errors import UserError
from sciculture_etl.messages import message

# Where `sciculture desk` listens unless told otherwise.
DEFAULT_URL = "http://127.0.0.1:4280"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of the desk, as browsers write them.

    Attributes:
        url: without a slash at its end.
        hosts: what ``Host`` may be.
        origins: what ``Origin`` may be.
    """

    url: str
    hosts: frozenset[str]
    origins: frozenset[str]

    @property
    def is_tls(self) -> bool:
        return self.url.startswith("https://")

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of an address; on loopback, each of its names is meant.

        Raises:
            UserError: Where it has a path, a user, or no host, or is open to others and not encrypted.
        """
        try:
            found = urlsplit(url.rstrip("/"))
            host, port = (found.hostname or "").encode("idna").decode(), found.port
        except ValueError:
            raise UserError(message("desk_url_impossible", url=url)) from None
        has_more = found.path or found.query or found.fragment or found.username is not None
        if found.scheme not in PORTS or not host or has_more:
            raise UserError(message("desk_url_impossible", url=url))
        host = f"[{host}]" if ":" in host else host
        ending = f":{port}" if port and port != PORTS[found.scheme] else ""
        is_here = is_loopback(host)
        if found.scheme == "http" and not is_here:
            raise UserError(message("desk_url_not_encrypted", url=url))
        names = LOOPBACK_NAMES if is_here else (host,)
        origins = frozenset(f"{found.scheme}://{name}{ending}" for name in names)
        hosts = {f"{name}{end}" for name in names for end in (ending, ending or f":{PORTS[found.scheme]}")}
        return cls(f"{found.scheme}://{host}{ending}", frozenset(hosts), origins)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
