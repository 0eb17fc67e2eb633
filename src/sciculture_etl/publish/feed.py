"""``releases/feed.xml``: an Atom feed (RFC 4287) of what became of releases, for readers who subscribe to it.

It is made from the journal and the manifests, whole, whenever a release is published or gone back from, so that it
outlives the releases that are removed. An entry keeps its identifier for ever.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sciculture_etl.messages import text_in
from sciculture_etl.publish.events import ReleaseEvent, release_events
from sciculture_etl.publish.journal import PUBLISHED
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import FILE_FOR_ALL
from sciculture_etl.storage.atomic import write_atomically
from sciculture_etl.storage.journal import Journal

FEED = "feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
LANGUAGES = ("ko", "en")
MAX_ENTRIES = 50
NAMESPACE = UUID("6f0d3c1e-6c0a-5f2b-9a41-3b1f6f2f7a10")
# Of a feed without entries, which must have a time as well.
NEVER = "1970-01-01T00:00:00+00:00"
# What a browser can show of a release, the first that is there.
PAGES = ("site/ko/changes.html", "dictionary/dictionary.html", "dictionary/dictionary.md")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_feed(settings: Settings) -> None:
    """Writes the feed, where it would come out otherwise than it stands. Call it under the writer's lock."""
    events = release_events(settings)
    if not events:
        return
    publisher = settings.publisher or text_in("ko", "feed_title")
    data = feed_of(events, feed_id(settings.archive), publisher, settings.releases)
    path = settings.releases / FEED
    if not path.exists() or path.read_bytes() != data:
        write_atomically(path, data, FILE_FOR_ALL)


def feed_id(archive: Path) -> UUID:
    """The same as long as the archive is: it follows from the first line of its receipts."""
    lines = Journal(archive / "receipts.jsonl").whole_lines()
    return uuid5(NAMESPACE, lines[0].hex() if lines else "")


def feed_of(events: Sequence[ReleaseEvent], identifier: UUID, publisher: str, releases: Path) -> bytes:
    """The newest events as Atom.

    Args:
        events: the oldest first.
        releases: where the folders lie to which entries lead; a release that was removed has no link.
    """
    newest = list(reversed(events))[:MAX_ENTRIES]
    feed = Element("feed", {"xmlns": ATOM})
    _add(feed, "id", identifier.urn)
    _add(feed, "title", " / ".join(text_in(language, "feed_title") for language in LANGUAGES))
    _add(feed, "updated", max((event.at for event in newest), default=NEVER))
    _add(SubElement(feed, "author"), "name", publisher)
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": FEED})
    for event in newest:
        entry = SubElement(feed, "entry")
        _add(entry, "id", uuid5(identifier, event.key).urn)
        _add(entry, "title", " / ".join(event.title(language) for language in LANGUAGES))
        _add(entry, "updated", event.at)
        _add(entry, "published", event.at)
        if event.kind == PUBLISHED and event.reason:
            SubElement(entry, "category", {"term": _clean(event.reason)})
        for page in PAGES:
            if (releases / event.release_id / page).is_file():
                SubElement(
                    entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{event.release_id}/{page}"}
                )
                break
        _add(entry, "content", _content(event), type="html")
    indent(feed)
    text: str = tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _content(event: ReleaseEvent) -> str:
    parts = []
    for language in LANGUAGES:
        texts = [event.title(language), *event.details(language)]
        lines = "".join(f"<p>{escape(text).replace(chr(10), '<br/>')}</p>" for text in texts)
        parts.append(f'<div lang="{language}">{lines}</div>')
    return "".join(parts)


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _clean(text)


def _clean(text: str) -> str:
    """Without what XML can't hold, whoever wrote it into a journal."""
    return NOT_XML.sub("\ufffd", text)
