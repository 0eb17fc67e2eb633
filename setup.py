"""Which packages there are, and what a wheel carries besides: contracts, SQL, maps and pages, as data of the package.

An editable install has no use for that: there, everything is read from the checkout (sciculture_etl/project.py).
"""

from setuptools import find_packages, setup

CARRIED = {f"sciculture_etl.carried.{name}": name for name in ("expectations", "sql", "maps", "pages")}
# The second name is that of deployments made by version 0.1.0; it goes with the next one.
FLOWS = {"sciculture_flows": "flows", "flows": "flows"}

setup(
    packages=[*find_packages("src"), *FLOWS, *CARRIED],
    package_dir={"": "src", **FLOWS, **CARRIED},
    package_data={package: ["**/*"] for package in CARRIED} | {"": ["reference/*"]},
)
