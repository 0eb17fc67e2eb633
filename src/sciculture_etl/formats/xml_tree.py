"""Small parts of packages as XML trees, whatever their namespaces are called."""

from __future__ import annotations

from lxml import etree

from sciculture_etl.formats.grid import broken


def read_xml(data: bytes) -> etree._Element:
    """A small part as a tree; entities are never resolved and nothing is fetched. Raises RefusedError where it is
    none.
    """
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise broken() from None


def local_name(element: etree._Element) -> str:
    """``{urn:...}table`` → ``table``: the version of a namespace says nothing that matters here."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name, whatever its namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None
