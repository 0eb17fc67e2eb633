"""Extract: from the channels (folders and servers) into the archive, where every file lies once under its sha256."""

from sciculture_etl.extract.archive import Archive, Clock, Receipt, machine_clock
from sciculture_etl.extract.channels.channel import channels_of, with_blocks
from sciculture_etl.extract.closings import Closing, Closings
from sciculture_etl.extract.damage import Damage, damage_in, describe_damage, lost_in
from sciculture_etl.extract.decisions import Decision, Decisions
from sciculture_etl.extract.inbox import Extraction, check_channels, extract_submissions
from sciculture_etl.extract.operator import Operator
from sciculture_etl.extract.restricted import Restricted, Verdict
from sciculture_etl.extract.spool import Spool, SpooledFile, is_institution_name, name_in_spool, path_of

__all__ = [
    "Archive",
    "Clock",
    "Closing",
    "Closings",
    "Damage",
    "Decision",
    "Decisions",
    "Extraction",
    "Operator",
    "Receipt",
    "Restricted",
    "Spool",
    "SpooledFile",
    "Verdict",
    "channels_of",
    "check_channels",
    "damage_in",
    "describe_damage",
    "extract_submissions",
    "is_institution_name",
    "lost_in",
    "machine_clock",
    "name_in_spool",
    "path_of",
    "with_blocks",
]  # fmt: skip
