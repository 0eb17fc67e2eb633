"""What a channel is: an address and how it is opened, as the settings say. Nothing here opens one."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sciculture_etl.errors import UserError
from sciculture_etl.extract.channels.kinds import ALL_OPTIONS, ALL_SECRETS, OWN_SPOOL, Kind, address_fault, kind_of
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

DEFAULT_INBOX = "inbox"
# The channel of what institutions send in at the desk. No setting can name one so: names have no underscore.
SPOOL = "desk_spool"


@dataclass(frozen=True)
class Channel:
    """A channel as it is set.

    Attributes:
        name: as in the setting, lower case; empty for the default channel.
        options: credentials among them.
    """

    name: str
    url: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def setting(self) -> str:
        if self.name == SPOOL:
            return "desk/spool"
        return "SCICULTURE_INBOX" + (f"_{self.name.upper()}" if self.name else "")

    @property
    def kind(self) -> Kind:
        return OWN_SPOOL if self.name == SPOOL else kind_of(self.url)

    @property
    def folder(self) -> Path | None:
        """Where it is on this machine, of a channel that is a folder."""
        return Path(self.url.removeprefix("file://")) if self.kind.is_local else None

    @property
    def submitter(self) -> str | None:
        """Whose channel it is, where it belongs to one institution."""
        return self.options.get("SUBMITTER")

    def path(self, within: str) -> str:
        """What a file is called in receipts: no file of the default channel can have ``//`` in its path."""
        return f"{self.name}://{within}" if self.name else within

    def masked(self, words: str) -> str:
        """Words of others, who might have repeated what they were given."""
        for secret in sorted(ALL_SECRETS):
            if len(value := self.options.get(secret, "")) > 3:
                words = words.replace(value, "***")
        return words


def channels_of(settings: Settings) -> list[Channel]:
    """The default channel, the further ones by name, and the desk's spool where the desk has been used.

    Raises:
        UserError: For settings that can't be meant.
    """
    urls: dict[str, str] = {}
    options: dict[str, dict[str, str]] = {}
    for rest, value in settings.inbox_options.items():
        name, separator, option = ("", "_", rest) if rest in ALL_OPTIONS else rest.partition("_")
        if not separator:
            urls[name] = value
        elif option in ALL_OPTIONS:
            options.setdefault(name, {})[option] = value
        else:
            raise UserError(message("channel_setting_unknown", rest=rest, options=", ".join(sorted(ALL_OPTIONS))))
    if settings.spool.is_dir():
        urls[SPOOL] = str(settings.spool)
    if settings.inbox or not urls or Path(DEFAULT_INBOX).is_dir():
        urls[""] = settings.inbox or DEFAULT_INBOX
    for name in sorted(options.keys() - urls.keys()):
        raise UserError(
            message(
                "channel_url_missing",
                option=f"{Channel(name, '').setting}_{min(options[name])}",
                setting=Channel(name, "").setting,
            )
        )
    channels = [Channel(name.lower(), url, options.get(name, {})) for name, url in sorted(urls.items())]
    for channel in channels:
        _check(channel)
    return channels


def with_blocks(settings: Settings, read_block: Callable[[str], object]) -> Settings:
    """The settings with each ``..._BLOCK`` replaced by the options that the block of that name holds.

    A variable prevails over its block.

    Raises:
        UserError: Where a block can't be read or holds something else.
    """
    resolved: dict[str, str] = {}
    for name, value in settings.inbox_options.items():
        if name != "BLOCK" and not name.endswith("_BLOCK"):
            continue
        try:
            block = read_block(value)
        except Exception as error:
            raise UserError(
                message("channel_block_unreadable", block=value, name=name, error=type(error).__name__)
            ) from None
        if not isinstance(block, Mapping):
            raise UserError(message("channel_block_not_json", block=value, name=name))
        resolved |= {name.removesuffix("BLOCK") + str(option).upper(): str(held) for option, held in block.items()}
    kept = {name: value for name, value in settings.inbox_options.items() if not name.endswith("BLOCK")}
    return settings.model_copy(update={"inbox_options": resolved | kept})


def _check(channel: Channel) -> None:
    kind = channel.kind
    for option in sorted(channel.options.keys() - kind.all_options):
        raise UserError(
            message(
                "channel_option_unfit",
                option=f"{channel.setting}_{option}",
                kind=kind.name,
                known=", ".join(sorted(kind.all_options)),
            )
        )
    if code := address_fault(kind, channel.url):
        raise UserError(message(code, setting=channel.setting, kind=kind.name))
    if not kind.is_server:
        return
    for url, what in ((channel.url, channel.setting), (channel.options.get("ENDPOINT_URL", ""), "ENDPOINT_URL")):
        if url.lower().startswith("http://") and not is_loopback(urlsplit(url)):
            raise UserError(message("channel_not_encrypted", setting=channel.setting, what=what))


def is_loopback(address: SplitResult) -> bool:
    host = address.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
