"""The life of submissions, as the operator asks for it: lists, one submission's whole story, and withdrawal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import LakeError, NotReadyError, UserError
from sciculture_etl.extract import Archive, Decision, Decisions, Operator
from sciculture_etl.extract.decisions import PREFERENCE_UNDONE, PREFERRED, REINSTATED, REQUESTED, WITHDRAWN
from sciculture_etl.load import writer_lock
from sciculture_etl.load.builds import read_build
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.settings import Settings
from sciculture_etl.storage.journal import validated_reason
from sciculture_etl.submissions.resolve import Named, resolve_submission
from sciculture_etl.submissions.rows import row_beside
from sciculture_etl.validate.cells import FIRST_YEAR

Row = dict[str, Any]


@dataclass(frozen=True)
class SubmissionFilter:
    """What a list is narrowed to; None is all.

    Attributes:
        since: day of receipt, Korean time.
    """

    state: str | None = None
    status: str | None = None
    submitter: str | None = None
    dataset: str | None = None
    year: int | None = None
    since: date | None = None


@contextmanager
def operations(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The operator's file of the last run, read only, its times in Seoul's zone.

    Raises:
        NotReadyError: Where there is none yet, or one of an earlier version that lacks what is asked for.
    """
    path = settings.warehouse / "operations.duckdb"
    if not path.exists():
        raise NotReadyError(message("not_made_yet", path=path))
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'Asia/Seoul'")
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException):
            raise NotReadyError(message("operations_outdated", path=path)) from None


def rows_of(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any]) -> list[Row]:
    """What a query gives, column → value, times and days as texts."""
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, (_plain(cell) for cell in row), strict=True)) for row in cursor.fetchall()]


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else cell


def _narrowed(conditions: dict[str, Any]) -> tuple[str, list[Any]]:
    given = {condition: value for condition, value in conditions.items() if value is not None}
    return " AND ".join(["true", *given]), list(given.values())


def _check_names(connection: duckdb.DuckDBPyConnection, wanted: SubmissionFilter) -> None:
    """Raises UserError for a name that fits nothing: an empty list would look like an answer."""
    known = {
        "--dataset": (wanted.dataset, list(load_contracts())),
        "--submitter": (wanted.submitter, _known(connection, "submitter")),
        "--year": (None if wanted.year is None else str(wanted.year), _years(connection)),
    }
    for option, (given, names) in known.items():
        fits = any(given in name if option == "--submitter" else given == name for name in names) if given else True
        if not fits or given == "":
            given = given or ""
            raise UserError(message("name_unknown", option=option, given=given, known=nearest_names(given, names)))


def _known(connection: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    query = (
        f"SELECT {column} FROM mart_submission_log UNION SELECT CAST({column} AS VARCHAR) FROM mart_submission_status"
    )
    return sorted(name for (name,) in connection.execute(query).fetchall() if name)


def _years(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Those of which something came or is owed, and those of which something may come."""
    found = connection.execute(
        "SELECT unnest(string_split(program_years, ', ')) FROM mart_submission_log "
        "UNION SELECT CAST(program_year AS VARCHAR) FROM mart_submission_status"
    ).fetchall()
    may_come = range(FIRST_YEAR, date.today().year + 2)
    return [*sorted(year for (year,) in found if year), *map(str, may_come)]


def list_submissions(settings: Settings, wanted: SubmissionFilter) -> list[Row]:
    """Receipts, the newest first: ``mart_submission_log``, narrowed.

    Raises:
        UserError: For a name that fits nothing.
    """
    where, values = _narrowed(
        {
            "state = ?": wanted.state,
            "contains(submitter, ?)": wanted.submitter,
            "list_contains(string_split(datasets, ', '), ?)": wanted.dataset,
            "list_contains(string_split(program_years, ', '), ?)": str(wanted.year)
            if wanted.year is not None
            else None,
            "CAST(received_at AS DATE) >= ?": wanted.since,
        }
    )
    query = f"SELECT * FROM mart_submission_log WHERE {where} ORDER BY received_at DESC, receipt_no DESC"
    with operations(settings) as connection:
        _check_names(connection, wanted)
        return rows_of(connection, query, values)


def list_status(settings: Settings, wanted: SubmissionFilter) -> list[Row]:
    """What is owed: ``mart_submission_status``, narrowed.

    Raises:
        UserError: For a name that fits nothing.
    """
    where, values = _narrowed(
        {
            "status = ?": wanted.status,
            "contains(submitter, ?)": wanted.submitter,
            "dataset = ?": wanted.dataset,
            "program_year = ?": wanted.year,
        }
    )
    query = (
        f"SELECT * FROM mart_submission_status WHERE {where} "
        "ORDER BY program_year DESC, dataset, period_no DESC, submitter"
    )
    with operations(settings) as connection:
        _check_names(connection, wanted)
        return rows_of(connection, query, values)


def submission_history(settings: Settings, asked: str) -> Row:
    """All that is known of one submission.

    Receipts, verdict, rows, versions with what they replace and what replaced them, decisions, corrections, findings,
    and the releases in which it counts.
    """
    archive = Archive(settings.archive)
    with operations(settings) as connection:
        known = rows_of(connection, "SELECT submission_id, source_file, received_at FROM mart_submission_log", [])
        chosen = resolve_submission(asked, (Named(*row.values()) for row in known))
        log = rows_of(connection, "FROM mart_submission_log WHERE submission_id = ? ORDER BY receipt_no", [chosen])
        versions = rows_of(connection, "FROM mart_submission_version WHERE submission_id = ? ORDER BY ALL", [chosen])
        replaced = rows_of(
            connection,
            "SELECT DISTINCT submission_id, source_file FROM mart_submission_version "
            "WHERE list_contains(string_split(superseded_by, ', '), ?) ORDER BY ALL",
            [chosen],
        )
        conflicts = rows_of(
            connection,
            "FROM mart_version_conflict WHERE submission_id = ? OR counting_id = ? ORDER BY ALL",
            [chosen, chosen],
        )
        findings = rows_of(
            connection,
            "SELECT * EXCLUDE (submission_id, submitter, source_file) FROM mart_row_error WHERE submission_id = ? "
            "ORDER BY finding_no",
            [chosen],
        )
        corrections = rows_of(
            connection, "FROM mart_correction WHERE list_contains(string_split(submissions, ', '), ?)", [chosen]
        )
    own = log[0]
    receipts = [{"receipt_no": r["receipt_no"], "received_at": r["received_at"], "path": r["source_file"]} for r in log]
    return {
        **{name: value for name, value in own.items() if name not in ("receipt_no", "received_at", "source_file")},
        "receipts": receipts,
        "versions": versions,
        "replaces": replaced,
        "conflicts": conflicts,
        "decisions": [_explained(d) for d in Decisions(archive.folder).all() if d.submission_id == chosen],
        "corrections": corrections,
        "findings": [finding | {"row": row_beside(finding, own["datasets"])} for finding in findings],
        "releases": _releases_with(settings.releases, chosen),
    }


def _explained(decision: Decision) -> Row:
    at = datetime.fromisoformat(decision.decided_at).astimezone(ZoneInfo("Asia/Seoul"))
    return asdict(decision) | {"decided_at": at.isoformat(timespec="seconds")}


def _releases_with(releases: Path, submission_id: str) -> list[str]:
    """The kept releases in whose figures the submission counts."""
    found = []
    for release_id in kept_ids(releases):
        manifest = releases / release_id / "manifest.json"
        if not manifest.exists():
            continue
        inputs = json.loads(manifest.read_text(encoding="utf-8"))["inputs"]
        counts = ("in force", "partly superseded")
        if any(entry["submission_id"] == submission_id and entry["standing"] in counts for entry in inputs):
            found.append(release_id)
    return found


def decide(settings: Settings, asked: str, reason: str, reinstate: bool = False) -> Decision:
    """Withdraws a submission, or takes its withdrawal back; it shows in the figures with the next run.

    Raises UserError where there is no such submission, it is so already, or the reason says nothing or names a
    person; BusyError where a run is going on.
    """
    reason, by = validated_reason(reason), Operator.from_settings(settings).name
    archive = Archive(settings.archive)
    resolve_submission(asked, map(Named.of, archive.receipts()))  # of a wrong number not even a lock
    with writer_lock(settings.warehouse, lake=settings.lake):
        receipts = archive.receipts()
        chosen = resolve_submission(asked, map(Named.of, receipts))
        decisions = Decisions(archive.folder)
        holding = {decision.submission_id: decision for decision in decisions.withdrawn(receipts)}
        withdrawn = chosen in holding
        # Withdrawn bytes that came again may be withdrawn again: that says that they are not meant to count.
        is_resent = withdrawn and any(one.submission_id == chosen for one in receipts[holding[chosen].seen :])
        if withdrawn != reinstate and not (is_resent and not reinstate):
            if withdrawn:
                raise UserError(message("submission_is_withdrawn", submission=chosen))
            raise UserError(message("submission_is_not_withdrawn", submission=chosen))
        if reinstate:
            return decisions.decide(chosen, REINSTATED, reason, receipts, by=by)
        return decisions.decide(chosen, WITHDRAWN, reason, receipts, _is_unread(settings, chosen), by=by)


def prefer(settings: Settings, asked: str, reason: str, undo: bool = False) -> Decision:
    """Says that a submission is newer than all that had been received by then, or takes that back.

    Raises UserError where there is no such submission, it is withdrawn, there is nothing to take back, or the reason
    says nothing or names a person; BusyError where a run is going on.
    """
    reason, operator = validated_reason(reason), Operator.from_settings(settings)
    archive = Archive(settings.archive)
    resolve_submission(asked, map(Named.of, archive.receipts()))
    with writer_lock(settings.warehouse, lake=settings.lake):
        receipts = archive.receipts()
        chosen = resolve_submission(asked, map(Named.of, receipts))
        decisions = Decisions(archive.folder)
        if undo and chosen not in [decision.submission_id for decision in decisions.preferred()]:
            raise UserError(message("submission_is_not_preferred", submission=chosen))
        if not undo and chosen in [decision.submission_id for decision in decisions.withdrawn(receipts)]:
            raise UserError(message("submission_is_withdrawn", submission=chosen))
        if undo:
            return decisions.decide(chosen, PREFERENCE_UNDONE, reason, receipts, by=operator.name)
        entry = operator.decide(PREFERRED, decisions.last_of(PREFERRED, PREFERENCE_UNDONE, REQUESTED).get(chosen))
        return decisions.decide(chosen, entry.pop("kind"), reason, receipts, False, **entry)


def _is_unread(settings: Settings, submission_id: str) -> bool:
    """Whether the build database is there and knows nothing of what is in a submission."""
    try:
        with read_build(settings) as connection:
            query = "SELECT 1 FROM log.submission WHERE submission_id = ?"
            return connection.execute(query, [submission_id]).fetchone() is None
    except (duckdb.Error, LakeError):
        return False
