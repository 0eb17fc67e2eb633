"""A folder, and whatever else fsspec opens by its address alone."""

from __future__ import annotations

from typing import Any

import fsspec

from sciculture_etl.extract.channels.channel import Channel
from sciculture_etl.settings import Timeouts


def open_channel(channel: Channel, _timeouts: Timeouts) -> tuple[Any, str]:
    filesystem, root = fsspec.url_to_fs(channel.url)
    # A listing kept from an earlier look would hide what came since.
    filesystem.invalidate_cache()
    return filesystem, str(root)
