"""Load: accepted rows into the build database, and of each partition the version that counts."""

from sciculture_etl.load.accept import accept_versions
from sciculture_etl.load.batch import load_batches
from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.storage.lock import writer_lock

__all__ = ["Warehouse", "accept_versions", "load_batches", "writer_lock"]
