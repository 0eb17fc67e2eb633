"""Where the bytes of files with personal data lie: apart from the archive, for so many days, journalled.

Every step can be finished after a kill, since the journal is written before bytes move and its last line on a file says
where they belong:

    restrict:  line "restricted", then the bytes leave the archive
    give back: line "returned", then the bytes return to the archive
    delete:    the bytes are deleted, then line "deleted"

``resume_pending`` makes it so: what is restricted (or deleted, and came again) and lies in the archive is moved; what
is returned and lies here goes back; what is restricted and lies nowhere was deleted, by us before a kill or by hand,
and is written down as deleted; what is deleted and lies here again is deleted once more.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sciculture_etl.extract.archive import Archive
from sciculture_etl.findings import Finding
from sciculture_etl.storage.atomic import make_folder, move, sync
from sciculture_etl.storage.journal import Journal

# Nights are less apart than this. Where they weren't, the clock may have been wrong (or the machine off).
LEAP = timedelta(days=7)


@dataclass(frozen=True)
class Verdict:
    """What was found in a file when it was last read: its format, and the places, never the values."""

    format: str | None
    findings: list[Finding]


@dataclass
class _Stay:
    since: datetime
    event: str
    verdict: Verdict
    leapt: bool = False  # its days began anew because the clock had leapt ahead


class Restricted:
    """Bytes under ``<folder>/<sha256>`` (0600 in 0700); the journal lies in the archive, which is backed up."""

    def __init__(self, folder: Path, archive: Archive) -> None:
        self.folder = folder
        self.archive = archive
        self._journal = Journal(archive.folder / "restricted.jsonl")
        self._stays: dict[str, _Stay] = {}
        for _ in self._journal.records(self._follow):
            pass

    def path_of(self, sha256: str) -> Path:
        return self.folder / sha256

    def has_file(self, sha256: str) -> bool:
        """Whether the bytes lie here and not in the archive."""
        return sha256 in self._stays and self._stays[sha256].event == "restricted"

    def has_known(self, sha256: str) -> bool:
        """Whether the bytes lie here or were deleted from here, and so can't be in the archive."""
        return sha256 in self._stays and self._stays[sha256].event != "returned"

    def deleted(self, sha256: str) -> Verdict | None:
        """What was found in a file whose bytes have been deleted."""
        stay = self._stays.get(sha256)
        return stay.verdict if stay and stay.event == "deleted" else None

    def restrict(self, sha256: str, verdict: Verdict) -> None:
        """Takes the bytes out of the archive; of those already here, what is found now is written down."""
        if not self.has_file(sha256) or self._stays[sha256].verdict != verdict:
            self._write(sha256, "restricted", verdict)
        self._take(sha256)

    def give_back(self, sha256: str) -> None:
        """Returns to the archive what a later reading found to hold nothing personal."""
        self._write(sha256, "returned", Verdict(None, []))
        self._return(sha256)

    def held(self) -> list[str]:
        """sha256 of what lies here."""
        return [sha256 for sha256, stay in self._stays.items() if stay.event == "restricted"]

    def overdue(self, retention_days: int) -> list[str]:
        """Of what lies here, what has been here for its days by today's clock."""
        return [sha256 for sha256 in self.held() if self._is_overdue(sha256, retention_days)]

    def _is_overdue(self, sha256: str, retention_days: int) -> bool:
        return datetime.now(UTC) - self._stays[sha256].since >= timedelta(days=retention_days)

    def resume_pending(self, retention_days: int, last_night: datetime | None = None) -> None:
        """Finishes what a killed run left, then deletes what has been here for its days. Only the one writer calls.

        last_night: when the run before this one began. Where the clock has leapt since, or a file is dated in the
        future, it is or was wrong: the days begin anew, since bytes deleted too early never come back. A leap does that
        once a stay: where runs are always that far apart, the days must end, too.
        """
        now = datetime.now(UTC)
        leapt = last_night is not None and now - last_night > LEAP
        for sha256, stay in list(self._stays.items()):
            if stay.event == "returned":
                self._return(sha256)
            elif self.archive.path_of(sha256).exists():
                if stay.event == "deleted":  # the same bytes came again
                    self._write(sha256, "restricted", stay.verdict)
                self._take(sha256)
            elif stay.event == "deleted":
                self._delete(sha256)
            stay = self._stays[sha256]
            if stay.event == "restricted" and ((leapt and not stay.leapt) or stay.since > now):
                self._write(sha256, "restricted", stay.verdict, is_repeated=True)
                stay = self._stays[sha256]
            if stay.event == "restricted" and self._is_overdue(sha256, retention_days):
                self._delete(sha256)
            if stay.event == "restricted" and not self.path_of(sha256).exists():
                self._write(sha256, "deleted", stay.verdict)

    def _take(self, sha256: str) -> None:
        source = self.archive.path_of(sha256)
        if source.exists():
            make_folder(self.folder)
            self.folder.chmod(0o700)
            source.chmod(0o600)
            move(source, self.path_of(sha256))

    def _delete(self, sha256: str) -> None:
        """Gone from the disk when it returns: what the journal calls deleted must not come back with the power."""
        path = self.path_of(sha256)
        if path.exists():
            path.unlink()
            sync(self.folder)

    def _return(self, sha256: str) -> None:
        source, target = self.path_of(sha256), self.archive.path_of(sha256)
        if source.exists():
            make_folder(target.parent)
            source.chmod(0o400)
            move(source, target)

    def _write(self, sha256: str, event: str, verdict: Verdict, is_repeated: bool = False) -> None:
        line = {
            "sha256": sha256,
            "event": event,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "format": verdict.format,
            "findings": [
                {key: value for key, value in asdict(finding).items() if value not in (None, "", 0)}
                for finding in verdict.findings
            ],
        }
        self._journal.add([line | {"anew": True} if is_repeated else line])
        self._follow(line | {"anew": is_repeated})

    def _follow(self, line: dict[str, Any]) -> None:
        verdict = Verdict(line["format"], [Finding(**finding) for finding in line["findings"]])
        stay = _Stay(datetime.fromisoformat(line["at"]), line["event"], verdict)
        before = self._stays.get(line["sha256"])
        if before and before.event == stay.event == "restricted":
            if line.get("anew"):
                stay.leapt = stay.since >= before.since
            else:  # read again while it is here, a file doesn't begin its days anew
                stay.since, stay.leapt = before.since, before.leapt
        self._stays[line["sha256"]] = stay
