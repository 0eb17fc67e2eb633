"""Extract: from the channels (folders and servers) into the archive, where every file lies once under its sha256."""

from sciculture_etl.extract.archive import Archive, Receipt
from sciculture_etl.extract.channel import channels_of, with_blocks
from sciculture_etl.extract.inbox import Extraction, anything_new, extract_submissions

__all__ = ["Archive", "Extraction", "Receipt", "anything_new", "channels_of", "extract_submissions", "with_blocks"]
