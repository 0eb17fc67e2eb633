"""Submissions whose bytes the archive no longer has as they were received: which, whose, and what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sciculture_etl.errors import ArchiveError
from sciculture_etl.extract.archive import Archive, Receipt
from sciculture_etl.messages import message

MAX_LISTED = 10


@dataclass(frozen=True)
class Damage:
    """lost: nothing lies where the bytes should; else they are others, or fewer."""

    receipt: Receipt
    lost: bool


def damage_in(
    archive: Archive,
    receipts: Iterable[Receipt],
    quick: bool = False,
    checked: Callable[[], None] = lambda: None,
) -> list[Damage]:
    """Those of the receipts whose bytes are missing or changed, each submission once.

    Args:
        quick: by their size alone.
        checked: told of each submission looked at.
    """
    found: list[Damage] = []
    for receipt in {receipt.sha256: receipt for receipt in receipts}.values():
        path = archive.path_of(receipt.sha256)
        try:
            same = path.stat().st_size == receipt.size
            if same and not quick:
                with path.open("rb") as kept:
                    same = hashlib.file_digest(kept, "sha256").hexdigest() == receipt.sha256
        except FileNotFoundError:
            found.append(Damage(receipt, lost=True))
        else:
            if not same:
                found.append(Damage(receipt, lost=False))
        checked()
    return found


def lost_in(archive: Archive, receipts: Iterable[Receipt]) -> list[Damage]:
    """Those of the receipts whose bytes have no name in the archive, each submission once: one look at its folders."""
    names = archive.names()
    wanted = {receipt.sha256: receipt for receipt in receipts}
    return [Damage(receipt, lost=True) for sha256, receipt in wanted.items() if sha256 not in names]


def describe_damage(damages: list[Damage]) -> ArchiveError | None:
    """One message about all of them; None where there are none."""
    if not damages:
        return None
    lines = [
        f"  {damage.receipt.sha256[:2]}/{damage.receipt.sha256} ({'lost' if damage.lost else 'changed'}): "
        f"{damage.receipt.path}, {damage.receipt.submitter or '?'}"
        for damage in damages[:MAX_LISTED]
    ]
    if len(damages) > MAX_LISTED:
        lines.append(f"  ... and {len(damages) - MAX_LISTED:,} more: `sciculture doctor` names them")
    return ArchiveError("\n".join([f"{message('archive_damaged', count=len(damages))}:", *lines]))
