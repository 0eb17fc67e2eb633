"""Regions in order of their value, as bars with the name above each."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sciculture_etl.pages.charts.points import Point
from sciculture_etl.pages.svg import element, image

WIDTH, ROW, BAR = 360, 40, 12
# What the value needs beside the longest bar.
VALUE_ROOM = 84


def draw_ranking(points: Sequence[Point], *, identity: str, title: str, description: str) -> Markup:
    """The chart of a ranking; points without a value are left out of it.

    Args:
        points: in order, the highest first.
        identity: unique on the page.
    """
    valued = [point for point in points if point.value is not None]
    highest = max([point.value or 0 for point in valued], default=0) or 1
    rows = []
    for number, point in enumerate(valued):
        top = number * ROW
        width = max((WIDTH - VALUE_ROOM) * (point.value or 0) / highest, 0)
        box = {"x": 0, "y": top + 20, "width": width, "height": BAR}
        kind = "provisional" if point.is_provisional else "settled"
        rows.append(element("text", f"{number + 1}. {point.label}", x=0, y=top + 15, class_="name"))
        rows.append(element("rect", **box, class_=f"bar {kind}"))
        rows.append(element("text", point.shown, x=width + 6, y=top + 31, class_="amount"))
    return image(
        identity, title, description, WIDTH, max(len(valued), 1) * ROW, *rows, class_="chart ranking",
    )  # fmt: skip
