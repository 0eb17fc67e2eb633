"""A disk that loses its power: what may be left below a folder, at every moment of what is done there.

Synced bytes and synced names stay. Of all else any part may be lost, as on a journaling file system: bytes (a file is
then empty, or as long as it was and full of zeros), names, or names of files whose bytes are there. What was moved
lies in one of the two places.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Kept by the engines, which sync what they need, or made anew by whoever finds them missing.
ENGINES = (".lock", "warehouse.duckdb", "warehouse.duckdb.wal", ".prefect")
# What is still being built counts once its folder is given its name.
BUILDING = (".building-", ".aside-", "/staging/")


@dataclass(eq=False, repr=False)
class Node:
    """A file or folder: what of it is on the disk. data, mode: of a file, None where nothing is. names: of a folder."""

    is_folder: bool
    data: bytes | None = None
    mode: int | None = None
    stamp: tuple[int, ...] = ()
    names: dict[str, Node] = field(default_factory=dict)


@dataclass(repr=False)
class Seen:
    """A file or folder as the running system sees it."""

    node: Node
    mode: int
    data: bytes = b""
    is_synced: bool = True
    names: dict[str, Seen] = field(default_factory=dict)


@dataclass(repr=False)
class Moment:
    """What was there when something was about to happen, and which of it was on the disk."""

    what: str
    seen: Seen
    durable: dict[Node, tuple[bytes | None, int | None, dict[str, Node]]]

    @property
    def signature(self) -> tuple[Any, ...]:
        """Equal for moments of which the same can be left."""

        def walk(seen: Seen) -> tuple[Any, ...]:
            data, mode, names = self.durable[seen.node]
            within = tuple((name, id(one.node), walk(one)) for name, one in sorted(seen.names.items()))
            return (
                seen.mode,
                hash(seen.data),
                hash(data),
                mode,
                tuple(sorted((n, id(o)) for n, o in names.items())),
                within,
            )

        return walk(self.seen)


class Disk:
    """The disk below a folder, watched.

    Args:
        nodes: what of each path is on the disk at first; None: everything.
    """

    def __init__(self, root: Path, nodes: dict[Path, Node] | None = None) -> None:
        self.root = root
        self.moments: list[Moment] = []
        self._nodes = {path.stat().st_ino: node for path, node in (nodes or {}).items()}
        self._bytes: dict[tuple[int, ...], bytes] = {}
        self._is_busy = False
        root.mkdir(exist_ok=True)
        self._top = self._node(root)
        if nodes is None:
            self.sync_all()

    # What happens

    def _node(self, path: Path) -> Node:
        status = path.lstat()
        node = self._nodes.get(status.st_ino)
        if node is None or node.is_folder != path.is_dir():
            node = self._nodes[status.st_ino] = Node(path.is_dir())
        return node

    def _is_left_out(self, path: Path) -> bool:
        return any(part in ENGINES for part in path.relative_to(self.root).parts)

    def sync(self, path: Path) -> None:
        if not path.is_relative_to(self.root) or not path.exists() or self._is_left_out(path):
            return
        node = self._node(path)
        node.mode = path.stat().st_mode & 0o7777
        if node.is_folder:
            node.names = {one.name: self._node(one) for one in path.iterdir() if one.name not in ENGINES}
        else:
            node.data, node.stamp = self._read(path), self._stamp(path)

    def sync_all(self) -> None:
        for path in (self.root, *self.root.rglob("*")):
            self.sync(path)

    def forget(self, path: Path) -> None:
        """A name goes; the system may give the number of its file to another one."""
        if path.is_relative_to(self.root) and (path.is_symlink() or path.exists()):
            status = path.lstat()
            if path.is_dir() or status.st_nlink == 1:
                self._nodes.pop(status.st_ino, None)

    def _stamp(self, path: Path) -> tuple[int, ...]:
        status = path.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def _read(self, path: Path) -> bytes:
        stamp = self._stamp(path)
        if stamp not in self._bytes:
            self._bytes[stamp] = path.read_bytes()
        return self._bytes[stamp]

    def take(self, what: str) -> None:
        """Keeps this moment."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            durable: dict[Node, tuple[bytes | None, int | None, dict[str, Node]]] = {}
            seen = self._look(self.root)
            waiting = [self._top, *self._all(seen)]
            while waiting:
                node = waiting.pop()
                if node not in durable:
                    durable[node] = node.data, node.mode, dict(node.names)
                    waiting += node.names.values()
            self.moments.append(Moment(what, seen, durable))
        finally:
            self._is_busy = False

    def _all(self, seen: Seen) -> Iterator[Node]:
        yield seen.node
        for one in seen.names.values():
            yield from self._all(one)

    def _look(self, path: Path) -> Seen:
        node = self._node(path)
        mode = path.stat().st_mode & 0o7777
        if not node.is_folder:
            stamp, data = self._stamp(path), self._read(path)
            return Seen(
                node, mode, data, is_synced=node.data is not None and (stamp == node.stamp or data == node.data)
            )
        names = {}
        for one in sorted(path.iterdir()):
            try:
                names[one.name] = self._look(one)
            except FileNotFoundError:  # another thread's
                continue
        return Seen(node, mode, names=names)


def left_of(moment: Moment, way: str, chance: random.Random, target: Path) -> dict[Path, Node]:
    """Makes a folder of what is left after a moment, in place of the target; returns what lies where."""
    shutil.rmtree(target, ignore_errors=True)
    seen_of: dict[Node, Seen] = {}

    def index(seen: Seen) -> None:
        seen_of[seen.node] = seen
        for one in seen.names.values():
            index(one)

    index(moment.seen)
    kept: list[tuple[Path, Node]] = []
    placed: set[Node] = set()

    def keeps_change() -> bool:
        return {"synced": False, "data": False, "names": True, "zeros": True, "kill": True}.get(
            way, chance.random() < 0.5
        )

    def choose(node: Node, path: Path) -> None:
        kept.append((path, node))
        placed.add(node)
        if not node.is_folder:
            return
        durable = moment.durable[node][2]
        there = seen_of[node].names if node in seen_of else {}
        now = {name: one.node for name, one in there.items()}
        for name in sorted(durable.keys() | now.keys()):
            changed = durable.get(name) is not now.get(name)
            engine = name in ENGINES
            source = now if engine or (changed and keeps_change()) or not changed else durable
            if (one := source.get(name)) is not None:
                choose(one, path / name)

    choose(moment.seen.node, target)
    # What was moved is never in neither place.
    for node, (_, _, names) in moment.durable.items():
        if node not in placed or not node.is_folder:
            continue
        place = next(path for path, one in kept if one is node)
        for name, one in names.items():
            if one in seen_of and one not in placed and not any(path == place / name for path, _ in kept):
                choose(one, place / name)
    inode: dict[Node, Path] = {}
    for path, node in kept:
        if node.is_folder:
            path.mkdir(parents=True, exist_ok=True)
            continue
        if node in inode:  # a second name
            os.link(inode[node], path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            _bytes_left(moment, node, seen_of.get(node), way, chance, path.name in ENGINES or ".prefect" in path.parts)
        )
        inode[node] = path
    for path, node in reversed(kept):
        mode = moment.durable[node][1]
        if mode is None or way in ("names", "zeros", "kill"):
            mode = seen_of[node].mode if node in seen_of else (0o700 if node.is_folder else 0o600)
        path.chmod(mode)
    return dict(kept)


def _bytes_left(
    moment: Moment, node: Node, seen: Seen | None, way: str, chance: random.Random, is_engine: bool
) -> bytes:
    durable = moment.durable[node][0]
    if seen is None:
        return durable or b""
    if is_engine or seen.is_synced:
        return seen.data
    lost = durable or b""
    kept = lost if seen.data.startswith(lost) else b""  # of what was added to a file, its beginning stays
    zeros = kept + b"\0" * (len(seen.data) - len(kept))
    ways = {"synced": lost, "names": lost, "zeros": zeros, "data": seen.data, "kill": seen.data}
    return ways[way] if way in ways else chance.choice([*ways.values(), seen.data[: (len(seen.data) + len(kept)) // 2]])


def not_on_disk(moment: Moment) -> list[str]:
    """What of all that was there would be lost with the power: names, and files without their bytes or modes."""

    def walk(seen: Seen, path: str) -> Iterator[str]:
        _, mode, names = moment.durable[seen.node]
        if not seen.is_synced or (mode != seen.mode and path):
            yield path
        for name, one in seen.names.items():
            if name in ENGINES:
                continue
            if names.get(name) is not one.node:
                yield f"{path}/{name} (its name)"
            yield from walk(one, f"{path}/{name}".lstrip("/"))
        yield from (f"{path}/{name} (deleted)" for name in names.keys() - seen.names.keys())

    return list(walk(moment.seen, ""))


watched: list[Disk] = []


def _audit(event: str, values: tuple[Any, ...]) -> None:
    if not watched or event not in ("os.rename", "os.remove", "os.rmdir", "os.chmod"):
        return
    disk = watched[0]
    if disk._is_busy:
        return
    path = Path(os.fspath(values[0])) if not isinstance(values[0], int) else None
    if path is None:
        return
    descriptor = values[1] if event in ("os.remove", "os.rmdir") else -1
    if isinstance(descriptor, int) and descriptor >= 0 and not path.is_absolute():
        path = Path(f"/proc/self/fd/{descriptor}").readlink() / path
    named = path if event != "os.rename" else Path(os.fspath(values[1]))
    if not named.is_relative_to(disk.root):
        return
    if not any(part in str(named) for part in BUILDING):
        disk.take(f"{event} {named.relative_to(disk.root)}")
    if event == "os.rename":
        if named.is_file():
            disk.forget(named)
    elif event in ("os.remove", "os.rmdir"):
        disk.forget(named)


sys.addaudithook(_audit)


@contextmanager
def watched_disk(disk: Disk, fsync: Any = os.fsync, sync: Any = os.sync) -> Iterator[Disk]:
    """Every sync below the root is seen, and goes on to the system."""

    def watching(descriptor: int) -> None:
        fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_relative_to(disk.root):
            if not any(part in str(path) for part in BUILDING):
                disk.take(f"sync {path.relative_to(disk.root)}")
            disk.sync(path)

    def watching_all() -> None:
        sync()
        disk.take("sync of all")
        disk.sync_all()
        disk.take("after a sync of all")

    os.fsync, os.sync = watching, watching_all
    watched.append(disk)
    try:
        yield disk
        disk.take("the end")
    finally:
        watched.remove(disk)
        os.fsync, os.sync = fsync, sync
