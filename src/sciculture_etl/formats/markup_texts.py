"""The texts of markup (XML, HTML) and of binary files, whatever its syntax: nothing that stands between signs is lost.

Markup is parted at its signs (``< > " '``) by a linear engine instead of being parsed: so comments, CDATA, attributes,
instructions, declarations and what a parser would refuse are all texts, and no text can be hidden by its syntax.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

import polars as pl

from sciculture_etl.privacy import WORTH_A_LOOK

PARTED = "\x1f"
# Tags within a text, which a program may put anywhere in it: of runs, fonts, colours, links, spaces.
INLINE_NAMES = (
    r"(?i)</?(?:[a-z0-9]{1,10}:)?(?:t|r|run|rpr|rfont|span|b|i|u|s|a|em|strong|strike|font|sz|color|family|charset|scheme"
    r"|vertalign|small|big|sub|sup|mark|ins|del|tt|code|wbr|nobr|kern|latin|ea|cs|sym|ln|solidfill|srgbclr|schemeclr"
    r"|lummod|lumoff|effectlst|nofill|tspan|rph|lang|prooferr|bookmark|bookmark-start|bookmark-end|charpr)"
)
INLINE, INLINE_SAYING = rf"{INLINE_NAMES}(?:[\s/][^<>]*)?>", rf"{INLINE_NAMES}\s[^<>]*[0-9０-９@＠][^<>]{{5,}}>"
# Comments and instructions, which part a text without a reader's seeing it, and the frame of CDATA.
UNSHOWN = r"(?s)<!--.*?-->|<\?.*?\?>|<!\[CDATA\[|\]\]>"
SIGN = re.compile("[<>\"'\r\n\x00-\x08\x0b\x0c\x1f]")
FRAME = "!?- \t\xa0"  # what stands around the text of a comment or an instruction
# &L: what follows stands left; &"Arial,Bold": in that font; &10: of that size.
PLACE_IN_FOOTER = '&amp;(?:[A-Z]|(?:&quot;|")[^&"<>]{0,60}(?:&quot;|"))'
SIZE_IN_FOOTER = "&amp;[0-9]{1,2}(01[016-9]|[0-9]{6}|[0-9]{4})"
ENCODED = r"&#|&[a-zA-Z]{2,8};|_x00[0-9A-F]{2}_|%(?:40|2[dD]|3[0-9])|\\u00[0-9a-fA-F]{2}"
SPLIT_FORMAT = r"\\|&quot;&quot;"  # within a format of numbers: \-, "가""상"
# What is no person's by its kind: identifiers, moments, and whole numbers that name or place a thing.
OF_NO_PERSON = (
    r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?"
    r"|\s(?:[A-Za-z:]{0,20}(?:[iI]d|ID|[wW]idth|[hH]eight)|[a-z]?[xywh]|rsid[A-Za-z]*|panose[0-9]?|rgb)="
    r"[\"']-?[1-9A-Fa-f][0-9A-Fa-f.]{5,}[\"']"
)
# Who is logged in to a program that writes files: elements and attributes that hold a name or an account.
BY_PROGRAM = (
    r"(?i)<(?:[a-z0-9]{1,10}:)?(?:creator|initial-creator|printed-by|lastmodifiedby|author|lastauthor|lastsavedby"
    r"|displayname|accountid|accounttype)(?:\s[^<>]*)?>[^<]*<"
    r"|<(?:[a-z0-9]{1,10}:)?(?:person|abspath|filesharing|userinfo|user)\s[^<>]*>"
    r"|<(?:[a-z0-9]{1,10}:)?meta\s[^<>]*\b(?:creator|lastsaveby|author)\b[^<>]*>[^<]*"
)
MAY_BE_BY_PROGRAM = (
    "creator", "uthor", "odifiedBy", "isplayName", "ccountId", "printed-by", "astsave", "astSave", "bsPath", "person ",
    "serInfo", "ileSharing",
)  # fmt: skip
MAY_BE_UNSHOWN = re.compile(r"<!|<\?(?:[^x]|x[^m])")
MAY_BE_ENCODED = re.compile(r"&|_x00|%[234]|\\u00")
ESCAPED = re.compile(r"(?:_x|\\u)([0-9A-Fa-f]{4})_?")
SHORTEST = len("a@b.kr")
# Runs of characters amid bytes of other kinds: single bytes with Korean of two, and UTF-16.
RUN = re.compile(rb"(?:[\x20-\x7e]|[\xa1-\xfe][\xa1-\xfe]){7,}")
WIDE_RUN = re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x20\x30\x31\xac-\xd6\xff]){7,}")


def texts_of_markup(pieces: list[str]) -> list[tuple[int, bool, str]]:
    """The texts that may hold something, of pieces of markup or of plain text.

    Args:
        pieces: markup, cut anywhere but within a text.

    Returns:
        Number of the piece, whether a program wrote the text down unseen, and the text; each once.
    """
    raw = pl.Series(pieces, dtype=pl.String).str.replace_all(f"{OF_NO_PERSON}|{PLACE_IN_FOOTER}", PARTED)
    views = []
    if any(word in piece for piece in pieces for word in MAY_BE_BY_PROGRAM):
        views.append((raw.str.extract_all(BY_PROGRAM).list.join(PARTED), True))
        raw = raw.str.replace_all(BY_PROGRAM, "<")
    views.append((raw.str.replace_all(INLINE, ""), False))
    if any("formatCode" in piece for piece in pieces):
        views.append((raw.str.replace_all(SPLIT_FORMAT, ""), False))
    if any("ooter" in piece or "eader>" in piece for piece in pieces):
        views.append((raw.str.replace_all(SIZE_IN_FOOTER, f"{PARTED}${{1}}"), False))
    views.append((raw.str.extract_all(INLINE_SAYING).list.join(PARTED), False))
    if any(MAY_BE_UNSHOWN.search(piece) for piece in pieces):
        views.append((raw.str.replace_all(UNSHOWN, "").str.replace_all(INLINE, ""), False))
    found: dict[tuple[int, bool, str], None] = {}
    for view, by_program in views:
        near = view.str.contains(f"{WORTH_A_LOOK}|{ENCODED}").arg_true()
        for piece, text in zip(near, view.gather(near), strict=True):
            parted = pl.Series(SIGN.split(_decoded(text)), dtype=pl.String).str.strip_chars(FRAME)
            held = parted.filter((parted.str.len_bytes() >= SHORTEST) & parted.str.contains(WORTH_A_LOOK))
            found.update(dict.fromkeys((piece, by_program, held_text) for held_text in held))
    return list(found)


def _decoded(text: str) -> str:
    if not MAY_BE_ENCODED.search(text):
        return text
    # What stands for a sign is none of the markup's own.
    parted = SIGN.sub(PARTED, text)
    plain = unquote(unescape(parted))
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), plain)


def texts_of_bytes(content: bytes) -> list[str]:
    """Texts of one and of two bytes a character amid bytes of other kinds."""
    texts = [run.decode("cp949", "replace") for run in RUN.findall(content)]
    for run in WIDE_RUN.findall(content):
        texts.append(run.decode("utf-16-le", "replace"))
    return texts
