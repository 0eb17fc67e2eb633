"""Are there advisories about what the locks install? One clear line where none can be asked, so that a machine without
a network tests all the same; known weaknesses end with 1. ``make test-slow`` begins with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCKS = Path(__file__).parents[1] / "requirements"


def audit(lock: Path) -> dict[str, Any]:
    """What pip-audit finds of the versions in a lock: nothing is installed or resolved.

    Returns:
        Its ``dependencies``; empty where it could ask nobody.
    """
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        return dict(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, ValueError):
        return {"dependencies": []}


def said(name: str, found: dict[str, Any]) -> tuple[str, bool]:
    """What is known of a lock, in a line and one for each weakness, and whether something must be done."""
    asked = [one for one in found["dependencies"] if "skip_reason" not in one]
    if not asked:
        return f"{name}: NOT audited: no advisories can be asked from here", False
    unknown = len(found["dependencies"]) - len(asked)
    weak = [(one, known) for one in asked for known in one["vulns"]]
    lines = [f"{name}: {len(asked)} dependencies audited, {unknown} unknown there, {len(weak)} advisories"]
    for one, known in weak:
        mended = ", ".join(known["fix_versions"]) or "none yet"
        lines.append(f"  {one['name']} {one['version']}: {known['id']}, mended in: {mended}")
    return "\n".join(lines), bool(weak)


def main() -> int:
    found = [said(lock.name, audit(lock)) for lock in sorted(LOCKS.glob("*.lock"))]
    for text, _ in found:
        print(text)
    return int(any(is_weak for _, is_weak in found))


if __name__ == "__main__":
    sys.exit(main())
