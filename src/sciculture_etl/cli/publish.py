"""``sciculture publish`` and ``releases note``: a release by hand, and what is said of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from sciculture_etl.cli.app import PARTIAL, REFUSED, app, notified_if_behind, notify_readers
from sciculture_etl.cli.release import releases
from sciculture_etl.cli.runs import AsJson, Explain, Wait, watched
from sciculture_etl.errors import NotReadyError
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

if TYPE_CHECKING:
    from sciculture_etl.publish import Announcement

Reason = Annotated[
    str,
    typer.Option(
        help="Why, as readers are told: first, routine, new_data, correction, closing, method_change, structure_change "
        "or disclosure. None: it follows from what changed."
    ),
]
NoteKo = Annotated[str, typer.Option(help="A note for readers in Korean; public. No personal data.")]
NoteEn = Annotated[str, typer.Option(help="The same note in English.")]
Internal = Annotated[str, typer.Option(help="Why, for the operators alone; it is recorded. No personal data.")]


@app.command()
def publish(
    reason: Reason = "",
    note_ko: NoteKo = "",
    note_en: NoteEn = "",
    internal: Internal = "",
    at: Annotated[
        str,
        typer.Option(
            help="When the release goes out: 2026-12-01T09:00, Korean time unless it has an offset. It is built and "
            "checked now; until then nothing else is published."
        ),
    ] = "",
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Show what blocks a release and what should be known before; publish and change nothing. Exit code: "
            "0 nothing, 3 only to be known, 4 blocked.",
        ),
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Only let a scheduled release out whose time has come; for a timer.")
    ] = False,
    as_json: AsJson = False,
    wait: Wait = 0,
    explain: Explain = False,
) -> None:
    """Publish what has been read so far, without looking for new files; it ends the hold that follows a rollback."""
    from sciculture_etl.publish.announcement import validated_announcement
    from sciculture_etl.publish.scheduled import parse_time

    if due:
        _publish_due(as_json)
        return
    given = validated_announcement(reason, note_ko, note_en, internal)
    if at:
        parse_time(at)
    if check:
        raise typer.Exit(_check(given, as_json, wait))
    with watched(as_json, explain, needs_receipts=True) as watch:
        from sciculture_flows.publish import publish as flow

        watch(
            flow, wait_seconds=wait, reason=given.reason, note_ko=given.note_ko, note_en=given.note_en,
            internal=given.internal, at=at,
        )  # fmt: skip


def _check(announcement: Announcement, as_json: bool, wait: float) -> int:
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.releases import show_checklist
    from sciculture_etl.extract import Archive
    from sciculture_etl.pipeline.checklist import as_dict
    from sciculture_etl.pipeline.rehearsal import rehearse

    settings = Settings.from_environment()
    if not Archive(settings.archive).receipts():
        raise NotReadyError(message("nothing_received", path=settings.archive))
    report = rehearse(settings, wait, announcement)
    blocking = any(result.is_blocking for result in report.checklist)
    code = REFUSED if blocking else PARTIAL if report.checklist else 0
    if as_json:
        found = {"exit_code": code, "outcome": report.publication.outcome, "revised": report.publication.revised}
        print(json.dumps(found | as_dict(report.checklist), ensure_ascii=False, indent=1))
    else:
        show_checklist(operators_console(), report)
    return code


def _publish_due(as_json: bool) -> None:
    from sciculture_etl.publish.going_out import publish_if_due
    from sciculture_etl.publish.scheduled import find_scheduled, shown_time

    settings = Settings.from_environment()
    with notified_if_behind():
        released = publish_if_due(settings)
    if released:
        notify_readers()
    waiting = find_scheduled(settings)
    if as_json:
        found = {"released": released, "scheduled": waiting.as_dict() if waiting else None}
        print(json.dumps(found, ensure_ascii=False, indent=1))
    elif released:
        print(f"release {released} is out / 공표했습니다")
    elif waiting:
        print(f"release {waiting.release_id} goes out at / 공표 예약: {shown_time(waiting.at)}")
    else:
        print("no release is scheduled / 공표 예약된 릴리스가 없습니다")


@releases.command()
def withdraw(
    release: Annotated[str, typer.Argument(help="The scheduled release: its number (4), its name, or scheduled.")],
    reason: Annotated[str, typer.Option(help="The reason; it is recorded. No personal data.")],
) -> None:
    """Take a scheduled release back before its time; nights publish again."""
    from sciculture_etl.publish.going_out import withdraw_scheduled

    entry = withdraw_scheduled(Settings.from_environment(), release, reason)
    print(f"{entry['release_id']} withdrawn: it doesn't go out / 공표 예약을 철회했습니다. 공표하지 않습니다")


@releases.command()
def note(
    ko: Annotated[str, typer.Option(help="The note in Korean; public. No personal data.")] = "",
    en: Annotated[str, typer.Option(help="The same note in English.")] = "",
    reason: Reason = "",
    internal: Internal = "",
    clear: Annotated[bool, typer.Option("--clear", help="Take back what was left.")] = False,
) -> None:
    """Leave a note for the readers of the next release; without options, show what was left."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.releases import show_note
    from sciculture_etl.publish.announcement import validated_announcement
    from sciculture_etl.publish.publications import leave_note, note_left

    settings = Settings.from_environment()
    given = validated_announcement(reason, ko, en, internal)
    if clear or not given.is_empty:
        leave_note(settings, given)
    show_note(operators_console(), note_left(settings))
