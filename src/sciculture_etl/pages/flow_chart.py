"""A drawing of how columns of tables come from one another: tables as boxes, from left to right, columns as lines.

Values in, SVG out. Colours and type stand in ``pages/assets/lineage.css``; the drawing has its own size and is scrolled
where a window is narrower. Beside each column of the last table stands what it is made of: choosing it (a link, no
script) draws its own lines strong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from markupsafe import Markup, escape

WIDTH, GAP, SPACE = 180, 58, 18  # of a box, between layers, between boxes of a layer
HEAD, LINE, FOOT, LANE = 44, 21, 6, 8
LETTERS = 23  # of half width that fit into a box
MARGIN = 4
SWEEPS = 9

Place = tuple[str, str]  # box and line of it
Link = tuple[Place, Place, str]


@dataclass(frozen=True)
class Box:
    """A table.

    Attributes:
        lines: key → name of its columns, in their order.
        note: what kind of table it is.
        address: where its title leads to, if anywhere.
    """

    key: str
    title: str
    note: str
    lines: dict[str, str]
    address: str = ""


@dataclass
class _Spot:
    """Where a box, or a lane for lines that pass by, lies."""

    key: str
    layer: int
    height: float
    y: float = 0.0
    inputs: list[str] = field(default_factory=list)


def flow_chart(boxes: Sequence[Box], links: Iterable[Link], last: str, title: str) -> Markup:
    """The drawing.

    Args:
        boxes: all tables.
        links: from which column to which, and by which kind (a class of the style sheet).
        last: key of the box that all lines lead to; its columns can be chosen.
        title: what the drawing shows, for those who can't see it.
    """
    links = list(dict.fromkeys(links))
    by_key = {box.key: box for box in boxes}
    layers = _layers(by_key, links)
    spots = _laid_out(by_key, links, layers)
    width = (max(layers.values(), default=0) + 1) * (WIDTH + GAP) - GAP + 2 * MARGIN
    height = max((spot.y + spot.height for spot in spots.values()), default=0) + 2 * MARGIN
    numbers = {link: number for number, link in enumerate(links)}
    drawn = "".join(
        f'<path id="l{number}" class="{escape(link[2])}" d="{_path(link, by_key, layers, spots)}"/>'
        for link, number in numbers.items()
    )
    into: dict[Place, list[Link]] = defaultdict(list)
    for link in links:
        into[link[1]].append(link)
    chains = "".join(_chain(line, last, into, numbers) for line in by_key[last].lines)
    shown = "".join(_box(box, layers[box.key], spots[box.key], box.key == last) for box in boxes)
    # Everything that was given is escaped above; numbers and paths are made here.
    return Markup(
        f'<svg class="lineage" role="group" aria-label="{escape(title)}" width="{width}" height="{height:.0f}" '
        f'viewBox="0 0 {width} {height:.0f}"><g class="links">{drawn}</g>{chains}{shown}</svg>'
    )


def _layers(boxes: dict[str, Box], links: Sequence[Link]) -> dict[str, int]:
    """How many tables lie before each; what nothing lies before stands right before what first reads it."""
    before: dict[str, set[str]] = {key: set() for key in boxes}
    for (source, _), (target, _), _ in links:
        if source != target:
            before[target].add(source)
    found: dict[str, int] = {}

    def layer(key: str) -> int:
        if key not in found:
            found[key] = 0
            found[key] = max((layer(one) + 1 for one in sorted(before[key])), default=0)
        return found[key]

    for key in boxes:
        layer(key)
    for key in boxes:
        readers = [found[target] for target, sources in before.items() if key in sources]
        if not before[key] and readers:
            found[key] = min(readers) - 1
    lowest = min(found.values(), default=0)
    return {key: one - lowest for key, one in found.items()}


def _laid_out(boxes: dict[str, Box], links: Sequence[Link], layers: dict[str, int]) -> dict[str, _Spot]:
    """Places of boxes and of the lanes of lines that pass other boxes by, few crossings first."""
    spots = {
        key: _Spot(key, layers[key], HEAD + LINE * len(box.lines) + FOOT) for key, box in boxes.items()
    }  # fmt: skip
    for (source, _), (target, _), _ in links:
        way = [source, *_lanes(source, target, layers), target]
        for lane in way[1:-1]:
            spots.setdefault(lane, _Spot(lane, layers[source] + way.index(lane), LANE))
        for one, next_one in pairwise(way):
            spots[next_one].inputs.append(one)
    rows: dict[int, list[_Spot]] = defaultdict(list)
    for spot in spots.values():
        rows[spot.layer].append(spot)
    outputs: dict[str, list[str]] = defaultdict(list)
    for spot in spots.values():
        for one in spot.inputs:
            outputs[one].append(spot.key)
    for row in rows.values():  # to begin with, each layer is centred
        y = -sum(spot.height + SPACE for spot in row) / 2
        for spot in row:
            spot.y = y
            y += spot.height + SPACE
    for sweep in range(SWEEPS):
        for layer in sorted(rows, reverse=bool(sweep % 2)):
            beside = outputs if sweep % 2 else {spot.key: spot.inputs for spot in rows[layer]}
            _stack(rows[layer], spots, beside)
    top = min(spot.y for spot in spots.values())
    for spot in spots.values():
        spot.y -= top
    return spots


def _stack(row: list[_Spot], spots: dict[str, _Spot], beside: dict[str, list[str]]) -> None:
    """One below the other, each as near as can be to the middle of those that it hangs together with.

    Those that want to lie too near to one another are moved together, as one, to the mean of what they want.
    """

    def wanted(spot: _Spot) -> float:
        others = [spots[key].y + spots[key].height / 2 for key in beside.get(spot.key, ())]
        return sum(others) / len(others) - spot.height / 2 if others else spot.y

    places = {spot.key: wanted(spot) for spot in row}
    row.sort(key=lambda spot: (places[spot.key] + spot.height / 2, spot.key))
    groups: list[tuple[float, list[_Spot], float]] = []  # top that is wanted, members, height
    for spot in row:
        top, members, height = places[spot.key], [spot], spot.height + SPACE
        while groups and groups[-1][0] + groups[-1][2] > top:
            above, others, room = groups.pop()
            top = (above * len(others) + (top - room) * len(members)) / (len(others) + len(members))
            members, height = others + members, room + height
        groups.append((top, members, height))
    for top, members, _ in groups:
        y = top
        for spot in members:
            spot.y = y
            y += spot.height + SPACE


def _lanes(source: str, target: str, layers: dict[str, int]) -> list[str]:
    return [f"{source} > {target} {layer}" for layer in range(layers[source] + 1, layers[target])]


def _left(layer: int) -> float:
    return MARGIN + layer * (WIDTH + GAP)


def _path(link: Link, boxes: dict[str, Box], layers: dict[str, int], spots: dict[str, _Spot]) -> str:
    (source, from_line), (target, to_line), _ = link

    def line_y(key: str, line: str) -> float:
        return MARGIN + spots[key].y + HEAD + LINE * (list(boxes[key].lines).index(line) + 0.5)

    x, y = _left(layers[source]) + WIDTH, line_y(source, from_line)
    parts = [f"M{x:.0f} {y:.0f}"]
    for lane in _lanes(source, target, layers):
        spot = spots[lane]
        left, middle = _left(spot.layer), MARGIN + spot.y + LANE / 2
        parts.append(f"{_curve(x, y, left, middle)}H{left + WIDTH:.0f}")
        x, y = left + WIDTH, middle
    parts.append(_curve(x, y, _left(layers[target]), line_y(target, to_line)))
    return "".join(parts)


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    middle = (x + to_x) / 2
    return f"C{middle:.0f} {y:.0f} {middle:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"


def _chain(line: str, last: str, into: dict[Place, list[Link]], numbers: dict[Link, int]) -> str:
    """The lines along which a column of the last table comes about, once more."""
    known, waiting, drawn = {(last, line)}, [(last, line)], []
    while waiting:
        for link in into.get(waiting.pop(), ()):
            drawn.append(f'<use href="#l{numbers[link]}"/>')
            if link[0] not in known:
                known.add(link[0])
                waiting.append(link[0])
    return f'<g class="chain" id="to-{escape(line)}">{"".join(drawn)}</g>'


@lru_cache(maxsize=2048)
def fitting(text: str, letters: int = LETTERS) -> str:
    """As much of a text as fits; a Korean letter takes the room of two others."""
    room = float(letters)
    for place, letter in enumerate(text):
        room -= 1.75 if ord(letter) > 0x1100 else 1
        if room < (0 if place == len(text) - 1 else 1):
            return text[:place].rstrip() + "…"
    return text


def _box(box: Box, layer: int, spot: _Spot, is_last: bool) -> str:
    x, y = _left(layer), MARGIN + spot.y
    title = f'<text class="title" x="{x + 10:.0f}" y="{y + 18:.0f}">{escape(fitting(box.title))}</text>'
    if box.address:
        title = f'<a href="{escape(box.address)}">{title}</a>'
    lines = "".join(
        _line(key, name, x, y + HEAD + LINE * place, is_last) for place, (key, name) in enumerate(box.lines.items())
    )
    note = escape(fitting(box.note, LETTERS + 3))
    return (
        f'<g class="box{" last" if is_last else ""}"><rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" '
        f'height="{spot.height:.0f}" rx="4"/><title>{escape(box.title)}</title>{title}'
        f'<text class="kind" x="{x + 10:.0f}" y="{y + 35:.0f}">{note}</text>{lines}</g>'
    )


def _line(key: str, name: str, x: float, y: float, is_chosen: bool) -> str:
    short = fitting(name, LETTERS + 2)
    whole = f"<title>{escape(name)}</title>" if short != name else ""
    text = f'<text x="{x + 10:.0f}" y="{y + 16:.0f}">{escape(short)}{whole}</text>'
    rule = f'<path class="rule" d="M{x:.0f} {y:.0f}h{WIDTH}"/>'
    return rule + (f'<a href="#to-{escape(key)}">{text}</a>' if is_chosen else text)
