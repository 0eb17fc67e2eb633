"""The kinds of channels: how an address is recognised, which options it takes, and the file that opens it.

To add a kind: an entry here, a file of that name beside this one with ``open_channel``, its library in ``TRANSPORTS``
of ``faults.py``, a section in ``docs/channels.md``, and an entry each in ``THERE`` and ``NOWHERE`` of
``tests/extract/test_channel_kinds.py``. A scheme that isn't encrypted is to be refused in ``channel.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from sciculture_etl.extract.channels.channel import Channel
    from sciculture_etl.settings import Timeouts


@dataclass(frozen=True)
class Kind:
    """What is known of a kind before a channel of it is opened.

    schemes: of the addresses that are of this kind. options: what is set beside the address. secrets: such of them as
    are never shown. file: the module beside this one that opens it, imported only then, since its libraries are large.
    is_server: the address has a host, and no password. user_in_address: but a user name. is_local: it lies on this
    machine, whose clock is its own. lists_at_once: one request lists all folders. appears_whole: no file is ever seen
    half written.
    """

    name: str
    schemes: tuple[str, ...]
    file: str
    options: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    is_server: bool = True
    user_in_address: bool = False
    is_local: bool = False
    lists_at_once: bool = False
    appears_whole: bool = False

    @property
    def all_options(self) -> frozenset[str]:
        return self.options | self.secrets | OF_EVERY_KIND

    def open(self, channel: Channel, timeouts: Timeouts) -> tuple[Any, str]:
        """File system and root of a channel.

        Raises whatever its library raises.
        """
        filesystem, root = import_module(f"{__package__}.{self.file}").open_channel(channel, timeouts)
        return filesystem, root


# SUBMITTER: whose channel it is. BLOCK: where further options are kept.
OF_EVERY_KIND = frozenset({"SUBMITTER", "BLOCK"})
ANY_OTHER = Kind("other", (), "folder", is_server=False)
KINDS = (
    Kind("folder", ("", "file"), "folder", is_server=False, is_local=True),
    Kind(
        "sftp", ("sftp",), "sftp", frozenset({"USERNAME", "KEY_FILE", "KNOWN_HOSTS"}), frozenset({"PASSWORD"}),
        user_in_address=True,
    ),
    Kind(
        "s3", ("s3",), "s3", frozenset({"ENDPOINT_URL", "REGION", "ANONYMOUS", "CA_FILE"}),
        frozenset({"ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"}),
        lists_at_once=True, appears_whole=True,
    ),
    Kind("https", ("https", "http"), "https", frozenset({"USERNAME", "CA_FILE"}), frozenset({"PASSWORD", "TOKEN"})),
    ANY_OTHER,
)  # fmt: skip
# The desk's: a folder in which files appear by a rename, so that no half of one is ever there.
OWN_SPOOL = replace(KINDS[0], name="spool", appears_whole=True)
BY_SCHEME = {scheme: kind for kind in KINDS for scheme in kind.schemes}
ALL_OPTIONS = frozenset[str]().union(*(kind.all_options for kind in KINDS))
ALL_SECRETS = frozenset[str]().union(*(kind.secrets for kind in KINDS))


def kind_of(url: str) -> Kind:
    """By the scheme of the address; a path is a folder."""
    scheme, separator, _ = url.partition("://")
    return BY_SCHEME.get(scheme.lower() if separator else "", ANY_OTHER)


def address_fault(kind: Kind, url: str) -> str | None:
    """What is wrong with an address: the code of a message, None where nothing is."""
    if not kind.is_server:
        return None
    address = urlsplit(url)
    if address.password is not None or (address.username is not None and not kind.user_in_address):
        return "channel_url_has_credentials"
    if not address.hostname or address.query or address.fragment:
        return "channel_url_invalid"
    return None
