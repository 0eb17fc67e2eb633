"""An index page as a folder: what nginx, Apache and others list at an address, and nothing that lies elsewhere."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

import aiohttp
from fsspec.asyn import sync_wrapper
from fsspec.implementations.http import HTTPFileSystem

from sciculture_etl.errors import PermanentError
from sciculture_etl.extract.channels.channel import Channel
from sciculture_etl.settings import Timeouts

MAX_PAGE_BYTES = 64 * 1024**2
LISTED_AS = ("text/html", "application/xhtml+xml")


def quoted(address: str) -> str:
    """An address as it is sent; a per cent sign stays, for it begins what was quoted already."""
    return quote(address, safe="/%:@!$&'()*+,;=~-._[]", errors="surrogateescape")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.targets += [value for name, value in attrs if name == "href" and value]


def links_below(page: str, html: str) -> list[str]:
    """Addresses one level below the page, each once, in its order; folders end in ``/``.

    Links to other hosts, to folders above, and those by which a listing is sorted (``?C=M``) are none of them.
    """
    reader = _Links()
    reader.feed(html)
    above = unquote_to_bytes(urlsplit(page).path)
    found: dict[str, None] = {}
    for target in reader.targets:
        try:
            address = urlsplit(urljoin(page, target.strip()))
            elsewhere = _origin(address) != _origin(urlsplit(page))
        except ValueError:  # no address
            continue
        path = unquote_to_bytes(quoted(address.path))
        name = path[len(above) :].removesuffix(b"/")
        if elsewhere or address.query or address.fragment or not path.startswith(above):
            continue
        if name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name:
            found[page + quote(name, safe="") + ("/" if path.endswith(b"/") else "")] = None
    return list(found)


def _time(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)  # HTTP knows no other zone
    except ValueError:
        return None


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or {"https": 443, "http": 80}.get(address.scheme)


class Listing(HTTPFileSystem):  # type: ignore[misc]
    """``ls`` reads an index page; ``info`` asks for size, time and ETag; no redirect is followed."""

    cachable = False

    def __init__(self, channel: Channel, timeouts: Timeouts) -> None:
        self._channel = channel
        self._timeouts = timeouts
        self._session: aiohttp.ClientSession | None
        super().__init__(
            block_size=0,
            encoded=True,
            get_client=self._client,
            allow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            skip_instance_cache=True,
        )

    async def _client(self, **_: Any) -> aiohttp.ClientSession:
        options, silence = self._channel.options, self._timeouts.silence
        auth, headers = None, {}
        if "TOKEN" in options:
            headers["Authorization"] = f"Bearer {options['TOKEN']}"
        elif "USERNAME" in options:
            auth = aiohttp.BasicAuth(options["USERNAME"], options.get("PASSWORD", ""), encoding="utf-8")
        return aiohttp.ClientSession(
            auth=auth,
            headers=headers,
            auto_decompress=False,
            connector=aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=options.get("CA_FILE"))),
            timeout=aiohttp.ClientTimeout(total=None, connect=silence, sock_connect=silence, sock_read=silence),
        )

    def _raise_not_found_for_status(self, response: aiohttp.ClientResponse, url: str) -> None:
        if 300 <= response.status < 400:
            raise PermanentError(
                f"HTTP {response.status}: it redirects elsewhere, which isn't followed: set the final URL"
            )
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise PermanentError("it sends the file compressed though asked not to")
        super()._raise_not_found_for_status(response, url)

    async def _ls(self, url: str, detail: bool = True, **_: Any) -> list[Any]:
        session = await self.set_session()
        async with session.get(self.encode_url(url), **self.kwargs) as response:
            self._raise_not_found_for_status(response, url)
            if response.content_type not in LISTED_AS:
                raise PermanentError(f"no index page is there, but {response.content_type}")
            page = await response.content.read(MAX_PAGE_BYTES)
            while len(page) < MAX_PAGE_BYTES and (more := await response.content.read(MAX_PAGE_BYTES - len(page))):
                page += more
        if len(page) >= MAX_PAGE_BYTES:
            raise PermanentError(f"its index page is larger than {MAX_PAGE_BYTES:,} bytes")
        found = links_below(url, page.decode("utf-8", "surrogateescape"))
        if not detail:
            return found
        return [{"name": name, "type": "directory" if name.endswith("/") else "file"} for name in found]

    ls = sync_wrapper(_ls)

    def isdir(self, path: str) -> bool:
        """Whether it is written as a folder is: listing it tells whether one is there."""
        return path.endswith("/")

    async def _info(self, url: str, **_: Any) -> dict[str, Any]:
        """``size`` is None and ``mtime`` missing where the server doesn't tell them."""
        session = await self.set_session()
        response = await session.head(self.encode_url(url), **self.kwargs)
        if response.status in (405, 501):  # it doesn't know HEAD
            response.release()
            response = await session.get(self.encode_url(url), **self.kwargs)
        try:
            self._raise_not_found_for_status(response, url)
            headers = response.headers
            info: dict[str, Any] = {"name": url, "type": "file", "size": None}
            if headers.get("Content-Length", "").isdecimal():
                info["size"] = int(headers["Content-Length"])
            if changed := _time(headers.get("Last-Modified", "")):
                info["mtime"] = changed
            elif "ETag" in headers:  # beside a time it isn't needed, and servers behind one address give different ones
                info["ETag"] = headers["ETag"]
            return info
        finally:
            response.close()

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        # As a stream, for which any size but none saves asking for it again.
        return super()._open(path, mode, block_size=0, size=1)

    def close(self) -> None:
        session: aiohttp.ClientSession | None = self._session
        if session is not None:
            asyncio.run_coroutine_threadsafe(session.close(), self.loop).result(self._timeouts.silence)


def open_channel(channel: Channel, timeouts: Timeouts) -> tuple[Listing, str]:
    return Listing(channel, timeouts), quoted(channel.url).rstrip("/") + "/"
