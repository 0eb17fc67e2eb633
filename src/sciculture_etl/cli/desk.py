"""``sciculture desk``: the institutions' and operators' pages, and the invitations to them."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings
from sciculture_etl.stopping import print_line

if TYPE_CHECKING:
    from sciculture_etl.desk.invitations import Invitation

DEFAULT_HOST, DEFAULT_PORT, DEFAULT_DAYS, MAX_DAYS = "127.0.0.1", 4280, 30, 366
COLUMNS = ("id", "role", "name", "state", "issued_at", "issued_by", "expires_at")
STARTED = """\
desk / 제출 창구:        {url}
warehouse / 데이터 저장소: {warehouse}
Invite with / 초대:      sciculture desk invite "기관명"
Ctrl-C stops it / Ctrl-C로 중단합니다
"""
desk = typer.Typer(invoke_without_command=True, help="Serve the desk of institutions and operators; invite to it.")
app.add_typer(desk, name="desk")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
BaseUrl = Annotated[str, typer.Option("--base-url", help="Public address of the desk; else SCICULTURE_DESK_URL.")]


@desk.callback()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; not loopback: TLS or a proxy.")] = DEFAULT_HOST,
    port: Annotated[int, typer.Option(help="Port to listen on; 0: a free one.", min=0, max=65535)] = DEFAULT_PORT,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate with its chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key (PEM), without a password.")] = None,
    behind_proxy: Annotated[
        str, typer.Option(help="Addresses of the reverse proxy in front, whose X-Forwarded-For is believed.")
    ] = "",
    base_url: BaseUrl = "",
) -> None:
    """Serve the desk until Ctrl-C: institutions check files and send them in, operators decide."""
    if context.invoked_subcommand:
        return
    from sciculture_etl.desk.server import Listening
    from sciculture_etl.desk.server import serve as serve_desk
    from sciculture_etl.storage.disk import check_places

    settings = Settings.from_environment()
    check_places(settings)
    listening = Listening(host, port, base_url or settings.desk_url, tls_cert, tls_key, behind_proxy)

    def ready(url: str) -> None:
        print_line(STARTED.format(url=url, warehouse=settings.warehouse), sys.stdout)

    serve_desk(settings, listening, ready)
    print_line("stopped / 중단했습니다", sys.stdout)


@desk.command()
def invite(
    institution: Annotated[str, typer.Argument(help="The institution's name, as its submissions bear it.")] = "",
    operator: Annotated[
        str, typer.Option(help="Instead: a role or staff number who may decide on the desk; no person's name.")
    ] = "",
    days: Annotated[int, typer.Option(help="For so many days the link works.", min=1, max=MAX_DAYS)] = DEFAULT_DAYS,
    base_url: BaseUrl = "",
    as_json: AsJson = False,
) -> None:
    """Print a link by which an institution, or an operator, signs in at the desk; it is shown this once."""
    from sciculture_etl.desk.inviting import unknown_institution, write_invitation
    from sciculture_etl.desk.route import Role

    if bool(institution) == bool(operator):
        raise UserError(message("desk_invite_whom"))
    settings = Settings.from_environment()
    role = Role.operator if operator else Role.institution
    made, link = write_invitation(settings, role, institution or operator, days, base_url)
    near = unknown_institution(settings, made.name) if role is Role.institution else None
    if as_json:
        print(json.dumps(_row(made) | {"link": link}, ensure_ascii=False, indent=1))
        return
    print(message("desk_invited", name=made.name, id=made.id, until=_day(made.expires_at)))
    print(link)
    if near is not None:
        print_line(f"sciculture: {message('desk_institution_new', name=made.name, near=near)}", sys.stderr)


@desk.command()
def invitations(as_json: AsJson = False) -> None:
    """List the invitations to the desk, newest first; links are shown only once, when they are made."""
    from rich.table import Table

    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.desk.inviting import all_invitations

    rows = [_row(one) for one in all_invitations(Settings.from_environment())]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*(row[column] for column in COLUMNS))
    operators_console(width=160).print(table if rows else message("desk_nobody_invited"))


@desk.command()
def revoke(
    invitation: Annotated[str, typer.Argument(help="Id of the invitation, or the name that it was made for.")],
    as_json: AsJson = False,
) -> None:
    """Revoke an invitation: its link works no more, and whoever signed in by it is signed out at once."""
    from sciculture_etl.desk.inviting import revoke_invitations

    revoked = revoke_invitations(Settings.from_environment(), invitation)
    if as_json:
        print(json.dumps([_row(one) | {"state": "revoked"} for one in revoked], ensure_ascii=False, indent=1))
        return
    for one in revoked:
        print(message("desk_revoked", name=one.name, id=one.id))


def _row(one: Invitation) -> dict[str, str]:
    """An invitation as it is listed: never its secret's hash."""
    return {
        "id": one.id, "role": one.role.value, "name": one.name, "state": one.state(time.time()),
        "issued_at": _moment(one.issued_at), "issued_by": one.issued_by, "expires_at": _moment(one.expires_at),
    }  # fmt: skip


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).date().isoformat()
