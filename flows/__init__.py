"""Prefect flows: composition only. What they call lives in ``sciculture_etl`` and knows nothing of Prefect.

The package is ``sciculture_flows``. For one version its flows are found as ``flows.nightly`` and the like, too, as
deployments made before name them: the same modules by either name, and nothing else by the old one.
"""

import sys
from importlib import import_module
from pkgutil import iter_modules

if __name__ == "flows":
    for _module in iter_modules(__path__):
        _deployed = _module.name in ("backfill", "nightly", "publish", "rebuild")
        _found = import_module(f"sciculture_flows.{_module.name}") if _deployed else None
        sys.modules[f"flows.{_module.name}"] = globals()[_module.name] = _found  # type: ignore[assignment]
