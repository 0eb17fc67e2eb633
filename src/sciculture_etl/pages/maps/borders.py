"""The borders between sido, told from the shapes of their sigungu: coasts aren't drawn twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from sciculture_etl.pages.maps.boundaries import Shape, Spot, line_path

Edge = tuple[Spot, Spot]


def border_path(shapes: Iterable[Shape], scale: int = 1) -> str:
    """An SVG path of all edges that two sido share."""
    shapes = list(shapes)
    sidos: dict[Edge, set[str]] = defaultdict(set)
    for shape in shapes:
        for ring in shape.rings:
            for edge in pairwise(ring):
                sidos[_either_way(edge)].add(shape.sido_code)
    lines: list[list[Spot]] = []
    for shape in shapes:
        for ring in shape.rings:
            lines.extend(_runs(ring, shape.sido_code, sidos))
    return "".join(line_path(line, scale) for line in lines)


def _runs(ring: tuple[Spot, ...], sido_code: str, sidos: dict[Edge, set[str]]) -> list[list[Spot]]:
    """The stretches of a ring that are a border, drawn for the sido with the lower code alone."""
    runs: list[list[Spot]] = []
    is_open = False
    for edge in pairwise(ring):
        owners = sidos[_either_way(edge)]
        if len(owners) > 1 and sido_code == min(owners):
            if is_open:
                runs[-1].append(edge[1])
            else:
                runs.append(list(edge))
            is_open = True
        else:
            is_open = False
    return runs


def _either_way(edge: Edge) -> Edge:
    return (edge[0], edge[1]) if edge[0] <= edge[1] else (edge[1], edge[0])
