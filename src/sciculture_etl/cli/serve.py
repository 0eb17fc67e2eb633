"""``sciculture serve``: the nightly run by itself, and Prefect's pages beside it."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer
from cronsim import CronSim, CronSimError

from sciculture_etl.cli.app import app
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings
from sciculture_etl.stopping import print_line

STARTED = """\
Prefect's pages / 화면:  {pages}
password / 비밀번호:     {password}
nightly run / 야간 실행: {cron} (Asia/Seoul)
other runs / 다른 실행:  {others}: start them there, under Deployments / 화면의 Deployments에서 시작
inbox / 접수함:          {inbox}
warehouse / 데이터 저장소: {warehouse}
Ctrl-C stops it; the next run finishes its work / Ctrl-C로 중단합니다. 중단된 작업은 다음 실행이 마칩니다
"""


@app.command()
def serve(
    cron: Annotated[str, typer.Option(help="When the nightly run starts, in Seoul's time.")] = "0 2 * * *",
    port: Annotated[int, typer.Option(help="Where Prefect's pages are.", min=1, max=65535)] = 4200,
    host: Annotated[str, typer.Option(help="Address to listen on; any other wants a password of yours.")] = "127.0.0.1",
) -> None:
    """Run the nightly flow on schedule, with Prefect's pages to watch it and to start the other flows.

    With PREFECT_API_URL set, that server is used instead of one of its own.
    """
    from sciculture_etl.contracts import load_contracts
    from sciculture_etl.extract import channels_of
    from sciculture_etl.storage.disk import check_places

    _check_cron(cron)
    settings = Settings.from_environment()
    channels = channels_of(settings)
    check_places(settings)
    load_contracts()

    from sciculture_flows.embedded import password_text, permanent_api

    with permanent_api(settings.warehouse, host, port) as url:
        from sciculture_flows.serving import DEPLOYMENTS, SCHEDULED, schedule_of
        from sciculture_flows.serving import serve as serve_flows

        text = STARTED.format(
            pages=url.removesuffix("/api"),
            password=password_text(settings.warehouse),
            cron=cron,
            others=", ".join(flow.name for flow, _ in DEPLOYMENTS if flow.name != SCHEDULED),
            inbox=", ".join(channel.url for channel in channels),
            warehouse=settings.warehouse,
        )
        serve_flows(schedule_of(cron), lambda: print_line(text, sys.stdout))
    print_line("stopped / 중단했습니다", sys.stdout)


def _check_cron(cron: str) -> None:
    """Raises UserError for what is no schedule, seconds before Prefect could say so."""
    if cron.startswith("@"):  # an alias, which Prefect knows
        return
    try:
        CronSim(cron, datetime.now())
    except CronSimError:
        raise UserError(message("cron_invalid", cron=cron)) from None
