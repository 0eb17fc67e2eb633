"""What was measured, as tables and a chart, in docs/performance.md between two marks."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measuring import Measured, replace_block

from peer.chart import chart
from peer.participants import DBT, DLT, FLOOR, NEEDED, OURS, PANDAS, PARTICIPANTS, POLARS, SQLMESH, STEPS

TITLES = {
    "million": "1,000,000 clean rows in 300 CSV files",
    "changed": "One changed file among the 300",
    "decade": "Ten years of the sample: 3,046 mixed files for this project, the same rows as clean CSV for its peers",
}
# part → who → what the ratio (theirs to ours, of the floor ours to it) is to be.
AIMS = {
    "million": {FLOOR: "≤ 3", SQLMESH: "≥ 1.7", DBT: "≥ 1.7", DLT: "≥ 3", PANDAS: "> 1", POLARS: "> 1"},
    "changed": {},
    "decade": {},
}  # fmt: skip


def table_of(found: Sequence[Measured], part: str) -> str:
    ours = runs_of(found, OURS)
    lines = [
        "| | seconds | spread | CPU s | memory MiB | beside `sciculture run` | spread | of CPU s | aim |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for who in PARTICIPANTS:
        runs = runs_of(found, who.name)
        if not runs or who.name == STEPS:
            continue
        seconds = sorted(run["seconds"] for run in runs.values())
        ratios = sorted(pairs(runs, ours))
        median, spread = shown_ratio(ratios) if who.name != OURS else ("", "")
        of_cpu, _ = shown_ratio(sorted(pairs(runs, ours, "cpu"))) if who.name != OURS else ("", "")
        lines.append(
            f"| {who.name} | {statistics.median(seconds):.2f} | {seconds[0]:.2f}-{seconds[-1]:.2f} "
            f"| {statistics.median(run['cpu'] for run in runs.values()):.1f} "
            f"| {max(run['peak_mib'] for run in runs.values()):,.0f} | {median} | {spread} | {of_cpu} "
            f"| {aim_of(part, who.name, ratios)} |"
        )
    return "\n".join(lines)


def aim_of(part: str, name: str, ratios: Sequence[float]) -> str:
    """The aim, and whether it is met; of the floor it is said of our time, of peers of theirs."""
    aim = AIMS[part].get(name)
    if not aim or not ratios:
        return ""
    ratio = statistics.median(ratios)
    sign, bound = aim.split(" ")
    is_met = 1 / ratio <= float(bound) if sign == "≤" else ratio >= float(bound)
    said = f"ours {aim}" if sign == "≤" else aim
    return f"{said} × ({'met' if is_met else f'missed: {1 / ratio:.1f}' if sign == '≤' else 'missed'})"


def shown_ratio(ratios: Sequence[float]) -> tuple[str, str]:
    if not ratios:
        return "", ""
    return f"{statistics.median(ratios):.2f} ×", f"{ratios[0]:.2f}-{ratios[-1]:.2f}"


def runs_of(found: Sequence[Measured], name: str) -> dict[int, Measured]:
    return {run["turn"]: run for run in found if run["name"] == name}


def pairs(theirs: dict[int, Measured], ours: dict[int, Measured], key: str = "seconds") -> list[float]:
    """Theirs by ours, turn by turn."""
    return [run[key] / ours[turn][key] for turn, run in theirs.items() if turn in ours]


def parts_of(found: Sequence[Measured]) -> str:
    """What ``sciculture run`` falls into, beside the same steps without Prefect."""
    ours, steps = runs_of(found, OURS), runs_of(found, STEPS)
    if not ours or not steps:
        return ""

    def median(runs: dict[int, Measured], *keys: str) -> float:
        def value(run: Any) -> float:
            for key in keys:
                run = run.get(key, 0.0)
            return float(run)

        return statistics.median(value(run) for run in runs.values())

    both = [turn for turn in ours if turn in steps]
    prefect = statistics.median(ours[turn]["seconds"] - steps[turn]["seconds"] for turn in both)
    prefect_cpu = statistics.median(ours[turn]["cpu"] - steps[turn]["cpu"] for turn in both)
    names = list(next(iter(steps.values()))["told"]["steps"])
    each = ", ".join(f"{name} {median(steps, 'told', 'steps', name):.2f}" for name in names)
    start, work, end = (median(ours, "told", "seconds", name) for name in ("startup", "work", "shutdown"))
    return (
        f"Of `sciculture run`'s {median(ours, 'seconds'):.2f} s its start takes {start:.2f}, the work {work:.2f}, "
        f"the end {end:.2f}, Python and the command the rest. "
        f"The same steps without Prefect take {median(steps, 'seconds'):.2f} s "
        f"({median(steps, 'cpu'):.1f} CPU s), so Prefect's share is {prefect:.2f} s ({prefect_cpu:.1f} CPU s). "
        f"Seconds of each step: {each}.{_like_beside_like(found)}"
    )


def _like_beside_like(found: Sequence[Measured]) -> str:
    """The peers beside a run that makes what they make, too, and no more."""
    needed = runs_of(found, NEEDED)
    beside = [(who.name, sorted(pairs(runs_of(found, who.name), needed))) for who in PARTICIPANTS if who.is_peer]
    told = ", ".join(f"{name} {shown_ratio(ratios)[0]}" for name, ratios in beside if ratios)
    return f" Beside the steps with the needed files alone, which is what peers make, too: {told}." if told else ""


def write_document(docs: Path, results: Sequence[Measured]) -> None:
    measured = {part: [run for run in results if run["part"] == part] for part in TITLES}
    blocks = ["![Seconds of each, part by part](charts/peers.svg)"]
    for part, title in TITLES.items():
        if runs := measured[part]:
            turns = len({run["turn"] for run in runs})
            blocks += [f"### {title}", f"{turns} runs of each, in turn; medians.", table_of(runs, part), parts_of(runs)]
    bars = {TITLES[part]: _medians(runs) for part, runs in measured.items() if runs}
    (docs / "charts").mkdir(exist_ok=True)
    (docs / "charts" / "peers.svg").write_text(chart(bars), encoding="utf-8")
    replace_block(docs / "performance.md", "peers", "\n\n".join(block for block in blocks if block))


def _medians(runs: Sequence[Measured]) -> dict[str, float]:
    found = {}
    for who in PARTICIPANTS:
        if who.name != STEPS and (own := runs_of(runs, who.name)):
            found[who.name] = statistics.median(run["seconds"] for run in own.values())
    return found
