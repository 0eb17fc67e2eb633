"""A measure by year: bars for what is counted, a line for shares and scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from sciculture_etl.pages.charts.points import Point
from sciculture_etl.pages.charts.scale import nice_ticks, short_number
from sciculture_etl.pages.svg import element, image
from sciculture_etl.pages.words import Language

Position = Callable[[float], float]
# Drawn about as wide as a phone is, so that its texts have their own size there; wider screens get several beside each
# other.
WIDTH, HEIGHT = 360, 216
LEFT, RIGHT, TOP, BOTTOM = 46, 6, 22, 30
# Years get two digits, and then every second, where more stand beside each other.
MAX_LONG_LABELS, MAX_LABELS = 10, 16
MAX_VALUES = 6


def draw_trend(
    points: Sequence[Point], *, identity: str, title: str, description: str, language: Language,
    has_line: bool = False, is_whole: bool = True, at_least: float = 0,
) -> Markup:  # fmt: skip
    """The chart of a series.

    Args:
        points: in order, a gap for each year without a value as well.
        identity: unique on the page.
        has_line: shares and scores, which no area stands for.
        is_whole: counts, whose axis has no fractions.
        at_least: up to where the axis goes in any case: 100 for shares.
    """
    values = [point.value for point in points if point.value is not None]
    ticks = nice_ticks(max([*values, at_least, 0]), is_whole)
    slot = (WIDTH - LEFT - RIGHT) / max(len(points), 1)

    def height_of(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / ticks[-1]

    def middle(number: float) -> float:
        return LEFT + slot * (number + 0.5)

    drawn_points = [
        element("g", element("title", _spoken(point)), *_draw_point(point, middle(number), slot, height_of, has_line))
        for number, point in enumerate(points)
    ]
    return image(
        identity, title, description, WIDTH, HEIGHT,
        *_axis(ticks, height_of, language),
        *(_line(points, middle, height_of) if has_line else []),
        *drawn_points,
        *_values(points, middle, height_of, language),
        *_labels(points, middle),
        class_="chart trend",
    )  # fmt: skip


def _spoken(point: Point) -> str:
    return f"{point.label}: {point.shown}{' p' if point.is_provisional and point.value is not None else ''}"


def _axis(ticks: Sequence[float], height_of: Position, language: Language) -> list[Markup]:
    return [
        part
        for tick in ticks
        for part in (
            element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=height_of(tick), y2=height_of(tick),
                    class_="grid" if tick else "base"),
            element("text", short_number(tick, language), x=LEFT - 5, y=height_of(tick) + 4, class_="tick"),
        )
    ]  # fmt: skip


def _draw_point(point: Point, x: float, slot: float, height_of: Position, has_line: bool) -> list[Markup]:
    """A bar, a dot of the line, or the symbol of the gap."""
    if point.value is None:
        return [element("text", point.shown, x=x, y=height_of(0) - 6, class_="gap")]
    kind = "provisional" if point.is_provisional else "settled"
    y = height_of(max(point.value, 0))
    if has_line:
        return [element("circle", cx=x, cy=y, r=4, class_=f"dot {kind}")]
    width = min(slot * 0.72, 44)
    box = {"x": x - width / 2, "y": y, "width": width, "height": max(height_of(0) - y, 0)}
    drawn = [element("rect", **box, class_=f"bar {kind}")]
    return [*drawn, element("rect", **box, fill="url(#hatch)")] if point.is_provisional else drawn


def _line(points: Sequence[Point], middle: Position, height_of: Position) -> list[Markup]:
    """Broken where a year has no value."""
    pieces: list[list[str]] = [[]]
    for number, point in enumerate(points):
        if point.value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{middle(number):.1f},{height_of(point.value):.1f}")
    return [element("polyline", points=" ".join(piece), class_="line") for piece in pieces if len(piece) > 1]


def _values(points: Sequence[Point], middle: Position, height_of: Position, language: Language) -> list[Markup]:
    """Above the bars: all where they are few; else the first, the highest and the last."""
    valued = {number: point.value for number, point in enumerate(points) if point.value is not None}
    if not valued:
        return []
    highest = max(valued, key=lambda number: valued[number])
    chosen = list(valued) if len(valued) <= MAX_VALUES else _apart(highest, max(valued), min(valued))
    return [
        element("text", short_number(valued[number], language), x=middle(number), y=height_of(valued[number]) - 7,
                class_="value")
        for number in chosen
    ]  # fmt: skip


def _apart(*numbers: int) -> list[int]:
    """Those whose texts don't meet; the earlier named stays."""
    chosen: list[int] = []
    for number in numbers:
        if all(abs(number - other) > 1 for other in chosen):
            chosen.append(number)
    return chosen


def _labels(points: Sequence[Point], middle: Position) -> list[Markup]:
    """The years, with ``p`` below those that are provisional."""
    every = 1 if len(points) <= MAX_LABELS else 2
    shorten = len(points) > MAX_LONG_LABELS
    texts = [
        element("text", f"’{point.label[-2:]}" if shorten and point.label.isdigit() else point.label,
                x=middle(number), y=HEIGHT - BOTTOM + 15, class_="year")
        for number, point in enumerate(points)
        if number % every == (len(points) - 1) % every
    ]  # fmt: skip
    provisional = [
        element("text", "p", x=middle(number), y=HEIGHT - 3, class_="year mark")
        for number, point in enumerate(points)
        if point.is_provisional and point.value is not None
    ]
    return [*texts, *provisional]
