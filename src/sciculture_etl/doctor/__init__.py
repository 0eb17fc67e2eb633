"""Doctor: the state of everything that runs need and make, what is wrong with it, and how it is mended.

Checks read only and take no lock that a night would have to wait for. A module an area; ``AREAS`` is their order.
"""

from sciculture_etl.doctor.case import Case, Check, Status
from sciculture_etl.doctor.examination import examine
from sciculture_etl.doctor.repair import repair

__all__ = ["Case", "Check", "Status", "examine", "repair"]
