"""What files are read with on a machine, part by part: two machines on which it is the same read alike."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from sciculture_etl.intake.read_fingerprints import ReadFingerprints
from sciculture_etl.settings import DEFAULT_LIMITS, fingerprint

# What reading and validating import, and what carries the work to another machine.
LIBRARIES = ("sciculture-etl", "polars", "pyarrow", "numpy", "lxml", "olefile", "xlrd", "pydantic", "distributed")
_PACKAGE = Path(__file__).parents[1]
# Of the files from which this process was loaded: those that an upgrade brings meanwhile don't count in it.
_CODE = fingerprint(
    *(part for path in sorted(_PACKAGE.rglob("*.py")) for part in (str(path.relative_to(_PACKAGE)), path.read_bytes()))
)


def reading_environment() -> dict[str, str]:
    """Part → its version or fingerprint."""
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in LIBRARIES},
        "code of sciculture-etl": _CODE,
        **ReadFingerprints({}, DEFAULT_LIMITS).parts([], True, ""),
    }
