"""What a worker may use is told anew for every file, while somebody else looks at it at any moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Looked at all the time instead of twenty times a second, and told anew as fast as it goes.
FILES = """
import sys
from pathlib import Path
from sciculture_etl import watching

watching.SECONDS_BETWEEN_LOOKS = 0
for _ in range(200_000):
    watching.allow(3_600, 1 << 40, Path(sys.argv[1]))
watching.end_allowance()
print("all read")
"""


def test_a_look_while_the_next_file_begins_ends_no_worker(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FILES, tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "all read\n")
    assert not any(tmp_path.iterdir())
