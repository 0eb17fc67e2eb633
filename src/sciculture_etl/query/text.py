"""The text of a statement: from an argument, a file or standard input; and texts that a terminal may be shown."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sciculture_etl.errors import UserError
from sciculture_etl.messages import message

STANDARD_INPUT = "-"
MAX_BYTES = 1_000_000
# What a terminal would obey, and what turns the order of letters around.
UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
SPELLED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def read_statement(given: str | None, file: Path | None) -> str:
    """The text of the statement, without the mark that some editors put in front.

    Args:
        given: the argument; ``-``, or none with a standard input that is no terminal: what comes in there.
        file: where it stands instead; ``-`` likewise.

    Raises:
        UserError: Where there is none, both are given, or it is no UTF-8 text.
    """
    if given is not None and file is not None:
        raise UserError(message("query_given_twice"))
    if given is None and file is None and (sys.stdin is None or sys.stdin.isatty()):
        raise UserError(message("query_not_given"))
    if given is not None and given != STANDARD_INPUT:
        return _decoded(given.encode("utf-8", "surrogateescape"), "SQL")
    if file is None or str(file) == STANDARD_INPUT:
        return _decoded(sys.stdin.buffer.read(MAX_BYTES + 1), "stdin")
    try:
        with file.open("rb") as content:
            return _decoded(content.read(MAX_BYTES + 1), str(file))
    except OSError as error:
        raise UserError(message("file_unreadable", path=file, error=error.strerror)) from None


def _decoded(data: bytes, place: str) -> str:
    if len(data) > MAX_BYTES:
        raise UserError(message("query_too_long", place=place, limit=f"{MAX_BYTES:,}"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(message("query_not_utf8", place=place)) from None
    if "\x00" in text:
        raise UserError(message("query_not_utf8", place=place))
    return text


def shown(text: str) -> str:
    """A text that can be printed: what a terminal would obey is spelled out."""
    return UNSHOWN.sub(lambda found: SPELLED.get(found[0], f"\\u{ord(found[0]):04x}"), text)
