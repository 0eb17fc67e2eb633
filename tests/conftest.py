"""What all folders share: no test talks to anything outside the machine, and tools keep quiet."""

import os

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
