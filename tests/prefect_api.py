"""One server of Prefect for all tests of a session (``shared_process``): to start it takes longer than a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sciculture_flows.embedded import prefect_api
from tests.shared_process import serve_while_used, shared_process


@contextmanager
def shared_api(folder: Path) -> Iterator[Mapping[str, str]]:
    """What ``prefect_api`` sets in the environment, for whoever shares the folder."""
    with shared_process(folder, "tests.prefect_api") as told:
        yield told


def _serve(folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("PREFECT_", "SCICULTURE_"))]:
        del os.environ[name]
    before = dict(os.environ)
    with prefect_api(folder):
        told = {name: value for name, value in os.environ.items() if before.get(name) != value}
        told.pop("SCICULTURE_API_ENDS_WITH_THE_RUN")  # a link to its pages leads somewhere as long as tests run
        serve_while_used(folder, told)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
