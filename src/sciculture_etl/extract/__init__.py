"""Extract: from a channel (folder or URL) into the archive, where every file lies once under its sha256."""

from sciculture_etl.extract.archive import Archive, Receipt
from sciculture_etl.extract.decisions import Decision, Decisions
from sciculture_etl.extract.inbox import Arrival, Extraction, anything_new, extract_submissions, scan_inbox
from sciculture_etl.extract.restricted import Restricted, Verdict

__all__ = [
    "Archive", "Arrival", "Decision", "Decisions", "Extraction", "Receipt", "Restricted", "Verdict", "anything_new",
    "extract_submissions", "scan_inbox",
]  # fmt: skip
