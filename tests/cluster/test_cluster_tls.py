"""A cluster that is spoken to by TLS, with certificates of an authority of its own; nobody without one is answered."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sciculture_etl.extract import Archive
from sciculture_etl.settings import Settings, Timeouts
from tests.channel_servers import authority
from tests.cluster.clusters import dask_cluster
from tests.cluster.test_cluster_reading import GROUPS, batches

READ = """
import pickle, sys
from pathlib import Path
from sciculture_etl.errors import MachineError
from sciculture_etl.intake.open_workers import open_workers
settings, batches = pickle.loads(Path(sys.argv[1]).read_bytes())
try:
    with open_workers(settings) as workers:
        print(workers.is_encrypted, workers._client.scheduler.address, sum(1 for _ in workers.read(batches)))
except MachineError as error:
    print(error)
"""


def certificates(folder: Path) -> dict[str, str]:
    """What Dask's own configuration is told of them."""
    made = authority(folder)
    of_each = {
        f"DASK_DISTRIBUTED__COMM__TLS__{who}__{what}": str(made.server_file)
        for who in ("SCHEDULER", "WORKER", "CLIENT")
        for what in ("CERT", "KEY")
    }
    return of_each | {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(made.ca_file),
    }


def run_with(environment: Mapping[str, str], given: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", READ, given], env=os.environ | environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.mark.slow
def test_all_that_is_sent_is_encrypted_and_nobody_without_a_certificate_is_answered(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "others").mkdir()
    tls = certificates(tmp_path / "own")
    with dask_cluster(tmp_path / "dask", tls) as dask:
        dask.add_worker()
        archive = Archive(tmp_path / "warehouse" / "archive")
        timeouts = Timeouts(attempts=1, silence=5)
        places = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting, timeouts=timeouts)
        (tmp_path / "given").write_bytes(pickle.dumps((places, batches(archive, GROUPS[0]))))
        assert run_with(tls, tmp_path / "given") == f"True tls://{dask.address} 1\n"
        for others in ({}, certificates(tmp_path / "others")):
            assert f"the scheduler at {dask.address} does not answer" in run_with(others, tmp_path / "given")
        assert "tcp://" not in dask.scheduler.said() + dask.workers[0].said()
