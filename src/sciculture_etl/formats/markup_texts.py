"""The texts of markup (XML, HTML) and of binary files, whatever its syntax: nothing that stands between signs is lost.

Markup is parted at its signs (``< > " '``) by a linear engine instead of being parsed: so comments, CDATA, attributes,
instructions, declarations and what a parser would refuse are all texts, and no text can be hidden by its syntax.
"""

from __future__ import annotations

import re
from html import unescape

import polars as pl

from sciculture_etl.privacy import WORTH_A_LOOK

PARTED = "\x1f"
# Tags within a text, which a program may put anywhere in it: of runs, fonts, colours, links, spaces.
INLINE = (
    r"(?i)</?(?:[a-z0-9]{1,10}:)?(?:t|r|run|rpr|rfont|span|b|i|u|s|a|em|strong|strike|font|sz|color|family|charset|scheme"
    r"|vertalign|small|big|sub|sup|mark|ins|del|tt|code|wbr|nobr|kern|latin|ea|cs|sym|ln|solidfill|srgbclr|schemeclr"
    r"|lummod|lumoff|effectlst|nofill|lang|prooferr|bookmark|bookmark-start|bookmark-end|charpr)(?:[\s/][^<>]*)?>"
)
# Comments and instructions, which part a text without a reader's seeing it, and the frame of CDATA.
UNSHOWN = r"(?s)<!--.*?-->|<\?.*?\?>|<!\[CDATA\[|\]\]>"
MAY_BE_UNSHOWN = r"<!|<\?[^x]"
TAG_WORTH_A_LOOK = rf"<[^<>]*(?:{WORTH_A_LOOK.replace('[^0-9０-９]', '[^0-9０-９<>]')})[^<>]*>"
SIGNS = "[<>\"'\r\n\x00-\x08\x0b\x0c]"
PLACE_IN_FOOTER = "&amp;[A-Z]"  # &L: what follows stands left
ENCODED = r"&#|&[a-zA-Z]{2,8};|_x00[0-9A-F]{2}_|%40"
# What is no person's by its kind: identifiers, moments, and whole numbers that name or place a thing.
OF_NO_PERSON = (
    r"\{?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?"
    r"|[\w:.-]*(?:[iI][dD]|[xXyYwWhH]|cx|cy|[wW]idth|[hH]eight|rsid\w*|panose\w*|rgb)\s*=\s*[\"'][-0-9A-Fa-f.]{6,}[\"']"
)
# Who is logged in to a program that writes files: elements and attributes that hold a name or an account.
BY_PROGRAM = (
    r"(?i)<(?:[a-z0-9]{1,10}:)?(?:creator|initial-creator|printed-by|lastmodifiedby|author|lastauthor|lastsavedby"
    r"|displayname|accountid|accounttype)(?:\s[^<>]*)?>[^<]*<"
    r"|<(?:[a-z0-9]{1,10}:)?(?:person|abspath|filesharing|userinfo|user)\s[^<>]*>"
    r"|<(?:[a-z0-9]{1,10}:)?meta\s[^<>]*\b(?:creator|lastsaveby|author)\b[^<>]*>[^<]*"
)
MAY_BE_BY_PROGRAM = (
    r"(?i)creator|lastmodifiedby|author|displayname|accountid|printed-by|lastsave|abspath|person |userinfo"
)
ESCAPED = re.compile(r"_x([0-9A-F]{4})_")
SHORTEST = len("a@b.kr")
# Runs of characters amid bytes of other kinds: single bytes with Korean of two, and UTF-16.
RUN = re.compile(rb"(?:[\x20-\x7e]|[\xa1-\xfe][\xa1-\xfe]){7,}")
WIDE_RUN = re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x20\x30\x31\xac-\xd6\xff]){7,}")


def texts_of_markup(pieces: pl.Series) -> pl.DataFrame:
    """The texts that may hold something, of pieces of markup or of plain text.

    Args:
        pieces: markup, cut anywhere but within a text.

    Returns:
        piece: number of the piece; by_program: whether a program wrote it down unseen; text.
    """
    whole = pl.DataFrame({"text": pieces}).with_row_index("piece").with_columns(by_program=False)
    raw = whole.with_columns(pl.col("text").str.replace_all(f"{OF_NO_PERSON}|{PLACE_IN_FOOTER}", PARTED))
    signed = raw.filter(pl.col("text").str.contains(MAY_BE_BY_PROGRAM))
    if signed.height:
        written = pl.col("text").str.extract_all(BY_PROGRAM)
        signatures = signed.with_columns(written, by_program=True).explode("text").drop_nulls()
        raw = raw.with_columns(pl.col("text").str.replace_all(BY_PROGRAM, "<"))
    joined = pl.col("text").str.replace_all(INLINE, "")
    views = [
        raw.with_columns(joined),
        raw.with_columns(pl.col("text").str.extract_all(TAG_WORTH_A_LOOK)).explode("text"),
    ]
    hiding = raw.filter(pl.col("text").str.contains(MAY_BE_UNSHOWN))
    if hiding.height:
        views.append(hiding.with_columns(pl.col("text").str.replace_all(UNSHOWN, "")).with_columns(joined))
    if signed.height:
        views.append(signatures)
    near = pl.concat(views).filter(pl.col("text").str.contains(rf"{WORTH_A_LOOK}|{ENCODED}"))
    if not near.height:
        return near
    texts = near.with_columns(pl.col("text").str.replace_all(SIGNS, PARTED))
    encoded = texts["text"].str.contains(ENCODED).arg_true()
    if encoded.len():
        decoded = pl.Series([_decoded(text) for text in texts["text"].gather(encoded)], dtype=pl.String)
        texts = texts.with_columns(texts["text"].scatter(encoded, decoded))
    parted = texts.with_columns(pl.col("text").str.split(PARTED)).explode("text")
    held = (pl.col("text").str.len_bytes() >= SHORTEST) & pl.col("text").str.contains(WORTH_A_LOOK)
    return parted.filter(held).unique(maintain_order=True)


def _decoded(text: str) -> str:
    plain = unescape(text).replace("%40", "@")
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), plain)


def texts_of_bytes(content: bytes) -> list[str]:
    """Texts of one and of two bytes a character amid bytes of other kinds."""
    texts = [run.decode("cp949", "replace") for run in RUN.findall(content)]
    for run in WIDE_RUN.findall(content):
        texts.append(run.decode("utf-16-le", "replace"))
    return texts
