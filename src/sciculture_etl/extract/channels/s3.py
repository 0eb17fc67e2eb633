"""S3-compatible storage, each try bounded in time; it is tried again where every channel is, and nowhere else."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from s3fs import S3FileSystem

from sciculture_etl.extract.channels.channel import Channel
from sciculture_etl.settings import Timeouts


def open_channel(channel: Channel, timeouts: Timeouts) -> tuple[Any, str]:
    options, address = channel.options, urlsplit(channel.url)
    endpoint = options.get("ENDPOINT_URL")
    own = endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    filesystem = S3FileSystem(
        anon=options.get("ANONYMOUS", "").lower() in ("1", "true", "yes"),
        key=options.get("ACCESS_KEY_ID"),
        secret=options.get("SECRET_ACCESS_KEY"),
        token=options.get("SESSION_TOKEN"),
        endpoint_url=endpoint,
        client_kwargs={"region_name": options.get("REGION"), "verify": options.get("CA_FILE")},
        config_kwargs={
            "connect_timeout": timeouts.silence,
            "read_timeout": timeouts.silence,
            "retries": {"total_max_attempts": 1},
            "s3": {"addressing_style": "path" if own else "auto"},
        },
        default_block_size=8 * 1024**2,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    filesystem.retries = 1
    return filesystem, f"{address.netloc}{address.path}".rstrip("/")
