"""Prefect flows: composition only. What they call lives in ``sciculture_etl`` and knows nothing of Prefect.

The package is ``sciculture_flows``. For one version its modules are found as ``flows.nightly`` and the like, too, as
deployments made before name them: the same modules by either name, never a second copy.
"""

import sys
from importlib import import_module
from pkgutil import iter_modules

if __name__ == "flows":
    for _found in iter_modules(__path__):
        sys.modules[f"flows.{_found.name}"] = globals()[_found.name] = import_module(f"sciculture_flows.{_found.name}")
