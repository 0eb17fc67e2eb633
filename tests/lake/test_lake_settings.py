"""What says that a warehouse is a lake: where its tables, their rows and all other files lie, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from sciculture_etl.errors import LakeError, UserError
from sciculture_etl.load.builds import build_of
from sciculture_etl.settings import Settings

HERE = "host=db.example.org dbname=sciculture"


def of_environment(monkeypatch: pytest.MonkeyPatch, **named: str) -> Settings:
    for name, value in named.items():
        monkeypatch.setenv(f"SCICULTURE_{name}", value)
    return Settings.from_environment()


def test_tables_lie_in_the_lake_and_files_in_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = {"WAREHOUSE": f"ducklake:postgres:{HERE}", "WAREHOUSE_FILES": str(tmp_path)}
    found = of_environment(monkeypatch, **named)
    assert found.lake is not None
    assert (found.warehouse, found.lake.catalogue, found.lake.data) == (tmp_path, HERE, str(tmp_path / "lake"))
    found = of_environment(monkeypatch, **named, WAREHOUSE_DATA="s3://bucket/of/ours/")
    assert found.lake is not None
    assert found.lake.data == "s3://bucket/of/ours"
    assert of_environment(monkeypatch, WAREHOUSE=str(tmp_path)).lake is None


@pytest.mark.parametrize(
    "named",
    [
        f"ducklake:postgres:{HERE} password=secret",
        f"ducklake:postgres:{HERE} PASSWORD = 'secret'",
        "ducklake:postgres:postgresql://writer:secret@db.example.org/sciculture",
        "ducklake:postgres:postgresql://db.example.org/sciculture?user=writer&password=secret",
        "ducklake:sqlite:secret.sqlite",
    ],
)
def test_a_password_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    with pytest.raises(UserError) as refused:
        of_environment(monkeypatch, WAREHOUSE=named)
    assert "secret" not in str(refused.value)


def test_a_catalogue_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGPASSWORD", "secret")
    found = of_environment(
        monkeypatch, WAREHOUSE="ducklake:postgres:host=127.0.0.1 port=1 dbname=none", WAREHOUSE_FILES=str(tmp_path)
    )
    with pytest.raises(LakeError, match="can't be reached") as failed:
        build_of(found).is_there()
    assert "secret" not in str(failed.value)
