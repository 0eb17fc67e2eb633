"""What an address of the desk is: who may ask for it, how, and how much may be sent to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from sciculture_etl.desk.visit import Visit

# Called in a thread: it may wait for the disk, a database or a worker.
Handler = Callable[["Visit"], Response]
MAX_FORM_BYTES = 64 * 1024


class Role(StrEnum):
    """Who may ask."""

    anyone = "anyone"
    institution = "institution"
    operator = "operator"


@dataclass(frozen=True)
class Rate:
    """How often an address may be asked for.

    Attributes:
        per_client: times in the window by one client address (IPv6: one /64 network).
        in_all: times in the window by all clients together.
        seconds: the window.
    """

    per_client: int
    in_all: int
    seconds: float = 600


@dataclass(frozen=True)
class Route:
    """One address of the desk.

    Attributes:
        name: of the address, as ``Visit.url`` and the audit lines name it.
        path: as Starlette reads it: ``/received/{submission}``.
        methods: ``GET`` (with it ``HEAD``) or ``POST``, never both: what is posted has an address of its own.
        role: who may ask; all others are answered by the page to sign in, or 403.
        handler: visit → response.
        rate: how often; None: as often as one likes.
        takes_file: a file may be posted, up to ``SCICULTURE_DESK_MAX_UPLOAD_BYTES``; else a form of ``MAX_FORM_BYTES``.
        max_file_bytes: where it may be no larger than that besides.
        in_navigation: it stands in the bar above every page of its role; its words are ``nav.<name>``.
    """

    name: str
    path: str
    methods: tuple[str, ...]
    role: Role
    handler: Handler
    rate: Rate | None = None
    takes_file: bool = False
    max_file_bytes: int | None = None
    in_navigation: bool = False
