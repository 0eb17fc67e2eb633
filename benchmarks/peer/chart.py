"""Bars of seconds, one group a part, as an SVG that needs nothing else and reads on light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

WIDTH, LABELS, BAR, GAP = 760, 150, 16, 6
STYLE = (
    "text{font:12px sans-serif;fill:#555}.t{font-weight:bold}.own{fill:#c2410c}.other{fill:#64748b}"
    "@media(prefers-color-scheme:dark){text{fill:#ccc}}"
)


def chart(groups: Mapping[str, Mapping[str, float]], own: str = "sciculture run") -> str:
    """Each group by a scale of its own, since a night of one file is not to be read beside a million rows."""
    body, y = [], 0
    for title, bars in groups.items():
        y += 24
        body.append(f'<text class="t" x="0" y="{y}">{escape(title)} (seconds)</text>')
        y += 8
        widest = max(bars.values())
        for name, value in sorted(bars.items(), key=lambda bar: bar[1]):
            width = (WIDTH - LABELS - 60) * value / widest
            kind = "own" if name == own else "other"
            body += [
                f'<text x="{LABELS - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
                f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR}"/>',
                f'<text x="{LABELS + width + 6:.1f}" y="{y + 13}">{value:.2f}</text>',
            ]
            y += BAR + GAP
        y += 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" role="img" '
        f'aria-label="Seconds of each participant">\n<style>{STYLE}</style>\n' + "\n".join(body) + "\n</svg>\n"
    )
