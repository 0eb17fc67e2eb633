"""How the cells of an .xlsx look: what of its styles a copy carries, as ``xlsxwriter`` takes it.

Only what is listed here is carried: sizes, weights, colours, borders, alignment, and number formats that say nothing
but how a number is shown.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from sciculture_etl.formats.package import Package
from sciculture_etl.formats.xml_tree import read_xml

FIRST_INDEXED = 8
INDEXED = ("000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF")
BORDERS = (
    "none", "thin", "medium", "dashed", "dotted", "thick", "double", "hair", "mediumDashed", "dashDot",
    "mediumDashDot", "dashDotDot", "mediumDashDotDot", "slantDashDot",
)  # fmt: skip
ALIGNED = {
    "left": "left", "center": "center", "right": "right", "fill": "fill", "justify": "justify",
    "centerContinuous": "center_across", "distributed": "distributed",
}  # fmt: skip
VERTICALLY = {
    "top": "top", "center": "vcenter", "bottom": "bottom", "justify": "vjustify", "distributed": "vdistributed"
}  # fmt: skip
# A number format without its literals: at most two letters each, as units have (회, 천원).
LITERAL = re.compile(r'"[^"\d]{0,2}"|\\[^\w]|[년월일시분초명회원건개]')
PLAIN_FORMAT = re.compile(r"[\s#0?.,;:/%()E+_*@$₩\-A-Za-z\[\]<>=\d]*")
LONG_DIGITS, MAX_FORMAT = re.compile(r"\d{5}|[A-Za-z]{9}"), 120
UNKNOWN = "?"  # a number format that is not carried


class Looks:
    """The cell styles of a workbook.

    Attributes:
        styles: properties of each, by its number.
        are_numbers_kept: of each, whether its number format is carried, so that a number in it looks as it did.
    """

    def __init__(self, package: Package, styles: str | None, theme_part: str | None, without_fills: set[str]) -> None:
        self.styles: list[dict[str, Any]] = []
        self.are_numbers_kept: list[bool] = []
        if styles is None:
            self.styles, self.are_numbers_kept = [{}], [True]
            return
        root = read_xml(package.read(styles))
        theme = list(_theme(package, theme_part))
        formats = {e.get("numFmtId"): e.get("formatCode", "") for e in root.iterfind("{*}numFmts/{*}numFmt")}
        fonts = [_font(font, theme) for font in root.iterfind("{*}fonts/{*}font")]
        fills = [_fill(fill, theme) for fill in root.iterfind("{*}fills/{*}fill")]
        fills = [{} if fill.get("bg_color") in without_fills else fill for fill in fills]
        borders = [_border(border, theme) for border in root.iterfind("{*}borders/{*}border")]
        for style in root.iterfind("{*}cellXfs/{*}xf"):
            look = _number_format(style.get("numFmtId", "0"), formats)
            self.are_numbers_kept.append(look.get("num_format") != UNKNOWN)
            look = look if self.are_numbers_kept[-1] else {}
            for made, name in ((fonts, "fontId"), (fills, "fillId"), (borders, "borderId")):
                number = style.get(name, "0")
                look |= made[int(number)] if number.isdecimal() and int(number) < len(made) else {}
            self.styles.append(look | _alignment(style.find("{*}alignment")))

    def known(self, number: str | None) -> int:
        """The number of a style; 0, the plain one, where there is none of that number."""
        return int(number) if number and number.isdecimal() and int(number) < len(self.styles) else 0


def _number_format(number: str, formats: dict[str | None, str]) -> dict[str, Any]:
    if number in formats:
        code = formats[number]
        return {"num_format": code if is_plain_format(code) else UNKNOWN} if code != "General" else {}
    # Those that a spreadsheet knows by number.
    return {"num_format": int(number)} if number.isdecimal() and 0 < int(number) < 164 else {}


def is_plain_format(code: str) -> bool:
    """Whether a number format holds nothing but how a number is shown, and the unit behind it."""
    rest = LITERAL.sub("", code) if len(code) <= MAX_FORMAT else UNKNOWN * MAX_FORMAT
    return len(code) <= MAX_FORMAT and bool(PLAIN_FORMAT.fullmatch(rest)) and not LONG_DIGITS.search(rest)


def _theme(package: Package, part: str | None) -> Iterator[str]:
    """Colours of the theme in the order of their numbers: light and dark are the other way round there."""
    if part is None:
        return
    schemes = read_xml(package.read(part)).iter("{*}clrScheme")
    colours = [c.get("lastClr") or c.get("val") or "" for scheme in schemes for slot in scheme for c in slot]
    colours[:4] = [colours[number] for number in (1, 0, 3, 2)] if len(colours) >= 4 else colours
    yield from colours


def _colour(element: etree._Element | None, theme: list[str]) -> str | None:
    if element is None:
        return None
    number = element.get("theme") or element.get("indexed") or ""
    place = int(number) if number.isdecimal() else -1
    code = (element.get("rgb") or "")[-6:]
    if element.get("theme") and 0 <= place < len(theme):
        code = theme[place]
    elif element.get("indexed") and 0 <= place - FIRST_INDEXED < len(INDEXED):
        code = INDEXED[place - FIRST_INDEXED]
    return f"#{_tinted(code, element.get('tint', '0'))}" if re.fullmatch("[0-9A-Fa-f]{6}", code) else None


def _tinted(code: str, tint: str) -> str:
    try:
        by = max(-1.0, min(float(tint), 1.0))
    except ValueError:
        by = 0.0
    if not by:
        return code.upper()
    hue, light, saturation = colorsys.rgb_to_hls(*(int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)))
    light = light * (1 + by) if by < 0 else light * (1 - by) + by
    return "".join(f"{round(part * 255):02X}" for part in colorsys.hls_to_rgb(hue, light, saturation))


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and element.get("val", "1") not in ("0", "false", "none")


def _font(font: etree._Element, theme: list[str]) -> dict[str, Any]:
    look: dict[str, Any] = {}
    for tag, name in (("b", "bold"), ("i", "italic"), ("u", "underline"), ("strike", "font_strikeout")):
        if _is_on(font.find(f"{{*}}{tag}")):
            look[name] = 1
    size = font.find("{*}sz")
    if size is not None and re.fullmatch(r"\d{1,3}(\.\d+)?", size.get("val", "")):
        look["font_size"] = float(size.get("val", ""))
    colour = _colour(font.find("{*}color"), theme)
    return look | ({"font_color": colour} if colour else {})


def _fill(fill: etree._Element, theme: list[str]) -> dict[str, Any]:
    pattern = fill.find("{*}patternFill")
    if pattern is None or pattern.get("patternType") != "solid":
        return {}
    colour = _colour(pattern.find("{*}fgColor"), theme)
    return {"bg_color": colour} if colour else {}


def _border(border: etree._Element, theme: list[str]) -> dict[str, Any]:
    look: dict[str, Any] = {}
    for side in ("left", "right", "top", "bottom"):
        line = border.find(f"{{*}}{side}")
        kind = line.get("style", "none") if line is not None else "none"
        if line is not None and kind in BORDERS[1:]:
            look[side] = BORDERS.index(kind)
            if colour := _colour(line.find("{*}color"), theme):
                look[f"{side}_color"] = colour
    return look


def _alignment(alignment: etree._Element | None) -> dict[str, Any]:
    if alignment is None:
        return {}
    look: dict[str, Any] = {}
    if across := ALIGNED.get(alignment.get("horizontal", "")):
        look["align"] = across
    if down := VERTICALLY.get(alignment.get("vertical", "")):
        look["valign"] = down
    if alignment.get("wrapText") in ("1", "true"):
        look["text_wrap"] = 1
    if re.fullmatch("[1-9]|1[0-5]", indent := alignment.get("indent", "")):
        look["indent"] = int(indent)
    return look
