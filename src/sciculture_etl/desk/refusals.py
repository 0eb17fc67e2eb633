"""What the desk doesn't answer, and how it says so: a page in words, ``errors.<name>`` of ``expectations/desk.yml``."""

from __future__ import annotations

# Status → name of its words; another status has those of the first of its hundred.
NAMES = {
    400: "malformed", 401: "signed_out", 403: "forbidden", 404: "missing", 405: "method", 408: "slow", 413: "large",
    415: "malformed", 421: "host", 429: "often", 500: "broken", 503: "unavailable",
}  # fmt: skip


class RefusalError(Exception):
    """Raised by whoever can't answer; the door makes a page of it.

    Attributes:
        status: of the answer.
        name: of the words.
        text: besides, in words for people: of a ``SciCultureError``.
    """

    def __init__(self, status: int, name: str = "", text: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.name = name or NAMES.get(status, "malformed" if status < 500 else "broken")
        self.text = text
