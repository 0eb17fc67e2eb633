"""What the pages that take files share: the queue of checks, the spool, receipts, the forms that exist."""

from __future__ import annotations

import threading
from datetime import datetime
from functools import cached_property

from sciculture_etl.contracts import Contract, load_contracts
from sciculture_etl.desk.checks import Check, Checks
from sciculture_etl.desk.judging import Judges
from sciculture_etl.extract import Archive, Receipt, Spool, SpooledFile, name_in_spool, path_of
from sciculture_etl.feedback.answer import SEOUL
from sciculture_etl.settings import Settings
from sciculture_etl.template.changes import FormHistory


class Uploads:
    """Made with the desk; what costs something is made when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.archive = Archive(settings.archive)
        self._making = threading.Lock()
        self._checks: Checks | None = None

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        return load_contracts()

    @cached_property
    def spool(self) -> Spool:
        made = Spool(self.settings)
        made.open()
        return made

    @cached_property
    def forms(self) -> FormHistory:
        """What was offered before; today's forms are written down in it."""
        history = FormHistory(self.settings.desk)
        history.note(self.contracts, datetime.now(SEOUL).date())
        return history

    @property
    def checks(self) -> Checks:
        with self._making:
            if self._checks is None:
                self._checks = Checks(Judges(self.settings, self.contracts))
            return self._checks

    def open(self) -> None:
        """What a server does before the first request comes, so that nobody waits for it."""
        _ = self.spool, self.forms
        self.checks.prepare()

    def close(self) -> None:
        if self._checks is not None:
            self._checks.close()

    def path(self, owner: str, given_name: str, sha256: str) -> str:
        """What an uploaded file would be called in its receipt."""
        name = name_in_spool(given_name.encode("utf-8", "surrogateescape"))
        return path_of(owner, sha256, name) if owner else name

    def received(self, institution: str, sha256: str) -> Receipt | None:
        """The first receipt of the same bytes from the same institution."""
        own = (one for one in self.archive.receipts() if one.sha256 == sha256 and one.submitter == institution)
        return next(own, None)

    def send(self, institution: str, check: Check) -> SpooledFile | None:
        """Sends a file in that was found good for it; None where there was nothing (more) to send.

        Whoever presses twice sends once: what was sent, lies in the spool or has its receipt isn't written again.

        Raises:
            UserError: Where too much of the institution waits already, or there is no room.
        """
        with check.sending:
            if not check.can_be_sent or self.received(institution, check.sha256):
                return None
            if self.spool.find(institution, check.sha256) is not None:
                return None
            check.sent = self.spool.put(institution, check.file_name, check.read())
            check.forget_bytes()
            return check.sent
