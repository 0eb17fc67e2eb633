"""``sciculture open``: DuckDB's own shell on a release, which it keeps however many are published meanwhile."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from tests.commands import COMMAND
from tests.query.conftest import Ask

WITHOUT_END = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE hash(a.range + b.range) = 3;"


def test_it_reads_and_changes_nothing(database: Path) -> None:
    words = [str(COMMAND), "open", "--release", str(database)]
    sql = "SELECT 'rows', count(*) FROM class;\nDELETE FROM class;\n"
    done = subprocess.run(words, input=sql, capture_output=True, text=True, check=False)
    assert "100" in done.stdout
    assert "read-only" in done.stderr


def test_without_the_program_it_says_what_to_install(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from sciculture_etl.errors import NotReadyError
    from sciculture_etl.query import shell

    monkeypatch.setattr(shell, "PROGRAM", "no-such-program")
    with pytest.raises(NotReadyError, match="pip install duckdb-cli"):
        shell.find_shell()


class Terminal:
    """A terminal that answers as one does when a program asks for its colours and the place of its cursor."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.shown = b""
        self.process, self._end = pty.fork()
        if self.process == 0:
            os.environ.update(environment)
            os.execv(words[0], list(words))

    def type(self, text: str, until: str, seconds: float = 20) -> None:
        while select.select([self._end], [], [], 0.5)[0]:  # until it waits for what is typed
            self._read()
        self.shown = b""
        os.write(self._end, text.encode())
        self.wait(until, seconds)

    def wait(self, until: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while until not in (text := self.text()):
            assert time.monotonic() < end, text[-2000:]
            if select.select([self._end], [], [], 0.1)[0]:
                self._read()

    def _read(self) -> None:
        given = os.read(self._end, 65536)
        self.shown += given
        if b"\x1b[c" in given:
            os.write(self._end, b"\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;22c")
        for _ in range(given.count(b"\x1b[6n")):
            os.write(self._end, b"\x1b[1;1R")

    def text(self) -> str:
        """What it shows, without colours and moves of the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.shown.decode(errors="replace"))

    def ended(self, seconds: float = 20) -> int:
        end = time.monotonic() + seconds
        while True:
            found, status = os.waitpid(self.process, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end
            if select.select([self._end], [], [], 0.1)[0]:
                with suppress(OSError):  # once it has ended
                    self._read()


@pytest.mark.slow
def test_on_a_terminal_it_keeps_its_release_and_ends_as_a_shell_does(database: Path, tmp_path: Path) -> None:
    live = Path(shutil.copy(database, tmp_path / "sciculture.duckdb"))
    terminal = Terminal(str(COMMAND), "open", "--release", str(live), HOME=str(tmp_path))
    terminal.wait("00007-20261130")
    terminal.type("SELECT 'first ' || release_id FROM release_info;\n", "first 00007")
    newer = tmp_path / "newer.duckdb"
    with duckdb.connect(str(newer)) as connection:
        connection.execute("CREATE TABLE release_info AS SELECT '00008-20261201' AS release_id")
    newer.replace(live)
    terminal.type("SELECT 'second ' || release_id FROM release_info;\n", "second 00007")
    terminal.type(WITHOUT_END + "\n", ";")
    time.sleep(1)
    os.write(terminal._end, b"\x03")
    terminal.type("SELECT 'it is ' || 'alive';\n", "it is alive")
    terminal.type("\x04", until="")
    assert terminal.ended() in (0, 1)  # 1, as a query was ended before
    assert [path.stat().st_mode & 0o077 for path in tmp_path.glob(".duckdb*") if path.is_file()] == [0]
