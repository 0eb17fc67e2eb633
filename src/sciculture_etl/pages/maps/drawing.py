"""Choropleths whose years are switched by CSS: every district carries its class of each year, rules pick one.

A page holds each outline once (``Outlines``), whichever maps and measures use it. What is the same on the map of a year
and on today's is drawn once, and the rest for each. All of it is the same in every language but for the names of
districts, which are put in last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from sciculture_etl.pages.maps.boundaries import FRAME, BoundaryMap, grid_spot
from sciculture_etl.pages.maps.classes import ZERO, class_of
from sciculture_etl.pages.maps.placing import NONE, NOTHING, Figure
from sciculture_etl.pages.numbers import shown_number
from sciculture_etl.pages.svg import element, image
from sciculture_etl.pages.words import Language

# Symbol → what stands for it in the names of classes of the style sheet.
SYMBOL_CLASSES = {"-": "n", "x": "x", "…": "u", "s": "s", "m": "m", "o": "o"}
THEN, NOW = "then", "now"
Names = Mapping[Language, str]
NamesOf = Callable[[BoundaryMap, str], Names]
PathsOf = Callable[[BoundaryMap, str], tuple[str, ...]]
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def _ground(size: int) -> Markup:
    return element("rect", width=size, height=size, class_="ground")


def _stripe(width: float, class_: str) -> Markup:
    return element("rect", width=width, height=20, class_=class_)


# Name → size, turn in degrees, marks. Each is told from the others without colour.
PATTERNS: dict[str, tuple[int, int, tuple[Markup, ...]]] = {
    "hatch": (6, 45, (_stripe(2, "hatching"),)),
    "map-n": (14, 45, (_ground(14), _stripe(1, "faint"))),
    "map-x": (8, 45, (_ground(8), _stripe(3, "strong"))),
    "map-u": (9, 0, (_ground(9), element("circle", cx=4.5, cy=4.5, r=1.8, class_="strong"))),
    "map-s": (8, 135, (_ground(8), _stripe(1.2, "strong"))),
    "map-m": (8, 90, (_ground(8), _stripe(1.5, "strong"))),
    "map-o": (20, 0, (_ground(20),)),
}


@dataclass
class Outlines:
    """The outlines that the maps of a page use; each stands on it once."""

    known: dict[str, str] = field(default_factory=dict)

    def reference(self, path: str, class_: str | None = None) -> Markup:
        name = self.known.setdefault(path, f"m{len(self.known)}")
        # There are thousands on a page.
        return Markup(f'<use href="#{name}" class="{class_}"/>' if class_ else f'<use href="#{name}"/>')

    def definitions(self) -> Markup:
        """They, unseen; call it when all maps are drawn."""
        paths = [element("path", id=name, d=path) for path, name in self.known.items()]
        return element("svg", element("defs", *paths), class_="outlines", aria_hidden="true", width=0, height=0)


@dataclass(frozen=True)
class Sheet:
    """A map and what its districts show by year.

    Attributes:
        boundaries: of the districts.
        figures: year → code on this map → figure.
    """

    boundaries: BoundaryMap
    figures: Mapping[int, Mapping[str, Figure]]


@dataclass(frozen=True)
class District:
    """What is drawn of a district: its names then and today, the outlines that it is made of, its figures."""

    names: tuple[Names, ...]
    paths: tuple[str, ...]
    by_year: dict[int, Figure]


@dataclass(frozen=True)
class Drawing:
    """A map for all languages.

    Attributes:
        box: left, top, width, height of what is drawn.
        pieces: SVG, with a gap after each but the last.
        gaps: what fills them: the names of districts.
    """

    box: tuple[int, int, int, int]
    pieces: list[str]
    gaps: list[tuple[Names, ...]]

    def image(self, language: Language, *, identity: str, title: str, description: str, class_: str) -> Markup:
        """The map in a language."""
        named = [escape(" → ".join(dict.fromkeys(one[language] for one in names))) for names in self.gaps]
        inner = "".join([part for pair in zip(self.pieces, named, strict=False) for part in pair])
        left, top, width, height = self.box
        whole = Markup(inner + self.pieces[-1])  # of elements, and of names that are escaped
        return image(
            identity, title, description, width, height,
            element("g", whole, transform=f"translate({-left} {-top})"), class_=f"chart districts {class_}",
        )  # fmt: skip


def letters(number: int) -> str:
    """The name of a year in classes: a, b, … z, aa, ab."""
    return (letters(number // 26 - 1) if number >= 26 else "") + ALPHABET[number % 26]


def class_name(figure: Figure, breaks: list[float]) -> str:
    if figure.value is None:
        return SYMBOL_CLASSES[figure.symbol or NONE]
    return class_of(figure.value, breaks)


def draw_choropleth(
    sheets: Sequence[tuple[str, Sheet]], *, years: Sequence[int], breaks: list[float], outlines: Outlines,
    names_of: NamesOf, paths_of: PathsOf, borders: Callable[[BoundaryMap], str], box: tuple[int, int, int, int],
    scale: int,
) -> Drawing:  # fmt: skip
    """One map, for all years, as it was then and as it is today.

    Args:
        sheets: which they are (``THEN`` of the years that its figures have, ``NOW`` of all) and what they show.
        names_of: map and code → the district's names.
        paths_of: map and code → the outlines that it is made of.
        borders: map → a line that is drawn over it.
        box: left, top, width, height of what is drawn.
        scale: how many times the grid it is drawn.
    """
    drawn = [(kind, sheet, _districts(sheet, names_of, paths_of)) for kind, sheet in sheets]
    common = _common([districts for _, _, districts in drawn])
    letter_of = {year: letters(number) for number, year in enumerate(years)}
    pieces, gaps = [""], []

    def draw(districts: Iterable[District]) -> None:
        for one in districts:
            before, after = _district(one, breaks, outlines, letter_of)
            pieces[-1] += before
            pieces.append(after)
            gaps.append(one.names)

    draw(common.values())
    for kind, sheet, districts in drawn:
        own = [one for one in districts if one.paths not in common]
        line = borders(sheet.boundaries)
        if not own and not line:
            continue
        classes = " ".join([kind, *(f"for-{letter_of[year]}" for year in sheet.figures if kind == THEN)])
        pieces[-1] += f'<g class="{classes}">'
        # Dark on a lighter, wider one, so that it shows on every class.
        lines = [outlines.reference(line, name) for name in ("border casing", "border") if line]
        draw(own)
        pieces[-1] += f"{''.join(lines)}</g>"
    pieces.append(f"{pieces.pop()}{_frame(scale)}")
    return Drawing(box, pieces, gaps)


def _districts(sheet: Sheet, names_of: NamesOf, paths_of: PathsOf) -> list[District]:
    years = [(year, figures.get) for year, figures in sheet.figures.items()]
    return [
        District(
            (names_of(sheet.boundaries, code),), paths_of(sheet.boundaries, code),
            {year: get(code, NOTHING) for year, get in years},
        )
        for code in sheet.boundaries.shapes
    ]  # fmt: skip


def _common(sheets: Sequence[list[District]]) -> dict[tuple[str, ...], District]:
    """The districts that are drawn alike on all maps: the same outlines, and the same figures in the years of each."""
    by_paths = [{one.paths: one for one in districts} for districts in sheets]
    found = {}
    for district in sheets[-1]:
        others = [sheet[district.paths] for sheet in by_paths if district.paths in sheet]
        if len(others) < len(sheets):
            continue
        # Most have nothing at all, which is one and the same everywhere.
        figures = ((district.by_year[year], figure) for one in others for year, figure in one.by_year.items())
        if all(own is figure or own == figure for own, figure in figures):
            names = tuple(name for other in others for name in other.names)
            found[district.paths] = District(names, district.paths, district.by_year)
    return found


def _district(
    district: District, breaks: list[float], outlines: Outlines, letter_of: Mapping[int, str]
) -> tuple[str, str]:
    """What stands before its names, and after them.

    Years without anything are neither classes nor lines of the title: most districts have none of most programs.
    """
    known = [(year, one) for year, one in district.by_year.items() if one is not NOTHING and one != NOTHING]
    classes = " ".join([f"{letter_of[year]}{class_name(figure, breaks)}" for year, figure in known])
    lines = "".join([f"\n{year}: {shown_number(figure.value, _symbol(figure))}" for year, figure in known])
    shapes = "".join([outlines.reference(path) for path in district.paths])
    before = f'<g class="{classes}"><title>' if known else "<g><title>"
    return before, f"{lines if known else f': {NONE}'}</title>{shapes}</g>"


def _symbol(figure: Figure) -> str:
    return "-" if figure.symbol in ("s", "m", "o", None) else str(figure.symbol)


def _frame(scale: int) -> Markup:
    """Around the islands that are drawn elsewhere than they lie."""
    (left, top), (right, bottom) = (grid_spot(*corner) for corner in FRAME)
    box = {"x": left * scale, "y": top * scale, "width": (right - left) * scale, "height": (bottom - top) * scale}
    return element("rect", **box, class_="frame")


def switching_rules(years: Sequence[int], used: set[str]) -> str:
    """The style rules that show the chosen year and map.

    Args:
        used: names of classes that occur, without the year's letter.
    """
    rules = [f".districts g{{{_look(SYMBOL_CLASSES[NONE])}}}"]
    for number, _ in enumerate(years):
        letter = letters(number)
        chosen = f".y{letter}:checked~*"
        rules.append(f"{chosen} .for.for-{letter}{{display:inline}}")
        rules.append(f"{chosen} g.then:not(.for-{letter}){{display:none}}")
        rules += [f"{chosen} .{letter}{name}{{{_look(name)}}}" for name in sorted(used - {SYMBOL_CLASSES[NONE]})]
    return "\n".join(rules)


def _look(name: str) -> str:
    if name.isdigit() or name == ZERO:
        return f"color:var(--map-{name});fill:currentColor"
    return f"fill:url(#map-{name});color:var(--gray-20)"


def swatch(name: str) -> Markup:
    """How a class looks, for the legend."""
    fill = None if name.isdigit() or name == ZERO else f"url(#map-{name})"
    box = element("rect", x=0.5, y=0.5, width=27, height=15, class_=f"look-{name}", fill=fill)
    return element("svg", box, class_="swatch", viewBox="0 0 28 16", aria_hidden="true")


def patterns() -> Markup:
    """The patterns that charts and maps fill with; once on a page."""
    made = [
        element("pattern", *shapes, id=name, width=size, height=size, patternUnits="userSpaceOnUse",
                patternTransform=f"rotate({turn})" if turn else None)
        for name, (size, turn, shapes) in PATTERNS.items()
    ]  # fmt: skip
    return element("svg", element("defs", *made), class_="outlines", aria_hidden="true", width=0, height=0)
