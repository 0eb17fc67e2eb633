"""What one file may cost of CPU time and resident memory, held to by a process beside the one that works.

Whatever the work does (a library that loops, an expression that backtracks and holds the interpreter, a table that
grows and grows), somebody else looks at the clock: the watcher reads from the system what the process has used, and
kills it where that is more than was allowed. Two forms: ``watch`` and ``allow`` for a worker, whose watcher is a small
process of its own; ``run_watched`` for a command, which watches itself from outside. Where a system has no ``/proc``,
nothing is measured and nothing is ended.
"""

from __future__ import annotations

import mmap
import os
import resource
import select
import signal
import struct
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SECONDS_BETWEEN_LOOKS = 0.05
EXCEEDED = "exceeded"  # the file in which a watcher leaves what was exceeded
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
# What a worker tells its watcher: until how much CPU time, how much memory, and the folder of its task, of which the
# length comes first: without one, nothing holds.
_LENGTH, _LIMITS = struct.Struct("q"), struct.Struct("dq")
_PATH_AT = _LENGTH.size + _LIMITS.size
_MAX_PATH = 4096

Exceeded = Literal["cpu", "memory"]


@dataclass(frozen=True)
class Usage:
    """What a process has used: CPU seconds of all its threads, and bytes of memory that it has now."""

    cpu_seconds: float
    memory_bytes: int


def usage_of(pid: int) -> Usage | None:
    """None where there is no such process, or nothing tells of it."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat, open(f"/proc/{pid}/statm", "rb") as statm:  # noqa: PTH123
            # The name of the program stands in brackets and may hold any.
            fields = stat.read().rpartition(b")")[2].split()
            return Usage((int(fields[11]) + int(fields[12])) / TICKS, int(statm.read().split()[1]) * PAGE)
    except (OSError, IndexError, ValueError):
        return None


def _exceeded(pid: int, until: float, memory_bytes: int) -> Exceeded | None:
    usage = usage_of(pid)
    if usage is None:
        return None
    if usage.cpu_seconds > until:
        return "cpu"
    return "memory" if usage.memory_bytes > memory_bytes else None


class _Watcher:
    """A worker's side: what it tells the process that watches it."""

    def __init__(self, run: int | None) -> None:
        self.owner = os.getpid()
        self._orders = mmap.mmap(-1, _PATH_AT + _MAX_PATH)
        # Its other end closes when the worker ends, however that comes.
        alive, self._alive = os.pipe()
        if os.fork() == 0:
            try:
                os.close(self._alive)
                _look_after(self.owner, alive, run, self._orders)
            finally:
                os._exit(0)
        os.close(alive)

    def release(self) -> None:
        _LENGTH.pack_into(self._orders, 0, 0)

    def hold(self, until: float, memory_bytes: int, folder: Path) -> None:
        self.release()  # half of what is told must not be taken for all of it
        name = os.fsencode(folder)
        self._orders[_PATH_AT : _PATH_AT + len(name)] = name
        _LIMITS.pack_into(self._orders, _LENGTH.size, until, memory_bytes)
        _LENGTH.pack_into(self._orders, 0, len(name))


_watcher: _Watcher | None = None


def watch(run: int | None = None) -> None:
    """Has this process watched from now on; it is nobody's but a worker's.

    Args:
        run: a descriptor that becomes readable when the process that the work is done for has ended: the worker then
            ends, too.
    """
    global _watcher
    if _watcher is None or _watcher.owner != os.getpid():
        _watcher = _Watcher(run)


def allow(cpu_seconds: float, memory_bytes: int, folder: Path) -> None:
    """What this process may use from now on until it says otherwise: so much more CPU time, and so much memory in all.

    Where it uses more, it is killed, and ``EXCEEDED`` in the folder of its task says of what. It is killed as well
    where that folder is gone: nobody waits for the work any more.
    """
    watch()
    assert _watcher is not None
    _watcher.hold(time.process_time() + cpu_seconds, memory_bytes, folder)


def end_allowance() -> None:
    """The work is done; nothing holds until the next."""
    if _watcher is not None:
        _watcher.release()


def _look_after(pid: int, alive: int, run: int | None, orders: mmap.mmap) -> None:
    ends = [alive] if run is None else [alive, run]
    while True:
        ready = select.select(ends, [], [], SECONDS_BETWEEN_LOOKS)[0]
        if alive in ready:
            return
        if ready or _should_end(pid, orders):
            os.kill(pid, signal.SIGKILL)
            return


def _should_end(pid: int, orders: mmap.mmap) -> bool:
    """Whether a worker is to be ended; if so, word of why lies in the folder of its task, where that still is."""
    order = orders[:]
    (length,) = _LENGTH.unpack_from(order, 0)
    # Half of an old order and half of a new one are no order: what changes meanwhile is looked at the next time.
    if not length or orders[:] != order:
        return False
    folder = Path(os.fsdecode(order[_PATH_AT : _PATH_AT + length]))
    exceeded = _exceeded(pid, *_LIMITS.unpack_from(order, _LENGTH.size))
    if exceeded:
        with suppress(OSError):
            (folder / EXCEEDED).write_text(exceeded)
    return exceeded is not None or not folder.is_dir()


def _threads() -> int:
    """How many this process has; 0 where nothing tells."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return 0


def _end_by_itself(cpu_seconds: float) -> None:
    """What its watcher left (it can be killed, too) ends by the system's own limit, a little later."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    later = int(cpu_seconds) + 5
    if soft == resource.RLIM_INFINITY or soft > later:
        resource.setrlimit(resource.RLIMIT_CPU, (later, hard))


_held: list[int] = []


def end_watch() -> None:
    """The work of a command is done: what it says of it is said once, and not by who watches it as well."""
    while _held:
        os.close(_held.pop())


def run_watched(cpu_seconds: float, memory_bytes: int) -> Exceeded | Literal["crashed"] | None:
    """Goes on in a process of its own, which is told None. This one waits for it and ends as it ends.

    It comes back only where that process was killed: for what it exceeded, or for a crash that was its own. To be
    called before anything heavy is imported: a process that has threads can't be copied, and isn't watched.
    """
    if _threads() != 1:
        return None
    sys.stdout.flush()
    sys.stderr.flush()
    alive, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(alive)  # the other end stays open as long as this process lives, or is watched
        _held.append(held)
        _end_by_itself(cpu_seconds)
        return None
    os.close(held)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda number, frame: os.kill(pid, number))
    exceeded = None
    while not select.select([alive], [], [], SECONDS_BETWEEN_LOOKS)[0]:
        if exceeded := _exceeded(pid, cpu_seconds, memory_bytes):
            os.kill(pid, signal.SIGKILL)
            break
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if exceeded:
        return exceeded
    if code < 0 and -code not in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL):
        return "crashed"
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code != signal.SIGKILL else None
        os.kill(os.getpid(), -code)
    os._exit(code)
