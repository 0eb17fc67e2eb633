"""What a verification found, on the console."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console
from rich.text import Text

from sciculture_etl.publish.verification import Fault, Verification

MAX_LISTED = 20


def show_verification(console: Console, found: Verification) -> None:
    """One line where all is well; else every kind of fault with its first files."""
    version = f" ({found.version})" if found.version and found.version != found.release_id else ""
    name = f"{found.release_id or found.folder}{version}"
    counted = f"{found.files:,} files as published / 공표한 그대로인 파일, {found.byte_count / 1e6:,.1f} MB"
    sign, colour = ("✓", "green") if found.is_complete else ("✗", "red")
    console.print(Text(f"{sign} ", colour) + Text(printable(f"{name}: {counted}")), soft_wrap=True)
    for _, faults in groupby(sorted(found.faults, key=_kind), key=_kind):
        _show(console, list(faults))
    if found.operators:
        files = ", ".join(found.operators)
        console.print(
            f"! {files}: the operator's alone, not to be handed on / 운영자 전용 파일, 외부에 제공하지 않습니다",
            soft_wrap=True,
        )
    if found.list_sha256:
        console.print(Text(f"sha256 of the list / 목록의 해시: {found.list_sha256}", "dim"), soft_wrap=True)


def _kind(fault: Fault) -> str:
    return fault.kind


def _show(console: Console, faults: list[Fault]) -> None:
    for fault in faults[:MAX_LISTED]:
        console.print(Text(f"  {printable(fault.path)}: {fault.text}"), soft_wrap=True)
    if (left := len(faults) - MAX_LISTED) > 0:
        console.print(Text(f"  and {left:,} more / 외 {left:,}개"), soft_wrap=True)


def printable(text: str) -> str:
    """A name as it can be shown: one from elsewhere may hold what commands a terminal."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
