"""How benchmarks measure: every measure in a process of its own, its time, the CPU of all its threads, its memory.

A benchmark is a script with ``MEASURES``, functions that a child process runs and that return what they want told:

    if sys.argv[1:2] == ["--child"]:
        child(MEASURES, *sys.argv[2:])
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Measured = dict[str, Any]


def child(measures: Mapping[str, Callable[..., Measured]], name: str, *arguments: str) -> None:
    """Runs one measure and prints what came out as JSON. ``start``: Python and imports, and what isn't measured."""
    begin = time.perf_counter()
    measured = measures[name](*(int(a) if a.isdigit() else Path(a) for a in arguments))
    measured.setdefault("seconds", time.perf_counter() - begin)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent = time.process_time()  # of all threads, imports included
    print(json.dumps({"cpu": spent, "peak_mib": own / 1024} | measured))


def tell(text: str) -> None:
    """What is under way, for who waits."""
    print(f"… {text}", file=sys.stderr, flush=True)


def measure(script: str, name: str, *arguments: Path | int) -> Measured:
    """What the measure ``name`` of a benchmark (its ``__file__``) tells, run in a child."""
    begin = time.perf_counter()
    command = [sys.executable, script, "--child", name, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: Measured = json.loads(done.stdout.splitlines()[-1])
    return measured | {"start": time.perf_counter() - begin - measured["seconds"]}


def repeated(times: int, once: Callable[[int], Measured], by: str = "seconds") -> Measured:
    """The run of median time (or CPU), with the largest memory of all."""
    runs = sorted((once(number) for number in range(times)), key=lambda run: run[by])
    return runs[(len(runs) - 1) // 2] | {"peak_mib": max(run["peak_mib"] for run in runs)}


def replace_block(page: Path, name: str, text: str) -> None:
    """Puts what was measured between ``<!-- name -->`` and ``<!-- /name -->`` of a page."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise SystemExit(f"{page} has no {begin} … {end}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
