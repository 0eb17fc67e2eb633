"""Table and chart of the curves that ``curves.py`` measures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

Points = dict[str, dict[str, Any]]  # size → what was measured

AIM_EXPONENT, AIM_MIB = 1.05, 2048
WIDTH, HEIGHT, MARGIN, GAP, TOP = 200, 150, 56, 34, 40
SECONDS, MEMORY = (0.5, 10_000.0), (100.0, 10_000.0)  # of the axes
STYLE = """<style>
text { font: 11px system-ui, sans-serif; fill: #333 } .title { font-weight: 600 }
.grid { stroke: #ddd } .aim { stroke: #b00; stroke-dasharray: 4 3 }
.line { fill: none; stroke-width: 2 } .wall { stroke: #1b5e9e } .cpu { stroke: #e08a00 } .peak { stroke: #2e7d32 }
</style>"""


def table(titled: list[tuple[str, Points]], exponent: Callable[[Points, str], float | None]) -> str:
    lines = ["![Time and memory by rows, files, findings and years](charts/curves.svg)", ""]
    lines += [
        "| what grows | | seconds | CPU s | memory MiB | disk MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for title, points in titled:
        for number, (size, point) in enumerate(sorted(points.items(), key=lambda item: int(item[0]))):
            measures = [f"{point['whole']:,.1f}", f"{point['cpu']:,.1f}"]
            measures += [f"{point[key]:,.0f}" for key in ("peak_mib", "disk_mib")]
            lines.append(f"| {title if number == 0 else ''} | {int(size):,} | {' | '.join(measures)} |")
        grows = [exponent(points, key) for key in ("whole", "cpu", "peak_mib", "disk_mib")]
        shown = ["" if power is None else f"{power:.2f}" for power in grows]
        lines.append(f"| | exponent | {' | '.join(f'**{text}**' if text else '' for text in shown)} |")
    return "\n".join(lines)


def chart(titled: list[tuple[str, Points]]) -> str:
    """Small charts with logarithmic axes: above time, below memory, side by side what grows."""
    width = MARGIN + len(titled) * (WIDTH + GAP)
    height = TOP + 2 * (HEIGHT + GAP) + 16
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">', STYLE]
    parts.append("<title>Time and memory of a first night by rows, files, findings and years</title>")
    parts.append(f'<rect width="{width}" height="{height}" fill="#fff"/>')
    for number, (title, points) in enumerate(titled):
        left = MARGIN + number * (WIDTH + GAP)
        parts.append(f'<text class="title" x="{left}" y="{TOP - 24}">{title.split(",")[0]}</text>')
        parts += _panel(left, TOP, points, {"wall": "whole", "cpu": "cpu"}, SECONDS, is_first=number == 0)
        parts += _panel(left, TOP + HEIGHT + GAP, points, {"peak": "peak_mib"}, MEMORY, is_first=number == 0)
    keys = (
        ("wall", "seconds by the clock"),
        ("cpu", "CPU seconds"),
        ("peak", "MiB of all processes"),
        ("aim", "2 GiB"),
    )
    for number, (name, text) in enumerate(keys):
        x, y = MARGIN + number * 150, height - 8
        parts.append(f'<path class="line {name}" d="M{x},{y - 4}h20"/><text x="{x + 26}" y="{y}">{text}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(
    left: float, top: float, points: Points, lines: dict[str, str], axis: tuple[float, float], is_first: bool
) -> Iterator[str]:
    sizes = sorted(map(int, points))
    ends = (sizes[0], max(sizes[-1], sizes[0] + 1))

    def x(size: float) -> float:
        return left + WIDTH * _share(size, ends)

    def y(value: float) -> float:
        return top + HEIGHT * (1 - _share(value, axis))

    for power in range(math.ceil(math.log10(axis[0])), round(math.log10(axis[1])) + 1):
        yield f'<path class="grid" d="M{left},{y(10**power):.1f}h{WIDTH}"/>'
        if is_first:
            yield f'<text x="{left - 6}" y="{y(10**power) + 4:.1f}" text-anchor="end">{10**power:,}</text>'
    for power in range(math.ceil(math.log10(ends[0])), int(math.log10(ends[1])) + 1):
        yield f'<path class="grid" d="M{x(10**power):.1f},{top}v{HEIGHT}"/>'
        yield f'<text x="{x(10**power):.1f}" y="{top + HEIGHT + 14}" text-anchor="middle">{_short(10**power)}</text>'
    if "peak" in lines:
        yield f'<path class="aim" d="M{left},{y(AIM_MIB):.1f}h{WIDTH}"/>'
    for name, key in lines.items():
        path = " ".join(f"{x(size):.1f},{y(points[str(size)][key]):.1f}" for size in sizes)
        yield f'<polyline class="line {name}" points="{path}"/>'


def _share(value: float, ends: tuple[float, float]) -> float:
    """Where a value lies between the ends of an axis, by its logarithm."""
    low, high = map(math.log, ends)
    return min(max((math.log(value) - low) / (high - low), 0), 1)


def _short(power: int) -> str:
    return f"{power:,}" if power < 10_000 else f"10{str(round(math.log10(power))).translate(SUPERSCRIPT)}"


SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
