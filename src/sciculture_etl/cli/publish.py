"""``sciculture publish`` and ``releases note``: a release by hand, and what is said of it."""

from __future__ import annotations

from typing import Annotated

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.cli.release import releases
from sciculture_etl.cli.runs import AsJson, Explain, Wait, watched
from sciculture_etl.settings import Settings

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
    as_json: AsJson = False,
    wait: Wait = 0,
    explain: Explain = False,
) -> None:
    """Publish what has been read so far, without looking for new files; it ends the hold that follows a rollback."""
    from sciculture_etl.publish.announcement import validated_announcement

    given = validated_announcement(reason, note_ko, note_en, internal)
    with watched(as_json, explain, needs_receipts=True) as watch:
        from sciculture_flows.publish import publish as flow

        watch(
            flow, wait_seconds=wait, reason=given.reason, note_ko=given.note_ko, note_en=given.note_en,
            internal=given.internal,
        )  # fmt: skip


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
