"""What is not ours among the pages is what VENDOR.md says it is, and nothing else lies there."""

import hashlib
import re

from sciculture_etl.pages.assets import asset_names
from sciculture_etl.project import CHECKOUT

LINE = re.compile(
    r"^\| `(?P<file>[^`]+)` \| `(?P<sha256>[0-9a-f]{64})` \| `[^`]+` \| \S+ \| \S+ \| `sha512-[^`]+` \|$", re.M
)
OWN = {"page.css", "icon.svg"}


def test_vendored_files_are_unchanged_and_every_other_asset_is_our_own() -> None:
    listed = {line["file"]: line["sha256"] for line in LINE.finditer((CHECKOUT / "pages/VENDOR.md").read_text("utf-8"))}
    found = {file: hashlib.sha256((CHECKOUT / "pages" / file).read_bytes()).hexdigest() for file in listed}
    assert found == listed
    assert set(asset_names()) - OWN == {file.removeprefix("assets/") for file in listed}
