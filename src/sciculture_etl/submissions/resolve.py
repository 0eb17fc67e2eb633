"""Which submission is meant: by its number, the beginning of it, its file's name, or any part of its path."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sciculture_etl.errors import UserError
from sciculture_etl.extract import Receipt
from sciculture_etl.messages import message
from sciculture_etl.privacy import mask_path

MIN_ID_DIGITS, MIN_NAME_CHARACTERS = 4, 2
MAX_LISTED = 20
SEOUL = ZoneInfo("Asia/Seoul")


@dataclass(frozen=True)
class Named:
    """A submission and a name under which it came; ``received_at`` is ISO 8601."""

    submission_id: str
    path: str
    received_at: str

    @classmethod
    def of(cls, receipt: Receipt) -> Named:
        return cls(receipt.submission_id, receipt.path, receipt.first_seen_at)


def resolve_submission(asked: str, known: Iterable[Named]) -> str:
    """The number of the one submission that is meant.

    A number goes before a name, and a whole name before a part of one. Names are compared whatever their Unicode form
    and case, and with personal values masked as they are where they are kept.

    Raises:
        UserError: Where none fits, or several do: these are listed, each with its number, day and file.
    """
    known = list(known)
    digits, name = asked.strip().lower(), _key(mask_path(asked))
    fitting = [one for one in known if len(digits) >= MIN_ID_DIGITS and one.submission_id.startswith(digits)]
    fitting = fitting or [one for one in known if name in (_key(one.path), _key(one.path).rpartition("/")[2])]
    if not fitting and len(name) >= MIN_NAME_CHARACTERS:
        fitting = [one for one in known if name in _key(one.path)]
    first = {one.submission_id: one for one in reversed(fitting)}
    if not first:
        raise UserError(message("submission_unknown", asked=asked, digits=MIN_ID_DIGITS))
    if len(first) > 1:
        newest = sorted(first.values(), key=lambda one: (one.received_at, one.submission_id), reverse=True)
        lines = [f"  {one.submission_id}  {_day(one.received_at)}  {one.path}" for one in newest[:MAX_LISTED]]
        more = [f"  +{len(newest) - MAX_LISTED:,}"] if len(newest) > MAX_LISTED else []
        said = message("submission_ambiguous", asked=asked, count=len(newest))
        raise UserError("\n".join([f"{said}:", *lines, *more]))
    return next(iter(first))


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(SEOUL):%Y-%m-%d %H:%M}" if moment else "?"
