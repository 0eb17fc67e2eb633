"""The ``sciculture`` command: called in this process, or, where the process itself is what is tried, started as one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from tests.nights import hashes

COMMAND = Path(sys.executable).with_name("sciculture")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> Any:
        """What ``--json`` printed; nothing else was."""
        assert self.stderr == "", self.stderr
        return json.loads(self.stdout)


@contextmanager
def within(environment: Mapping[str, str]) -> Iterator[None]:
    """That environment and no other, for Prefect too."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        with _settings_of_prefect():
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _settings_of_prefect() -> Iterator[None]:
    """Prefect reads the environment when it is imported; where it is already, as it is now."""
    if "prefect" not in sys.modules:
        yield
        return
    from prefect.context import SettingsContext, get_settings_context
    from prefect.settings import Settings

    with SettingsContext(profile=get_settings_context().profile, settings=Settings()):
        yield


@contextmanager
def _signals() -> Iterator[None]:
    """A run listens for signals until its process ends."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)


def called(*words: str, environment: Mapping[str, str]) -> Ended:
    """The command in this process: all that the process would do but start, with that environment."""
    from sciculture_etl.cli import main

    said, told = StringIO(), StringIO()
    arguments = sys.argv
    sys.argv = [str(COMMAND), *words]
    try:
        with within(environment), _signals(), redirect_stdout(said), redirect_stderr(told):
            main()
        code: Any = 0
    except SystemExit as end:
        code = end.code
    finally:
        sys.argv = arguments
    return Ended(code or 0, said.getvalue(), told.getvalue())


@dataclass(frozen=True)
class Places:
    """Where a command finds its things, and the API of Prefect that its runs are told to: none for one that starts its
    own."""

    inbox: Path
    warehouse: Path
    prefect: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        places = {"SCICULTURE_INBOX": str(self.inbox), "SCICULTURE_WAREHOUSE": str(self.warehouse)}
        return os.environ | places | self.prefect

    def command(self, *words: str, **environment: str) -> Ended:
        return called(*words, environment=self.environment | environment)

    def process(self, *words: str, **environment: str) -> Ended:
        """The same as its users start it."""
        done = subprocess.run(
            [str(COMMAND), *words], env=self.environment | environment, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    def run(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Exit code and machine report of ``sciculture run --json``, which says nothing else."""
        done = self.command(*(words or ("run",)), "--json")
        return done.returncode, done.answer

    def hashes(self) -> dict[str, str]:
        return hashes(self.warehouse)
