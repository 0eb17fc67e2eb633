"""What personal data looks like in a text. Whoever meets it keeps the place and the kind, never the value."""

from sciculture_etl.privacy.kinds import WORTH_A_LOOK, Kind, plain
from sciculture_etl.privacy.masking import mask_path, mask_text, masked_kinds
from sciculture_etl.privacy.values import changes_judgement, kinds_in, suspicious

__all__ = [
    "WORTH_A_LOOK",
    "Kind",
    "changes_judgement",
    "kinds_in",
    "mask_path",
    "mask_text",
    "masked_kinds",
    "plain",
    "suspicious",
]
