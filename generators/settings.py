"""Write docs/settings.md and deploy/sciculture.env from the definition: `python generators/settings.py`."""

from __future__ import annotations

from pathlib import Path

from sciculture_etl.settings_texts import settings_file, settings_page

ROOT = Path(__file__).resolve().parents[1]
# Where the units of deploy/systemd/ and the container expect things.
DEPLOYED = {"SCICULTURE_INBOX": "/srv/sciculture/inbox", "SCICULTURE_WAREHOUSE": "/var/lib/sciculture/warehouse"}


def made() -> dict[Path, str]:
    """File → what it must say."""
    return {ROOT / "docs" / "settings.md": settings_page(), ROOT / "deploy" / "sciculture.env": settings_file(DEPLOYED)}


if __name__ == "__main__":
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
