"""How benchmarks measure: every measure in a process of its own, its time, the CPU of all its threads, its memory.

A benchmark is a script with ``MEASURES``, functions that a child process runs and that return what they want told:

    if sys.argv[1:2] == ["--child"]:
        child(MEASURES, *sys.argv[2:])
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

Measured = dict[str, Any]

# As it is installed everywhere: a shell that forbids it would have every process compile what was changed.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


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


LOOK_ONE_IN = 30


class Watched:
    """What a process and all that come from it use, looked at five times a second.

    Less often where the look itself takes long, as it does of much memory: it would take a core from what is measured.

    Attributes:
        peak: bytes that they held together.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._ticks: dict[int, int] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> float:
        """CPU seconds of all of them."""
        self._done.set()
        self._thread.join()
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")

    def _watch(self) -> None:
        pause = 0.2
        while not self._done.wait(pause):
            begin = time.perf_counter()
            total, waiting = 0, [self._pid]
            while waiting:
                pid = waiting.pop()
                try:
                    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
                    self._ticks[pid] = int(fields[11]) + int(fields[12])
                    # Of what several share, each its part.
                    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
                    total += 1024 * int(rollup.partition("\nPss:")[2].split()[0])
                    for task in Path(f"/proc/{pid}/task").iterdir():
                        waiting += map(int, (task / "children").read_text().split())
                except (OSError, ValueError, IndexError):
                    continue  # it has just ended
            self.peak = max(self.peak, total)
            pause = max(0.2, LOOK_ONE_IN * (time.perf_counter() - begin))


def whole(
    command: list[str], folder: Path, surroundings: Mapping[str, str] | None = None, fine: Collection[int] = (0,)
) -> Measured:
    """What a command costs from start to end, with all processes that come from it, and what it prints.

    Args:
        fine: exit codes that say that all was done.

    Raises:
        RuntimeError: It failed; with the end of what it wrote.
    """
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        watched = Watched(process.pid)
        output, _ = process.communicate()
        seconds = time.perf_counter() - begin
        seen = watched.end()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in fine:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-3000:]}")
    waited = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Looking misses what ends between two looks; waiting misses what nobody waits for.
    return {"seconds": seconds, "cpu": max(waited, seen), "peak_mib": watched.peak / 1024**2, "output": output}
