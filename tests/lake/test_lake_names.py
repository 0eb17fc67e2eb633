"""Two lakes with one storage: each would take the other's rows for files that no table names, and remove them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sciculture_etl.errors import LakeError
from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.load.builds import LakeBuild
from sciculture_etl.load.places import LakePlace
from sciculture_etl.storage.lake_files import remove_orphaned_files
from sciculture_etl.storage.lake_sign import SIGN
from tests.lake.servers import Lake, new_lake

COUNT = "SELECT count(*) FROM rows"


@pytest.mark.parametrize("storage", [pytest.param("s3", marks=pytest.mark.slow), "folder"])
def test_another_lake_is_turned_away_and_removes_nothing(
    lake: Lake, lake_servers: Mapping[str, str], tmp_path: Path, storage: str
) -> None:
    data = lake.data if storage == "s3" else str(tmp_path / "rows")
    own = LakeBuild(Meant.from_texts(lake.warehouse, data, tmp_path))
    with own.connect() as connection:
        connection.execute("CREATE TABLE rows AS FROM range(1000)")
    with new_lake(lake_servers) as made:
        other = LakeBuild(Meant.from_texts(made.warehouse, data, tmp_path))
        turned_away: list[Callable[[], object]] = [
            other.connect, other.read, other.discard, LakePlace(other.lake).remove,
            lambda: remove_orphaned_files(other.lake, "build"),
        ]  # fmt: skip
        for door in turned_away:
            with pytest.raises(LakeError, match="another shared warehouse"):
                door()
        with own.connect() as connection:
            own.tidy(connection)
            assert connection.execute(COUNT).fetchall() == [(1000,)]
        # As where the first one's database is lost for good, and its operator has read what to do.
        (lake.s3("DELETE", f"warehouse/{SIGN}") if storage == "s3" else (tmp_path / "rows" / SIGN).unlink())
        with other.connect() as connection:
            connection.execute("CREATE TABLE rows AS FROM range(10)")
            other.tidy(connection)
            assert connection.execute(COUNT).fetchall() == [(10,)]
        for door in (own.connect, own.read, own.discard):
            with pytest.raises(LakeError, match="another shared warehouse"):
                door()
        assert own.is_there()
