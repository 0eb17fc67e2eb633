"""Who decides, and whether somebody else has to decide the same before it takes effect."""

from __future__ import annotations

import getpass
import os
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from sciculture_etl.errors import UserError
from sciculture_etl.extract.decisions import REQUESTED
from sciculture_etl.messages import message
from sciculture_etl.privacy import kinds_in
from sciculture_etl.settings import Settings


class Request(Protocol):
    """A decision as a journal keeps it."""

    @property
    def kind(self) -> str: ...

    @property
    def by(self) -> str: ...

    @property
    def wanted(self) -> str: ...


@dataclass(frozen=True)
class Operator:
    """Who acts.

    Attributes:
        name: a role, a staff number or the login name.
        is_alone: whether what they decide takes effect by itself.
    """

    name: str
    is_alone: bool = True

    @classmethod
    def from_settings(cls, settings: Settings) -> Operator:
        """As the settings say, else by the login name.

        Raises:
            UserError: Where the name given is personal data.
        """
        if kinds_in(settings.operator):
            raise UserError(message("operator_personal"))
        given = unicodedata.normalize("NFC", " ".join(settings.operator.split()))  # written otherwise, the same person
        return cls(given or _login_name(), not settings.two_persons)

    def decide(self, kind: str, last: Request | None) -> dict[str, str]:
        """What the journal says of a decision of that kind: that it is taken, or asked for.

        Args:
            last: the last decision on the same thing.

        Returns:
            kind, by, and wanted or asked_by.

        Raises:
            UserError: Where the same person has asked for it already.
        """
        if self.is_alone:
            return {"kind": kind, "by": self.name}
        if last is None or last.kind != REQUESTED or last.wanted != kind:
            return {"kind": REQUESTED, "wanted": kind, "by": self.name}
        if last.by == self.name:
            raise UserError(message("second_person_needed", name=self.name))
        return {"kind": kind, "by": self.name, "asked_by": last.by}


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may know no names
        return str(os.geteuid())
