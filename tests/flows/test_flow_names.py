"""By what names deployments find the flows: those of prefect.yaml, and for one version those of before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sciculture_etl.project import CHECKOUT

ENTRYPOINTS = [each["entrypoint"] for each in yaml.safe_load((CHECKOUT / "prefect.yaml").read_text())["deployments"]]
NAMES = ["nightly", "backfill", "load-year", "rebuild", "publish"]
MODULES = [path.stem for path in (CHECKOUT / "flows").glob("*.py") if path.stem != "__init__"]
FORMER = [name.removeprefix("sciculture_") for name in ENTRYPOINTS]
LOADED = """
import json, sys
from collections import Counter
from importlib import import_module
from prefect.flows import load_flow_from_entrypoint
flows = [load_flow_from_entrypoint(name) for name in sys.argv[2:]]
files = {id(module): getattr(module, "__file__", None) for name, module in sys.modules.items()
         if module and name.partition(".")[0] in ("flows", "sciculture_flows")}
twice = [file for file, times in Counter(files.values()).items() if times > 1 and not file.endswith("__init__.py")]
apart = [name for name in json.loads(sys.argv[1])
         if import_module(f"flows.{name}") is not import_module(f"sciculture_flows.{name}")]
print(json.dumps({"modules": [flow.fn.__module__ for flow in flows], "names": [flow.name for flow in flows],
                  "same": len({id(flow) for flow in flows}), "twice": twice, "apart": apart}))
"""


def test_every_deployment_names_a_flow_of_the_installed_package() -> None:
    modules = [name.replace("-", "_") for name in NAMES]
    assert [f"sciculture_flows.{name}.{name}" for name in modules] == ENTRYPOINTS


@pytest.mark.slow
@pytest.mark.parametrize("where", ["the checkout", "elsewhere"])
def test_deployments_of_before_find_the_same_flows_and_load_none_twice(where: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps(MODULES), *ENTRYPOINTS, *FORMER],
        capture_output=True, text=True, check=True, cwd=CHECKOUT if where == "the checkout" else tmp_path,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["names"] == NAMES * 2
    assert found["modules"] == [name.rpartition(".")[0] for name in ENTRYPOINTS] * 2
    assert (found["same"], found["twice"]) == (len(NAMES), [])
    # Nor is any other module another one by its former name.
    assert "steps" in MODULES
    assert found["apart"] == []
