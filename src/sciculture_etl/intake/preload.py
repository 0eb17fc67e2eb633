"""What the server imports that workers are forked from, so that each is there at once with all that it needs.

It is imported there and nowhere else: it has libraries use a single thread, since there is a worker for each core.
Nothing is computed here by a library that would start threads of its own, which a fork would lose.
"""

import gc
import os
from datetime import date

os.environ |= {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

from sciculture_etl.intake import staging  # noqa: F401
from sciculture_etl.regions import resolve

resolve("서울특별시 종로구", date(2020, 1, 1))  # builds the index of places, which every worker then shares
gc.collect()
gc.freeze()
