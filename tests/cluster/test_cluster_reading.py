"""Files are read by the workers of a cluster as this machine reads them, and a file that kills costs no worker."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from forms import CLASS, as_csv, many_classes, table

from sciculture_etl.contracts import load_contracts
from sciculture_etl.extract import Archive
from sciculture_etl.intake.open_workers import open_workers
from sciculture_etl.intake.staging import Batch, FileToRead, SubmissionOutcome
from sciculture_etl.project import EXPECTATIONS
from sciculture_etl.settings import Limits, Settings
from tests.cluster.clusters import Dask, dask_cluster
from tests.lake.servers import Lake

CONTRACTS = pickle.dumps(load_contracts())
LIMITS = Limits(cpu_seconds=1, cpu_seconds_per_mib=0)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory, lake_servers: dict[str, str]) -> Iterator[Dask]:
    """With a worker under a nanny, which may have no children, and one that would read with other words."""
    access = Lake(0, lake_servers["endpoint"], "", "").access
    project = tmp_path_factory.mktemp("project")
    (project / "expectations").mkdir()
    words = (EXPECTATIONS / "findings.yml").read_text(encoding="utf-8")
    (project / "expectations" / "findings.yml").write_text(words + "\n# ours\n", encoding="utf-8")
    with dask_cluster(tmp_path_factory.mktemp("dask"), access) as made:
        made.add_worker()
        made.add_worker("--no-nanny", environment={"SCICULTURE_PROJECT": str(project)})
        yield made


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "warehouse" / "archive")


def batches(archive: Archive, *groups: dict[str, bytes]) -> list[Batch]:
    staging = archive.folder.parent / "staging"
    staging.mkdir(exist_ok=True, parents=True)
    made = []
    for number, files in enumerate(groups):
        received = []
        for path, data in files.items():
            aside = archive.folder.parent / "received"
            aside.write_bytes(data)
            with aside.open("rb") as source:
                sha256, size = archive.store(source)
            received.append(FileToRead(sha256[:16], sha256, size, archive.path_of(sha256), path, "가상시험센터"))
        made.append(Batch(tuple(received), CONTRACTS, LIMITS, staging / "run" / str(number)))
    (staging / "run").mkdir(exist_ok=True)
    return made


def read(
    settings: Settings, given: list[Batch], unfit: int = 0
) -> tuple[dict[str, SubmissionOutcome], dict[str, list[Any]]]:
    """File → what was made of it; table → its rows."""
    outcomes: dict[str, SubmissionOutcome] = {}
    rows: dict[str, list[Any]] = {}
    with open_workers(settings) as workers, closing(workers.read(given)) as done:
        assert [why for why in workers.left_out.values() if "it reads with words " not in why] == []
        assert len(workers.left_out) == unfit
        for batch, made in done:
            outcomes |= {file.path: outcome for file, outcome in zip(batch.files, made, strict=True)}
            for path in batch.folder.glob("*.parquet"):
                rows.setdefault(path.stem, []).extend(pl.read_parquet(path).rows())
    return outcomes, {name: sorted(found, key=repr) for name, found in rows.items()}


GROUPS: tuple[dict[str, bytes], ...] = (
    {"1.csv": as_csv(table(CLASS)), "개인.csv": as_csv(table(CLASS, {"강좌명": "가상 010-1234-5678"}))},
    {"2.csv": as_csv(table(CLASS | {"운영횟수": "2"})), "큰 파일.csv": many_classes(60_000, "삼청동 {}번지")},
    {"3.csv": as_csv(table(CLASS | {"운영횟수": "다섯"}))},
)


def _moved(file: FileToRead, folder: Path) -> Path:
    return folder / "moved" / file.sha256[:2] / file.sha256


@pytest.mark.parametrize("shared", ["", "folder", "bucket"])
def test_a_cluster_reads_what_this_machine_reads_and_leaves_nothing(
    dask: Dask, lake: Lake, archive: Archive, tmp_path: Path, shared: str
) -> None:
    elsewhere = {"": "", "folder": str(tmp_path / "shared"), "bucket": f"s3://{lake.bucket}/staged"}[shared]
    (tmp_path / "shared").mkdir()
    here = Settings(warehouse=tmp_path / "warehouse")
    there = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting, shared=elsewhere)
    expected = read(here, batches(archive, *GROUPS))
    given = batches(archive, *GROUPS)
    if shared:  # the bytes travel: no worker sees the archive
        archive.folder.rename(tmp_path / "moved")
        given = [replace(one, files=tuple(replace(f, place=_moved(f, tmp_path)) for f in one.files)) for one in given]
    found = read(there, given, unfit=1)
    assert found == expected
    assert [o.findings[0].code for o in found[0].values() if o.refused] == ["R_PII", "R_TOO_COSTLY"]
    assert lake.objects() == []
    assert list((tmp_path / "shared").iterdir()) == []
    assert not list((tmp_path / "warehouse").glob("shared/*"))
    assert all(node.process.poll() is None for node in dask.workers)
    assert not [line for node in dask.workers for line in node.said().splitlines() if "Failed" in line]
